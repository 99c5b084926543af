"""The child's own edition: plain words to the child, large type, nothing of what adults write to each other."""

from typing import Any

from django.conf import settings

from core.documents import Cover, render_html, render_pdf
from core.wording import and_list
from peps.documents.adult import measured
from peps.documents.material import Material, lines_of
from peps.rules.form import Kind, Phase
from peps.rules.printing import date_in_words

TEMPLATE = "peps/documents/child.html"
VOICE = "C"
YOUNG = frozenset({Phase.EARLY_YEARS, Phase.PRIMARY})
"""They read the questions in the words for small children, older ones as they stand in the form."""
OBSERVED, DECLINED = "observed", "declined"
KEY_PEOPLE = (("B", "key_adult"), ("O", "key_person"), ("P", "personal_adviser"))


def make(material: Material) -> bytes:
    """The PDF."""
    html = render_html(TEMPLATE, context_of(material))
    title = f"My learning plan, {material.pep.term_label}"
    return render_pdf(html, title=title, watermark="DRAFT" if material.is_draft else None)


def context_of(material: Material) -> dict[str, Any]:
    """What the child reads; nothing but section C, the targets, who helps and when we meet again."""
    pupil, how = material.pep.pupil, material.answers(VOICE).get("how_obtained", "")
    meeting = material.around["meeting"]
    return {
        "cover": Cover(
            council=settings.COUNCIL_NAME,
            title="My learning plan",
            subtitle=pupil.known_as or pupil.forename or pupil.display_name,
            period=material.pep.term_label,
        ),
        "is_draft": material.is_draft,
        "medium": "pdf",
        "heading": "What we saw and heard" if how == OBSERVED else "What you told us",
        "declined": how == DECLINED,
        "told": _told(material),
        "targets": [_target(t) for t in material.content["targets"]],
        "helpers": _helpers(material),
        "next_on": date_in_words(meeting["next_on"] or ""),
        "held_on": date_in_words(material.content["held_on"] or ""),
    }


def _told(material: Material) -> list[tuple[str, list[str]]]:
    """(question as the child was asked it, answer) of the open questions."""
    section = next((s for s in material.sections if s.code == VOICE), None)
    answers = material.answers(VOICE)
    if section is None:
        return []
    asked = [f for f in section.fields if f.kind is Kind.LONG]
    young = material.content["phase"] in YOUNG
    found = [((young and f.child_words) or f.label, lines_of(f, answers.get(f.key))) for f in asked]
    return [(question, lines) for question, lines in found if lines]


def _target(target: dict[str, Any]) -> dict[str, Any]:
    """A target to the child: what, the own words, what we will do, how we will know; no need and no reason."""
    return {
        "outcome": target["outcome"],
        "yours": target["child_view"],
        "by": date_in_words(target["due_on"]),
        "known": measured(target["measure"]),
        "owner": target["owner"],
        "how": [_done(how) for how in target["how"] if how.get("what", "").strip()],
    }


def _done(how: dict[str, str]) -> str:
    """ "Paired reading, every Tuesday, in the library, with Ms Lowe"."""
    parts = [how.get("what"), how.get("often"), how.get("when"), how.get("where")]
    who = how.get("who", "").strip()
    return ", ".join([*(p.strip() for p in parts if p and p.strip()), *([f"with {who}"] if who else [])])


def _helpers(material: Material) -> list[tuple[str, str]]:
    """(name, what for): the key adult first, then who sees to each target."""
    found: dict[str, list[str]] = {}
    numbers: dict[str, list[str]] = {}
    for code, key in KEY_PEOPLE:
        name = str(material.answers(code).get(key, "")).strip()
        if name:
            found.setdefault(name, []).append("the person you can go to")
    for number, target in enumerate(material.content["targets"], start=1):
        numbers.setdefault(target["owner"], []).append(str(number))
    for name, given in numbers.items():
        words = f"target{'s' if len(given) > 1 else ''} {and_list(given)}"
        found.setdefault(name, []).append(words)
    return [(name, ", ".join(what)) for name, what in found.items()]

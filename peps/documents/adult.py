"""The plan for adults as a tagged PDF: cover, contents, sections A to R, sign-off, addenda."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from core.documents import Cover, Section, Table, TableColumn, document_context, render_html, render_pdf
from peps.documents.material import RESTRICTED_WORDS, Material, lines_of, local_day
from peps.models import Addendum
from peps.rules import form as form_rules
from peps.rules import targets as target_rules
from peps.rules.form import Kind
from peps.rules.printing import date_in_words
from peps.rules.targets import KIND_LABELS
from peps.rules.workflow import CONTRIBUTOR_LABELS

TEMPLATE = "peps/documents/adult.html"
TARGETS_AFTER = "I"
HOW = ("what", "who", "often", "when", "where")
"""In the order in which it is read; the database keeps no order of keys."""


def make(material: Material, addenda: Sequence[Addendum] = ()) -> bytes:
    """The PDF. Addenda are printed at its end: the plan itself stays as it was approved."""
    title = f"Personal Education Plan, {material.pep.term_label}, {material.pep.pupil.child_id}"
    html = render_html(TEMPLATE, context_of(material, addenda))
    return render_pdf(html, title=title, watermark="DRAFT" if material.is_draft else None)


def context_of(material: Material, addenda: Sequence[Addendum] = ()) -> dict[str, Any]:
    """The context of the template, sections rendered."""
    context = document_context(cover_of(material), list(_sections(material, addenda)), notes=_notes(material))
    return {**context, "is_draft": material.is_draft}


def cover_of(material: Material) -> Cover:
    """Whose plan it is, of which term, of which authority, in which version."""
    pep = material.pep
    held = material.content.get("held_on")
    return Cover(
        council=settings.COUNCIL_NAME,
        title=f"Personal Education Plan of {pep.pupil.display_name}",
        subtitle=pep.term_label,
        period=f"Meeting held on {date_in_words(held)}" if held else "",
        prepared_for="Those who work with the child",
        prepared_by=f"The Virtual School of {settings.COUNCIL_NAME}, the responsible authority",
        dated=local_day(material.made_at) or date_in_words(material.around["as_on"]),
        reference=material.reference,
        classification="Confidential",
        classification_note="For those who work with this child. It tells nothing of where the child lives.",
        status=f"{pep.pupil.child_id} · {material.status}",
    )


def _notes(material: Material) -> list[str]:
    return [
        "The letters of the sections are those of the form in the system.",
        f"Facts from the roll and the feeds are as known on {date_in_words(material.around['as_on'])}.",
        "Protected notes and addresses are never printed; whoever may see them finds them in the record.",
    ]


def _sections(material: Material, addenda: Sequence[Addendum]) -> list[Section]:
    found: list[Section] = []
    targets = Section("targets", "J. Targets", "peps/documents/targets.html", _targets(material), new_page=False)
    placed = False
    for one in material.sections:
        if not placed and one.code > TARGETS_AFTER:
            found.append(targets)
            placed = True
        found.append(
            Section(
                f"section-{one.code.lower()}",
                f"{one.code}. {one.title}",
                "peps/documents/section.html",
                _section(material, one),
                new_page=False,
            )
        )
    if not placed:
        found.append(targets)
    found.append(
        Section("meeting", "R. Meeting and sign-off", "peps/documents/meeting.html", _meeting(material), new_page=False)
    )
    if addenda:
        rows = [{"on": local_day(a.at), "by": a.by.name, "text": material.clean(a.text)} for a in addenda]
        found.append(Section("addenda", "Addenda", "peps/documents/addenda.html", {"addenda": rows}, new_page=False))
    return found


def _section(material: Material, section: form_rules.Section) -> dict[str, Any]:
    """Facts of the roll first, then what was written: short answers as pairs, long ones as text, rows as tables."""
    answers = material.answers(section.code)
    written: list[dict[str, Any]] = []
    for field in section.fields:
        if field.restricted:
            written.append({"label": field.label, "lines": [RESTRICTED_WORDS], "muted": True})
            continue
        value = answers.get(field.key)
        if field.kind is Kind.ROWS:
            rows = [[row.get(key, "") for key, _ in field.columns] for row in value or () if isinstance(row, dict)]
            rows = [row for row in rows if any(cell.strip() for cell in row)]
            if rows:
                columns = [TableColumn(label, "text") for _, label in field.columns]
                written.append({"table": Table(field.label, columns, rows)})
                continue
        lines = lines_of(field, value)
        required = field.is_required(answers)
        if lines or required:
            written.append(
                {
                    "label": field.label,
                    "lines": lines or ["Not answered"],
                    "muted": not lines,
                }
            )
    return {
        "writer": CONTRIBUTOR_LABELS[section.by],
        "facts": material.around["facts"].get(section.code, []),
        "written": written,
    }


def _targets(material: Material) -> dict[str, Any]:
    rows = [
        {
            "number": t["number"],
            "kind": KIND_LABELS[target_rules.Kind(t["kind"])],
            "outcome": t["outcome"],
            "facts": [
                (label, text)
                for label, text in (
                    ("The need", t["need"]),
                    ("What for", t["why"]),
                    ("Measured by", measured(t["measure"])),
                    ("Who sees to it", t["owner"]),
                    ("By", date_in_words(t["due_on"])),
                    ("Cost", f"£{t['cost']}" if t["cost"] else ""),
                    ("The child’s words", t["child_view"]),
                )
                if text
            ],
            "how": [", ".join(how[key] for key in HOW if how.get(key)) for how in t["how"]],
        }
        for t in material.content["targets"]
    ]
    earlier = [[e["outcome"], e["result"], e["evidence"]] for e in material.around["earlier_targets"]]
    columns = [TableColumn(heading, "text") for heading in ("Target", "What came of it", "What shows it")]
    return {"targets": rows, "earlier": Table("Targets of the PEP before", columns, earlier) if earlier else None}


def measured(measure: Sequence[str]) -> str:
    """ "Words a minute from 32 to 60" of a frozen target's three words."""
    what, start, end = measure
    return target_rules.measure_words(target_rules.Draft(outcome="", measure=what, measure_from=start, measure_to=end))


def _meeting(material: Material) -> dict[str, Any]:
    around, meeting = material.around, material.around["meeting"]
    text = [TableColumn(heading, "text") for heading in ("As", "Name", "Came")]
    signed = [[s["party"], s["name"], s["method"], date_in_words(s["on"]), s["note"]] for s in around["signed"]]
    heads = [TableColumn(heading, "text") for heading in ("Who", "Name", "How", "On", "Note")]
    return {
        "held_on": date_in_words(material.content["held_on"] or ""),
        "child": meeting["child"],
        "next_on": date_in_words(meeting["next_on"] or ""),
        "people": Table("Who was asked to the meeting", text, meeting["people"]) if meeting["people"] else None,
        "signed": Table("Who signed", heads, signed) if signed else None,
    }

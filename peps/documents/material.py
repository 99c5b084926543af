"""What a document of a PEP is made of: a frozen version, or the plan as it stands.

Restricted answers are taken out here, and with them every postcode at which the child lives or lived: no template and
no file that leaves ever holds them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from core.sections import is_limited
from core.wording import moment, short_date
from peps.facts import facts_of
from peps.models import PEP, PEPVersion, Target
from peps.rules.form import Circumstance, Field, Kind, Phase, Section
from peps.rules.printing import date_in_words, without_postcodes
from peps.rules.targets import OUTCOME_LABELS, Outcome
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor
from peps.services.content import content_of
from peps.wording import answer_lines
from pupils.protected.postcodes import known_postcodes

NOT_FOR_PAPER = frozenset({"care"})
"""Legal status and placement: not every reader of a PEP sees them (Permission.SEE_CARE_DETAIL)."""

RESTRICTED_WORDS = "Never printed: see the record"
"""Printed for every restricted question, answered or not: a paper copy does not tell whether there is something."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that the documents and the data file print, ready to leave.

    `content` is that of services/content.py without restricted answers; `around` is what stands beside it
    (`around_of`). `number` is None for a plan that was not submitted: a draft.
    """

    pep: PEP
    number: int | None
    made_at: datetime | None
    content: Mapping[str, Any]
    around: Mapping[str, Any]
    sections: Sequence[Section]
    approved: bool
    postcodes: frozenset[str]

    @property
    def is_draft(self) -> bool:
        return not self.approved

    @property
    def status(self) -> str:
        """What stands on every page."""
        if self.approved:
            on = self.around.get("approved_on") or ""
            return f"Version {self.number}, approved {date_in_words(on)}" if on else f"Version {self.number}"
        return f"Draft: version {self.number}, not approved" if self.number else "Draft: not submitted"

    @property
    def reference(self) -> str:
        """What tells this plan from every other."""
        return f"{self.pep.pupil.child_id}, PEP {self.pep.pk}"

    def clean(self, text: str) -> str:
        """A text from elsewhere that is printed with the plan, without the child's postcodes."""
        return without_postcodes(text, self.postcodes)

    def answers(self, code: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content["sections"].get(code, {})
        return found


def material_of(pep: PEP, *, version: PEPVersion | None, reader: Any, today: date) -> Material:
    """The material of a version, or of the plan as it stands; facts are those that `reader` may see.

    What was frozen with an approved version is used as it was.
    """
    content = version.content if version is not None else content_of(pep)
    latest = version is None or not pep.versions.filter(number__gt=version.number).exists()
    around = content.get("around") or around_of(pep, content, reader=reader, today=today, signed=latest)
    if "around" in content and reader is not None and is_limited(reader):
        # What was kept is what the approver saw; parts of the record that are not open to somebody stay shut on paper.
        around = {**around, "facts": around_of(pep, content, reader=reader, today=today)["facts"]}
    sections = sections_of(pep, content)
    kept = {s.code: {f.key for f in s.fields if not f.restricted} for s in sections}
    answers = content["sections"]
    open_answers = {
        code: {key: value for key, value in given.items() if key in kept.get(code, ())}
        for code, given in answers.items()
    }
    postcodes = known_postcodes(pep.pupil_id)
    return Material(
        pep=pep,
        number=version.number if version is not None else None,
        made_at=version.made_at if version is not None else None,
        content=_clean({**content, "sections": open_answers}, postcodes),
        around=_clean(around, postcodes),
        sections=sections,
        postcodes=postcodes,
        approved=version is not None and bool(version.pdf_key or (latest and pep.approved_at)),
    )


def sections_of(pep: PEP, content: Mapping[str, Any]) -> list[Section]:
    """The sections of the form as they were for the content's phase and circumstances."""
    if pep.form is None or not content["phase"]:
        return []
    given = [Circumstance(c) for c in content["circumstances"]]
    return pep.form.form.sections_for(Phase(content["phase"]), given)


def _clean(value: Any, postcodes: frozenset[str]) -> Any:
    """The same data without a postcode of the child's in any text of it."""
    if isinstance(value, str):
        return without_postcodes(value, postcodes) if postcodes else value
    if isinstance(value, Mapping):
        return {key: _clean(one, postcodes) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one, postcodes) for one in value]
    return value


def around_of(pep: PEP, content: Mapping[str, Any], *, reader: Any, today: date, signed: bool = True) -> dict[str, Any]:
    """What stands beside the written plan, as JSON: facts of each section, sign-offs, the meeting, earlier targets."""
    names = {s.code: [n for n in s.facts if n not in NOT_FOR_PAPER] for s in sections_of(pep, content)}
    facts = {
        code: [
            {"title": g.title, "source": g.source, "rows": [[label, _said(value)] for label, value in g.rows]}
            for g in facts_of(wanted, reader, pep.pupil, today)
        ]
        for code, wanted in names.items()
        if wanted and reader is not None
    }
    return {
        "as_on": today.isoformat(),
        "approved_on": timezone.localtime(pep.approved_at).date().isoformat() if pep.approved_at else None,
        "facts": facts,
        "signed": [_signature(row) for row in pep.sign_offs.all()] if signed else [],
        "meeting": _meeting(pep),
        "earlier_targets": [_outcome(row) for row in _earlier_targets(pep)],
    }


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return short_date(value)
    return "Not known" if value in (None, "") else str(value)


def _signature(row: Any) -> dict[str, str]:
    return {
        "party": CONTRIBUTOR_LABELS[Contributor(row.party)],
        "name": row.name,
        "method": row.get_method_display(),
        "on": row.on.isoformat(),
        "note": row.note,
    }


def _meeting(pep: PEP) -> dict[str, Any]:
    """The meeting that was not moved away: who came, whether the child was there, the next one. Not where it was."""
    meeting = pep.meetings.standing().order_by("-starts_at").first()
    if meeting is None:
        return {"people": [], "child": "", "next_on": None}
    return {
        "people": [[i.role, i.name, i.get_attendance_display()] for i in meeting.invitees.all() if i.attendance],
        "child": meeting.get_child_attended_display() if meeting.child_attended else "",
        "next_on": meeting.next_on.isoformat() if meeting.next_on else None,
    }


def _earlier_targets(pep: PEP) -> Any:
    """Targets of the child's last PEP before this one, with what came of them."""
    before = PEP.objects.filter(pupil_id=pep.pupil_id, due_on__lt=pep.due_on, targets__isnull=False)
    last = before.order_by("-due_on").values_list("pk", flat=True).first()
    return Target.objects.filter(pep_id=last).order_by("number") if last else Target.objects.none()


def _outcome(row: Target) -> dict[str, str]:
    result = OUTCOME_LABELS[Outcome(row.result)] if row.result else "Not reviewed"
    return {"outcome": row.outcome, "result": result, "evidence": row.evidence}


def lines_of(field: Field, value: Any) -> list[str]:
    """An answer as printed lines; days in words."""
    if field.kind is Kind.DATE and value:
        return [date_in_words(str(value))]
    return [line for line in answer_lines(field, value) if line.strip()]


def local_day(at: datetime | None) -> str:
    """The London day of a moment in words."""
    return short_date(timezone.localtime(at).date()) if at else ""

"""What decides which sections a PEP has: proposed from the roll, said by a person; and plans opened by hand.

A section that goes away keeps what was written in it: it is there again when the section comes back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core import rules as time_rules
from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Role
from peps import cycle, rules
from peps.models import PEP, FormVersion
from peps.permissions import check_can_change
from peps.rules import workflow
from peps.rules.form import (
    PHASE_LABELS,
    Circumstance,
    Phase,
    Section,
    circumstances_of,
    missing_in,
    phase_of,
    writer_of,
)
from peps.rules.workflow import CONTRIBUTOR_LABELS, STATE_LABELS, WAITS_FOR_MEETING, WRITES_AS, State
from peps.services.content import answers_of
from peps.services.form_versions import take_over
from pupils import roll
from pupils.models import Pupil

MAY_STILL_CHANGE = WAITS_FOR_MEETING | {State.MEETING_HELD, State.RETURNED}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the roll tells of a child: phase and circumstances, and the facts behind them in words."""

    phase: Phase
    circumstances: frozenset[Circumstance]
    facts: tuple[tuple[str, str], ...]


def proposed(*, pupil: Pupil, academic_year: int, season: str, is_first: bool, today: date) -> Proposal:
    """Phase by year group; NEET after 16 and "not on roll" before where no school place is known; edge of care where
    the child is not looked after today. An interim plan is for a person to say.
    """
    year = roll.year_groups({pupil.pk: pupil.dob}, academic_year)[pupil.pk]
    place = roll.main_places_on([pupil.pk], today).get(pupil.pk)
    in_care = Pupil.objects.filter(pk=pupil.pk).looked_after(on=today).exists()
    plan = pupil.send in {Pupil.Send.EHCP, Pupil.Send.STATEMENT}
    found = set(
        circumstances_of(nc_year=year or 0, is_first=is_first, has_ehcp=plan, on_roll=place is not None, season=season)
    )
    phase = phase_of(year or 0)
    if not in_care:
        found.add(Circumstance.EDGE_OF_CARE)
    facts = (
        ("Year group", f"{time_rules.year_group_label(year)}, so: {PHASE_LABELS[phase].lower()}"),
        ("School place", place.school.name if place else "None known"),
        ("EHCP", "Yes" if plan else "No"),
        ("Looked after today", "Yes" if in_care else "No"),
    )
    return Proposal(phase, frozenset(found), facts)


def proposed_for(pep: PEP, today: date) -> Proposal:
    """As `proposed`, for a plan that exists."""
    earlier = PEP.objects.filter(pupil_id=pep.pupil_id, due_on__lt=pep.due_on).exclude(pk=pep.pk).exists()
    return proposed(
        pupil=pep.pupil, academic_year=pep.academic_year, season=pep.season, is_first=not earlier, today=today
    )


def check_can_set(user: Any, pep: PEP) -> None:
    """Whoever writes in a PEP, until it is submitted (PermissionDenied)."""
    check_can_change(user, pep)
    if Role(user.role) not in WRITES_AS:
        raise PermissionDenied("Your role reads PEPs and changes nothing in them.")


def may_set(user: Any, pep: PEP) -> bool:
    """Whether the page offers it: by role, and while the plan is not handed in."""
    return Role(user.role) in WRITES_AS and pep.state in MAY_STILL_CHANGE


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that comes, goes, or is written by somebody else from now on; what it holds stays kept."""

    section: Section
    words: str


def changes_between(pep: PEP, phase: Phase, given: Collection[Circumstance]) -> list[SectionChange]:
    """What other sections, questions and writers the choice brings, in the order of the form."""
    if pep.form is None:
        return []
    before = {s.code: s for s in pep.form_sections}
    after = {s.code: s for s in pep.form.form.sections_for(phase, given)}
    answers = answers_of(pep)
    found = []
    for section in pep.form.form.sections:
        old, new = before.get(section.code), after.get(section.code)
        if old is None and new is not None:
            kept = " What was written in it before is there again." if answers.get(section.code) else ""
            found.append(SectionChange(section, f"Comes in, for the {_writer(section, given)} to write.{kept}"))
        elif old is not None and new is None:
            kept = " What was written in it is kept, out of sight." if answers.get(section.code) else ""
            found.append(SectionChange(section, f"Goes away.{kept}"))
        elif old is not None and new is not None and (words := _inside(old, new)):
            found.append(SectionChange(section, words))
    return found


def _writer(section: Section, given: Collection[Circumstance]) -> str:
    words = CONTRIBUTOR_LABELS[writer_of(section, given)]
    return words if words.startswith("Virtual") else words.lower()


def _inside(old: Section, new: Section) -> str:
    """Questions and the writer, in words; nothing where all is as before."""
    parts = []
    if old.by is not new.by:
        parts.append(f"Is now written by: {CONTRIBUTOR_LABELS[new.by]}.")
    before, after = {f.key: f.label for f in old.fields}, {f.key: f.label for f in new.fields}
    parts += [f"Asks besides: {label}" for key, label in after.items() if key not in before]
    parts += [f"No longer asks: {label}" for key, label in before.items() if key not in after]
    return " ".join(parts)


@transaction.atomic
def set_circumstances(*, pep: PEP, phase: Phase, given: Collection[Circumstance], actor: Any) -> PEP:
    """Write phase and circumstances. No answer is lost; a section that now asks more is no longer ready.

    A plan that waits for its meeting and has no form yet gets the one in force. Raises PermissionDenied, or
    ValidationError for a plan that was handed in.
    """
    check_can_set(actor, pep)
    row: PEP = PEP.objects.select_for_update(of=("self",)).select_related("form").get(pk=pep.pk)
    if row.state not in MAY_STILL_CHANGE:
        raise ValidationError(f"This PEP is {STATE_LABELS[State(row.state)].lower()}: its sections stand.")
    if row.form is None and row.waits_for_meeting:
        row.form = FormVersion.objects.filter(state=FormVersion.State.IN_FORCE).first()
    row.phase, row.circumstances, row.circumstances_said = phase.value, sorted(given), True
    with acting_as(actor, service="peps.set_circumstances"):
        row.save(update_fields=["form", "phase", "circumstances", "circumstances_said"])
        for section in row.form_sections:
            written = row.sections.filter(code=section.code).exclude(ready_at=None).first()
            if written is not None and missing_in(section, written.answers):
                written.ready_at, written.ready_by = None, None
                written.save(update_fields=["ready_at", "ready_by"])
        detail = {"pep": row.pk, "what": "circumstances"}
        record_access(None, Access.DECIDED, user=actor, subject=row.pupil, detail=detail)
    return row


def check_can_open(user: Any) -> None:
    """The Virtual School opens plans by hand (PermissionDenied)."""
    if Role(user.role) not in workflow.TEAM:
        raise PermissionDenied("The Virtual School opens plans by hand; all others are opened by night.")


@transaction.atomic
def open_by_hand(*, pupil: Pupil, today: date, actor: Any) -> PEP:
    """Open the plan of the term for a child who gets none by night: on the edge of care, or left out for its year.

    Raises PermissionDenied, or ValidationError when the child has one or has no year group.
    """
    check_can_open(actor)
    if not Pupil.objects.visible_to(actor).filter(pk=pupil.pk).exists():
        raise PermissionDenied("This child's record is not open to you.")
    term = cycle.current_term(today)
    if PEP.objects.filter(pupil=pupil).of_term(term).exists():
        raise ValidationError(f"The child has a plan of the {term.label.lower()} already.")
    is_first = not PEP.objects.filter(pupil=pupil).exists()
    told = proposed(pupil=pupil, academic_year=term.academic_year, season=term.season, is_first=is_first, today=today)
    edge = Circumstance.EDGE_OF_CARE in told.circumstances
    why = "A voluntary plan for a child who is not looked after." if edge else "Opened by hand."
    with acting_as(actor, service="peps.open_by_hand"):
        pep: PEP = PEP.objects.create(
            pupil=pupil,
            academic_year=term.academic_year,
            season=term.season,
            due_on=max(term.cut_off_on, today),
            due_because=f"{why} {rules.why_termly(term)}",
            form=take_over(today=today),
            phase=told.phase.value,
            circumstances=sorted(told.circumstances),
        )
        record_access(None, Access.DECIDED, user=actor, subject=pupil, detail={"pep": pep.pk, "what": "opened"})
    return pep

"""The steps of a PEP: each checks who may take it and from where, writes what changed, and why (rules/workflow.py)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from core import rules as time_rules
from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Role
from peps import cycle
from peps.models import PEP, PEPSection, PEPStep, PEPVersion
from peps.permissions import check_can_change
from peps.rules import workflow
from peps.rules.form import Missing
from peps.rules.quality import Grade
from peps.rules.workflow import CONTRIBUTOR_LABELS, State, Step
from peps.services import cycle as opening
from peps.services import presenting, quality, signing
from peps.services.content import content_of, missing_before_submission


def _locked(pep: PEP, step: Step, actor: Any) -> PEP:
    """The row for this transaction; raises PermissionDenied or ValidationError when the step cannot be taken."""
    if actor is not None:
        check_can_change(actor, pep)
    row: PEP = PEP.objects.select_for_update().get(pk=pep.pk)
    role = None if actor is None else Role(actor.role)
    if role is not None and role not in step.by:
        raise PermissionDenied(workflow.why_not(step, State(row.state), role))
    if reason := workflow.why_not(step, State(row.state), role):
        raise ValidationError(reason)
    return row


def _take(
    pep: PEP,
    step: Step,
    *,
    actor: Any,
    now: datetime,
    reason: str = "",
    sections: tuple[str, ...] = (),
    fields: Mapping[str, Any] | None = None,
    back_to: State | None = None,
) -> PEP:
    """Write the new state, its trace in the PEP's own log and in the access log."""
    if step.needs_reason and not reason.strip():
        raise ValidationError({"reason": "Say why: the people who work on the PEP read it"})
    source = pep.state
    pep.state = (back_to or step.target).value
    for name, value in (fields or {}).items():
        setattr(pep, name, value)
    with acting_as(actor, service=f"peps.{step.name}"):
        pep.save(update_fields=["state", *(fields or {})])
        PEPStep.objects.create(
            pep=pep,
            name=step.name,
            source=source,
            target=pep.state,
            by=actor,
            at=now,
            reason=reason.strip(),
            sections=list(sections),
            version=_version(pep),
        )
        if actor is not None:
            record_access(
                None, Access.DECIDED, user=actor, subject=pep.pupil, detail={"pep": pep.pk, "step": step.name}
            )
    return pep


def _version(pep: PEP) -> int:
    latest = PEPVersion.objects.filter(pep=pep).order_by("-number").values_list("number", flat=True).first()
    return latest or 1


@transaction.atomic
def arrange(*, pep: PEP, today: date, actor: Any) -> PEP:
    """A meeting is set: the PEP is in preparation. What a planned one is made of is fixed now (form, phase, sections).

    Raises PermissionDenied, or ValidationError for a plan whose meeting was held.
    """
    step = workflow.STEPS["arrange"]
    row = _locked(pep, step, actor)
    fields = opening.fixed_at_opening(row, today) if row.state == State.PLANNED else {}
    return _take(row, step, actor=actor, now=timezone.now(), fields=fields)


@transaction.atomic
def record_meeting(*, pep: PEP, held_on: date, today: date, actor: Any) -> PEP:
    """Record the day on which the meeting was held; a day recorded wrongly is corrected the same way.

    Raises PermissionDenied, or ValidationError for a plan that was submitted and for a day in the future or of
    another term.
    """
    step = workflow.STEPS["hold"]
    row = _locked(pep, step, actor)
    if held_on > today:
        raise ValidationError({"held_on": "The meeting must have been held: give today or an earlier day"})
    before = cycle.previous_term_end(row.academic_year, time_rules.Season(row.season))
    if held_on <= before:
        raise ValidationError(
            {"held_on": f"{row.term_label} begins after {before:%-d %B %Y}: an earlier meeting belongs to another PEP"}
        )
    return _take(row, step, actor=actor, now=timezone.now(), fields={"held_on": held_on})


class NotComplete(ValidationError):
    """The PEP lacks what it needs; `missing` lists it with section and field."""

    def __init__(self, missing: list[Missing]) -> None:
        self.missing = missing
        super().__init__(f"{len(missing)} things are missing before this PEP can be submitted.")


@transaction.atomic
def submit(*, pep: PEP, actor: Any) -> PEP:
    """The school hands the plan to the Virtual School. What was written is frozen as a version.

    Raises PermissionDenied, ValidationError, or NotComplete with the list of what is missing.
    """
    step = workflow.STEPS["submit"]
    row = _locked(pep, step, actor)
    if missing := missing_before_submission(row):
        raise NotComplete(missing)
    now = timezone.now()
    with acting_as(actor, service="peps.submit"):
        PEPSection.objects.filter(pep=row).exclude(returned_because="").update(returned_because="")
        number = PEPVersion.objects.filter(pep=row).count() + 1
        PEPVersion.objects.create(pep=row, number=number, content=content_of(row), made_at=now, made_by=actor)
    return _take(row, step, actor=actor, now=now, fields={"submitted_at": now})


@transaction.atomic
def return_sections(*, pep: PEP, reasons: Mapping[str, str], actor: Any) -> PEP:
    """Send sections back to who wrote them, each with its reason; the others stay closed.

    `reasons` is {section code: why}. Raises PermissionDenied or ValidationError.
    """
    step = workflow.STEPS["return"]
    row = _locked(pep, step, actor)
    known = {s.code for s in row.form_sections} | {"J", "R"}
    given = {code: why.strip() for code, why in reasons.items() if why.strip()}
    if not given:
        raise ValidationError("Say of at least one section what is to be mended, and why.")
    if unknown := sorted(set(given) - known):
        raise ValidationError(f"This PEP has no section {', '.join(unknown)}.")
    with acting_as(actor, service="peps.return"):
        for code, why in given.items():
            PEPSection.objects.update_or_create(
                pep=row, code=code, defaults={"returned_because": why, "ready_at": None, "ready_by": None}
            )
    words = " ".join(f"{code}: {why}" for code, why in sorted(given.items()))
    return _take(row, step, actor=actor, now=timezone.now(), reason=words, sections=tuple(sorted(given)))


def reasons_against_approval(pep: PEP) -> list[str]:
    """Why a submitted plan cannot be approved yet, as sentences."""
    check = quality.latest_check(pep)
    found = []
    if check is None:
        found.append("Nobody has graded it yet: quality assurance comes first.")
    elif check.overall == Grade.RED:
        found.append("It was graded red: return the sections that failed.")
    if missing := signing.missing_parties(pep):
        words = ", ".join(CONTRIBUTOR_LABELS[party].lower() for party in missing)
        found.append(f"Not signed off, and no reason recorded: {words}.")
    return found


@transaction.atomic
def approve(*, pep: PEP, actor: Any) -> PEP:
    """The Virtual School takes the plan as good; the child's earlier approved plans are superseded.

    Raises PermissionDenied, or ValidationError while it is not graded, is graded red, or lacks a sign-off.
    """
    step = workflow.STEPS["approve"]
    row = _locked(pep, step, actor)
    if reasons := reasons_against_approval(row):
        raise ValidationError(reasons)
    now = timezone.now()
    earlier = PEP.objects.filter(pupil=row.pupil, due_on__lt=row.due_on, state__in=[State.APPROVED, State.LOCKED])
    # The Virtual School may write until now: what it takes as good is what is printed and kept.
    newest = PEPVersion.objects.filter(pep=row).order_by("-number").first()
    if newest is not None:
        newest.content = content_of(row)
        with acting_as(actor, service="peps.approve"):
            newest.save(update_fields=["content"])
    for old in earlier.select_for_update():
        _take(old, workflow.STEPS["supersede"], actor=actor, now=now)
    return _take(row, step, actor=actor, now=now, fields={"approved_at": now})


@transaction.atomic
def lock(*, pep: PEP, actor: Any) -> PEP:
    """Close an approved plan for good: at once by the Virtual School, some days after the approval by the system.

    `actor` is None for the system. From now on only addenda are added. Raises PermissionDenied or ValidationError.
    """
    now = timezone.now()
    step = workflow.STEPS["lock"]
    return _take(_locked(pep, step, actor), step, actor=actor, now=now, fields={"locked_at": now})


@transaction.atomic
def reopen(*, pep: PEP, reason: str, actor: Any) -> PEP:
    """The Virtual School Head opens an approved plan again; what was approved stays readable as its version."""
    step = workflow.STEPS["reopen"]
    row = _locked(pep, step, actor)
    presenting.keep_latest(pep=row, today=timezone.localdate())
    # Nobody signed what will be written now; who signed what was approved stands in the version that is kept.
    with acting_as(actor, service="peps.reopen"):
        row.sign_offs.all().delete()
    fields = {"approved_at": None, "locked_at": None}
    return _take(row, step, actor=actor, now=timezone.now(), reason=reason, fields=fields)


@transaction.atomic
def set_aside(*, pep: PEP, reason: str, actor: Any) -> PEP:
    """The plan is not required (the child left care, moved to another authority, died).

    Raises PermissionDenied, or ValidationError while a meeting lies ahead: whoever was asked would come.
    """
    step = workflow.STEPS["set_aside"]
    row, now = _locked(pep, step, actor), timezone.now()
    ahead = row.meetings.standing().filter(starts_at__gt=now).first()
    if ahead is not None and row.waits_for_meeting:
        raise ValidationError(
            f"A meeting is set for {timezone.localtime(ahead.starts_at):%-d %B %Y}: cancel it and tell those who were"
            " asked, then say that this plan is not required."
        )
    return _take(row, step, actor=actor, now=now, reason=reason)


@transaction.atomic
def take_up(*, pep: PEP, reason: str, actor: Any) -> PEP:
    """A plan that was set aside is wanted again: it goes on where it was left."""
    step = workflow.STEPS["take_up"]
    row = _locked(pep, step, actor)
    left = PEPStep.objects.filter(pep=row, name="set_aside").order_by("-at", "-pk").first()
    back_to = State(left.source) if left is not None and left.source in step.back else None
    return _take(row, step, actor=actor, now=timezone.now(), reason=reason, back_to=back_to)

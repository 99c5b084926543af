"""Targets of a PEP: set with all that makes them one, reviewed at the next, stepped down where they were not met."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Role
from peps.models import PEP, Target
from peps.permissions import check_can_change
from peps.rules import targets as rules
from peps.rules.workflow import WRITES_AS, Contributor, State
from peps.services.content import unreviewed_targets

WRITERS = {Contributor.TEACHER, Contributor.ADVISER}
FIELDS = (
    "kind", "horizon", "need", "outcome", "why", "how", "measure", "measure_from", "measure_to", "owner_name", "due_on",
    "cost", "cost_words", "child_view", "from_voice",
)  # fmt: skip


def check_can_set_targets(user: Any, pep: PEP) -> None:
    """The school and the Virtual School set and review targets until the plan is submitted, or when they come back."""
    check_can_change(user, pep)
    writer = WRITES_AS.get(Role(user.role))
    if writer not in WRITERS:
        raise PermissionDenied("Targets are set by the school and the Virtual School.")
    state = State(pep.state)
    returned = state is State.RETURNED and pep.sections.filter(code="J").exclude(returned_because="").exists()
    if state in {State.OPEN, State.MEETING_HELD} or returned:
        return
    if writer is Contributor.ADVISER and state in {State.PLANNED, State.SUBMITTED, State.RETURNED}:
        return
    raise PermissionDenied(f"This PEP is {pep.get_state_display().lower()}: its targets cannot be changed now.")


def can_set_targets(user: Any, pep: PEP) -> bool:
    try:
        check_can_set_targets(user, pep)
    except PermissionDenied:
        return False
    return True


def failed_outcomes(pep: PEP) -> list[str]:
    """What earlier targets of the child wanted and was not reached."""
    earlier = Target.objects.filter(pep__pupil_id=pep.pupil_id, pep__due_on__lt=pep.due_on, result__in=rules.FAILED)
    return list(earlier.values_list("outcome", flat=True))


@transaction.atomic
def save_target(
    *,
    pep: PEP,
    values: Mapping[str, Any],
    actor: Any,
    today: date,
    target: Target | None = None,
    stepped_from: Target | None = None,
) -> Target:
    """Set a target, or change one. What is vague or missing is refused field by field with a hint.

    Raises PermissionDenied, or ValidationError ({field: hint}).
    """
    check_can_set_targets(actor, pep)
    PEP.objects.select_for_update().get(pk=pep.pk)
    if target is None:
        number = (pep.targets.aggregate(last=Max("number"))["last"] or 0) + 1
        target = Target(pep=pep, number=number, stepped_from=stepped_from)
    elif target.result:
        raise ValidationError("This target was reviewed already: it is kept as it was.")
    for name in FIELDS:
        setattr(target, name, values[name])
    hints = rules.hints_for(target.draft, today=today, failed=failed_outcomes(pep))
    if hints:
        raise ValidationError({form_field(hint.field): hint.text for hint in hints})
    with acting_as(actor, service="peps.save_target"):
        target.save()
        _trace(pep, actor, target=target.number)
    return target


def form_field(name: str) -> str:
    """The form's field of a hint of the rules."""
    return "owner_name" if name == "owner" else name


@transaction.atomic
def remove_target(*, target: Target, actor: Any) -> None:
    """Take a target of a plan in work away; one that was reviewed stays."""
    check_can_set_targets(actor, target.pep)
    if target.result:
        raise ValidationError("This target was reviewed already: it is kept as it was.")
    with acting_as(actor, service="peps.remove_target"):
        _trace(target.pep, actor, removed=target.number)
        target.delete()


@transaction.atomic
def review_target(
    *, pep: PEP, target: Target, result: str, evidence: str, money_impact: str, actor: Any, today: date
) -> Target:
    """Say at the next PEP what came of a target. `pep` is the plan in work, `target` one of an earlier plan.

    Raises PermissionDenied, or ValidationError without evidence, or for a target that is not one of an earlier plan.
    """
    check_can_set_targets(actor, pep)
    row: Target = Target.objects.select_for_update(of=("self",)).select_related("pep").get(pk=target.pk)
    if row.pep.pupil_id != pep.pupil_id or row.pep.due_on >= pep.due_on:
        raise ValidationError("Only targets of this child's earlier PEPs are reviewed here.")
    if not evidence.strip():
        raise ValidationError({"evidence": "Say what shows it: a mark, a date, what people saw"})
    if row.cost is not None and not money_impact.strip():
        raise ValidationError({"money_impact": "Money was given for this target: say what came of it"})
    row.result, row.evidence, row.money_impact = rules.Outcome(result).value, evidence.strip(), money_impact.strip()
    row.reviewed_on, row.reviewed_by = today, actor
    with acting_as(actor, service="peps.review_target"):
        row.save(update_fields=["result", "evidence", "money_impact", "reviewed_on", "reviewed_by"])
        _trace(pep, actor, reviewed=row.pk)
    return row


def _trace(pep: PEP, actor: Any, **detail: Any) -> None:
    record_access(None, Access.DECIDED, user=actor, subject=pep.pupil, detail={"pep": pep.pk, **detail})


def earlier_targets(pep: PEP) -> list[Target]:
    """The targets of the child's last plan and whatever is not reviewed of those before."""
    last = PEP.objects.filter(pupil_id=pep.pupil_id, due_on__lt=pep.due_on, targets__isnull=False).order_by("-due_on")
    last_pk = last.values_list("pk", flat=True).first()
    unreviewed = set(unreviewed_targets(pep).values_list("pk", flat=True))
    rows = Target.objects.filter(pep__pupil_id=pep.pupil_id).select_related("pep", "reviewed_by")
    return [t for t in rows.order_by("-pep__due_on", "number") if t.pep_id == last_pk or t.pk in unreviewed]

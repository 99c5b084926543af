"""Move children from one person to a successor of the same role, as from a day; and take back a planned move."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import User
from core.permissions import check_can_arrange_cover
from core.wording import count_of
from pupils.caseloads import MOVED_ROLES, why_not_on
from pupils.models import Allocation, Pupil


def caseload_of(person: User, kind: str, on: date) -> QuerySet[Allocation]:
    """The person's allocations of a kind on a day, with their children, by name."""
    rows = Allocation.objects.current(on).filter(user=person, kind=kind).select_related("pupil")
    return rows.order_by("pupil__sort_name", "pupil__child_id")


@transaction.atomic
def move_children(
    *, person: User, kind: str, successor: User, pupil_ids: Collection[int], on: date, today: date, actor: Any
) -> int:
    """From `on` the successor works with these children, and the person no more; returns how many moved.

    All or none. One audit row a child. Raises PermissionDenied, and ValidationError for a successor of another role
    or with a closed account, a day out of range, no child, and children who are not the person's alone to move: moved
    in the meantime, or with a change planned already.
    """
    check_can_arrange_cover(actor)
    if problem := why_not_on(on, today):
        raise ValidationError({"on": problem})
    _check_successor(person, kind, successor)
    wanted = set(pupil_ids)
    if not wanted:
        raise ValidationError({"children": "Tick at least one child"})
    # The children are locked, so that two who move them at once wait for one another and the second sees the first.
    list(Pupil.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    rows = list(caseload_of(person, kind, today).filter(pupil__in=wanted))
    _check_still_there(wanted, rows)
    with acting_as(actor, service="pupils.move_children"):
        for row in rows:
            _move(row, successor, on)
    for row in rows:
        _decided(actor, row.pupil, "child moved", kind=kind, person=person.pk, successor=successor.pk, on=str(on))
    return len(rows)


def _move(row: Allocation, successor: User, on: date) -> None:
    if row.from_on >= on:  # began today: what counts is from whom the child was taken first
        row.user, row.moved_from = successor, row.moved_from or row.user
        row.save(update_fields=["user", "moved_from"])
        return
    before, row.to_on = row.user, on
    row.save(update_fields=["to_on"])
    Allocation.objects.create(pupil=row.pupil, user=successor, kind=row.kind, from_on=on, moved_from=before)


@transaction.atomic
def cancel_planned_move(*, allocation: Allocation, today: date, actor: Any) -> None:
    """A move that was planned for a later day does not happen: who works with the child now goes on.

    Raises PermissionDenied, and ValidationError for one that has begun or is no move.
    """
    check_can_arrange_cover(actor)
    Pupil.objects.select_for_update().get(pk=allocation.pupil_id)
    planned = Allocation.objects.filter(pk=allocation.pk, moved_from__isnull=False, from_on__gt=today).first()
    if planned is None:
        raise ValidationError("This move has happened or was taken back.")
    with acting_as(actor, service="pupils.cancel_planned_move"):
        pupil, kind, on = planned.pupil, planned.kind, planned.from_on
        planned.delete()
        Allocation.objects.filter(pupil=pupil, kind=kind, to_on=on).update(to_on=None)
    _decided(actor, pupil, "planned move taken back", kind=kind, on=str(on))


def _check_successor(person: User, kind: str, successor: User) -> None:
    if successor.pk == person.pk:
        raise ValidationError({"successor": "Choose somebody else"})
    if kind not in {role.value for role in MOVED_ROLES} or successor.role != kind:
        label = dict(Allocation.Kind.choices).get(kind, kind)
        raise ValidationError({"successor": f"Choose somebody of the same role: {label}"})
    if not successor.is_active:
        raise ValidationError({"successor": f"The account of {successor.name} is deactivated"})


def _check_still_there(wanted: set[int], rows: list[Allocation]) -> None:
    gone = len(wanted - {row.pupil_id for row in rows})
    planned = sum(row.to_on is not None for row in rows)
    if gone:
        raise ValidationError(f"{count_of(gone, 'child is,children are')} not this person's any more: look again")
    if planned:
        text = count_of(planned, "child has,children have")
        raise ValidationError(f"{text} a change planned already: take it back first")


def _decided(actor: Any, pupil: Pupil, what: str, **detail: Any) -> None:
    detail = {"decision": what, **detail}
    record_access(None, Access.DECIDED, user=actor, subject=pupil, screen="pupils:caseload", detail=detail)

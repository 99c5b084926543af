"""Deciding conflicts, and deriving anew what counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from attendance.models import EffectiveRegister, MarkConflict, Register
from attendance.permissions import CannotDecide, check_can_reopen, check_can_resolve
from core.actor import acting_as
from core.audit import Access, record_access
from core.feeds.locks import take_turn
from core.models import User

__all__ = ["CannotDecide", "rebuild_effective", "reopen_decision", "resolve_conflict", "resolve_school_week"]

State = MarkConflict.State
CHUNK = 2_000
"""Children whose registers are derived at once: bounds the memory of a whole county's years."""


@transaction.atomic
def resolve_conflict(
    *, conflict: MarkConflict, chosen: Register, actor: User, at: datetime | None = None
) -> MarkConflict:
    """Let the chosen register's mark count for the session. Raises CannotDecide with the reason in words.

    `at` is the moment of the decision, now unless given: what is decided together has the same.
    """
    row = MarkConflict.objects.select_for_update().get(pk=conflict.pk)
    check_can_resolve(actor, row)
    if chosen.pk not in {row.first_id, row.second_id}:
        raise CannotDecide("The register chosen is not one of the two that differ.")
    _decide([row], {row.pk: chosen.pk}, actor, at or timezone.now())
    return row


@transaction.atomic
def resolve_school_week(*, conflict: MarkConflict, chosen: Register, actor: User) -> int:
    """Decide a conflict, and all open ones of the same two sources at the same school in its week, alike.

    Returns how many were decided. Raises CannotDecide as `resolve_conflict`.
    """
    other = conflict.second if chosen.pk == conflict.first_id else conflict.first
    monday = conflict.on - timedelta(days=conflict.on.weekday())
    # All rows at once and in their order, as deriving locks them: else the two could wait for each other.
    week = list(
        MarkConflict.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("pupil", "first", "second")
        .filter(state=State.OPEN, on__gte=monday, on__lt=monday + timedelta(days=7))
        .filter(Q(first__school=chosen.school_id) | Q(second__school=chosen.school_id))
        .order_by("pk")
    )
    at = timezone.now()
    resolve_conflict(conflict=conflict, chosen=chosen, actor=actor, at=at)
    rows = [row for row in week if row.pk != conflict.pk]
    choices: dict[int, int] = {}
    alike = []
    for row in rows:
        for mine, theirs in ((row.first, row.second), (row.second, row.first)):
            if _same_side(mine, chosen) and _same_side(theirs, other):
                choices[row.pk] = mine.pk
                alike.append(row)
                break
    _decide(alike, choices, actor, at)
    return 1 + len(alike)


@transaction.atomic
def reopen_decision(*, conflict: MarkConflict, actor: User) -> int:
    """Take a decision back, with all that was decided by the same click: what is proposed counts again.

    Returns how many conflicts are open again. Raises CannotDecide with the reason in words.
    """
    row = MarkConflict.objects.select_for_update().get(pk=conflict.pk)
    check_can_reopen(actor, row)
    rows = list(
        MarkConflict.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("pupil")
        .filter(state=State.RESOLVED, decided_by=row.decided_by_id, decided_at=row.decided_at)
        .order_by("pk")
    )
    with acting_as(actor):
        for one in rows:
            one.state, one.chosen, one.decided_by, one.decided_at = State.OPEN, None, None, None
        MarkConflict.objects.bulk_update(rows, ["state", "chosen", "decided_by", "decided_at"], batch_size=500)
        for one in rows:
            _put_mark(one.pupil_id, one.academic_year, one.place, one.first_mark)
    for one in rows:
        _record_decision(one, actor, {"conflict": one.pk, "reopened": True})
    return len(rows)


def _same_side(one: Register, other: Register) -> bool:
    return (one.source, one.school_id) == (other.source, other.school_id)


def _decide(rows: Sequence[MarkConflict], choices: dict[int, int], actor: User, at: datetime) -> None:
    if not rows:
        return
    with acting_as(actor):
        for row in rows:
            row.state, row.chosen_id = State.RESOLVED, choices[row.pk]
            row.decided_by, row.decided_at = actor, at
        MarkConflict.objects.bulk_update(rows, ["state", "chosen", "decided_by", "decided_at"], batch_size=500)
        for row in rows:
            symbol = row.first_mark if row.chosen_id == row.first_id else row.second_mark
            _put_mark(row.pupil_id, row.academic_year, row.place, symbol)
    for row in rows:
        _record_decision(row, actor, {"conflict": row.pk, "register": row.chosen_id})


def _record_decision(row: MarkConflict, actor: User, detail: dict[str, Any]) -> None:
    record_access(None, Access.DECIDED, user=actor, subject=row.pupil, screen="attendance:conflicts", detail=detail)


def _put_mark(pupil_id: int, academic_year: int, place: int, symbol: str) -> None:
    register = EffectiveRegister.objects.select_for_update().get(pupil_id=pupil_id, academic_year=academic_year)
    register.marks = register.marks[:place] + symbol + register.marks[place + 1 :]
    register.save(update_fields=["marks"])


def settle_conflicts_anew() -> None:
    """Derive anew whatever two sources differ about: whose mark is proposed rests on where the child is on roll.

    In the transaction of the change. Without a conflict no school place plays a part in which mark counts.
    """
    from attendance.register.effective import derive
    from attendance.register.sessions import SessionMasks

    years: dict[int, set[int]] = defaultdict(set)
    for pupil, year in MarkConflict.objects.values_list("pupil_id", "academic_year").distinct():
        years[year].add(pupil)
    masks = SessionMasks()
    for year, pupils in sorted(years.items()):
        derive(sorted(pupils), year, masks=masks)


def rebuild_effective(*, academic_years: Sequence[int] | None = None) -> int:
    """Derive the effective registers of whole years anew (all years, when none are named), after a change of
    term dates or school places. Returns how many changed."""
    from attendance.register.effective import derive
    from attendance.register.sessions import SessionMasks

    years = academic_years
    if years is None:
        years = sorted(Register.objects.values_list("academic_year", flat=True).distinct())
    changed = 0
    masks = SessionMasks()
    for year in years:
        rows = Register.objects.filter(academic_year=year).values_list("pupil_id", flat=True)
        pupils = sorted(set(rows))
        for at in range(0, len(pupils), CHUNK):
            with transaction.atomic():
                # In turn with feeds: what one of them stores meanwhile must not be overwritten by what was read before.
                take_turn(lambda: None)
                changed += derive(pupils[at : at + CHUNK], year, masks=masks)
    return changed

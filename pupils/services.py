"""What happens to the roll by a person's or a feed's decision: one function, one use case, one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Min

from core.actor import acting_as
from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage
from pupils.models import Allocation, CareEpisode


@dataclass(frozen=True, slots=True)
class AllocationChange:
    """From now on this person works with the child in this part (Allocation.Kind)."""

    pupil_id: int
    kind: str
    user_id: int


@dataclass(frozen=True, slots=True)
class _Current:
    pk: int
    user_id: int
    from_on: date
    to_on: date | None


def pending_changes(changes: Iterable[AllocationChange], *, on: date) -> list[AllocationChange]:
    """Those of the changes that would change something on a day (the person is not already allocated)."""
    wanted = {(c.pupil_id, c.kind): c for c in changes}
    current = _current({key[0] for key in wanted}, on)
    return [
        change
        for key, change in wanted.items()
        if key not in current or current[key].user_id != change.user_id or current[key].to_on is not None
    ]


@transaction.atomic
def change_allocations(*, changes: Iterable[AllocationChange], on: date, actor: Any) -> int:
    """From `on`, these people work with these children; who did before ended then. Returns how many changed.

    The first person ever of a kind is taken to have worked with the child since the child's first episode (from
    `on` where there is none): a file that names people does not say since when. A second change on one day
    replaces the first, and what was planned for a later day is dropped. Eight statements, whatever the number of
    children.
    """
    todo = pending_changes(changes, on=on)
    pupils = {c.pupil_id for c in todo}
    current = _current(pupils, on)
    known = set(Allocation.objects.filter(pupil_id__in=pupils).values_list("pupil_id", "kind"))
    first_episode = dict(
        CareEpisode.objects.filter(pupil_id__in=pupils).values_list("pupil_id").annotate(first=Min("decom"))
    )
    ended: list[tuple[int, date | None]] = []
    replaced: list[tuple[int, int]] = []
    new: list[tuple[int, int, str, date]] = []
    for change in todo:
        before = current.get((change.pupil_id, change.kind))
        if before is not None and before.from_on >= on:
            replaced.append((before.pk, change.user_id))
        elif before is not None and before.user_id == change.user_id:
            ended.append((before.pk, None))
        else:
            if before is not None:
                ended.append((before.pk, on))
            since = on
            if (change.pupil_id, change.kind) not in known:
                since = min(on, first_episode.get(change.pupil_id, on))
            new.append((change.pupil_id, change.user_id, change.kind, since))
    with acting_as(actor):
        _drop_planned({(c.pupil_id, c.kind) for c in todo}, on)
        if ended:
            stage("stage_ended", {"id": "bigint", "to_on": "date"}, ended)
            update_from_stage("pupils_allocation", "stage_ended", ["to_on"])
        if replaced:
            stage("stage_replaced", {"id": "bigint", "user_id": "bigint"}, replaced)
            update_from_stage("pupils_allocation", "stage_replaced", ["user_id"])
            Allocation.objects.filter(pk__in=[pk for pk, _ in replaced]).update(moved_from=None)
        copy_rows(Allocation, ["pupil_id", "user_id", "kind", "from_on"], new)
    return len(todo)


def _drop_planned(keys: set[tuple[int, str]], on: date) -> None:
    later = Allocation.objects.filter(pupil_id__in={pupil_id for pupil_id, _ in keys}, from_on__gt=on)
    planned = [pk for pk, *key in later.values_list("pk", "pupil_id", "kind") if tuple(key) in keys]
    if planned:
        Allocation.objects.filter(pk__in=planned).delete()


def _current(pupil_ids: Iterable[int], on: date) -> dict[tuple[int, str], _Current]:
    rows = Allocation.objects.current(on).filter(pupil_id__in=list(pupil_ids))
    return {
        (pupil_id, kind): _Current(pk, user_id, from_on, to_on)
        for pk, pupil_id, kind, user_id, from_on, to_on in rows.values_list(
            "pk", "pupil_id", "kind", "user_id", "from_on", "to_on"
        )
    }

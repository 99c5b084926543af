"""What a roll file may change of a caseload that the Virtual School Head moved.

The file stays the source: whoever else it names takes the child over, planned move or not. But while it names the
person from whom the child was taken it is only out of date: the move stands and the delivery says so. Once it has named
the successor, the two agree, and from then on it decides as ever.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from pupils.models import Allocation
from pupils.services import AllocationChange


@dataclass(frozen=True)
class Settled:
    """`held`: changes that would undo a move, each with the allocation that stands. `confirmed`: moves that agree."""

    changes: list[AllocationChange] = field(default_factory=list)
    held: list[tuple[AllocationChange, Allocation]] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)


def settle(changes: Iterable[AllocationChange], *, on: date) -> Settled:
    """What of the staff in a file counts on a day."""
    wanted = list(changes)
    moves = _moves_of({c.pupil_id for c in wanted})
    settled = Settled()
    for change in wanted:
        of_child = moves.get((change.pupil_id, change.kind), [])
        move = of_child[0] if of_child and (of_child[0].to_on is None or of_child[0].to_on > on) else None
        if move is None:
            settled.changes.append(change)
        elif change.user_id in _left(of_child):
            settled.held.append((change, move))
        elif change.user_id != move.user_id:
            settled.changes.append(change)
        elif move.from_on <= on:
            settled.confirmed.append(move.pk)
    return settled


def _moves_of(pupil_ids: set[int]) -> dict[tuple[int, str], list[Allocation]]:
    """Allocations by a move that no file has agreed with yet, the latest first."""
    rows = Allocation.objects.filter(pupil_id__in=pupil_ids, moved_from__isnull=False)
    found: dict[tuple[int, str], list[Allocation]] = defaultdict(list)
    for row in rows.select_related("user").order_by("-from_on"):
        found[row.pupil_id, row.kind].append(row)
    return found


def _left(moves: list[Allocation]) -> set[int | None]:
    """From whom the child was taken by the last move, and by those right before it: a file may be older than all."""
    people = {moves[0].moved_from_id}
    for later, earlier in pairwise(moves):
        if earlier.user_id != later.moved_from_id or earlier.to_on != later.from_on:
            break
        people.add(earlier.moved_from_id)
    return people - {moves[0].user_id}


def confirm(allocation_ids: Iterable[int]) -> None:
    """The file names the successors too: from now on it decides again."""
    Allocation.objects.filter(pk__in=list(allocation_ids)).update(moved_from=None)

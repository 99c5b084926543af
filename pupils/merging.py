"""How the rows of the roll follow when two records of a child become one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pupils.duplicates.handling import (
    LATER_DELIVERY,
    Add,
    Change,
    Drop,
    Handling,
    Move,
    Step,
    later_delivery,
    register,
)
from pupils.models import (
    Allocation,
    CareEpisode,
    ChildMerge,
    Delegation,
    NotTheSameChild,
    ReturnRecord,
    SchoolPlace,
    YearGroup,
)

WORKED_ALREADY = "the surviving record's people stay; others stay for the time before and after them"
DELEGATED_ALREADY = "the surviving record is open to the same colleague already"
SAME_SCHOOL = "two times on roll at one school that overlap are one"
Span = tuple[date, date | None]


def without(span: Span, taken: list[Span]) -> list[Span]:
    """The parts of a span that none of the others covers, in order."""
    parts = [span]
    for from_on, to_on in taken:
        left: list[Span] = []
        for start, end in parts:
            if (to_on is not None and to_on <= start) or (end is not None and end <= from_on):
                left.append((start, end))
                continue
            if start < from_on:
                left.append((start, from_on))
            if to_on is not None and (end is None or to_on < end):
                left.append((to_on, end))
        parts = left
    return parts


def allocations(kept: int, other: int, name: str) -> Iterator[Step]:
    """One person of a kind at a time: the other record's people keep the times that are free."""
    mine = list(Allocation.objects.filter(pupil=kept))
    moving = []
    for row in Allocation.objects.filter(pupil=other).order_by("pk"):
        taken = [(a.from_on, a.to_on) for a in mine if a.kind == row.kind]
        parts = without((row.from_on, row.to_on), taken)
        if not parts:
            yield Drop(row, WORKED_ALREADY)
            continue
        if parts[0] != (row.from_on, row.to_on):
            yield Change(row, {"from_on": parts[0][0], "to_on": parts[0][1]}, WORKED_ALREADY)
        moving.append(row.pk)
        for from_on, to_on in parts[1:]:
            yield Add(Allocation(pupil_id=kept, user_id=row.user_id, kind=row.kind, from_on=from_on, to_on=to_on))
    if moving:
        yield Move(Allocation, name, moving, kept)


def places(kept: int, other: int, name: str) -> Iterator[Step]:
    """Two times on roll at one school, in one way, that overlap or meet become one from the first day to the last."""
    mine = {place.pk: place for place in SchoolPlace.objects.filter(pupil=kept)}
    moving = []
    for row in SchoolPlace.objects.filter(pupil=other).order_by("from_on"):
        twins = [p for p in mine.values() if _one_time(p, row)]
        if not twins:
            moving.append(row.pk)
            continue
        twin, *more = sorted(twins, key=lambda p: p.from_on)
        for one in more:
            yield Drop(one, SAME_SCHOOL)
            del mine[one.pk]
        yield Drop(row, SAME_SCHOOL)
        span = _union([*twins, row])
        if span != (twin.from_on, twin.to_on):
            before = SchoolPlace.objects.get(pk=twin.pk)
            yield Change(before, {"from_on": span[0], "to_on": span[1]}, SAME_SCHOOL)
            twin.from_on, twin.to_on = span
    if moving:
        yield Move(SchoolPlace, name, moving, kept)


def delegations(kept: int, other: int, name: str) -> Iterator[Step]:
    """One giver opens one child to one colleague once at a time: of two that overlap the surviving record's stays."""
    mine = list(Delegation.objects.filter(pupil=kept, ended_at=None))
    moving = []
    for row in Delegation.objects.filter(pupil=other).order_by("pk"):
        twins = [
            d
            for d in mine
            if (d.school_id, d.given_by_id, d.colleague_id) == (row.school_id, row.given_by_id, row.colleague_id)
            and d.from_on < row.to_on
            and row.from_on < d.to_on
        ]
        if twins and row.ended_at is None:
            yield Drop(row, DELEGATED_ALREADY)
        else:
            moving.append(row.pk)
    if moving:
        yield Move(Delegation, name, moving, kept)


def _one_time(one: Any, other: Any) -> bool:
    """At one school in one way without a day between; places that began on one day are one whatever the way."""
    if one.school_id != other.school_id or (one.kind != other.kind and one.from_on != other.from_on):
        return False
    return (one.to_on is None or other.from_on <= one.to_on) and (other.to_on is None or one.from_on <= other.to_on)


def _union(rows: list[Any]) -> Span:
    ends = [row.to_on for row in rows]
    return min(row.from_on for row in rows), None if None in ends else max(ends)


def said_apart(kept: int, other: int, name: str) -> Iterator[Step]:
    """Pairs that a person said are two children: of each two that become one the first stays, in the right order."""
    known = {frozenset(pair) for pair in _pairs().filter(**{name: kept}).values_list("first_id", "second_id")}
    known |= {frozenset(pair) for pair in _pairs().filter(**{_mate(name): kept}).values_list("first_id", "second_id")}
    for row in _pairs().filter(**{name: other}).order_by("pk"):
        mate = getattr(row, f"{_mate(name)}_id")
        if mate == kept or frozenset({kept, mate}) in known:
            yield Drop(row, "the surviving record has the same row")
            continue
        first, second = sorted((kept, mate))
        yield Change(row, {"first_id": first, "second_id": second}, "the pair names the surviving record")
        known.add(frozenset({kept, mate}))


def _pairs() -> Any:
    return NotTheSameChild.objects.all()


def _mate(name: str) -> str:
    return "second" if name == "first" else "first"


register(
    Handling(model=CareEpisode, stays=later_delivery, why=LATER_DELIVERY),
    Handling(model=ReturnRecord, stays=later_delivery, why=LATER_DELIVERY),
    Handling(model=YearGroup, stays=later_delivery, why=LATER_DELIVERY),
    Handling(model=SchoolPlace, take_over=places),
    Handling(model=Allocation, take_over=allocations),
    Handling(model=Delegation, take_over=delegations),
    Handling(model=NotTheSameChild, take_over=said_apart),
    Handling(model=ChildMerge),
)

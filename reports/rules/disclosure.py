"""Which numbers of a whole report may leave the team, so that nothing hidden can be worked out again.

`core.suppression` keeps one table safe. A report says the same children many times over: the roll by year group,
by legal status, by school, and then "of school age" once more. What one table hides another may give away. So all
numbers of a report are one set of named numbers with the sums that hold between them, and a hidden number is safe
when a second set of whole numbers agrees with everything that is printed and gives it another value. Where none
is found, more is hidden: smaller numbers before larger, parts before totals.

What the printed parts leave of a printed total is a number too: two hidden statuses that leave 4 children say of
four children what the report hides of one. Where that rest is 1 to 5, one more part is hidden with them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from math import lcm
from types import MappingProxyType

from core.figures import SMALL_DENOMINATOR, Figure
from core.suppression import is_small_count

LARGE_GROUP = SMALL_DENOMINATOR + 1
"""A rate of sessions is printed for groups of at least so many children (R-FMT-2's denominator, for sessions)."""


class Why(StrEnum):
    """Why a number is hidden in the public version."""

    SMALL = "small"
    SHARE = "share"
    GROUP = "group"
    PROTECTS = "protects"


REASON_WORDS: Mapping[Why, str] = MappingProxyType(
    {
        Why.SMALL: "It counts 1 to 5 children.",
        Why.SHARE: "The share rests on 5 children or fewer, on a group of 10 or fewer, or leaves out only 1 to 5.",
        Why.GROUP: "The rate is that of a group of 10 children or fewer.",
        Why.PROTECTS: "It would let a reader work out another hidden number, or that hidden ones make 1 to 5 together.",
    }
)


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is the sum of `parts` (names of numbers)."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, both numbers of children; hidden by R-FMT-2 and by its complement."""

    part: str
    whole: str

    @property
    def rest(self) -> str:
        """Name of the complement, which nobody prints but everybody can work out."""
        return f"{self.part} (rest)"


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole` sessions of the children counted by the number `children`."""

    part: str
    whole: str
    children: str

    @property
    def rest(self) -> str:
        return f"{self.part} (rest)"


@dataclass
class Numbers:
    """The numbers of a report by name, what they count, and the sums between them.

    `counts` are numbers of children; shares and rates are hidden as wholes; all others (files, conflicts) are
    printed as they are. `unprinted` are numbers in a sum that the report does not print.
    """

    values: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)
    shares: list[Share] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    unprinted: set[str] = field(default_factory=set)

    @property
    def pairs(self) -> list["Share | Rate"]:
        """Every share and every rate."""
        return [*self.shares, *self.rates]

    def add(self, name: str, value: int, label: str = "") -> str:
        """A number that is no number of children. ValueError when the name has another value already."""
        if self.values.setdefault(name, value) != value:
            raise ValueError(f"{name} is {self.values[name]} and cannot be {value} too.")
        if label:
            self.labels.setdefault(name, label)
        return name

    def count(self, name: str, value: int, label: str = "", *, printed: bool = True) -> str:
        """A number of children."""
        self.add(name, value, label)
        if printed:
            self.counts.add(name)
        else:
            self.unprinted.add(name)
        return name

    def share(self, part: str, whole: str) -> Share:
        """Both numbers are added already; the part is no count of its own but hidden with its share."""
        share = Share(part, whole)
        if share not in self.shares:
            Figure(self.values[part], self.values[whole])
            self.counts.discard(part)
            self.shares.append(share)
        return share

    def rate(self, part: str, whole: str, children: str) -> Rate:
        """Sessions of a group of children."""
        rate = Rate(part, whole, children)
        if rate not in self.rates:
            Figure(self.values[part], self.values[whole])
            self.rates.append(rate)
        return rate

    def sum(self, total: str, parts: Iterable[str]) -> None:
        """State that a number is the sum of others. ValueError when it is not."""
        found = Sum(total, tuple(parts))
        if self.values[total] != sum(self.values[part] for part in found.parts):
            raise ValueError(f"{total} is not the sum of its parts.")
        if found not in self.sums:
            self.sums.append(found)

    def include(self, other: "Numbers") -> None:
        """Take in the numbers of another section; a name in both must have the same value."""
        for name, value in other.values.items():
            self.add(name, value, other.labels.get(name, ""))
        self.counts |= other.counts
        self.unprinted |= other.unprinted
        self.shares += [share for share in other.shares if share not in self.shares]
        self.rates += [rate for rate in other.rates if rate not in self.rates]
        self.sums += [one for one in other.sums if one not in self.sums]
        self.counts -= {share.part for share in self.shares}


def hide_small(numbers: Numbers) -> dict[str, Why]:
    """The numbers that the public version hides, each with the reason; nothing hidden can be worked out."""
    hidden = _first(numbers)
    _with_their_shares(numbers, hidden)
    system = _System(numbers)
    while True:
        if (open_name := system.first_unsafe(hidden)) is not None:
            cover = system.cover_for(open_name, hidden)
            if cover is None:
                # Nothing near it is printed: a reader has no equation to work it out with.
                system.accept(open_name)
                continue
        elif (cover := _printed_part_beside_small_rest(numbers, hidden)) is None:
            return hidden
        hidden[cover] = Why.PROTECTS
        _with_their_shares(numbers, hidden)


def _printed_part_beside_small_rest(numbers: Numbers, hidden: Mapping[str, Why]) -> str | None:
    """The part to hide with hidden ones that leave only 1 to 5 children of a printed total; None where none does."""
    unknown = set(hidden) | numbers.unprinted
    of_children = numbers.counts | {share.part for share in numbers.shares}
    totals = {one.total for one in numbers.sums}
    for one in numbers.sums:
        covered = [part for part in one.parts if part in unknown]
        if one.total in unknown or one.total not in of_children or not hidden.keys() & set(covered):
            continue
        if is_small_count(sum(numbers.values[part] for part in covered)):
            printed = [part for part in one.parts if part not in unknown and numbers.values[part]]
            if printed:
                return min(printed, key=lambda name: (name in totals, numbers.values[name], name))
    return None


def _first(numbers: Numbers) -> dict[str, Why]:
    """What is hidden for its own sake."""
    values = numbers.values
    hidden = {name: Why.SMALL for name in numbers.counts if is_small_count(values[name])}
    for share in numbers.shares:
        figure = Figure(values[share.part], values[share.whole])
        if figure.denominator and (figure.is_small() or is_small_count(figure.complement)):
            hidden[share.part] = Why.SHARE
    for rate in numbers.rates:
        if values[rate.whole] and values[rate.children] < LARGE_GROUP:
            hidden[rate.part] = hidden[rate.whole] = Why.GROUP
    return hidden


def _with_their_shares(numbers: Numbers, hidden: dict[str, Why]) -> None:
    """Where the whole is hidden its part goes too: there is no share to print."""
    for pair in numbers.pairs:
        if pair.whole in hidden and pair.part not in hidden and numbers.values[pair.whole]:
            hidden[pair.part] = hidden[pair.whole]


Vector = dict[str, Fraction]


class _System:
    """The sums of a report as equations, and the search for a second reading of what is hidden."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.values = dict(numbers.values)
        self.rests: dict[str, str] = {}
        self.equations: list[Vector] = []
        for pair in numbers.pairs:
            self.values[pair.rest] = self.values[pair.whole] - self.values[pair.part]
            self.rests[pair.rest] = pair.part
            self._equation(pair.whole, (pair.part, pair.rest))
        for one in numbers.sums:
            self._equation(one.total, one.parts)
        self.totals = {one.total for one in numbers.sums} | {p.whole for p in numbers.pairs}
        self.accepted: set[str] = set()
        self.safe: set[str] = set()

    def _equation(self, total: str, parts: Iterable[str]) -> None:
        row: Vector = {total: Fraction(-1)}
        for part in parts:
            row[part] = row.get(part, Fraction(0)) + 1
        self.equations.append(row)

    def accept(self, name: str) -> None:
        """There is nothing to hide that would help."""
        self.accepted.add(name)

    def first_unsafe(self, hidden: Mapping[str, Why]) -> str | None:
        """A hidden number (or what is left over by a hidden share) that has only one reading, or None."""
        unknown = set(hidden) | self.numbers.unprinted | set(self.rests)
        watched = [*hidden, *(rest for rest, part in self.rests.items() if part in hidden)]
        # What is once safe stays safe: hiding more only leaves a reader more readings.
        open_names = [n for n in watched if n not in self.safe and n not in self.accepted]
        if not open_names:
            return None
        changes = self._changes(unknown)
        for name in sorted(open_names, key=lambda n: (n not in self.totals, n)):
            if not self._has_other_reading(name, changes):
                return name
            self.safe.add(name)
        return None

    def _changes(self, unknown: set[str]) -> list[Vector]:
        """A basis of the changes of unknown numbers that leave every equation true."""
        pivots: dict[str, Vector] = {}
        for equation in self.equations:
            row = {name: c for name, c in equation.items() if name in unknown}
            for name in [n for n in row if n in pivots]:
                _take_out(row, name, pivots[name])
            if not row:
                continue
            lead = min(row, key=lambda n: (n in self.totals, n))
            factor = row[lead]
            row = {name: c / factor for name, c in row.items()}
            for other in pivots.values():
                if lead in other:
                    _take_out(other, lead, row)
            pivots[lead] = row
        inside = {name for row in pivots.values() for name in row}
        free = sorted(name for name in unknown if name not in pivots)
        changes: list[Vector] = []
        for name in free:
            change = {name: Fraction(1)}
            if name in inside:
                change |= {lead: -row[name] for lead, row in pivots.items() if name in row}
            scale = lcm(*(c.denominator for c in change.values()))
            changes.append({n: c * scale for n, c in change.items()})
        return changes

    def _floor(self, name: str) -> int:
        """The least that a reader must think possible: no zero of a count is ever hidden."""
        return 1 if name in self.numbers.counts else 0

    def _agrees(self, change: Vector) -> bool:
        return all(self.values.get(name, 0) + c >= self._floor(name) for name, c in change.items() if c < 0)

    def _has_other_reading(self, name: str, changes: list[Vector]) -> bool:
        """Whether some change of the numbers that nobody can refute moves this one."""
        moving = [change for change in changes if name in change]
        if any(self._agrees(c) or self._agrees(_times(c, -1)) for c in moving):
            return True
        others = [c for c in changes if name not in c]
        return any(self._agrees(c) for c in _pairs(name, moving, others))

    def cover_for(self, name: str, hidden: Mapping[str, Why]) -> str | None:
        """The cheapest printed number to hide so that `name` has another reading: near, a part, small."""
        seen = {name}
        frontier = {name}
        while frontier:
            near = {n for row in self.equations if frontier & row.keys() for n in row} - seen
            printed = [n for n in near if self._may_hide(n, hidden)]
            if printed:
                return min(printed, key=lambda n: (n in self.totals, self.values[n], n))
            seen |= near
            frontier = near
        return None

    def _may_hide(self, name: str, hidden: Mapping[str, Why]) -> bool:
        if name in hidden or name in self.numbers.unprinted or name in self.rests:
            return False
        return not (name in self.numbers.counts and self.values[name] == 0)


def _take_out(row: Vector, name: str, pivot: Vector) -> None:
    """Subtract the pivot's row so that `name` leaves `row`."""
    factor = row[name]
    for other, c in pivot.items():
        left = row.get(other, Fraction(0)) - factor * c
        if left:
            row[other] = left
        else:
            row.pop(other, None)


def _times(change: Vector, factor: int) -> Vector:
    return {name: c * factor for name, c in change.items()}


def _plus(one: Vector, other: Vector) -> Vector:
    total = dict(one)
    for name, c in other.items():
        total[name] = total.get(name, Fraction(0)) + c
    return {name: c for name, c in total.items() if c}


def _pairs(name: str, moving: list[Vector], others: list[Vector]) -> Iterator[Vector]:
    """Two changes at once that still move `name`."""
    for one, other in combinations(moving, 2):
        for sign in (1, -1):
            both = _plus(one, _times(other, sign))
            if name in both:
                yield both
                yield _times(both, -1)
    for one in moving:
        for other in others:
            if one.keys() & other.keys():
                for first, second in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                    yield _plus(_times(one, first), _times(other, second))

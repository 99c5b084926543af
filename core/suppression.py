"""Hiding small numbers in what leaves the team, so that nothing hidden can be worked out again.

Counts of 1 to 5 are hidden (a shown zero means zero), and then as few other counts as it takes: after that, for
every hidden count there are at least two tables of whole numbers that agree with all that is shown.

A published table with its totals is a set of equations, one for each row and each column. A hidden count can be
worked out exactly when no closed loop of hidden counts passes through it along which one may be added and taken
away in turn. So each hidden count gets such a loop, the cheapest one: inner counts before totals, few before many,
small before large. Whoever reads the table knows that no zero is hidden, so along a loop no hidden count may fall
to zero either.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

SMALL_COUNT = 5

Cell = tuple[int, int]


def is_small_count(count: int, small: int = SMALL_COUNT) -> bool:
    """Counts of 1 to 5 identify people; a zero does not."""
    return 1 <= count <= small


@dataclass
class Ledger:
    """A table with its totals in the last row and column, and what of it is hidden.

    `unpublished` are totals that nobody prints; a reader does not know them. `floors` says how small a reader
    must believe a hidden count could be, and `fixed` which counts may never be hidden. `widen` is called after
    counts were hidden and may hide what goes with them.
    """

    values: Sequence[Sequence[int]]
    hidden: set[Cell] = field(default_factory=set)
    unpublished: set[Cell] = field(default_factory=set)
    floors: Callable[[Cell], int] = field(default=lambda _: 1)
    fixed: Callable[[Cell], bool] = field(default=lambda _: False)
    widen: Callable[["Ledger"], None] = field(default=lambda _: None)

    @property
    def last(self) -> Cell:
        """The place of the grand total."""
        return len(self.values) - 1, len(self.values[0]) - 1

    def value(self, cell: Cell) -> int:
        """The true count."""
        return self.values[cell[0]][cell[1]]

    def protect(self) -> None:
        """Hide more until every hidden count has its loop. It ends: hiding a count's totals always gives one."""
        self.widen(self)
        checked: set[Cell] = set()
        while unchecked := sorted(self.hidden - checked):
            # What is once safe stays safe: hiding more only leaves a reader more tables to think of.
            for cell in unchecked:
                self.hidden |= self._missing(cell)
                checked.add(cell)
            self.widen(self)

    def _missing(self, cell: Cell) -> set[Cell]:
        """What must also be hidden so that this hidden count cannot be worked out; empty when nothing."""
        found = [path for change in (1, -1) if (path := self._cheapest_loop(cell, change))]
        cheapest = min(found, key=lambda path: (path[0], sorted(path[1])))[1]
        return cheapest - self.hidden - self.unpublished

    def _cost(self, cell: Cell) -> int | None:
        """What hiding a count costs; nothing when a reader does not see it anyway; None when it must stay."""
        if cell in self.hidden or cell in self.unpublished:
            return 0
        if self.fixed(cell):
            return None
        totals = (cell[0] == self.last[0]) + (cell[1] == self.last[1])
        return (1, 3, 9)[totals] * 1_000_000_000 + self.value(cell)

    def _can_change(self, cell: Cell, change: int) -> bool:
        floor = 0 if cell in self.unpublished else self.floors(cell)
        return change > 0 or self.value(cell) - 1 >= floor

    def _steps(self, node: tuple[str, int], sign: int, start: Cell) -> Iterator[tuple[tuple[str, int], Cell, int]]:
        """From a column to the rows and from a row to the columns, over counts that may change that way.

        A total stands on the other side of its equation, so it moves against the sign of the step.
        """
        kind, place = node
        rows, columns = self.last
        others = range(rows + 1) if kind == "column" else range(columns + 1)
        step = -sign if kind == "column" else sign
        for other in others:
            cell = (other, place) if kind == "column" else (place, other)
            cost = self._cost(cell)
            if cell != start and cost is not None and self._can_change(cell, step * self._side(cell)):
                yield ("row" if kind == "column" else "column", other), cell, cost

    def _side(self, cell: Cell) -> int:
        return -1 if (cell[0] == self.last[0]) != (cell[1] == self.last[1]) else 1

    def _cheapest_loop(self, start: Cell, change: int) -> tuple[int, set[Cell]] | None:
        """The cheapest loop through `start` when it changes by one, as (cost, the other counts); None if none."""
        if not self._can_change(start, change):
            return None
        sign = change * self._side(start)
        begin, goal = ("column", start[1]), ("row", start[0])
        best = {begin: 0}
        came: dict[tuple[str, int], tuple[tuple[str, int], Cell]] = {}
        queue = [(0, begin)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node == goal:
                break
            if cost > best[node]:
                continue
            for other, cell, extra in self._steps(node, sign, start):
                if other not in best or cost + extra < best[other]:
                    best[other] = cost + extra
                    came[other] = (node, cell)
                    heapq.heappush(queue, (cost + extra, other))
        if goal not in came:
            return None
        cells, node = set(), goal
        while node != begin:
            node, cell = came[node]
            cells.add(cell)
        return best[goal], cells


def with_totals(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table with a column of row totals and a row of column totals. ValueError on ragged or negative rows."""
    if len({len(row) for row in rows}) > 1 or any(count < 0 for row in rows for count in row):
        raise ValueError("A table needs rows of one length and counts of zero or more.")
    whole = [[*row, sum(row)] for row in rows]
    return [*whole, [sum(column) for column in zip(*whole, strict=True)]]


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A table as it may leave the team; None is a hidden count, or a total that is not published."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None


def suppress_table(
    rows: Sequence[Sequence[int]],
    *,
    show_row_totals: bool = True,
    show_column_totals: bool = True,
    show_total: bool = True,
    small: int = SMALL_COUNT,
) -> PublicTable:
    """A table of counts with its totals, small counts hidden and all that would give them away.

    Totals are computed here; those not shown do not help a reader. A total of 1 to 5 is hidden too.
    """
    if not rows or not rows[0]:
        return PublicTable(tuple(() for _ in rows), tuple(0 for _ in rows), (), 0)
    values = with_totals(rows)
    bottom, right = len(rows), len(rows[0])
    unpublished = {(i, right) for i in range(bottom) if not show_row_totals}
    unpublished |= {(bottom, j) for j in range(right) if not show_column_totals}
    unpublished |= set() if show_total else {(bottom, right)}
    ledger = Ledger(values, unpublished=unpublished, fixed=lambda cell: values[cell[0]][cell[1]] == 0)
    ledger.hidden = {
        (i, j)
        for i, row in enumerate(values)
        for j, count in enumerate(row)
        if is_small_count(count, small) and (i, j) not in unpublished
    }
    ledger.protect()
    unseen = ledger.hidden | unpublished
    shown = [[None if (i, j) in unseen else count for j, count in enumerate(row)] for i, row in enumerate(values)]
    return PublicTable(
        tuple(tuple(row[:-1]) for row in shown[:-1]),
        tuple(row[-1] for row in shown[:-1]),
        tuple(shown[-1][:-1]),
        shown[-1][-1],
    )


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """One breakdown as it may leave the team; None is a hidden count."""

    cells: tuple[int | None, ...]
    total: int | None


def suppress_counts(cells: Iterable[int], total: int | None = None, *, small: int = SMALL_COUNT) -> PublicCounts:
    """One breakdown, under its total when that is shown.

    With `total` None no total is printed, and only the small counts are hidden. ValueError when the total is not
    the sum of the cells: then this is no breakdown of it.
    """
    counts = list(cells)
    if total is not None and total != sum(counts):
        raise ValueError("The total of a breakdown is the sum of its parts.")
    table = suppress_table(
        [counts], show_row_totals=total is not None, show_column_totals=False, show_total=False, small=small
    )
    return PublicCounts(table.cells[0], table.row_totals[0] if total is not None else None)

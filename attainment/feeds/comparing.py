"""Which stored result a row of a file means, and whether it says anything new.

A row meets the stored result of its own sitting; a row without a sitting meets the only one there is, and a row
with a sitting meets one stored without.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from attainment.feeds.reading import ResultRow
from core.feeds.base import Problems


class Kept(NamedTuple):
    """A stored result. `identity`: pupil, year, stage, subject key, qualification key."""

    pk: int
    identity: tuple[Any, ...]
    grade: str
    size: Decimal | None
    level2_pass: bool | None
    sat_on: date | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A row and the stored result that it replaces (None: it is new); `held` when nobody can tell which."""

    row: ResultRow
    kept: Kept | None
    held: bool = False

    @property
    def merged(self) -> tuple[str, Decimal | None, bool | None, date | None]:
        """Grade, size, level-2 pass and sitting afterwards: a blank cell leaves what is stored."""
        row, kept = self.row, self.kept
        if kept is None:
            return row.grade or "", row.size, row.level2_pass, row.sat_on
        return (
            row.grade or kept.grade,
            kept.size if row.size is None else row.size,
            kept.level2_pass if row.level2_pass is None else row.level2_pass,
            row.sat_on or kept.sat_on,
        )

    @property
    def writes(self) -> bool:
        """Whether applying it changes a table."""
        if self.held or self.kept is None:
            return not self.held
        return self.merged != tuple(self.kept[2:])


def settle_all(rows: Iterable[ResultRow], kept: Iterable[Kept], problems: Problems) -> list[Settled]:
    """Every row with its stored result. Rows that cannot be settled are held with a problem."""
    stored: dict[tuple[Any, ...], list[Kept]] = defaultdict(list)
    for one in kept:
        stored[one.identity].append(one)
    groups: dict[tuple[Any, ...], list[ResultRow]] = defaultdict(list)
    for row in rows:
        groups[row.identity].append(row)
    settled = [one for identity, group in groups.items() for one in _settle(group, stored[identity])]
    for result in settled:
        if result.held:
            _explain(result.row, stored[result.row.identity], problems)
    return settled


def _settle(rows: Sequence[ResultRow], stored: Sequence[Kept]) -> list[Settled]:
    free = list(stored)
    settled, open_rows = [], []
    for row in rows:
        exact = next((one for one in free if one.sat_on == row.sat_on), None)
        if exact is None:
            open_rows.append(row)
        else:
            free.remove(exact)
            settled.append(_of(row, exact))
    undated = next((one for one in free if one.sat_on is None), None)
    dated_rows = sorted(
        (row for row in open_rows if row.sat_on is not None),
        key=lambda row: (undated is None or row.grade != undated.grade, row.sat_on),
    )
    for n, row in enumerate(dated_rows):
        settled.append(_of(row, undated if n == 0 else None))
    # At most one row has no sitting: repeats within the file are settled before.
    for row in (row for row in open_rows if row.sat_on is None):
        same = next((one for one in free if not _of(row, one).writes), None)
        if len(free) > 1 and same is None:
            settled.append(Settled(row, None, held=True))
        else:
            settled.append(_of(row, same or (free[0] if free else None)))
    return settled


def _of(row: ResultRow, kept: Kept | None) -> Settled:
    """A new result needs a grade; a blank one says nothing of a result that nobody has."""
    return Settled(row, kept, held=kept is None and not row.grade)


def _explain(row: ResultRow, stored: Sequence[Kept], problems: Problems) -> None:
    if not row.grade:
        problems.add(
            "NO_GRADE",
            "The row has no grade, and there is no earlier result that it could leave as it is.",
            advice="Give the grade; for a child who did not sit a test its code (A, B, D, N, T ...).",
            **row.row.where("grade"),
        )
        return
    sittings = ", ".join(sorted(f"{one.sat_on:%d/%m/%Y}" for one in stored if one.sat_on))
    problems.add(
        "WHICH_SITTING",
        f"Several sittings of this result are known ({sittings}), and the row does not say which it means.",
        advice="Fill in sat_on.",
        **row.row.where("sat_on"),
    )

"""Where a session stands in a register: place = 2 x days since 1 September, + 1 in the afternoon (stack.md A.1)."""

import datetime as dt
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from attendance import rules
from core.rules import academic_year_of, academic_year_period, academic_year_start

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SESSIONS = ("AM", "PM")
WIDTH = 732
"""Columns of every grid; a year without a 29 February leaves the last two blank."""

BLANK, UNMARKED, UNKNOWN = (ord(s) for s in (rules.BLANK, rules.UNMARKED, rules.UNKNOWN_CODE_SYMBOL))


def places_in_year(academic_year: int) -> int:
    """730, or 732 in a year with a 29 February."""
    return 2 * (academic_year_start(academic_year + 1) - academic_year_start(academic_year)).days


def place_of(on: dt.date, session: str) -> int:
    """The place of a session ("AM" or "PM") in the register of its academic year."""
    return 2 * (on - academic_year_start(academic_year_of(on))).days + SESSIONS.index(session)


def date_of(academic_year: int, place: int) -> dt.date:
    """The day on which a place lies."""
    return academic_year_start(academic_year) + dt.timedelta(days=place // 2)


def session_of(place: int) -> str:
    """ "AM" or "PM"."""
    return SESSIONS[place % 2]


def tables_of(tables: list[bytes]) -> Bytes:
    """Tables of 256 bytes, one below the other."""
    return np.frombuffer(b"".join(tables), np.uint8).reshape(len(tables), 256)


@lru_cache(maxsize=64)
def _year_tables(academic_year: int) -> tuple[Bytes, Bytes, Ints]:
    """(category tables, rank tables, which of them holds at each place of the year)."""
    parts = rules.category_tables(academic_year_period(academic_year))
    which = np.zeros(WIDTH, np.int64)
    for number, (period, _) in enumerate(parts):
        which[2 * (period.from_on - academic_year_start(academic_year)).days :] = number
    categories = tables_of([table for _, table in parts])
    ranks = tables_of([rules.rank_table(period.from_on) for period, _ in parts])
    return categories, ranks, which


def categories_of(grid: Bytes, academic_year: int) -> Bytes:
    """Category numbers (rules.CategoryNumber) of a grid whose columns are the places of a year."""
    categories, _, which = _year_tables(academic_year)
    return _look_up(categories, which, grid)


def ranks_of(grid: Bytes, academic_year: int) -> Bytes:
    """Ranks (rules.Rank) of a grid whose columns are the places of a year."""
    _, ranks, which = _year_tables(academic_year)
    return _look_up(ranks, which, grid)


def _look_up(tables: Bytes, which: Ints, grid: Bytes) -> Bytes:
    if len(tables) == 1:
        return tables[0][grid]
    result: Bytes = tables[which[: grid.shape[1]][None, :], grid]
    return result


def grid_from_texts(texts: list[str]) -> Bytes:
    """Stored registers as a grid; each row is filled up with blanks to `WIDTH`."""
    joined = "".join(text.ljust(WIDTH) for text in texts).encode("latin-1", errors="replace")
    return np.frombuffer(joined, np.uint8).reshape(len(texts), WIDTH).copy()


def text_from_row(row: Bytes, academic_year: int) -> str:
    """A grid's row as it is stored: 730 or 732 characters."""
    return row[: places_in_year(academic_year)].tobytes().decode("latin-1")


def distinct(values: Ints) -> Ints:
    """The distinct values in order; for small spans (days, ids) much quicker than np.unique's sort."""
    if not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    if high - low > 4 * len(values) + 1000:
        return np.unique(values)
    seen = np.zeros(high - low + 1, bool)
    seen[values - low] = True
    return np.flatnonzero(seen) + low

r"""The dated code table: what schools write, how it is stored, and what it counts as on a day (4.1, 4.2).

A code is what schools write ("/", "C1", "I02"). A symbol is the one character by which a register stores it:
the code itself where it has one character, a private lower-case letter or digit where it has more.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import pairwise

from core.rules import Period


class Category(StrEnum):
    """The statistical categories of attendance codes (4.1, 4.2)."""

    PRESENT = "present"
    AEA = "approved educational activity"
    AUTHORISED = "authorised absence"
    UNAUTHORISED = "unauthorised absence"
    NOT_POSSIBLE = "not a possible attendance"
    NOT_COLLECTED = "not collected"


class CategoryNumber(IntEnum):
    """Categories as small numbers, for tables that are indexed by a symbol's byte."""

    UNMARKED = 0
    PRESENT = 1
    AEA = 2
    AUTHORISED = 3
    UNAUTHORISED = 4
    NOT_POSSIBLE = 5
    NOT_COLLECTED = 6
    NOT_VALID = 7


CATEGORY_NUMBERS: Mapping[Category, CategoryNumber] = {c: CategoryNumber[c.name] for c in Category}

BLANK = " "
UNMARKED = "-"
CLOSED = "#"
UNKNOWN_CODE_SYMBOL = "?"
SILENT_ON_CLOSED_DAYS = frozenset({BLANK, UNMARKED, CLOSED})
"""What registers hold on days without a session and nobody need be told of (5.4)."""

D_LEAVES_POSSIBLE = dt.date(2010, 9, 1)
F_WITHDRAWN = dt.date(2013, 9, 1)
SUB_CODES_FROM, SUB_CODES_TO = dt.date(2020, 3, 1), dt.date(2022, 9, 1)
LIST_OF_2024 = dt.date(2024, 8, 19)


@dataclass(frozen=True, slots=True)
class AttendanceCode:
    """One code in one span of dates. `valid_from` is its first day, `valid_to` the first day it no longer
    holds; None is open."""

    code: str
    symbol: str
    category: Category
    meaning: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rolls_up_to: str | None = None

    def is_valid_on(self, on: dt.date) -> bool:
        """Whether the code holds on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


def _sub_codes(symbols: str, parent: str, category: Category, meaning: str) -> tuple[AttendanceCode, ...]:
    return tuple(
        AttendanceCode(
            f"{parent}{n:02d}", symbol, category, f"{meaning} (SIMS {parent}{n:02d})",
            SUB_CODES_FROM, SUB_CODES_TO, parent,
        )
        for n, symbol in enumerate(symbols, start=1)
    )  # fmt: skip


ATTENDANCE_CODES: tuple[AttendanceCode, ...] = (
    AttendanceCode("/", "/", Category.PRESENT, "Present, morning"),
    AttendanceCode("\\", "\\", Category.PRESENT, "Present, afternoon"),
    AttendanceCode("L", "L", Category.PRESENT, "Late, before the register closed"),
    AttendanceCode("B", "B", Category.AEA, "Educated off site"),
    AttendanceCode("K", "K", Category.AEA, "Education arranged by the authority", LIST_OF_2024),
    AttendanceCode("P", "P", Category.AEA, "Sporting activity"),
    AttendanceCode("V", "V", Category.AEA, "Educational visit or trip"),
    AttendanceCode("W", "W", Category.AEA, "Work experience"),
    AttendanceCode("J", "J", Category.AEA, "Interview", None, LIST_OF_2024),
    AttendanceCode("D", "D", Category.AEA, "Dual registered, at the other school", None, D_LEAVES_POSSIBLE),
    AttendanceCode("D", "D", Category.NOT_POSSIBLE, "Dual registered, at the other school", D_LEAVES_POSSIBLE),
    AttendanceCode("C", "C", Category.AUTHORISED, "Leave granted, exceptional circumstances"),
    AttendanceCode("C1", "c", Category.AUTHORISED, "Performance or employment abroad", LIST_OF_2024),
    AttendanceCode("C2", "d", Category.AUTHORISED, "Temporary part-time timetable", LIST_OF_2024),
    AttendanceCode("E", "E", Category.AUTHORISED, "Suspended or excluded, no provision made"),
    AttendanceCode("F", "F", Category.AUTHORISED, "Agreed extended family holiday", None, F_WITHDRAWN),
    AttendanceCode("H", "H", Category.AUTHORISED, "Agreed family holiday", None, LIST_OF_2024),
    AttendanceCode("I", "I", Category.AUTHORISED, "Illness"),
    *_sub_codes("ih", "I", Category.AUTHORISED, "Illness"),
    AttendanceCode("J1", "j", Category.AUTHORISED, "Interview for work or another school", LIST_OF_2024),
    AttendanceCode("M", "M", Category.AUTHORISED, "Medical or dental appointment"),
    AttendanceCode("R", "R", Category.AUTHORISED, "Religious observance"),
    AttendanceCode("S", "S", Category.AUTHORISED, "Study leave"),
    AttendanceCode("T", "T", Category.AUTHORISED, "Parent travelling for work"),
    AttendanceCode("G", "G", Category.UNAUTHORISED, "Holiday not granted"),
    AttendanceCode("N", "N", Category.UNAUTHORISED, "No reason yet"),
    AttendanceCode("O", "O", Category.UNAUTHORISED, "Absent without authorisation"),
    AttendanceCode("U", "U", Category.UNAUTHORISED, "Late, after the register closed"),
    AttendanceCode("Q", "Q", Category.NOT_POSSIBLE, "No access arrangements", LIST_OF_2024),
    AttendanceCode("X", "X", Category.NOT_POSSIBLE, "Not required to attend"),
    *_sub_codes("pqrstuv", "X", Category.NOT_POSSIBLE, "Not required to attend"),
    AttendanceCode("Y", "Y", Category.NOT_POSSIBLE, "Enforced or partial closure", None, LIST_OF_2024),
    AttendanceCode("Y1", "1", Category.NOT_POSSIBLE, "School transport not available", LIST_OF_2024),
    AttendanceCode("Y2", "2", Category.NOT_POSSIBLE, "Widespread disruption to travel", LIST_OF_2024),
    AttendanceCode("Y3", "3", Category.NOT_POSSIBLE, "Part of the school closed", LIST_OF_2024),
    AttendanceCode("Y4", "4", Category.NOT_POSSIBLE, "Whole school unexpectedly closed", LIST_OF_2024),
    AttendanceCode("Y5", "5", Category.NOT_POSSIBLE, "In criminal justice detention", LIST_OF_2024),
    AttendanceCode("Y6", "6", Category.NOT_POSSIBLE, "Public health guidance or law", LIST_OF_2024),
    AttendanceCode("Y7", "7", Category.NOT_POSSIBLE, "Other unavoidable cause", LIST_OF_2024),
    AttendanceCode("Z", "Z", Category.NOT_COLLECTED, "Prospective pupil, not on roll yet"),
    AttendanceCode(CLOSED, CLOSED, Category.NOT_COLLECTED, "School closed to all pupils"),
)
"""Until 18 August 2024 the list of 2009 as amended (4.1), since then that of SI 2024/208 (4.2)."""

SYMBOL_OF_CODE: Mapping[str, str] = {c.code: c.symbol for c in ATTENDANCE_CODES} | {UNMARKED: UNMARKED}
CODE_OF_SYMBOL: Mapping[str, str] = {symbol: code for code, symbol in SYMBOL_OF_CODE.items()}
TABLE_CHANGES_ON: tuple[dt.date, ...] = tuple(
    sorted({day for c in ATTENDANCE_CODES for day in (c.valid_from, c.valid_to) if day is not None})
)


def normalise_code(text: str) -> str:
    """A mark as written in a file: without blanks, in upper case; "" for an empty cell."""
    return "".join(text.split()).upper()


def symbol_for(text: str) -> str | None:
    """The symbol that stores a code as written, blank for an empty cell; None for a code of no list."""
    code = normalise_code(text)
    return SYMBOL_OF_CODE.get(code) if code else BLANK


def code_on(code: str, on: dt.date) -> AttendanceCode | None:
    """The row of the code table that holds on a day; None for an unknown or then invalid code."""
    return next((c for c in ATTENDANCE_CODES if c.code == code and c.is_valid_on(on)), None)


def category_of(code: str, on: dt.date) -> Category | None:
    """The category of a code (not a symbol) on a day; None when it is not valid then (4.2)."""
    row = code_on(code, on)
    return row.category if row else None


def category_of_symbol(symbol: str, on: dt.date) -> Category | None:
    """The category of a stored symbol on a day; None for blank, unmarked, unknown or not valid then."""
    return category_of(CODE_OF_SYMBOL.get(symbol, ""), on)


# ---------------------------------------------------------------- tables indexed by a symbol's byte


def era_of(on: dt.date) -> int:
    """How many changes of the code table lie on or before a day."""
    return sum(change <= on for change in TABLE_CHANGES_ON)


@lru_cache(maxsize=len(TABLE_CHANGES_ON) + 1)
def category_table_of_era(era: int) -> bytes:
    """`category_table` by the number of the era."""
    on = TABLE_CHANGES_ON[era - 1] if era else TABLE_CHANGES_ON[0] - dt.timedelta(days=1)
    table = bytearray([CategoryNumber.NOT_VALID] * 256)
    table[ord(BLANK)] = table[ord(UNMARKED)] = CategoryNumber.UNMARKED
    for row in ATTENDANCE_CODES:
        if row.is_valid_on(on):
            table[ord(row.symbol)] = CATEGORY_NUMBERS[row.category]
    return bytes(table)


def category_table(on: dt.date) -> bytes:
    """256 category numbers, indexed by a symbol's byte, as they hold on a day.

    For numpy `np.frombuffer(category_table(on), np.uint8)[grid]`, for text `marks.encode().translate(table)`.
    """
    return category_table_of_era(era_of(on))


def category_tables(period: Period) -> tuple[tuple[Period, bytes], ...]:
    """The tables that hold within a period that has an end, each with its part of it, in order."""
    if period.to_on is None:
        raise ValueError("The tables of a period that is still running have no end.")
    inside = [day for day in TABLE_CHANGES_ON if period.from_on < day < period.to_on]
    edges = [period.from_on, *inside, period.to_on]
    return tuple((Period(a, b), category_table(a)) for a, b in pairwise(edges))

r"""Attendance: the dated code table, what counts, who is persistently absent, and which mark wins.

A code is what schools write ("/", "C1", "I02"). A symbol is the one character by which a register stores it:
the code itself where it has one character, a private lower-case letter or digit where it has more.
Sessions are half days.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import pairwise

from core.figures import percent_text
from core.rules import Period, Season, TermDates, academic_year_of, may_half_term_on, season_period


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


def _era(on: dt.date) -> int:
    return sum(change <= on for change in TABLE_CHANGES_ON)


@lru_cache(maxsize=len(TABLE_CHANGES_ON) + 1)
def _category_table(era: int) -> bytes:
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
    return _category_table(_era(on))


def category_tables(period: Period) -> tuple[tuple[Period, bytes], ...]:
    """The tables that hold within a period that has an end, each with its part of it, in order."""
    if period.to_on is None:
        raise ValueError("The tables of a period that is still running have no end.")
    inside = [day for day in TABLE_CHANGES_ON if period.from_on < day < period.to_on]
    edges = [period.from_on, *inside, period.to_on]
    return tuple((Period(a, b), category_table(a)) for a, b in pairwise(edges))


# ---------------------------------------------------------------- counting, section 4.4


@dataclass(frozen=True, slots=True)
class AttendanceCounts:
    """Sessions by category. Percentages are text with one decimal; every rate and flag is None for 0 of 0."""

    present: int = 0
    aea: int = 0
    authorised: int = 0
    unauthorised: int = 0
    unmarked: int = 0

    def __add__(self, other: "AttendanceCounts") -> "AttendanceCounts":
        return AttendanceCounts(
            self.present + other.present,
            self.aea + other.aea,
            self.authorised + other.authorised,
            self.unauthorised + other.unauthorised,
            self.unmarked + other.unmarked,
        )

    @property
    def attended(self) -> int:
        """Present or at an approved educational activity."""
        return self.present + self.aea

    @property
    def absent(self) -> int:
        """Authorised and unauthorised absence."""
        return self.authorised + self.unauthorised

    @property
    def possible(self) -> int:
        """Attended and absent; not-possible, not-collected and unmarked sessions are left out."""
        return self.attended + self.absent

    @property
    def attendance_percent(self) -> str | None:
        """Attended of possible."""
        return percent_text(self.attended, self.possible)

    @property
    def absence_percent(self) -> str | None:
        """Absent of possible."""
        return percent_text(self.absent, self.possible)

    @property
    def authorised_percent(self) -> str | None:
        """Authorised absence of possible."""
        return percent_text(self.authorised, self.possible)

    @property
    def unauthorised_percent(self) -> str | None:
        """Unauthorised absence of possible."""
        return percent_text(self.unauthorised, self.possible)

    @property
    def days_missed(self) -> Decimal:
        """Absent sessions as days; two sessions are a day."""
        return Decimal(self.absent) / 2

    @property
    def missed_25_days(self) -> bool | None:
        """The OC2 and PAF C24 measure: 50 absent sessions or more (1.10)."""
        return self.absent >= 50 if self.possible else None

    @property
    def persistent_10(self) -> bool | None:
        """Absent for 10% or more of one's own possible sessions, today's measure for any year."""
        return 10 * self.absent >= self.possible if self.possible else None

    @property
    def severe(self) -> bool | None:
        """Absent for half or more of one's own possible sessions."""
        return 2 * self.absent >= self.possible if self.possible else None


def count_codes(marks: Mapping[str, int], on: dt.date) -> AttendanceCounts:
    """Counts from "code -> sessions" with the table of one day; codes not valid then are left out."""
    sums = dict.fromkeys(Category, 0)
    for code, sessions in marks.items():
        category = category_of(code, on)
        if category is not None:
            sums[category] += sessions
    return AttendanceCounts(
        sums[Category.PRESENT],
        sums[Category.AEA],
        sums[Category.AUTHORISED],
        sums[Category.UNAUTHORISED],
        marks.get(UNMARKED, 0) + marks.get(BLANK, 0),
    )


def counts_from_categories(tally: Sequence[int]) -> AttendanceCounts:
    """Counts from a tally indexed by `CategoryNumber`, as `np.bincount(..., minlength=8)` gives it."""
    return AttendanceCounts(
        present=int(tally[CategoryNumber.PRESENT]),
        aea=int(tally[CategoryNumber.AEA]),
        authorised=int(tally[CategoryNumber.AUTHORISED]),
        unauthorised=int(tally[CategoryNumber.UNAUTHORISED]),
        unmarked=int(tally[CategoryNumber.UNMARKED]),
    )


# ---------------------------------------------------------------- persistent and severe absence


@dataclass(frozen=True, slots=True)
class PersistenceRule:
    """Who is persistently absent in a range of dates: count only marks in `counted`, then compare.

    Exactly one of `sessions` (absent half days) and `percent` (of one's own possible sessions) is set.
    """

    counted: Period
    words: str
    sessions: int | None = None
    percent: int | None = None

    def is_persistent(self, counts: AttendanceCounts) -> bool | None:
        """For counts of the `counted` days; None when no session was possible. Integers only."""
        if not counts.possible:
            return None
        if self.sessions is not None:
            return counts.absent >= self.sessions
        return 100 * counts.absent >= (self.percent or 0) * counts.possible


@dataclass(frozen=True, slots=True)
class PersistenceEra:
    """Thresholds of a span of academic years, up to and including `last_academic_year`."""

    last_academic_year: int
    annual_sessions: int | None
    autumn_spring_sessions: int | None
    percent: int


PERSISTENCE_ERAS = (
    PersistenceEra(2009, 64, 52, 20),
    PersistenceEra(2014, 46, 38, 15),  # 46: 15% of an annual basis of about 310 sessions, general knowledge
    PersistenceEra(9999, None, None, 10),
)


def persistence_era(academic_year: int) -> PersistenceEra:
    """The thresholds of a year: 20% to 2009/10, 15% to 2014/15, 10% since (2.3, 4.4)."""
    return next(era for era in PERSISTENCE_ERAS if academic_year <= era.last_academic_year)


def persistence_rule(first_on: dt.date, last_on: dt.date, *, terms: Sequence[TermDates]) -> PersistenceRule:
    """The rule for a range of dates (both included) of one academic year, whose terms are given (4.4).

    Before 2015/16: the annual threshold when the range reaches the May half term, counted to that day; that
    of autumn and spring when it covers those two; for a shorter range the era's percentage (OURS). A range
    over several years takes the percentage of the year in which it ends (OURS).
    """
    whole = Period.through(first_on, last_on)
    era = persistence_era(academic_year_of(last_on))
    by_percent = PersistenceRule(whole, f"{era.percent}% or more of possible sessions missed", percent=era.percent)
    if era.annual_sessions is None or academic_year_of(first_on) != academic_year_of(last_on):
        return by_percent
    if first_on > season_period(terms, Season.AUTUMN).from_on:
        return by_percent
    half_term_on = may_half_term_on(terms)
    if last_on >= half_term_on:
        words = f"{era.annual_sessions} or more sessions missed to the May half term"
        return PersistenceRule(Period.through(first_on, half_term_on), words, sessions=era.annual_sessions)
    spring_ends_on = max(t.ends_on for t in terms if t.season is Season.SPRING)
    if last_on >= spring_ends_on:
        words = f"{era.autumn_spring_sessions} or more sessions missed in autumn and spring"
        counted = Period.through(first_on, spring_ends_on)
        return PersistenceRule(counted, words, sessions=era.autumn_spring_sessions)
    return by_percent


def persistent_absence(counts: AttendanceCounts, rule: PersistenceRule) -> bool | None:
    """Whether counts of the rule's `counted` days are persistent; None when no session was possible."""
    return rule.is_persistent(counts)


def severe_absence(counts: AttendanceCounts) -> bool | None:
    """Half or more of one's own possible sessions missed; None when none was possible."""
    return counts.severe


# ---------------------------------------------------------------- which mark counts


class Rank(IntEnum):
    """How strongly a mark speaks for a session when several sources or schools report it (4.4)."""

    BLANK = 0
    UNMARKED = 1
    CLOSED = 2
    NOT_ON_ROLL = 3
    NOT_POSSIBLE = 4
    DUAL = 5
    NOT_VALID = 6
    PHYSICAL = 7


@dataclass(frozen=True, slots=True)
class EffectiveMark:
    """The symbol that counts for one session; in a conflict the most trusted one, until a person has chosen."""

    symbol: str
    is_conflict: bool = False


_RANK_OF_CATEGORY = {
    CategoryNumber.UNMARKED: Rank.UNMARKED,
    CategoryNumber.NOT_POSSIBLE: Rank.NOT_POSSIBLE,
    CategoryNumber.NOT_COLLECTED: Rank.NOT_ON_ROLL,
    CategoryNumber.NOT_VALID: Rank.NOT_VALID,
}


@lru_cache(maxsize=len(TABLE_CHANGES_ON) + 1)
def _rank_table(era: int) -> bytes:
    categories = _category_table(era)
    ranks = bytearray(_RANK_OF_CATEGORY.get(CategoryNumber(n), Rank.PHYSICAL) for n in categories)
    ranks[ord(BLANK)] = Rank.BLANK
    ranks[ord(CLOSED)] = Rank.CLOSED
    ranks[ord("D")] = Rank.DUAL
    return bytes(ranks)


def rank_table(on: dt.date) -> bytes:
    """256 ranks, indexed by a symbol's byte, as they hold on a day. D ranks below every mark that a school
    saw with its own eyes, also before September 2010 when it counted as attending."""
    return _rank_table(_era(on))


def _same_mark_table() -> bytes:
    table = bytearray(range(256))
    table[ord("\\")] = ord("/")
    for row in ATTENDANCE_CODES:
        if row.rolls_up_to:
            table[ord(row.symbol)] = ord(row.rolls_up_to)
    return bytes(table)


SAME_MARK_TABLE = _same_mark_table()
"""256 bytes: symbols that mean the same mark have the same byte (both present strokes; sub-codes)."""


def effective_mark(symbols: Iterable[str], on: dt.date) -> EffectiveMark:
    """The mark that counts when several sources report one child's session on a day (4.4).

    `symbols` come in order of trust. A physical mark (present, approved activity, absence) goes before a code
    that is not valid, then D, then not possible, not on roll, closed, `-` and blank; among equals the first
    given. Two physical marks that differ are a conflict for a person: until it is decided the first given
    counts, flagged (OURS). Morning and afternoon strokes are the same mark.
    """
    ranks = rank_table(on)
    best, best_rank, is_conflict = BLANK, int(Rank.BLANK), False
    for symbol in symbols:
        rank = ranks[ord(symbol)]
        if rank > best_rank:
            best, best_rank = symbol, rank
        elif rank == Rank.PHYSICAL and SAME_MARK_TABLE[ord(symbol)] != SAME_MARK_TABLE[ord(best)]:
            is_conflict = True
    return EffectiveMark(best, is_conflict)


SOURCES_BY_TRUST = ("b2b", "welfare-call")
"""The school's own register goes before what was heard on the telephone (OURS)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A register that has a physical mark for a disputed session. `at_own_school`: the child is on the roll of
    the register's school that day, or the register names no school, or no school place is known."""

    register: int
    symbol: str
    source: str
    school: int | None
    at_own_school: bool


def in_order_of_trust(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Who is believed first when physical marks differ; the first is the proposal (OURS).

    A school where the child is on roll goes before one where it is not, then the school's register before the
    telephone call, then a register with a school before one without, then the school that we have known longer:
    the order in which files came does not matter.
    """
    return sorted(
        candidates,
        key=lambda c: (not c.at_own_school, SOURCES_BY_TRUST.index(c.source), c.school is None, c.school or 0),
    )

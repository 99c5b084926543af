"""Counting sessions, and who is persistently or severely absent (4.4). Sessions are half days."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from attendance.rules.codes import BLANK, UNMARKED, Category, CategoryNumber, category_of
from core.figures import Figure, percent_text
from core.rules import Period, Season, TermDates, academic_year_of, may_half_term_on, season_period


def coverage_words(possible: int, unmarked: int) -> str:
    """On how much of it a rate rests, "89% of expected sessions marked"; empty where none was expected.

    Expected are the possible sessions and those for which no mark came.
    """
    share = Figure(possible, possible + unmarked)
    if not share.denominator:
        return ""
    rounded = share.percent_label(0)
    return f"{'over 99%' if unmarked and rounded == '100%' else rounded} of expected sessions marked"


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
    def attendance(self) -> Figure:
        """Attended of possible sessions, for printing as "n of d"."""
        return Figure(self.attended, self.possible)

    @property
    def authorised_absence(self) -> Figure:
        """Authorised absence of possible sessions."""
        return Figure(self.authorised, self.possible)

    @property
    def unauthorised_absence(self) -> Figure:
        """Unauthorised absence of possible sessions."""
        return Figure(self.unauthorised, self.possible)

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


# ---------------------------------------------------------------- bands


class AttendanceBand(StrEnum):
    """Bands by which the roll is filtered (OURS): upper bounds are not part of a band."""

    UNDER_50 = "under-50"
    TO_90 = "50-90"
    TO_95 = "90-95"
    FROM_95 = "95-up"
    NONE = "none"


BAND_LABELS: Mapping[AttendanceBand, str] = {
    AttendanceBand.UNDER_50: "Under 50%",
    AttendanceBand.TO_90: "50% to under 90%",
    AttendanceBand.TO_95: "90% to under 95%",
    AttendanceBand.FROM_95: "95% and over",
    AttendanceBand.NONE: "No marks this year",
}


def attendance_band(counts: AttendanceCounts) -> AttendanceBand:
    """The band of a child's attendance, from integers: 949 of 1,000 is under 95%, however it prints."""
    attended, possible = 100 * counts.attended, counts.possible
    if not possible:
        return AttendanceBand.NONE
    for bound, band in ((50, AttendanceBand.UNDER_50), (90, AttendanceBand.TO_90), (95, AttendanceBand.TO_95)):
        if attended < bound * possible:
            return band
    return AttendanceBand.FROM_95

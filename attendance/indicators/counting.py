"""Sessions of children, counted from the effective marks of the days on which they were looked after (4.4)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from attendance import rules
from attendance.indicators.expected import (
    SchoolDays,
    days_in_care,
    expected_places,
    named,
    nc_years,
    school_days,
)
from attendance.models import EffectiveRegister
from attendance.register.places import BLANK, WIDTH, Bools, Bytes, Ints, categories_of, grid_from_texts
from attendance.register.sessions import SessionMasks
from attendance.rules import AttendanceCounts, PersistenceRule, counts_from_categories
from core.calendars import Calendars, all_calendars
from core.rules import (
    Period,
    Season,
    TermDates,
    academic_year_end,
    academic_year_of,
    academic_year_start,
    default_terms,
)
from pupils.models import CareEpisode

CATEGORIES = len(rules.CategoryNumber)


@dataclass
class YearMarks:
    """The effective marks of some children in one academic year. Rows are `pupils`, columns the places of the year.

    `countable` is true where something counts: a mark on a day in care, or (as unmarked) a session of a day in
    care for which a mark is expected and none came.
    """

    academic_year: int
    pupils: list[int]
    grid: Bytes
    categories: Bytes
    countable: Bools
    nc_years: dict[int, int | None]
    schools: SchoolDays

    @classmethod
    def load(
        cls,
        academic_year: int,
        *,
        today: dt.date,
        pupil_ids: Iterable[int] | None = None,
        calendars: Calendars | None = None,
        unmarked: bool = True,
    ) -> Self:
        """Children looked after in the year (of `pupil_ids`, where given) and their marks; a handful of queries.

        `unmarked` False leaves out the sessions for which no mark came: percentages alone do not need them.
        """
        pupils = _looked_after(academic_year, pupil_ids)
        care = np.repeat(days_in_care(pupils, academic_year), 2, axis=1)
        grid = effective_grid(pupils, academic_year)
        countable = grid != BLANK
        years: dict[int, int | None] = {}
        schools = SchoolDays(np.zeros((len(pupils), 0), np.int64), {})
        if unmarked:
            masks = SessionMasks(calendars)
            years, schools = nc_years(pupils, academic_year), school_days(pupils, academic_year)
            countable |= expected_places(pupils, academic_year, years=years, schools=schools, masks=masks, today=today)
        categories = categories_of(grid, academic_year)
        return cls(academic_year, pupils, grid, categories, care & countable, years, schools)

    def columns(self, first: dt.date, last: dt.date) -> slice:
        """The places from `first` to `last`, both included, as far as they lie in the year."""
        start = academic_year_start(self.academic_year)
        return slice(max(2 * (first - start).days, 0), max(2 * ((last - start).days + 1), 0))

    def tally(self, columns: slice) -> Ints:
        """Sessions of each child by rules.CategoryNumber: one row a child, eight columns."""
        numbered = self.categories[:, columns] + CATEGORIES * np.arange(len(self.pupils))[:, None]
        found = np.bincount(numbered[self.countable[:, columns]], minlength=len(self.pupils) * CATEGORIES)
        return found.reshape(len(self.pupils), CATEGORIES).astype(np.int64)


def effective_grid(pupils: Sequence[int], academic_year: int) -> Bytes:
    """The effective registers of these children, in their order; blank where a child has none."""
    positions = {pk: n for n, pk in enumerate(pupils)}
    grid = np.full((len(pupils), WIDTH), BLANK, np.uint8)
    stored = EffectiveRegister.objects.filter(named(pupils), academic_year=academic_year)
    rows = [row for row in stored.values_list("pupil_id", "marks") if row[0] in positions]
    if rows:
        grid[[positions[pk] for pk, _ in rows]] = grid_from_texts([marks for _, marks in rows])
    return grid


def _looked_after(academic_year: int, pupil_ids: Iterable[int] | None) -> list[int]:
    episodes = CareEpisode.objects.touching(academic_year_start(academic_year), academic_year_end(academic_year))
    if pupil_ids is not None:
        episodes = episodes.filter(pupil_id__in=list(pupil_ids))
    return sorted(set(episodes.values_list("pupil_id", flat=True)))


# ---------------------------------------------------------------- children between two days


@dataclass(frozen=True)
class ChildAttendance:
    """One child's sessions between two days, and the flags of the year's rule; None where nothing was possible."""

    pupil_id: int
    counts: AttendanceCounts
    persistent: bool | None
    severe: bool | None


@dataclass(frozen=True)
class AttendanceResult:
    """The children looked after on at least one day from `first` to `last`, and their sum."""

    first: dt.date
    last: dt.date
    rule: PersistenceRule
    children: Sequence[ChildAttendance]
    total: AttendanceCounts

    @property
    def persistent(self) -> int:
        """How many children are persistently absent."""
        return sum(child.persistent is True for child in self.children)

    @property
    def severe(self) -> int:
        """How many children are severely absent."""
        return sum(child.severe is True for child in self.children)

    @property
    def with_sessions(self) -> int:
        """How many children had a possible session: what persistent and severe are counts of."""
        return sum(child.counts.possible > 0 for child in self.children)


def terms_for_rule(calendars: Calendars, academic_year: int) -> tuple[TermDates, ...]:
    """The county's terms, or the usual pattern where they are not recorded for all three seasons."""
    terms = calendars.of(None, academic_year).terms
    return terms if {t.season for t in terms} == set(Season) else default_terms(academic_year)


def attendance_between(
    first: dt.date,
    last: dt.date,
    *,
    today: dt.date,
    pupil_ids: Iterable[int] | None = None,
    years: Sequence[YearMarks] = (),
) -> AttendanceResult:
    """Attendance from `first` to `last`, both included, of the children looked after in that time.

    Persistent and severe follow the rule of the academic year of `last` (4.4). A group's rate is the sum of
    sessions over the sum of possible ones. ValueError when `last` lies before `first`. `years` may hand in
    what is loaded already.
    """
    if last < first:
        raise ValueError("The last day lies before the first.")
    calendars = all_calendars()
    rule = rules.persistence_rule(first, last, terms=terms_for_rule(calendars, academic_year_of(last)))
    loaded = {y.academic_year: y for y in years}
    span = range(academic_year_of(first), academic_year_of(last) + 1)
    wanted = list(pupil_ids) if pupil_ids is not None else None
    parts = [
        loaded.get(year) or YearMarks.load(year, today=today, pupil_ids=wanted, calendars=calendars) for year in span
    ]
    children = _between(parts, rule, first, last)
    total = sum((child.counts for child in children), AttendanceCounts())
    return AttendanceResult(first, last, rule, children, total)


def _between(parts: Sequence[YearMarks], rule: PersistenceRule, first: dt.date, last: dt.date) -> list[ChildAttendance]:
    loaded = {pk for part in parts for pk in part.pupils}
    episodes = CareEpisode.objects.touching(first, last).filter(named(loaded))
    pupils = sorted(loaded & set(episodes.values_list("pupil_id", flat=True)))
    positions = {pk: n for n, pk in enumerate(pupils)}
    whole = np.zeros((len(pupils), CATEGORIES), np.int64)
    counted = np.zeros_like(whole)
    counted_last = rule.counted.last_on or last
    for part in parts:
        rows = [n for n, pk in enumerate(part.pupils) if pk in positions]
        at = [positions[part.pupils[n]] for n in rows]
        whole[at] += part.tally(part.columns(first, last))[rows]
        if rule.counted != Period.through(first, last):
            counted[at] += part.tally(part.columns(rule.counted.from_on, counted_last))[rows]
    if rule.counted == Period.through(first, last):
        counted = whole
    result = []
    for pk, tally, judged in zip(pupils, whole.tolist(), counted.tolist(), strict=True):
        counts = counts_from_categories(tally)
        persistent = rules.persistent_absence(counts_from_categories(judged), rule)
        result.append(ChildAttendance(pk, counts, persistent if counts.possible else None, counts.severe))
    return result

"""School calendars: recorded terms where a school or the county has them, else the county pattern of core.rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

from core import rules
from core.deadlines.rules import Days
from core.models import Calendar, ClosureDay, Term, TermCutOff
from core.once import once


@dataclass(frozen=True)
class YearCalendar:
    """The sessions of one academic year of one calendar.

    `recorded` is False where nobody has entered terms: then the term pattern is only an assumption, so a mark on
    any weekday that is no bank holiday is taken as evidence of a session, while `expected` days (those on which a
    mark is missed) follow the pattern.
    """

    academic_year: int
    terms: tuple[rules.TermDates, ...]
    closures: frozenset[date] = field(default_factory=frozenset)
    recorded: bool = True

    def is_school_day(self, on: date) -> bool:
        """A session is expected on this day."""
        return (
            rules.is_working_day(on)
            and on not in self.closures
            and any(t.starts_on <= on <= t.ends_on for t in self.terms)
        )

    def may_have_session(self, on: date) -> bool:
        """A mark on this day counts."""
        if self.recorded:
            return self.is_school_day(on)
        return rules.is_working_day(on)

    def school_days(self) -> list[date]:
        return [day for term in self.terms for day in _days(term.starts_on, term.ends_on) if self.is_school_day(day)]

    def season(self, season: str) -> tuple[date, date]:
        """First and last day of autumn, spring or summer."""
        halves = [t for t in self.terms if t.season == season]
        return min(t.starts_on for t in halves), max(t.ends_on for t in halves)


def _days(first: date, last: date) -> Iterable[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


@lru_cache(maxsize=64)
def assumed_calendar(academic_year: int) -> YearCalendar:
    return YearCalendar(academic_year, tuple(rules.default_terms(academic_year)), recorded=False)


class Calendars:
    """All calendars read at once (they are few); ask for a calendar id (None: the county's) and a year."""

    def __init__(self) -> None:
        self._terms: dict[tuple[int, int], list[rules.TermDates]] = {}
        for term in Term.objects.all():
            self._terms.setdefault((term.calendar_id, term.academic_year), []).append(
                rules.TermDates(
                    season=rules.Season(term.season),
                    half=term.half,
                    name=term.name,
                    starts_on=term.starts_on,
                    ends_on=term.ends_on,
                )
            )
        self._made: dict[tuple[int | None, int], YearCalendar] = {}

    @cached_property
    def default_id(self) -> int | None:
        """The county's own calendar."""
        return Calendar.objects.filter(is_default=True).values_list("pk", flat=True).first()

    @cached_property
    def _closures(self) -> dict[int, set[date]]:
        found: dict[int, set[date]] = {}
        for closure in ClosureDay.objects.all():
            found.setdefault(closure.calendar_id, set()).add(closure.on)
        return found

    def of(self, calendar_id: int | None, academic_year: int) -> YearCalendar:
        key = (calendar_id, academic_year)
        if key not in self._made:
            self._made[key] = self._make(calendar_id, academic_year)
        return self._made[key]

    def years_of(self, calendar_id: int | None) -> set[int]:
        """The academic years for which this very calendar (None: the county's) has terms recorded."""
        wanted = self.default_id if calendar_id is None else calendar_id
        return {year for pk, year in self._terms if pk == wanted}

    def _make(self, calendar_id: int | None, academic_year: int) -> YearCalendar:
        for candidate in (calendar_id, self.default_id) if self._terms else ():
            if candidate is not None and (candidate, academic_year) in self._terms:
                return YearCalendar(
                    academic_year,
                    tuple(self._terms[candidate, academic_year]),
                    frozenset(self._closures.get(candidate, ())),
                )
        return assumed_calendar(academic_year)


@once
def all_calendars() -> Calendars:
    """The calendars for a page that only reads; several of its parts share them."""
    return Calendars()


def county_year(academic_year: int) -> YearCalendar:
    """The county's own calendar of one academic year."""
    return all_calendars().of(None, academic_year)


@once
def cut_offs() -> Mapping[tuple[int, str], date]:
    """{(academic year, season): the county's cut-off}, where one is recorded."""
    return {(row.academic_year, row.season): row.on for row in TermCutOff.objects.all()}


def deadline_days(
    calendar_id: int | None = None,
    name: str = "the county's term dates",
    *,
    calendars: Calendars | None = None,
    recorded: Mapping[tuple[int, str], date] | None = None,
) -> Days:
    """What deadlines count by: the school days and ends of term of a calendar (None: the county's).

    `calendars` and `recorded` (cut-offs) save a job that asks for many from reading them again.
    """
    known = calendars or all_calendars()
    county = cut_offs() if recorded is None else recorded

    def year_of(on: date) -> YearCalendar:
        return known.of(calendar_id, rules.academic_year_of(on))

    def term_of(on: date) -> tuple[int, rules.Season, date]:
        for year in (rules.academic_year_of(on), rules.academic_year_of(on) + 1):
            for season in rules.Season:
                last = known.of(calendar_id, year).season(season)[1]
                if on <= last:
                    return year, season, last
        raise ValueError(f"No term ends on or after {on}.")

    return Days(
        is_school_day=lambda on: year_of(on).is_school_day(on),
        term_end=lambda on: term_of(on)[2],
        name=name,
        cut_off=lambda on: county.get((term_of(on)[0], term_of(on)[1].value)),
    )

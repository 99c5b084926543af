"""The PEP cycle laid on the county's calendar: which term runs, and what "soon" means in school days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from core import rules as time_rules
from core.calendars import YearCalendar, all_calendars, cut_offs
from core.deadlines.county import county_changes
from core.deadlines.registry import rules_for
from core.deadlines.rules import Change, Trigger
from peps import rules


def current_term(today: date) -> rules.Term:
    """The term that runs today, in the holidays the coming one."""
    calendars = all_calendars()
    year = time_rules.academic_year_of(today)
    return rules.term_for(today, _terms(calendars.of(None, year), calendars.of(None, year + 1)))


def _terms(*years: YearCalendar) -> list[rules.Term]:
    """The terms with the last day for their meetings: what the county fixed, else counted back as rule P5 says."""
    changes, fixed = county_changes(), cut_offs()
    return [term for calendar in years for term in _terms_of(calendar, changes, fixed)]


def _terms_of(
    calendar: YearCalendar, changes: Sequence[Change], fixed: Mapping[tuple[int, str], date]
) -> list[rules.Term]:
    days, found = calendar.school_days(), []
    for season in time_rules.Season:
        first, last = calendar.season(season)
        mine = [d for d in days if first <= d <= last]
        if mine:
            ahead = _school_days_before_end(mine[0], changes)
            term = rules.make_term(calendar.academic_year, season, mine, ahead)
            on = fixed.get((calendar.academic_year, season.value))
            found.append(replace(term, cut_off_on=on, cut_off_fixed=True) if on else term)
    return found


def _school_days_before_end(first_on: date, changes: Sequence[Change]) -> int:
    rule = next((r for r in rules_for(Trigger.TERM_START, first_on, changes) if r.code == "P5"), None)
    return -rule.offset if rule is not None else rules.CUT_OFF_SCHOOL_DAYS


def term_of(academic_year: int, season: time_rules.Season) -> rules.Term:
    """A term of the county's calendar; ValueError when it has no school day."""
    for term in _terms(all_calendars().of(None, academic_year)):
        if term.season is season:
            return term
    raise ValueError(f"The {season} term of {academic_year} has no school day.")


def term_before(academic_year: int, season: time_rules.Season) -> tuple[int, time_rules.Season]:
    """Year and season of the term before."""
    seasons = list(time_rules.Season)
    place = seasons.index(season)
    return (academic_year, seasons[place - 1]) if place else (academic_year - 1, seasons[-1])


def previous_term_end(academic_year: int, season: time_rules.Season) -> date:
    """Last day of the term before; a meeting held after it belongs to this term."""
    calendars = all_calendars()
    if season is time_rules.Season.AUTUMN:
        return calendars.of(None, academic_year - 1).season(time_rules.Season.SUMMER)[1]
    before = time_rules.Season.AUTUMN if season is time_rules.Season.SPRING else time_rules.Season.SPRING
    return calendars.of(None, academic_year).season(before)[1]


def soon_until(today: date) -> date:
    """The day that lies SOON_SCHOOL_DAYS school days ahead."""
    calendars = all_calendars()
    year = time_rules.academic_year_of(today)
    days = [
        d for academic_year in (year, year + 1) for d in calendars.of(None, academic_year).school_days() if d > today
    ]
    return days[rules.SOON_SCHOOL_DAYS - 1]

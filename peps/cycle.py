"""The PEP cycle laid on the county's calendar: which term runs, and what "soon" means in school days."""

from datetime import date

from core import rules as time_rules
from core.calendars import YearCalendar, all_calendars
from peps import rules


def current_term(today: date) -> rules.Term:
    """The term that runs today, in the holidays the coming one."""
    calendars = all_calendars()
    year = time_rules.academic_year_of(today)
    return rules.term_for(today, [*_terms(calendars.of(None, year)), *_terms(calendars.of(None, year + 1))])


def _terms(calendar: YearCalendar) -> list[rules.Term]:
    days = calendar.school_days()
    found = []
    for season in time_rules.Season:
        first, last = calendar.season(season)
        mine = [d for d in days if first <= d <= last]
        if mine:
            found.append(rules.make_term(calendar.academic_year, season, mine))
    return found


def term_of(academic_year: int, season: time_rules.Season) -> rules.Term:
    """A term of the county's calendar; ValueError when it has no school day."""
    days = all_calendars().of(None, academic_year).school_days()
    first, last = all_calendars().of(None, academic_year).season(season)
    return rules.make_term(academic_year, season, [d for d in days if first <= d <= last])


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

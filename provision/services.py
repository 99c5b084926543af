"""Record an exclusion, with the limits of law and the warnings that its totals set off."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from core import rules as time_rules
from core.actor import acting_as
from core.calendars import Calendars, YearCalendar
from provision import rules
from provision.models import Exclusion
from provision.permissions import check_can_record_exclusion
from pupils.models import Pupil, SchoolPlace
from schools.models import School


class Recorded(NamedTuple):
    """The exclusion, and what its totals set off, in words."""

    exclusion: Exclusion
    warnings: list[str]


@transaction.atomic
def record_exclusion(
    *,
    pupil: Pupil,
    school: School,
    category: rules.Category,
    from_on: date,
    sessions: int | None,
    today: date,
    actor: Any,
) -> Recorded:
    """Record what a school decided. `sessions` are half days, None for a permanent exclusion.

    Raises PermissionDenied, or ValidationError by field: no place at that school, a day far ahead or without school,
    a second exclusion from the same day, a length missing or not wanted, more than 45 days in the school year.
    """
    check_can_record_exclusion(actor, pupil, school)
    Pupil.objects.select_for_update().get(pk=pupil.pk)
    calendar = Calendars().of(school.calendar_id, time_rules.academic_year_of(from_on))
    _check_day(pupil, school, from_on, today, calendar)
    if category is rules.Category.PERMANENT:
        sessions = None
    elif not sessions or sessions < 1:
        raise ValidationError({"days": "Enter the length in school days, like 2 or 0.5"})
    in_year = _sessions(pupil, *_school_year(from_on))
    if sessions and (refusal := rules.over_limit(earlier=in_year, new=sessions)):
        raise ValidationError({"days": refusal})
    with acting_as(actor, service="provision.record_exclusion"):
        made = Exclusion.objects.create(
            pupil=pupil, school=school, category=category.value, from_on=from_on, sessions=sessions
        )
    return Recorded(made, warnings_for(made))


def _check_day(pupil: Pupil, school: School, from_on: date, today: date, calendar: YearCalendar) -> None:
    words = f"{from_on:%A} {from_on.day} {from_on:%B %Y}"
    if from_on > today + timedelta(days=rules.DAYS_AHEAD):
        raise ValidationError({"from_on": f"{words} lies more than {rules.DAYS_AHEAD} days ahead"})
    if not calendar.may_have_session(from_on):
        raise ValidationError({"from_on": f"{words} is no school day: give the first school day of the exclusion"})
    if not SchoolPlace.objects.current(from_on).filter(pupil=pupil, school=school).exists():
        raise ValidationError({"school": f"The child is not on the roll of {school.name} on {words}"})
    if Exclusion.objects.filter(pupil=pupil, from_on=from_on).exists():
        raise ValidationError({"from_on": f"An exclusion from {words} is recorded already"})


def _school_year(on: date) -> tuple[date, date]:
    year = time_rules.academic_year_of(on)
    return time_rules.academic_year_start(year), time_rules.academic_year_end(year)


def _sessions(pupil: Pupil, first: date, last: date) -> int:
    """Sessions of suspension that begin in a span, both days included."""
    rows = Exclusion.objects.filter(pupil=pupil, from_on__gte=first, from_on__lte=last)
    return rows.aggregate(n=Sum("sessions"))["n"] or 0


def warnings_for(exclusion: Exclusion) -> list[str]:
    """What the child's totals of the term and the school year say, this exclusion included."""
    if exclusion.category == rules.Category.PERMANENT:
        return []
    on = exclusion.from_on
    calendar = Calendars().of(exclusion.school.calendar_id, time_rules.academic_year_of(on))
    spans = [calendar.season(season) for season in time_rules.Season]
    term = next((span for span in spans if span[0] <= on <= span[1]), None)
    in_term = _sessions(exclusion.pupil, *term) if term else 0
    return rules.warnings(in_term=in_term, in_year=_sessions(exclusion.pupil, *_school_year(on)))


def duties_of(exclusion: Exclusion) -> list[rules.Duty]:
    """What must happen after it, with the days of the school's own calendar."""
    year = time_rules.academic_year_of(exclusion.from_on)
    calendars = Calendars()
    days = [
        d
        for academic_year in (year, year + 1)
        for d in calendars.of(exclusion.school.calendar_id, academic_year).school_days()
        if d >= exclusion.from_on
    ]
    return rules.duties(category=rules.Category(exclusion.category), sessions=exclusion.sessions or 0, school_days=days)

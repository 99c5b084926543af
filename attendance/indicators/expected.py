"""On which days a mark of a child is expected: in care, of school age or with a school place, a school day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from attendance.register.places import WIDTH, Bools, Ints
from attendance.register.sessions import SessionMasks
from core.rules import academic_year_end, academic_year_of, academic_year_start, is_school_year
from pupils.models import CareEpisode, Pupil, SchoolPlace
from pupils.roll import year_groups

DAYS = WIDTH // 2
FEW = 500
"""Up to so many children are named in a query; for more the whole year is read and the others are passed over."""


def named(pupils: Collection[int], path: str = "pupil_id") -> Q:
    """A filter on these children, where they are few enough to be named."""
    return Q(**{f"{path}__in": list(pupils)}) if len(pupils) <= FEW else Q()


def children_expected_on(on: dt.date) -> set[int]:
    """Children looked after on a day who have a school place then, or are of compulsory school age."""
    looked_after = set(Pupil.objects.looked_after(on=on).values_list("pk", flat=True))
    placed = set(SchoolPlace.objects.current(on).values_list("pupil_id", flat=True))
    births = dict(Pupil.objects.filter(pk__in=looked_after - placed).values_list("pk", "dob"))
    years = year_groups(births, academic_year_of(on))
    return (looked_after & placed) | {pk for pk, year in years.items() if is_school_year(year)}


def _span(from_on: dt.date, to_on: dt.date | None, academic_year: int) -> slice:
    """The days of a half-open span within a year, as positions."""
    start = academic_year_start(academic_year)
    first = max((from_on - start).days, 0)
    last = DAYS if to_on is None else min((to_on - start).days, DAYS)
    return slice(first, max(first, last))


def days_in_care(pupils: Sequence[int], academic_year: int) -> Bools:
    """Days (columns, from 1 September) on which each pupil (rows) was looked after: from DECOM, not on DEC."""
    positions = {pk: n for n, pk in enumerate(pupils)}
    days = np.zeros((len(pupils), DAYS), bool)
    touching = CareEpisode.objects.touching(
        academic_year_start(academic_year), academic_year_end(academic_year)
    ).filter(named(pupils))
    for pupil, decom, dec in touching.values_list("pupil_id", "decom", "dec"):
        if pupil in positions:
            days[positions[pupil], _span(decom, dec, academic_year)] = True
    return days


@dataclass
class SchoolDays:
    """Where children (rows) are on roll on each day (columns): `school` holds the pk of the main school (else of
    another place), 0 for none; `has_place` any place at all."""

    school: Ints
    calendar: dict[int, int | None]

    @property
    def has_place(self) -> Bools:
        result: Bools = self.school != 0
        return result


def school_days(pupils: Sequence[int], academic_year: int) -> SchoolDays:
    """The school of each child and day of a year; the main place goes before others, the later before the earlier."""
    order = {kind: n for n, kind in enumerate(reversed(SchoolPlace.Kind.values))}
    positions = {pk: n for n, pk in enumerate(pupils)}
    school = np.zeros((len(pupils), DAYS), np.int64)
    calendars: dict[int, int | None] = {}
    rows = SchoolPlace.objects.filter(pupil_id__in=list(pupils), from_on__lte=academic_year_end(academic_year)).exclude(
        to_on__lte=academic_year_start(academic_year)
    )
    found = rows.values_list("kind", "from_on", "to_on", "pupil_id", "school_id", "school__calendar_id")
    for _, from_on, to_on, pupil, pk, calendar in sorted(found, key=lambda r: (order[r[0]], r[1], r[4])):
        if pupil in positions:
            school[positions[pupil], _span(from_on, to_on, academic_year)] = pk
            calendars[pk] = calendar
    return SchoolDays(school, calendars)


def nc_years(pupils: Iterable[int], academic_year: int) -> dict[int, int | None]:
    """The year group of each child: as recorded, else by age."""
    pupils = list(pupils)
    known = dict(Pupil.objects.filter(named(pupils, "pk")).values_list("pk", "dob"))
    return year_groups({pk: known.get(pk) for pk in pupils}, academic_year)


def expected_places(
    pupils: Sequence[int],
    academic_year: int,
    *,
    years: dict[int, int | None],
    schools: SchoolDays,
    masks: SessionMasks,
    today: dt.date,
) -> Bools:
    """Places (columns) at which a mark of each child (rows) is expected, days in care not yet considered."""
    of_age = np.array([is_school_year(years.get(pk)) for pk in pupils], bool)
    wanted = of_age[:, None] | schools.has_place
    past = (today - academic_year_start(academic_year)).days + 1
    wanted[:, max(past, 0) :] = False
    expected = np.zeros((len(pupils), WIDTH), bool)
    by_calendar: dict[int | None, list[int]] = defaultdict(list)
    for pk in np.unique(schools.school).tolist():
        by_calendar[schools.calendar.get(pk)].append(pk)
    for calendar, pks in by_calendar.items():
        here = wanted if len(by_calendar) == 1 else wanted & np.isin(schools.school, pks)
        expected |= np.repeat(here, 2, axis=1) & masks.expected(calendar, academic_year)[None, :]
    return expected

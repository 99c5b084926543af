"""Which school has sent marks for which day, by source; a silent school stands out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from typing import Any

from django.db.models.functions import Substr

from attendance.models import Register, Source
from attendance.register.places import place_of
from core.calendars import Calendars, all_calendars
from core.rules import academic_year_of
from pupils.models import Pupil, SchoolPlace
from schools.models import School

DAYS_SHOWN = 10
SILENT_AFTER = 3
"""School days without a mark after which a school counts as silent; with marks of fewer than half, a gap (OURS)."""
NOTHING = " -"
"""A school that says closed (#) is not silent."""


@dataclass(frozen=True, slots=True)
class DayCell:
    """One school on one day: how many of its looked-after children have a mark, and from which sources."""

    on: dt.date
    children: int
    marked: int
    sources: tuple[str, ...]
    is_school_day: bool

    @property
    def state(self) -> str:
        """closed, complete, part, gap (marks of fewer than half of the children) or nothing."""
        if not self.is_school_day:
            return "closed"
        if self.marked >= self.children:
            return "complete"
        if not self.marked:
            return "nothing"
        return "part" if 2 * self.marked >= self.children else "gap"


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school with looked-after children now, and its last school days, oldest first."""

    school: School
    children: int
    cells: Sequence[DayCell]

    @property
    def open_cells(self) -> list[DayCell]:
        """The days of the span on which the school was open."""
        return [c for c in self.cells if c.is_school_day]

    @property
    def silent_days(self) -> int:
        """School days at the end of the span without any mark."""
        return self._days_at_the_end({"nothing"})

    @property
    def gap_days(self) -> int:
        """School days at the end of the span with marks of fewer than half of the children, or of none."""
        return self._days_at_the_end({"nothing", "gap"})

    def _days_at_the_end(self, states: set[str]) -> int:
        return len(list(takewhile(lambda c: c.state in states, reversed(self.open_cells))))

    @property
    def missing(self) -> Fraction:
        """The share of the children's school days in the span that have no mark."""
        due = sum(c.children for c in self.open_cells)
        return Fraction(due - sum(c.marked for c in self.open_cells), due) if due else Fraction(0)

    @property
    def is_silent(self) -> bool:
        """Nothing came for `SILENT_AFTER` school days."""
        return self.silent_days >= SILENT_AFTER

    @property
    def has_gap(self) -> bool:
        """Something came, but for `SILENT_AFTER` school days of fewer than half of the children."""
        return self.gap_days >= SILENT_AFTER and not self.is_silent


def last_school_days(calendars: Calendars, before: dt.date, days: int = DAYS_SHOWN) -> list[dt.date]:
    """The last school days of the county's calendar before a day, oldest first."""
    found: list[dt.date] = []
    on = before - dt.timedelta(days=1)
    while len(found) < days and (before - on).days < 150:
        if calendars.of(None, academic_year_of(on)).is_school_day(on):
            found.append(on)
        on -= dt.timedelta(days=1)
    return found[::-1]


def completeness(user: Any, *, today: dt.date, days: int = DAYS_SHOWN, school: School | None = None) -> list[SchoolRow]:
    """Schools (or the one) where children that the user sees are on roll today; a few queries.

    The silent ones come first, then those that miss the largest share of the marks.
    """
    calendars = all_calendars()
    shown = last_school_days(calendars, today, days)
    if not shown:
        return []
    children = Pupil.objects.visible_to(user).looked_after(on=today)
    roll: dict[School, set[int]] = defaultdict(set)
    places = SchoolPlace.objects.current(today).filter(pupil__in=children, kind=SchoolPlace.Kind.MAIN)
    if school is not None:
        places = places.filter(school=school)
    for place in places.select_related("school"):
        roll[place.school].add(place.pupil_id)
    marked = _marked(shown, {pk for pks in roll.values() for pk in pks})
    rows = [
        SchoolRow(school, len(pupils), _cells(school, pupils, shown, marked, calendars=calendars))
        for school, pupils in roll.items()
    ]
    return sorted(rows, key=lambda r: (not r.is_silent, -r.missing, r.school.name, r.school.pk))


def _marked(days: Sequence[dt.date], pupils: set[int]) -> dict[tuple[dt.date, str], set[int]]:
    """(day, source) -> children with a mark; only the places of these days are read."""
    found: dict[tuple[dt.date, str], set[int]] = defaultdict(set)
    for year in {academic_year_of(on) for on in days}:
        own = [on for on in days if academic_year_of(on) == year]
        first = place_of(own[0], "AM")
        length = place_of(own[-1], "PM") - first + 1
        rows = Register.objects.filter(academic_year=year, pupil_id__in=pupils).annotate(
            part=Substr("marks", first + 1, length)
        )
        for pupil, source, part in rows.values_list("pupil_id", "source", "part"):
            for on in own:
                at = place_of(on, "AM") - first
                if part[at : at + 2].strip(NOTHING):
                    found[on, source].add(pupil)
    return found


def _cells(
    school: School,
    pupils: set[int],
    days: Sequence[dt.date],
    marked: dict[tuple[dt.date, str], set[int]],
    *,
    calendars: Calendars,
) -> list[DayCell]:
    cells = []
    for on in days:
        by_source = {source: marked.get((on, source), set()) & pupils for source in Source.values}
        cells.append(
            DayCell(
                on,
                len(pupils),
                len(set().union(*by_source.values())),
                tuple(source for source, who in by_source.items() if who),
                calendars.of(school.calendar_id, academic_year_of(on)).is_school_day(on),
            )
        )
    return cells


def late_sources(rows: Sequence[SchoolRow]) -> dict[str, int]:
    """Source -> school days since its last mark, for sources that sent something in the span shown."""
    late: dict[str, int] = {}
    for source in Source.values:
        days = sorted({c.on for r in rows for c in r.cells if c.state != "closed"})
        sent = {c.on for r in rows for c in r.cells if source in c.sources}
        if sent:
            late[source] = sum(on > max(sent) for on in days)
    return late

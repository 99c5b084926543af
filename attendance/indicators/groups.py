"""Attendance by term, week, year group, key stage and school. A group's rate is always sums over sums (4.4)."""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from attendance.indicators.counting import CATEGORIES, AttendanceResult, ChildAttendance, YearMarks
from attendance.indicators.expected import nc_years
from attendance.rules import AttendanceCounts, counts_from_categories
from core.figures import Figure
from core.rules import (
    KEY_STAGE_LABELS,
    Season,
    TermDates,
    academic_year_of,
    key_stage_of,
    season_period,
    year_group_label,
)

NOT_KNOWN = "Not known"


@dataclass
class GroupAttendance:
    """Children of one group: their sessions together, and how many are persistently and severely absent."""

    label: str
    children: list[ChildAttendance] = field(default_factory=list)

    @property
    def counts(self) -> AttendanceCounts:
        """The sum of the group's sessions."""
        return sum((child.counts for child in self.children), AttendanceCounts())

    @property
    def with_sessions(self) -> int:
        """Children with a possible session."""
        return sum(child.counts.possible > 0 for child in self.children)

    @property
    def attendance(self) -> Figure:
        """Attended of possible sessions."""
        counts = self.counts
        return Figure(counts.attended, counts.possible)

    @property
    def persistent(self) -> Figure:
        """Persistently absent children of those with a possible session."""
        return Figure(sum(child.persistent is True for child in self.children), self.with_sessions)

    @property
    def severe(self) -> Figure:
        """Severely absent children of those with a possible session."""
        return Figure(sum(child.severe is True for child in self.children), self.with_sessions)


def grouped(
    result: AttendanceResult, label_of: Callable[[int], str], order: Callable[[str], Hashable] | None = None
) -> list[GroupAttendance]:
    """The children of a result by a label of their pk, in the order of the labels (or of `order`)."""
    groups: dict[str, GroupAttendance] = {}
    for child in result.children:
        label = label_of(child.pupil_id)
        groups.setdefault(label, GroupAttendance(label)).children.append(child)
    return sorted(groups.values(), key=lambda g: order(g.label) if order else g.label)  # type: ignore[arg-type,return-value]


def by_year_group(result: AttendanceResult) -> list[GroupAttendance]:
    """Groups by NC year in the academic year of the result's last day, youngest first, not known last."""
    years = nc_years([c.pupil_id for c in result.children], academic_year_of(result.last))
    rank = {year_group_label(y): n for n, y in enumerate([*range(-3, 15), None])}
    return grouped(result, lambda pk: year_group_label(years.get(pk)), lambda label: rank.get(label, 99))


def by_key_stage(result: AttendanceResult) -> list[GroupAttendance]:
    """Groups by key stage in the academic year of the result's last day, youngest first, not known last."""
    years = nc_years([c.pupil_id for c in result.children], academic_year_of(result.last))
    labels = list(KEY_STAGE_LABELS.values())

    def label_of(pk: int) -> str:
        stage = key_stage_of(years.get(pk))
        return KEY_STAGE_LABELS[stage] if stage else NOT_KNOWN

    return grouped(result, label_of, lambda label: labels.index(label) if label in labels else len(labels))


def counts_in(marks: YearMarks, first: dt.date, last: dt.date) -> AttendanceCounts:
    """All children of a year together, from `first` to `last`, both included."""
    return counts_from_categories(marks.tally(marks.columns(first, last)).sum(axis=0).tolist())


def by_term(marks: YearMarks, terms: Sequence[TermDates], today: dt.date) -> list[tuple[str, AttendanceCounts]]:
    """("Autumn", counts) for each season that has begun."""
    found = []
    for season in Season:
        if any(t.season is season for t in terms):
            period = season_period(terms, season)
            if period.from_on <= today and period.last_on is not None:
                found.append((season.capitalize(), counts_in(marks, period.from_on, min(period.last_on, today))))
    return found


@dataclass(frozen=True)
class Week:
    """One school week from its Monday."""

    monday: dt.date
    counts: AttendanceCounts


def by_week(years: Iterable[YearMarks], last: dt.date, weeks: int = 12) -> list[Week]:
    """The weeks up to that of `last`, oldest first; weeks in which nothing was possible are there, with 0 of 0."""
    loaded = list(years)
    monday = last - dt.timedelta(days=last.weekday())
    found = []
    for number in range(weeks - 1, -1, -1):
        start = monday - dt.timedelta(weeks=number)
        end = min(start + dt.timedelta(days=6), last)
        found.append(Week(start, sum((counts_in(m, start, end) for m in loaded), AttendanceCounts())))
    return found


def by_school(marks: YearMarks, first: dt.date, last: dt.date) -> Mapping[int, AttendanceCounts]:
    """Sessions by the school (pk; 0 for none) where the child was on roll that day."""
    columns = marks.columns(first, last)
    rows, at = np.nonzero(marks.countable[:, columns])
    schools = marks.schools.school[rows, (at + columns.start) // 2]
    distinct, which = np.unique(schools, return_inverse=True)
    cells = which * CATEGORIES + marks.categories[:, columns][rows, at]
    tally = np.bincount(cells, minlength=len(distinct) * CATEGORIES).reshape(len(distinct), CATEGORIES)
    return {int(pk): counts_from_categories(row) for pk, row in zip(distinct, tally.tolist(), strict=True)}


def child_counts(marks: YearMarks, first: dt.date, last: dt.date) -> dict[int, AttendanceCounts]:
    """Each child's sessions from `first` to `last`, both included."""
    tally = marks.tally(marks.columns(first, last)).tolist()
    return {pk: counts_from_categories(row) for pk, row in zip(marks.pupils, tally, strict=True)}


def child_weeks(marks: YearMarks, last: dt.date, weeks: int) -> dict[int, list[tuple[int, int]]]:
    """(attended, possible) of each child in each of the weeks up to that of `last`, oldest first."""
    monday = last - dt.timedelta(days=last.weekday())
    found: dict[int, list[tuple[int, int]]] = {pk: [] for pk in marks.pupils}
    for number in range(weeks - 1, -1, -1):
        start = monday - dt.timedelta(weeks=number)
        for pk, counts in child_counts(marks, start, min(start + dt.timedelta(days=6), last)).items():
            found[pk].append((counts.attended, counts.possible))
    return found

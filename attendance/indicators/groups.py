"""Attendance by term, week, year group, key stage and school. A group's rate is always sums over sums (4.4)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attendance.indicators.counting import YearMarks
from attendance.rules import AttendanceCounts, counts_from_categories
from core.rules import (
    Season,
    TermDates,
    season_period,
)


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

"""What attendance adds to the shared pages. Whatever counts is imported when a page asks, not at start-up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.cache import cache
from django.db.models import F, Func, IntegerField, Max, QuerySet, Value
from django.urls import reverse

from attendance import rules
from attendance.models import MarkConflict, Source
from core import navigation
from core.figures import percent_text
from core.models import FeedRun
from core.once import once
from core.panels import (
    OWN_CASELOAD,
    Alert,
    ChildNext,
    ChildTab,
    HomeCard,
    HomeNeeds,
    Need,
    NextStep,
    OverviewCard,
    RollAlerts,
    RollColumn,
    RollFilter,
    SchoolCard,
    register,
)
from core.roles import Permission, Role
from core.rules import academic_year_label, academic_year_of
from core.sections import Section
from core.wording import count_of
from pupils.models import Allocation, Pupil

if TYPE_CHECKING:
    from attendance.indicators.completeness import SchoolRow
    from core.charts import Chart

P, S = Permission, Section
WEEKS = 12
ACT_ON_ABSENCE = {
    Role.VSH,
    Role.ADVISER,
    Role.IRO,
    Role.DESIGNATED_TEACHER,
    Role.SOCIAL_WORKER,
    Role.SCHOOL_COLLEAGUE,
}


# ---------------------------------------------------------------- the child


def _year_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    from attendance.indicators.child import child_year, present_year
    from attendance.views.heatmap import year_map

    year = child_year(pupil, present_year(pupil, today), today=today)
    if not year.sessions:
        return None
    return {
        "title": f"Attendance {academic_year_label(year.academic_year)}",
        "year": year,
        "map": year_map(year, key="overview"),
        "url": f"{reverse('attendance:child', args=[pupil.pk])}?year={year.academic_year}",
    }


# ---------------------------------------------------------------- the roll list


def _percent(numerator: int, denominator: int) -> Decimal | None:
    """For a chart, rounded as everywhere: half up, from integers. None where nothing was possible."""
    text = percent_text(numerator, denominator)
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class WeeklyRates:
    """The weeks up to a day as (attended, possible), drawn only when a page shows them."""

    weeks: Sequence[tuple[int, int]]

    @cached_property
    def chart(self) -> "Chart | None":
        """A line of percentages, from 0 to 100 for every child alike; gaps where nothing was possible."""
        from core.charts import sparkline

        values = [_percent(n, d) for n, d in self.weeks]
        return (
            sparkline(f"Attendance of the last {WEEKS} weeks", values, unit="%", minimum=0, maximum=100)
            if any(self.weeks)
            else None
        )


def _percent_this_year(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    """("91.4%", the weeks) for each child with a possible session from 1 September to the day."""
    from attendance.indicators.counting import YearMarks
    from attendance.indicators.groups import child_counts, child_weeks
    from core.rules import academic_year_start

    year = academic_year_of(on)
    marks = YearMarks.load(year, today=on, pupil_ids=ids, unmarked=False)
    weeks = child_weeks(marks, on, WEEKS)
    return {
        pk: (f"{counts.attendance_percent}%", WeeklyRates(weeks[pk]))
        for pk, counts in child_counts(marks, academic_year_start(year), on).items()
        if counts.possible
    }


def _alerts(ids: Sequence[int], on: date) -> Mapping[int, Alert]:
    """Severely absent children first, the lowest before all; then those below 90%."""
    found = {}
    for pk, counts in _counts_this_year(on, ids).items():
        band = rules.attendance_band(counts)
        missed = 100 * (counts.possible - counts.attended) // counts.possible if counts.possible else 0
        if band is rules.AttendanceBand.UNDER_50:
            found[pk] = Alert(text="Attendance under 50%", colour="red", weight=100 + missed)
        elif band is rules.AttendanceBand.TO_90:
            found[pk] = Alert(text="Attendance under 90%", colour="orange", weight=missed)
    return found


def _counts_this_year(on: date, ids: Sequence[int] | None = None) -> Mapping[int, rules.AttendanceCounts]:
    from attendance.indicators.counting import YearMarks
    from attendance.indicators.groups import child_counts
    from core.rules import academic_year_start

    year = academic_year_of(on)
    return child_counts(YearMarks.load(year, today=on, pupil_ids=ids, unmarked=False), academic_year_start(year), on)


def _sort_by_attendance(pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
    """The same figure as the column's, brought into the query as the child's rank; without sessions last."""
    counted = {pk: c for pk, c in _counts_this_year(on).items() if c.possible}
    ranked = sorted(counted, key=lambda pk: counted[pk].attended / counted[pk].possible)
    rank = Func(Value(ranked), F("pk"), function="array_position", output_field=IntegerField(null=True))
    return pupils.annotate(sort_attendance=rank)


def _band_field(user: Any) -> forms.Field:
    choices = [("", "Any attendance"), *((band.value, label) for band, label in rules.BAND_LABELS.items())]
    return forms.ChoiceField(choices=choices, label="Attendance this year")


def _by_band(pupils: QuerySet[Any], band: str, on: date) -> QuerySet[Any]:
    bands = {pk: rules.attendance_band(counts) for pk, counts in _counts_this_year(on).items()}
    if band == rules.AttendanceBand.NONE:
        return pupils.exclude(pk__in=[pk for pk, own in bands.items() if own != band])
    return pupils.filter(pk__in=[pk for pk, own in bands.items() if own == band])


# ---------------------------------------------------------------- home


def _low_needs(user: Any, today: date) -> Iterable[Need]:
    """Children missing more than half, for those who act on it: the roll list narrowed by the same band shows them.

    An adviser is told of the own caseload, everybody else of the children in scope.
    """
    if user.role not in ACT_ON_ABSENCE:
        return
    pupils, extra, group = Pupil.objects.visible_to(user, S.ATTENDANCE).looked_after(on=today), "", ""
    if user.role == Role.ADVISER:
        own = Allocation.objects.held_by(user, today).filter(kind=Allocation.Kind.ADVISER)
        pupils, extra = pupils.filter(pk__in=own.values("pupil_id")), f"&adviser={user.pk}"
        group = OWN_CASELOAD
    ids = list(pupils.values_list("pk", flat=True))
    band = rules.AttendanceBand.UNDER_50
    counts = _kept(f"low-{user.pk}", user, today, lambda: _counts_this_year(today, ids)) if ids else {}
    yield Need(
        text="Children below 50% attendance this year",
        count=sum(rules.attendance_band(counts[pk]) is band for pk in ids if pk in counts),
        url=f"{reverse('pupils:list')}?attendance={band.value}{extra}",
        hint="Severely absent: more than half of their sessions are missed",
        group=group,
        urgent=True,
    )


def _conflict_needs(user: Any, today: date) -> Iterable[Need]:
    """Of this school year: an older one changes no figure that anybody still waits for."""
    rows = MarkConflict.objects.visible_to(user).filter(
        state=MarkConflict.State.OPEN, academic_year=academic_year_of(today)
    )
    yield Need(
        text="Marks that differ between two sources",
        count=rows.count(),
        url=reverse("attendance:conflicts"),
        hint="One click keeps one of the two; until then the proposed one counts",
    )


@once
def _newest_delivery() -> Any:
    """When the last delivery was applied: several parts of the home page ask."""
    return FeedRun.objects.aggregate(at=Max("applied_at"))["at"]


def _kept(name: str, user: Any, today: date, make: Callable[[], Any]) -> Any:
    """What `make` finds, kept for ten minutes or until the next delivery is applied, for those who see every child.

    The others' scope may change at any moment, and their few children are quickly counted.
    """
    if not user.can(P.SEE_ALL_PUPILS):
        return make()
    newest = _newest_delivery()
    key = f"attendance-{name}-{today}-{newest.timestamp() if newest else 0}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, 600)
    return found


def _steps(user: Any, pupil: Any, today: date) -> Iterable[NextStep]:
    number = (
        MarkConflict.objects.visible_to(user)
        .filter(pupil=pupil, state=MarkConflict.State.OPEN, academic_year=academic_year_of(today))
        .count()
    )
    if number:
        yield NextStep(
            text=f"{count_of(number, 'session')} to decide",
            why="Two sources say different things; until somebody decides, the proposed mark counts",
            url=reverse("attendance:conflicts"),
        )


def _completeness_needs(user: Any, today: date) -> Iterable[Need]:
    needs: list[Need] = _kept("needs", user, today, lambda: _count_completeness(user, today))
    return needs


def _count_completeness(user: Any, today: date) -> list[Need]:
    from attendance.indicators.completeness import SILENT_AFTER, completeness, late_sources

    rows = completeness(user, today=today)
    silent, gaps = [row for row in rows if row.is_silent], [row for row in rows if row.has_gap]
    url = reverse("attendance:completeness")
    late = [
        Need(
            text=f"Feed late: {Source(source).label}",
            count=days,
            url=url,
            hint="School days since its last marks",
            urgent=days >= SILENT_AFTER,
        )
        for source, days in late_sources(rows).items()
        if days
    ]
    return [
        Need(
            text=f"Schools without a mark for {SILENT_AFTER} school days or more",
            count=len(silent),
            url=url,
            hint=_names(silent),
        ),
        Need(
            text=f"Schools with marks of fewer than half of our children for {SILENT_AFTER} school days or more",
            count=len(gaps),
            url=url,
            hint=_names(gaps),
        ),
        *late,
    ]


def _names(rows: Sequence["SchoolRow"]) -> str:
    return ", ".join(row.school.name for row in rows[:3]) + (" and others" if len(rows) > 3 else "")


def _school_card(user: Any, school: Any, today: date) -> Mapping[str, Any] | None:
    """A school of our children that is silent or has a gap says so on its own page."""
    from attendance.indicators.completeness import completeness

    row = next(iter(completeness(user, today=today, school=school)), None)
    if row is None or not (row.is_silent or row.has_gap):
        return None
    return {"row": row, "days": len(row.open_cells), "url": reverse("attendance:completeness")}


def _week_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """This week's attendance and the line of twelve weeks, of the children that the person sees."""
    whole = user.can(P.SEE_ALL_PUPILS)
    ids = None if whole else list(Pupil.objects.visible_to(user, S.ATTENDANCE).values_list("pk", flat=True))
    weeks, as_at, coverage = _kept("weeks-coverage", user, today, lambda: _weeks(ids, today))
    if as_at is None:
        return None
    return {**_week_context(weeks), "as_at": as_at, "coverage": coverage}


def _weeks(ids: list[int] | None, today: date) -> tuple[list[tuple[date, int, int]], date | None, str]:
    """(Monday, attended, possible) of each week, the last day on which anybody has a session that counts, and how
    much of what was expected in its week until then is marked."""
    from attendance.indicators.counting import YearMarks
    from attendance.indicators.groups import by_week, counts_in

    first = today - timedelta(weeks=WEEKS - 1, days=today.weekday())
    years = range(academic_year_of(first), academic_year_of(today) + 1)
    loaded = [YearMarks.load(year, today=today, pupil_ids=ids) for year in years]
    weeks = [(w.monday, w.counts.attended, w.counts.possible) for w in by_week(loaded, today, WEEKS)]
    newest = next((monday for monday, _, possible in reversed(weeks) if possible), None)
    if newest is None:
        return weeks, None, ""
    days = (newest + timedelta(days=n) for n in range(6, -1, -1))
    as_at = next((d for d in days if d <= today and any(counts_in(marks, d, d).possible for marks in loaded)), newest)
    counts = sum((counts_in(marks, newest, as_at) for marks in loaded), rules.AttendanceCounts())
    return weeks, as_at, rules.coverage_words(counts.possible, counts.unmarked)


def _week_context(weeks: Sequence[tuple[date, int, int]]) -> Mapping[str, Any]:
    from core.charts import line_chart
    from core.charts.model import Series
    from core.figures import Figure

    last = next(week for week in reversed(weeks) if week[2])
    values = [_percent(n, d) for _, n, d in weeks]
    lowest = min(value for value in values if value is not None)
    return {
        "figure": Figure(last[1], last[2]),
        "monday": last[0],
        "is_this_week": last is weeks[-1],
        "chart": line_chart(
            "Attendance by week",
            [f"{monday.day} {monday:%b}" for monday, _, _ in weeks],
            [Series("Attendance", values)],
            unit="%",
            decimals=1,
            minimum=int(lowest // 10 * 10),
            maximum=100,
            key="home",
        ),
    }


register(
    ChildTab(url_name="attendance:child", label="Attendance", order=30, permission=P.SEE_PUPILS, section=S.ATTENDANCE),
    OverviewCard(
        template="attendance/cards/year.html",
        context=_year_card,
        order=40,
        permission=P.SEE_PUPILS,
        section=S.ATTENDANCE,
        wide=True,
    ),
    ChildNext(steps=_steps, permission=P.RESOLVE_CONFLICTS, order=20),
    HomeCard(
        template="attendance/cards/weeks.html",
        context=_week_card,
        order=15,
        permission=P.SEE_PUPILS,
        section=S.ATTENDANCE,
    ),
    SchoolCard(
        template="attendance/cards/school.html",
        context=_school_card,
        order=5,
        permission=P.SEE_PUPILS,
        wide=True,
    ),
    HomeNeeds(needs=_low_needs, order=10, permission=P.SEE_PUPILS, section=S.ATTENDANCE),
    HomeNeeds(needs=_conflict_needs, order=40, permission=P.RESOLVE_CONFLICTS),
    HomeNeeds(needs=_completeness_needs, order=45, permission=P.IMPORT_FEEDS),
    RollColumn(
        key="attendance",
        label="Attendance this year",
        order=30,
        permission=P.SEE_PUPILS,
        section=S.ATTENDANCE,
        values=_percent_this_year,
        order_by=_sort_by_attendance,
        template="attendance/cells/rate.html",
        numeric=True,
    ),
    RollAlerts(order=10, permission=P.SEE_PUPILS, section=S.ATTENDANCE, values=_alerts),
    RollFilter(
        key="attendance", order=60, permission=P.SEE_PUPILS, section=S.ATTENDANCE, field=_band_field, apply=_by_band
    ),
)
navigation.register(
    navigation.NavEntry(
        label="Marks that differ",
        url_name="attendance:conflicts",
        permission=P.RESOLVE_CONFLICTS,
        order=110,
        about="Sessions for which two sources say different things",
        group="Data that comes in",
        order_for={Role.DATA_OFFICER: 45},
    ),
    navigation.NavEntry(
        label="Marks received",
        url_name="attendance:completeness",
        permission=P.IMPORT_FEEDS,
        order=115,
        about="Which school has sent marks for which day",
        group="Data that comes in",
    ),
)

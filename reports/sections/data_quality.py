"""How far the figures can be trusted: gaps of the record, rows held back, conflicts, who has sent what."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import timezone

from attainment.models import Qualification
from attendance.indicators.completeness import SILENT_AFTER, last_school_days
from attendance.indicators.counting import YearMarks
from attendance.models import MarkConflict
from attendance.register.places import BLANK, UNMARKED
from core.calendars import Calendars
from core.documents import Table, TableColumn
from core.feeds.registry import all_kinds
from core.models import FeedRun
from core.roles import Permission
from core.rules import academic_year_of, is_school_year
from reports.sections.base import Collected, ReportSection, Scope, View, from_iso, in_words
from reports.sections.roll import NO_PLACE, SCHOOL_AGE

SLUG = "data-quality"
NO_UPN = "quality.no_upn"
NO_YEAR = "roll.year.unknown"
SILENT = "quality.silent_schools"
SCHOOLS = "quality.schools"
CONFLICTS = "quality.conflicts"
HELD = "quality.held"
UNMAPPED = "quality.unmapped"


def collect(scope: Scope) -> Collected:
    """Gaps among the children on the roll, and the deliveries as they stood when the report was made."""
    found = Collected()
    _gaps(found, scope)
    numbers = found.numbers
    numbers.add(CONFLICTS, _open_conflicts(scope), "Sessions for which two sources differ, to be decided")
    numbers.add(UNMAPPED, Qualification.objects.filter(mapped=False).count(), "Qualifications that count nothing yet")
    silent, schools = silent_schools(scope)
    numbers.add(SCHOOLS, schools, "Schools with children on the roll")
    numbers.add(SILENT, silent, f"Schools from which no mark came for {SILENT_AFTER} school days")
    feeds = _feeds(scope)
    numbers.add(HELD, sum(feed["held"] or 0 for feed in feeds), "Rows held back in the last delivery of each kind")
    found.data |= {"as_at": scope.as_at.isoformat(), "feeds": feeds, "silent_after": SILENT_AFTER}
    return found


def _gaps(found: Collected, scope: Scope) -> None:
    of_age = [e for e in scope.roll if is_school_year(e.nc_year)]
    found.children(SCHOOL_AGE, (e.pupil.pk for e in of_age), "Children of school age")
    found.children(NO_UPN, (e.pupil.pk for e in of_age if not e.pupil.upn), "School age, no UPN recorded")
    found.children("quality.with_upn", (e.pupil.pk for e in of_age if e.pupil.upn), "School age, UPN recorded")
    found.numbers.sum(SCHOOL_AGE, [NO_UPN, "quality.with_upn"])
    found.children(NO_PLACE, (e.pupil.pk for e in of_age if not e.places), "School age, no school place recorded")
    found.children(NO_YEAR, (e.pupil.pk for e in scope.roll if e.nc_year is None), "Year groups: Not known")


def _open_conflicts(scope: Scope) -> int:
    rows = MarkConflict.objects.filter(state=MarkConflict.State.OPEN, on__gte=scope.first_on, on__lte=scope.as_at)
    return rows.count()


def _feeds(scope: Scope) -> list[dict[str, Any]]:
    """The newest applied delivery of each kind, as texts and counts to be frozen.

    A delivery of a later school year says nothing of the rows of this term: its counts are None. Files of people who
    sign in are no data of children.
    """
    done = (FeedRun.Status.APPLIED, FeedRun.Status.UNCHANGED)
    runs = FeedRun.objects.filter(status__in=done, applied_at__isnull=False).only("kind", "applied_at", "counts")
    newest = {run.kind: run for run in runs.order_by("kind", "-applied_at", "-pk").distinct("kind")}
    return [
        {
            "title": kind.title,
            "on": timezone.localdate(run.applied_at).isoformat() if run and run.applied_at else "",
            "read": _rows_of(run, "read", scope),
            "held": _rows_of(run, "held", scope),
        }
        for kind in all_kinds()
        if kind.permission == Permission.IMPORT_FEEDS
        for run in [newest.get(kind.kind)]
    ]


def _rows_of(run: FeedRun | None, what: str, scope: Scope) -> int | None:
    if run is None or run.applied_at is None:
        return 0
    if academic_year_of(timezone.localdate(run.applied_at)) > scope.academic_year:
        return None
    return int(run.counts.get(what, 0))


def silent_schools(scope: Scope) -> tuple[int, int]:
    """(silent, all): main schools of children expected to attend, and those from which no mark came for some days."""
    days = [d for d in last_school_days(Calendars(), scope.as_at, SILENT_AFTER) if d >= scope.first_on]
    if len(days) < SILENT_AFTER:
        return 0, 0
    marks = YearMarks.load(scope.academic_year, today=scope.as_at, pupil_ids=[e.pupil.pk for e in scope.roll])
    columns = marks.columns(days[0], days[-1])
    grid, countable = marks.grid[:, columns], marks.countable[:, columns]
    heard = (countable & (grid != BLANK) & (grid != UNMARKED)).any(axis=1)
    expected = countable.any(axis=1)
    last_day = (scope.as_at - dt.date(scope.academic_year, 9, 1)).days
    schools = marks.schools.school[:, last_day]
    wanted = np.unique(schools[expected & (schools != 0)])
    sending = np.unique(schools[heard & (schools != 0)])
    return len(np.setdiff1d(wanted, sending)), len(wanted)


# ---------------------------------------------------------------- presenting


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """The gaps with their share, and the deliveries."""
    gaps = [
        ("School age, no school place recorded", view.text(NO_PLACE), view.percent(NO_PLACE, SCHOOL_AGE)),
        ("School age, no UPN recorded", view.text(NO_UPN), view.percent(NO_UPN, SCHOOL_AGE)),
        ("Neither year group nor date of birth known", view.text(NO_YEAR), ""),
    ]
    other = [
        (
            f"Schools without any mark for {data['silent_after']} school days",
            f"{view.text(SILENT)} of {view.text(SCHOOLS)}",
        ),
        ("Sessions for which two sources differ, to be decided", view.text(CONFLICTS)),
        ("Sessions without a mark this term", view.text("attendance.term.unmarked")),
        ("Rows held back in the last delivery of each kind", view.text(HELD)),
        ("Qualifications not mapped yet, which count nothing", view.text(UNMAPPED)),
    ]
    return {
        "view": view,
        "as_at": from_iso(data["as_at"]),
        "gaps": Table(
            "Gaps in the record of the children on the roll",
            ["What is missing", "Children", "Share of school age"],
            gaps,
            note=f"Of {view.text(SCHOOL_AGE)} children of school age.",
        ),
        "other": Table("Marks and rows that wait for somebody", ["What", "Number"], other),
        "feeds": _feeds_table(data),
    }


def _feeds_table(data: Mapping[str, Any]) -> Table | None:
    """The deliveries with their rows; None when all came after the report's school year and nothing can be said."""
    if all(feed["read"] is None for feed in data["feeds"]):
        return None
    return Table(
        "Deliveries in the system when this report was made",
        ["Delivery", TableColumn("Applied", "text"), "Rows read", "Rows held back"],
        [
            (
                feed["title"],
                in_words(from_iso(feed["on"])) if feed["on"] else "None yet",
                _counted(feed["read"]),
                _counted(feed["held"]),
            )
            for feed in data["feeds"]
        ],
        note=LATER_NOTE if any(feed["read"] is None for feed in data["feeds"]) else "",
    )


LATER_NOTE = "The newest delivery of each kind. Rows are given only for deliveries of the report's own school year."


def _counted(rows: int | None) -> str:
    return "–" if rows is None else f"{rows:,}"


SECTION = ReportSection(
    slug=SLUG,
    title="Data quality and completeness",
    template="reports/sections/data_quality.html",
    collect=collect,
    present=present,
    new_page=False,
)

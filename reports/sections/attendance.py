"""Attendance over the term so far: overall, persistent and severe absence by stage and year group, week by week."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from attendance.indicators.counting import AttendanceResult, ChildAttendance, YearMarks, attendance_between
from attendance.rules import AttendanceCounts, coverage_words
from core.charts import Chart, Series, Value, bar_chart, line_chart
from core.documents import KeyFigure, Table, TableColumn
from core.figures import NOT_APPLICABLE
from core.rules import KEY_STAGE_LABELS, Season, key_stage_of, term_label, year_group_label
from reports.sections.base import Collected, ReportSection, Scope, View, from_iso, in_words

SLUG = "attendance"
TOTAL = "attendance.term"
OTHER = "other"


@dataclass
class _Marks:
    """Loaded registers by academic year: each year is read once for all spans of the report."""

    today: dt.date
    loaded: dict[int, YearMarks]

    def of(self, academic_year: int) -> YearMarks:
        if academic_year not in self.loaded:
            self.loaded[academic_year] = YearMarks.load(academic_year, today=self.today)
        return self.loaded[academic_year]

    def between(self, academic_year: int, first: dt.date, last: dt.date) -> AttendanceResult:
        return attendance_between(first, last, today=self.today, years=[self.of(academic_year)])


def collect(scope: Scope) -> Collected:
    """Sessions and children of the term to the as-at day, its weeks, and the two terms to compare it with."""
    found = Collected()
    marks = _Marks(scope.as_at, {})
    term = marks.between(scope.academic_year, scope.first_on, scope.as_at)
    found.definitions["Attendance"] = "Sessions attended of possible sessions (half days), on days in care"
    found.definitions["Persistent absence"] = term.rule.words
    found.definitions["Severe absence"] = "50% or more of one's own possible sessions missed"
    found.data |= {
        "first_on": scope.first_on.isoformat(),
        "as_at": scope.as_at.isoformat(),
        "persistent_words": term.rule.words,
        "groups": _groups(found, scope, term),
        "weeks": _weeks(found, scope, marks.of(scope.academic_year)),
        "terms": _terms(found, scope, marks, term),
    }
    found.numbers.add(f"{TOTAL}.unmarked", term.total.unmarked, "Sessions without a mark")
    return found


def _add_group(found: Collected, name: str, children: Iterable[ChildAttendance], label: str) -> None:
    """The numbers of one group of children with at least one possible session."""
    members = [child for child in children if child.counts.possible]
    counts = sum((child.counts for child in members), AttendanceCounts())
    numbers = found.numbers
    found.children(f"{name}.children", (c.pupil_id for c in members), f"Attendance, {label}: children with sessions")
    _add_sessions(found, name, counts, label)
    for kind in ("persistent", "severe"):
        ids = [c.pupil_id for c in members if getattr(c, kind)]
        found.share_of(f"{name}.{kind}", f"{name}.children", ids, f"Attendance, {label}: {kind} absence")
    numbers.rate(f"{name}.attended", f"{name}.possible", f"{name}.children")


def _add_sessions(found: Collected, name: str, counts: AttendanceCounts, label: str) -> None:
    found.numbers.add(f"{name}.attended", counts.attended, f"Attendance, {label}: sessions attended")
    found.numbers.add(f"{name}.possible", counts.possible, f"Attendance, {label}: possible sessions")


def _groups(found: Collected, scope: Scope, term: AttendanceResult) -> list[list[str]]:
    """The whole, its key stages and their year groups, as rows (level, label, name)."""
    from pupils.models import Pupil
    from pupils.roll import year_groups

    births = dict(Pupil.objects.filter(pk__in=[c.pupil_id for c in term.children]).values_list("pk", "dob"))
    years = year_groups(births, scope.academic_year)
    by_year: dict[str, list[ChildAttendance]] = defaultdict(list)
    by_stage: dict[str, dict[str, str]] = defaultdict(dict)
    for child in term.children:
        if not child.counts.possible:
            continue
        year = years[child.pupil_id]
        stage = key_stage_of(year)
        key = OTHER if stage is None else str(year)
        by_year[key].append(child)
        stage_key = stage.value if stage else OTHER
        by_stage[stage_key][key] = year_group_label(year) if stage else "Other or not known"
    rows = [["total", "All children", TOTAL]]
    _add_group(found, TOTAL, term.children, "all children")
    stages = [(s.value, label) for s, label in KEY_STAGE_LABELS.items()] + [(OTHER, "Other or not known")]
    stage_names = []
    for stage_key, stage_label in stages:
        inside = sorted(by_stage.get(stage_key, {}).items(), key=lambda item: int(item[0]) if item[0] != OTHER else 99)
        if not inside:
            continue
        name = f"attendance.stage.{stage_key}"
        stage_names.append(name)
        _add_group(found, name, (c for key, _ in inside for c in by_year[key]), stage_label)
        rows.append(["stage", stage_label, name])
        year_names = []
        for key, label in inside:
            year_name = f"attendance.year.{key}"
            year_names.append(year_name)
            _add_group(found, year_name, by_year[key], label)
            if len(inside) > 1:
                rows.append(["year", label, year_name])
        _add_up(found, name, year_names)
    _add_up(found, TOTAL, stage_names)
    return rows


def _add_up(found: Collected, total: str, parts: list[str]) -> None:
    for what in ("children", "attended", "possible", "persistent", "severe"):
        found.numbers.sum(f"{total}.{what}", [f"{part}.{what}" for part in parts])


def _weeks(found: Collected, scope: Scope, marks: YearMarks) -> list[list[str]]:
    """Each week of the term with a possible session: (Monday, name)."""
    import numpy as np

    from attendance.rules import counts_from_categories

    weeks = []
    monday = scope.first_on - dt.timedelta(days=scope.first_on.weekday())
    while monday <= scope.as_at:
        first = max(monday, scope.first_on)
        last = min(monday + dt.timedelta(days=6), scope.as_at)
        tally = marks.tally(marks.columns(first, last))
        counts = [counts_from_categories(row) for row in tally.tolist()]
        total = counts_from_categories(np.asarray(tally).sum(axis=0).tolist()) if len(tally) else AttendanceCounts()
        if total.possible:
            name = f"attendance.week.{monday.isoformat()}"
            ids = [pk for pk, one in zip(marks.pupils, counts, strict=True) if one.possible]
            label = f"week of {in_words(monday)}"
            found.children(f"{name}.children", ids, f"Attendance, {label}: children with sessions")
            _add_sessions(found, name, total, label)
            found.numbers.rate(f"{name}.attended", f"{name}.possible", f"{name}.children")
            weeks.append([monday.isoformat(), name])
        monday += dt.timedelta(days=7)
    for what in ("attended", "possible"):
        found.numbers.sum(f"{TOTAL}.{what}", [f"{name}.{what}" for _, name in weeks])
    return weeks


def _terms(found: Collected, scope: Scope, marks: _Marks, term: AttendanceResult) -> list[list[str]]:
    """This term, the one before it, and the same one a year before to the same day: (label, name)."""
    rows = [[f"{term_label(scope.academic_year, scope.season)} so far", TOTAL]]
    found.numbers.add(f"{TOTAL}.authorised", term.total.authorised, "Attendance: authorised absence, sessions")
    found.numbers.add(f"{TOTAL}.unauthorised", term.total.unauthorised, "Attendance: unauthorised absence, sessions")
    found.numbers.sum(f"{TOTAL}.possible", [f"{TOTAL}.{what}" for what in ("attended", "authorised", "unauthorised")])
    season, first, last = scope.term_before()
    year = scope.academic_year if scope.season is not Season.AUTUMN else scope.academic_year - 1
    spans = [(f"{term_label(year, Season(season))}, whole", "attendance.before", year, first, last)]
    first, last = scope.same_term_a_year_before()
    label = f"{term_label(scope.academic_year - 1, scope.season)} to {last.day} {last:%B}"
    spans.append((label, "attendance.year_before", scope.academic_year - 1, first, last))
    for label, name, year, first, last in spans:
        _add_group(found, name, marks.between(year, first, last).children, label)
        rows.append([label, name])
    return rows


# ---------------------------------------------------------------- presenting


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Tables and charts of the frozen attendance."""
    return {
        "view": view,
        "any": view.figures["numbers"][f"{TOTAL}.possible"] > 0,
        "first_on": from_iso(data["first_on"]),
        "as_at": from_iso(data["as_at"]),
        "key_figures": key_figures(data, view),
        "terms": _terms_table(data, view),
        "groups": _groups_table(data, view),
        "weeks_chart": _weeks_chart(data, view),
        "stages_chart": _stages_chart(data, view),
        "lead": _lead(data, view),
        "persistent_words": data["persistent_words"],
    }


def key_figures(data: Mapping[str, Any], view: View) -> list[KeyFigure]:
    """Attendance at a glance."""
    before = data["terms"][-1]
    possible = view.number(f"{TOTAL}.possible")
    sessions = f"{view.of(f'{TOTAL}.attended', f'{TOTAL}.possible')} sessions" if possible else "no session yet"
    unmarked = view.number(f"{TOTAL}.unmarked")
    if possible and unmarked is not None:
        sessions += f". {coverage_words(possible, unmarked)}"
    return [
        KeyFigure(
            "Attendance this term",
            view.percent(f"{TOTAL}.attended", f"{TOTAL}.possible"),
            sessions,
            f"{before[0]}: {view.percent(f'{before[1]}.attended', f'{before[1]}.possible')}",
        ),
        KeyFigure(
            "Persistently absent",
            view.percent(f"{TOTAL}.persistent", f"{TOTAL}.children"),
            f"{view.of(f'{TOTAL}.persistent', f'{TOTAL}.children')} children",
            data["persistent_words"],
        ),
        KeyFigure(
            "Severely absent",
            view.percent(f"{TOTAL}.severe", f"{TOTAL}.children"),
            f"{view.of(f'{TOTAL}.severe', f'{TOTAL}.children')} children",
            "50% or more of possible sessions missed",
        ),
    ]


def _lead(data: Mapping[str, Any], view: View) -> str:
    first, as_at = in_words(from_iso(data["first_on"])), in_words(from_iso(data["as_at"]))
    rate = view.percent(f"{TOTAL}.attended", f"{TOTAL}.possible")
    return (
        f"From {first} to {as_at} the children attended {rate} of their possible sessions. "
        f"{view.of(f'{TOTAL}.persistent', f'{TOTAL}.children')} children were persistently absent, and "
        f"{view.text(f'{TOTAL}.severe')} severely."
    )


def _cells(name: str, view: View) -> tuple[str, ...]:
    return (
        view.text(f"{name}.children"),
        view.percent(f"{name}.attended", f"{name}.possible"),
        _share_words(f"{name}.persistent", f"{name}.children", view),
        _share_words(f"{name}.severe", f"{name}.children", view),
    )


def _share_words(part: str, whole: str, view: View) -> str:
    """7.6% (66 of 867), with "x" for what is hidden."""
    return f"{view.percent(part, whole)} ({view.of(part, whole)})" if view.number(whole) != 0 else NOT_APPLICABLE


HEADINGS = ("Children", "Attendance", "Persistent absence", "Severe absence")


def _terms_table(data: Mapping[str, Any], view: View) -> Table:
    rows = [(label, *_cells(name, view)) for label, name in data["terms"]]
    numbers = view.figures["numbers"]
    absent = f"authorised {view.text(f'{TOTAL}.authorised')}, unauthorised {view.text(f'{TOTAL}.unauthorised')}"
    return Table(
        "This term beside the term before and the same term a year ago",
        ["Term", *HEADINGS],
        rows,
        note=f"Absent sessions this term: {absent}. Sessions without a mark: {numbers[f'{TOTAL}.unmarked']:,}.",
    )


def _groups_table(data: Mapping[str, Any], view: View) -> Table:
    rows = []
    for level, label, name in [*data["groups"][1:], data["groups"][0]]:
        shown = f"\u2003{label}" if level == "year" else label
        rows.append((shown, *_cells(name, view)))
    return Table(
        "Attendance and absence by key stage and year group",
        [TableColumn("Key stage and year group", "text"), *HEADINGS],
        rows,
        total=True,
        note="Children with at least one possible session while looked after. Persistent absence: "
        f"{data['persistent_words']}. Severe: 50% or more of one's own possible sessions missed.",
    )


def _weeks_chart(data: Mapping[str, Any], view: View) -> Any:
    labels = [f"{from_iso(monday).day} {from_iso(monday):%b}" for monday, _ in data["weeks"]]
    values = [view.percent_value(f"{name}.attended", f"{name}.possible") for _, name in data["weeks"]]
    return line_chart(
        "Attendance week by week",
        labels,
        [Series("Attendance", values)],
        position_label="Week beginning",
        unit="%",
        decimals=1,
        minimum=_axis_from(values),
        maximum=100,
        key=f"attendance-weeks-{view.audience.value}",
    )


def _axis_from(values: Sequence[Value]) -> int:
    """A multiple of ten somewhat below the lowest printed value, so that weeks can be told apart."""
    shown = [v for v in values if isinstance(v, Decimal)]
    return max(int((min(shown) - 3) // 10 * 10), 0) if shown else 0


def _stages_chart(data: Mapping[str, Any], view: View) -> Chart:
    """Sessions missed, on an axis from nought: bars of attendance near 100% all look alike."""
    stages = [(label, name) for level, label, name in data["groups"] if level == "stage"]
    return bar_chart(
        "Absence by key stage, sessions missed of possible ones",
        [label for label, _ in stages],
        [_missed(name, view) for _, name in stages],
        value_label="Absence",
        category_label="Key stage",
        unit="%",
        decimals=1,
        key=f"attendance-stages-{view.audience.value}",
    )


def _missed(name: str, view: View) -> Value:
    attended = view.percent_value(f"{name}.attended", f"{name}.possible")
    return 100 - attended if isinstance(attended, Decimal) else attended


SECTION = ReportSection(
    slug=SLUG,
    title="Attendance",
    template="reports/sections/attendance.html",
    collect=collect,
    present=present,
    new_page=False,
)

"""NI 99, NI 100 and NI 101 of the last summer: result, year before, prediction, target, and who was counted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from attainment.indicators import IndicatorComputation, compute, open_codes
from attainment.rules import NI_SPECS, NiCode, ResultFlag
from core.charts import Chart, Series, Value, grouped_bar_chart, line_chart
from core.documents import KeyFigure, Status, Table, TableColumn
from core.rules import year_group_label
from pupils.rules import LAST_OC2_YEAR, CohortStatus, default_basis
from reports.models import IndicatorTarget
from reports.rules import has_outcome, percent_words, standing_of
from reports.sections.base import Collected, ReportSection, Scope, View, from_iso, in_words
from reports.targets import NO_RESULTS, slug_of

SLUG = "attainment"
TREND_YEARS = 4
DASH = "–"


def collect(scope: Scope) -> Collected:
    """The indicators whose series is open in the year, with the summers before it."""
    found = Collected()
    year = scope.assessment_year
    codes = open_codes(year)
    found.data |= {"year": year, "as_at": scope.as_at.isoformat(), "indicators": []}
    if not codes:
        return found
    targets = {(t.code, t.assessment_year): t for t in IndicatorTarget.objects.all()}
    basis = scope.basis if scope.basis is not default_basis(year) else None
    computed = {one.code: one for one in compute(year, basis=basis, codes=codes, today=scope.as_at)}
    earlier = {
        before: {one.code: one for one in compute(before, codes=codes)} for before in range(year - TREND_YEARS, year)
    }
    for code in codes:
        one = computed[code]
        found.definitions[code.value] = f"{NI_SPECS[code].title}. Definition: {one.definition}"
        before = [(y, earlier[y][code]) for y in sorted(earlier) if has_outcome(earlier[y][code])]
        found.data["indicators"].append(_indicator(found, scope, one, before, targets))
    return found


def _name(code: NiCode, year: int) -> str:
    return f"{slug_of(code)}.{year}"


def _add_result(found: Collected, one: IndicatorComputation) -> str:
    """Numerator of denominator, with the children of both."""
    name = _name(one.code, one.assessment_year)
    label = f"{one.code}, summer {one.assessment_year}"
    found.children(f"{name}.d", (c.pupil_id for c in one.children if c.in_denominator), f"{label}: children counted")
    achieved = [c.pupil_id for c in one.children if c.in_numerator]
    found.share_of(f"{name}.n", f"{name}.d", achieved, f"{label}: children who achieved it")
    return name


def _add_cohort(found: Collected, one: IndicatorComputation, name: str) -> None:
    """From all looked after in the twelve months down to the denominator; every gap is a number of its own."""
    label = f"{one.code}, summer {one.assessment_year}"
    groups = {status: [c.pupil_id for c in one.children if c.status is status] for status in CohortStatus}
    not_eligible = [c.pupil_id for c in one.children if c.status is CohortStatus.IN and not c.in_denominator]
    found.children(f"{name}.window", (c.pupil_id for c in one.children), f"{label}: looked after in the 12 months")
    found.children(f"{name}.out", groups[CohortStatus.OUT], f"{label}: not for all 12 months")
    found.children(f"{name}.review", groups[CohortStatus.REVIEW], f"{label}: to be reviewed")
    found.children(f"{name}.cohort", groups[CohortStatus.IN], f"{label}: looked after for 12 months")
    found.children(f"{name}.not_eligible", not_eligible, f"{label}: in the cohort, not eligible")
    found.numbers.sum(f"{name}.window", [f"{name}.{part}" for part in ("cohort", "out", "review")])
    found.numbers.sum(f"{name}.cohort", [f"{name}.d", f"{name}.not_eligible"])
    unmatched = [c.pupil_id for c in one.children if c.in_denominator and ResultFlag.NOT_MATCHED in c.flags]
    found.children(f"{name}.unmatched", unmatched, f"{label}: counted without any result")
    matched = [c.pupil_id for c in one.children if c.in_denominator and ResultFlag.NOT_MATCHED not in c.flags]
    found.children(f"{name}.matched", matched, f"{label}: counted with a result")
    found.numbers.sum(f"{name}.d", [f"{name}.matched", f"{name}.unmatched"])


def _indicator(
    found: Collected,
    scope: Scope,
    one: IndicatorComputation,
    before: list[tuple[int, IndicatorComputation]],
    targets: Mapping[tuple[str, int], IndicatorTarget],
) -> dict[str, Any]:
    """The frozen layout of one indicator; percentages of the plan as text, results as names of numbers."""
    year, code = one.assessment_year, one.code
    name = _add_result(found, one)
    _add_cohort(found, one, name)
    aims = targets.get((code.value, year))
    last = targets.get((code.value, year - 1))
    ahead = next((t for (c, y), t in sorted(targets.items()) if c == code.value and y > year and t.target), None)
    for _, earlier in before:
        _add_result(found, earlier)
    return {
        "code": code.value,
        "title": NI_SPECS[code].title,
        "short": NI_SPECS[code].short_title,
        "group": year_group_label(NI_SPECS[code].nc_year),
        "name": name,
        "year": year,
        "basis": one.basis.label,
        "window": [one.window.start_on.isoformat(), one.window.as_at.isoformat()],
        "provisional": one.provisional,
        "has_outcome": has_outcome(one),
        "standing": standing_of(one, aims, today=scope.as_at).words,
        "tone": _tone(standing_of(one, aims, today=scope.as_at).colour),
        "prediction": _percent(aims.prediction if aims else None),
        "target": _percent(aims.target if aims else None),
        "ahead": [ahead.assessment_year, _percent(ahead.target)] if ahead else None,
        "stated_before": _percent(last.stated_outcome if last else None),
        "before": [[y, _name(code, y), default_basis(y).value != one.basis.value] for y, _ in before],
    }


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else percent_words(value)


def _tone(colour: str) -> str:
    return {"green": "good", "orange": "watch"}.get(colour, "neutral")


# ---------------------------------------------------------------- presenting


def result_words(one: Mapping[str, Any], view: View) -> str:
    """The percentage, or that there are no results yet, or the symbol of a hidden one."""
    if not one["has_outcome"]:
        return NO_RESULTS
    return view.percent(f"{one['name']}.n", f"{one['name']}.d")


def standing_words(one: Mapping[str, Any], view: View) -> Status:
    """How it stands against prediction or target; a hidden result has no standing."""
    if one["has_outcome"] and view.number(f"{one['name']}.n") is None:
        return Status("Not shown", "neutral")
    return Status(one["standing"], one["tone"])


def year_before(one: Mapping[str, Any], view: View) -> str:
    """The summer before: our figure, else what the plan states."""
    for year, name, _ in one["before"]:
        if year == one["year"] - 1:
            return f"{view.percent(f'{name}.n', f'{name}.d')}"
    return f"{one['stated_before']} (plan)" if one["stated_before"] else DASH


def key_figure(one: Mapping[str, Any], view: View) -> KeyFigure:
    """One indicator at a glance."""
    detail = f"{view.of(one['name'] + '.n', one['name'] + '.d')} children" if one["has_outcome"] else ""
    said = [f"{word} {one[key]}" for word, key in (("predicted", "prediction"), ("target", "target")) if one[key]]
    if one["ahead"]:
        said.append(f"target {one['ahead'][0]}: {one['ahead'][1]}")
    words = ", ".join(said)
    return KeyFigure(
        f"{one['code']}: {one['short']}",
        result_words(one, view),
        detail,
        f"{words[:1].upper()}{words[1:]}",
        standing_words(one, view),
    )


def headline_table(data: Mapping[str, Any], view: View) -> Table:
    """The plan's own table: year before, result, n of d, prediction, target (of this or the next year), standing."""
    rows: list[tuple[str | Status, ...]] = []
    for one in data["indicators"]:
        ahead = f"{one['ahead'][1]} ({one['ahead'][0]})" if one["ahead"] else DASH
        rows.append(
            (
                one["code"],
                year_before(one, view),
                result_words(one, view),
                view.of(f"{one['name']}.n", f"{one['name']}.d") if one["has_outcome"] else DASH,
                one["prediction"] or DASH,
                one["target"] or ahead,
                standing_words(one, view),
            )
        )
    year = data["year"]
    columns = [f"Summer {year - 1}", f"Summer {year}", "Children", "Predicted", "Target"]
    return Table(
        "Results against the plan",
        ["Indicator", *columns, TableColumn("Standing", "text")],
        rows,
        note=_basis_note(data),
    )


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """The indicators as tables and charts."""
    year = data["year"]
    return {
        "view": view,
        "year": year,
        "indicators": data["indicators"],
        "basis_note": _basis_note(data),
        "against_chart": _against_chart(data, view),
        "cohorts": _cohort_table(data, view),
        "trend_chart": _trend_chart(data, view),
    }


def _basis_note(data: Mapping[str, Any]) -> str:
    said = {
        f"{one['basis']}: children looked after from {in_words(from_iso(one['window'][0]))} "
        f"to {in_words(from_iso(one['window'][1]))} without a break."
        for one in data["indicators"]
    }
    provisional = any(one["provisional"] for one in data["indicators"])
    return " ".join(sorted(said)) + (" Provisional: the snapshot day has not come yet." if provisional else "")


def _against_chart(data: Mapping[str, Any], view: View) -> Chart | None:
    if not data["indicators"]:
        return None

    return grouped_bar_chart(
        "Result, prediction and targets",
        [f"{one['code']}: {one['short']}" for one in data["indicators"]],
        [
            Series(
                f"Result {data['year']}",
                [
                    view.percent_value(f"{one['name']}.n", f"{one['name']}.d") if one["has_outcome"] else None
                    for one in data["indicators"]
                ],
            ),
            *_aims(data),
        ],
        category_label="Indicator",
        unit="%",
        decimals=1,
        key=f"ni-against-{view.audience.value}",
    )


def _aims(data: Mapping[str, Any]) -> list[Series]:
    """Prediction and targets as the plan writes them; a target of a later summer is named by its own."""
    found = data["indicators"]
    year = data["year"]
    series = [_stated(f"Prediction {year}", [one["prediction"] for one in found])]
    if any(one["target"] for one in found):
        series.append(_stated(f"Target {year}", [one["target"] for one in found]))
    ahead = [None if one["target"] else one["ahead"] for one in found]
    later = sorted({aim[0] for aim in ahead if aim})
    return series + [
        _stated(f"Target {one}", [aim[1] if aim and aim[0] == one else None for aim in ahead]) for one in later
    ]


def _stated(name: str, words: Sequence[str | None]) -> Series:
    values = [Decimal(one.rstrip("%")) if one else None for one in words]
    return Series(name, values, [one or DASH for one in words])


STEPS = (
    ("In the year group, looked after at any time in the 12 months", "window"),
    ("Less: not for all 12 months, or in short breaks", "out"),
    ("Less: dates that a person must review, not counted", "review"),
    ("Less: not eligible for the test", "not_eligible"),
    ("Counted (denominator)", "d"),
    ("of whom without any result on record", "unmatched"),
    ("Achieved (numerator)", "n"),
)


def _step(one: Mapping[str, Any], part: str, view: View) -> str:
    """A number of the table; nobody achieved it or not before there are results."""
    return DASH if part == "n" and not one["has_outcome"] else view.text(f"{one['name']}.{part}")


def _cohort_table(data: Mapping[str, Any], view: View) -> Table:
    """Who was counted, step by step, each gap with its number."""
    found = data["indicators"]
    return Table(
        "Who was counted",
        ["Step", *(one["code"] for one in found)],
        [(words, *(_step(one, part, view) for one in found)) for words, part in STEPS],
        note=", ".join(f"{one['code']}: {one['group']}" for one in found) + " in the school year of the results.",
    )


def _trend_chart(data: Mapping[str, Any], view: View) -> Chart | None:
    """All indicators by summer, with a break between the bases of 2009 and 2010; None for a single summer."""
    years = sorted({year for one in data["indicators"] for year, _, _ in one["before"]} | {data["year"]})
    if len(years) < 2 or not data["indicators"]:
        return None
    old = [n for n, year in enumerate(years) if year <= LAST_OC2_YEAR]
    crosses = bool(old) and len(old) < len(years)
    return line_chart(
        "Results by summer",
        [str(year) for year in years],
        [Series(one["code"], [_result_of(one, year, view) for year in years]) for one in data["indicators"]],
        position_label="Summer",
        unit="%",
        decimals=1,
        minimum=0,
        break_after=old[-1] if crosses else None,
        break_label="Basis changed: 30 September to 31 March",
        key=f"ni-trend-{view.audience.value}",
    )


def _result_of(one: Mapping[str, Any], year: int, view: View) -> Value:
    """The percentage of one summer for a chart; None where there is no outcome."""
    if year == one["year"]:
        return view.percent_value(f"{one['name']}.n", f"{one['name']}.d") if one["has_outcome"] else None
    name = next((name for before, name, _ in one["before"] if before == year), None)
    return view.percent_value(f"{name}.n", f"{name}.d") if name else None


SECTION = ReportSection(
    slug=SLUG,
    title="Attainment: the national indicators",
    template="reports/sections/attainment.html",
    collect=collect,
    present=present,
    new_page=False,
)

"""Charts: the same drawing for the same figures, nothing in it that runs, gaps where nothing is known."""

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from core.charts import (
    BLANK,
    Category,
    Cell,
    Chart,
    Series,
    Step,
    bar_chart,
    grouped_bar_chart,
    heat_map,
    line_chart,
    print_value,
    sparkline,
    stacked_bar_chart,
    waterfall_chart,
)
from core.charts.palette import FILLS, TONES
from core.charts.scales import axis_ticks, nice_ticks
from core.charts.text import coordinate, text_width, wrap
from core.templatetags.charts import chart as draw

SNAPSHOTS = Path(__file__).parents[2] / "data" / "charts"
SVG = "{http://www.w3.org/2000/svg}"
CATEGORIES = [
    Category("p", "Present", "/", "present"),
    Category("u", "Absent without leave", "O", "unauthorised"),
]


def years(values: list[object]) -> Chart:
    return bar_chart("Roll by year", [f"Year {n}" for n in range(1, len(values) + 1)], values)  # type: ignore[arg-type]


EXAMPLES: dict[str, Callable[[], Chart]] = {
    "bar": lambda: bar_chart("Roll by year", ["Year 1", "Year 2"], [12, "c"], value_label="Children"),
    "bar-standing": lambda: bar_chart(
        "Attendance",
        ["Key stage 1", "Key stage 2"],
        [Decimal("91.4"), None],
        orientation="vertical",
        unit="%",
        decimals=1,
        target=94,
        maximum=100,
    ),
    "grouped": lambda: grouped_bar_chart(
        "Result and target",
        ["NI 99", "NI 100"],
        [Series("Result", [44, 42]), Series("Target", [50, 48])],
        unit="%",
    ),
    "stacked": lambda: stacked_bar_chart(
        "Placement", ["C2", "V2"], [Series("Foster care", [42, 11]), Series("Residential", [6, None])]
    ),
    "line": lambda: line_chart(
        "NI 101",
        ["2008", "2009", "2010"],
        [Series("Result", [Decimal("10.4"), None, Decimal("12.1")])],
        unit="%",
        decimals=1,
        break_after=1,
        target=15,
    ),
    "waterfall": lambda: waterfall_chart(
        "Who counts", [Step("Roll", 1012), Step("12 months", 640, left_out="less than 12 months", link="/x")]
    ),
    "heat": lambda: heat_map(
        "Marks",
        ["7 Sep", "14 Sep"],
        ["Mon AM", "Mon PM"],
        [[Cell("p"), Cell("u", "G", "Holiday")], [Cell("p"), BLANK]],
        CATEGORIES,
    ),
    "sparkline": lambda: sparkline("Attendance", [90, None, 95], unit="%"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_figures_give_the_same_drawing_as_kept(name: str) -> None:
    made = str(draw(EXAMPLES[name]()))
    assert made == str(draw(EXAMPLES[name]()))
    kept = SNAPSHOTS / f"{name}.svg"
    if not kept.exists():
        kept.write_text(made)
        pytest.fail(f"{kept.name} was missing and is written now: look at it, then run again")
    assert made == kept.read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_drawing_is_named_described_and_clean_under_a_strict_policy(name: str) -> None:
    root = ET.fromstring(draw(EXAMPLES[name]()))
    assert root.get("role") == "img"
    assert root.get("width") is None
    assert root.get("height") is None
    assert re.fullmatch(r"0 0 \d+ \d+", root.get("viewBox", ""))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg",
            "title",
            "desc",
            "defs",
            "pattern",
            "rect",
            "path",
            "text",
        }
        assert not {"style", "class", "onclick", "href"} & set(element.attrib) or element is root
    labels = root.get("aria-labelledby", "").split()
    assert labels == ([] if name == "sparkline" else ids[:2])
    assert root.findtext(f"{SVG}title")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_chart_has_its_figures_as_a_table(name: str) -> None:
    table = EXAMPLES[name]().as_table()
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.headings)}


BAD = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    "chart",
    [
        bar_chart(BAD, [BAD], [1], value_label=BAD, labels=[BAD], target=2, target_label=BAD),
        line_chart(BAD, [BAD, "b"], [Series(BAD, [1, BAD])], break_after=0, break_label=BAD),
        stacked_bar_chart(BAD, [BAD], [Series(BAD, [50]), Series(BAD, [BAD])], unit=BAD),
        waterfall_chart(BAD, [Step(BAD, 5), Step(BAD, 2, BAD, BAD)]),
        heat_map(BAD, [BAD], [BAD], [[Cell("p", BAD, BAD)]], [Category("p", BAD, BAD, "present")], column_label=BAD),
        sparkline(BAD, [1, 2], unit=BAD),
    ],
)
def test_words_from_outside_are_only_ever_words(chart: Chart) -> None:
    page = Template("{% load charts %}{% chart_with_table c %}{% chart_table c %}").render(Context({"c": chart}))
    assert "<script" not in page
    assert "alert(1)&lt;" in page
    ET.fromstring(draw(chart))


@pytest.mark.parametrize(
    "chart",
    [
        bar_chart("t", [], []),
        bar_chart("t", [], [], orientation="vertical"),
        bar_chart("t", ["a"], [0]),
        bar_chart("t", ["a"], [None]),
        bar_chart("t", ["a"], [Decimal("NaN")]),
        grouped_bar_chart("t", [], []),
        grouped_bar_chart("t", ["a"], [Series("x", [None]), Series("y", [None])]),
        stacked_bar_chart("t", ["a"], [Series("x", [None]), Series("y", [0])]),
        stacked_bar_chart("t", ["a"], [Series("x", [None])], orientation="vertical"),
        line_chart("t", [], []),
        line_chart("t", ["a"], [Series("x", [3])]),
        line_chart("t", ["a", "b"], [Series("x", [None, None])], target=3),
        line_chart("t", ["a", "b"], [Series("x", [0, 0])], break_after=5),
        waterfall_chart("t", []),
        waterfall_chart("t", [Step("a", None), Step("b", "c"), Step("d", 0)]),
        heat_map("t", [], [], [], []),
        heat_map("t", ["a"], ["b"], [[BLANK]], []),
        sparkline("t", []),
        sparkline("t", [None]),
        sparkline("t", [4]),
        sparkline("t", [4, 4, 4]),
    ],
)
def test_nothing_to_show_is_still_a_drawing_with_a_table(chart: Chart) -> None:
    assert ET.fromstring(draw(chart)).tag == f"{SVG}svg"
    assert "nan" not in draw(chart).lower()
    page = Template("{% load charts %}{% chart_with_table c table='open' %}").render(Context({"c": chart}))
    assert "<table" in page


def test_empty_charts_say_so() -> None:
    assert "No figures to show" in draw(bar_chart("t", [], []))
    assert "No figures to show" in draw(line_chart("t", ["a"], [Series("x", [None])]))


def lines_of(chart: Chart) -> list[str]:
    return [shape.d for shape in chart.shapes if shape.kind == "path" and shape.stroke_width == "2.5"]


def test_points_that_meet_are_both_seen() -> None:
    """The result lies on the prediction: the mark below is the wider one, and drawn first."""
    chart = line_chart("NI 99", ["2008", "2009"], [Series("Result", [30, 33]), Series("Prediction", [None, 33])])
    marks = [shape for shape in chart.shapes if shape.kind == "path" and shape.stroke == "#ffffff"]
    below, *above = marks[-3:]
    assert below.fill != above[-1].fill
    widths = [float(re.search(r"h([0-9.]+)", below.d)[1]), 2 * float(re.search(r"a([0-9.]+)", above[-1].d)[1])]
    assert widths[0] > 1.5 * widths[1]


def test_a_series_prints_its_own_words() -> None:
    words = grouped_bar_chart("Plan", ["NI 101"], [Series("Prediction", [Decimal("6.34")], ["6.34%"])], decimals=1)
    assert words.table.rows == (("NI 101", "6.34%"),)
    with pytest.raises(ValueError, match="1 words for 2 values"):
        Series("Prediction", [1, 2], ["1%"])


def test_a_missing_value_is_a_gap_and_no_line_crosses_a_break() -> None:
    names = [str(n) for n in range(6)]
    whole = line_chart("t", names, [Series("x", [1, 2, 3, 4, 5, 6])])
    gap = line_chart("t", names, [Series("x", [1, 2, None, 4, 5, 6])])
    broken = line_chart("t", names, [Series("x", [1, 2, 3, 4, 5, 6])], break_after=2, break_label="Counted anew")
    assert [len(lines_of(chart)) for chart in (whole, gap, broken)] == [1, 2, 2]
    assert "Counted anew" in draw(broken)
    assert "Counted anew after 2." in broken.description


def test_hidden_and_unknown_values_print_as_such_and_are_not_drawn() -> None:
    chart = years([12, "c", None])
    assert chart.as_table().rows == (("Year 1", "12"), ("Year 2", "c"), ("Year 3", "n/a"))
    bars = [shape for shape in chart.shapes if shape.kind == "rect" and shape.fill == FILLS[0]]
    assert len(bars) == 1


def test_labels_stand_in_place_of_values_and_in_the_table() -> None:
    chart = bar_chart("t", ["a"], [50], unit="%", labels=["12 of 24"], labels_heading="Pupils")
    assert "12 of 24" in draw(chart)
    assert chart.as_table().headings == ("Group", "Number", "Pupils")
    assert chart.as_table().rows == (("a", "50%", "12 of 24"),)


def test_a_target_is_drawn_named_and_in_the_table() -> None:
    chart = bar_chart("t", ["a"], [50], unit="%", target=60)
    assert "Target 60%" in draw(chart)
    assert chart.as_table().rows == (("a", "50%", "60%"),)


def test_a_waterfall_says_who_fell_out_and_links_to_the_names() -> None:
    chart = EXAMPLES["waterfall"]()
    assert "372 not counted: less than 12 months" in draw(chart)
    assert chart.as_table().rows[1] == ("12 months", "640", "372", "less than 12 months")
    page = Template("{% load charts %}{% chart_table c %}").render(Context({"c": chart}))
    assert '<a class="govuk-link" href="/x">12 months</a>' in page
    assert "<a" not in draw(chart)


def test_a_heat_maps_cells_have_letters_and_words() -> None:
    chart = EXAMPLES["heat"]()
    assert chart.as_table().headings == ("Week beginning", "Mon AM", "Mon PM")
    assert chart.as_table().rows[1] == ("14 Sep", "Holiday", "")
    assert "<title>14 Sep, Mon AM: Holiday</title>" in draw(chart)
    assert ">G</text>" in draw(chart)


def test_stacks_below_nought_are_refused() -> None:
    with pytest.raises(ValueError, match="below nought"):
        stacked_bar_chart("t", ["a"], [Series("x", [-1])])


@pytest.mark.parametrize(
    "build",
    [
        lambda: bar_chart("t", ["a", "b"], [1]),
        lambda: bar_chart("t", ["a"], [1], labels=["x", "y"]),
        lambda: line_chart("t", ["a"], [Series("x", [1, 2])]),
        lambda: heat_map("t", ["a"], ["b"], [[]], []),
        lambda: heat_map("t", ["a"], ["b"], [[Cell("?")]], []),
        lambda: heat_map("t", ["a"], ["b"], [[BLANK]], [], column_groups=["x", "y"]),
    ],
)
def test_lengths_that_differ_are_refused(build: Callable[[], Chart]) -> None:
    with pytest.raises(ValueError, match=r"values|labels|cells|unknown|groups"):
        build()


def test_a_key_tells_two_equal_charts_on_a_page_apart() -> None:
    one, other = (bar_chart("t", ["a"], [1], key=key) for key in ("first", "second"))
    assert one.key == "chart-first"
    assert one.key != other.key
    assert years([1]).key != years([2]).key


def test_a_line_of_many_weeks_names_only_as_many_as_fit() -> None:
    chart = line_chart("t", [f"{n} September" for n in range(1, 40)], [Series("x", list(range(39)))])
    names = [shape for shape in chart.shapes if shape.content.endswith("September")]
    assert 3 < len(names) < 20
    places = [float(shape.x) for shape in names]
    assert all(after - before > text_width("30 September", 12) for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, "n/a"),
        ("c", "c"),
        (0, "0.0%"),
        (Decimal("-0.04"), "0.0%"),
        (Decimal("12.25"), "12.3%"),
        (Decimal("12.35"), "12.4%"),
        (1234567, "1,234,567.0%"),
        (float("inf"), "n/a"),
    ],
)
def test_values_are_printed_with_halves_up(value: Decimal, printed: str) -> None:
    assert print_value(value, unit="%", decimals=1) == printed


@given(st.decimals(-100_000, 100_000, places=2), st.decimals(0, 100_000, places=2), st.booleans())
def test_ticks_are_even_and_cover_the_values(low: Decimal, width: Decimal, whole: bool) -> None:
    ticks = nice_ticks(low, low + width, whole=whole)
    assert ticks[0] <= low
    assert ticks[-1] >= low + width
    assert 2 <= len(ticks) <= 8
    assert len({after - before for before, after in pairwise(ticks)}) == 1
    assert not whole or all(tick == tick.to_integral_value() for tick in ticks)


def test_an_axis_begins_at_nought_unless_told_otherwise() -> None:
    assert axis_ticks([Decimal(91), Decimal(95)])[0] == 0
    assert axis_ticks([Decimal(91), None], minimum=Decimal(80), maximum=Decimal(100))[0] == 80
    assert axis_ticks([])[0] == 0
    assert axis_ticks([])[-1] >= 1


def test_text_is_wrapped_and_shortened_to_its_space() -> None:
    assert wrap("Accommodated under section 20", 13, 110) == ("Accommodated", "under section 20")
    assert all(text_width(part, 13) <= 60 for part in wrap("Pneumonoultramicroscopic silicosis", 13, 60))
    assert coordinate(-0.001) == "0"
    assert coordinate(12.50) == "12.5"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_stand_out() -> None:
    assert all(contrast(fill, "#ffffff") >= 3 for fill in FILLS)
    assert all(contrast(tone.fill, tone.ink) >= 4.5 for tone in TONES.values())

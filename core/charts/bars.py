"""Bar charts: plain, grouped and stacked, lying or standing. One layout serves all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.charts import frame
from core.charts.frame import Measure
from core.charts.model import Chart, ChartTable, Series, Shape, chart_key, line, rect, text
from core.charts.palette import AXIS, GRID, MUTED
from core.charts.scales import Scale, axis_ticks
from core.charts.text import Value, number, text_width, wrap

Orientation = Literal["horizontal", "vertical"]
_BarsAndLabels = tuple[list[Shape], list[Shape]]


@dataclass(frozen=True, slots=True)
class _Bar:
    """One rectangle to draw: which category, which lane in it, which series, from where to where."""

    category: int
    lane: int
    series: int
    start: Decimal
    end: Decimal
    label: str
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class _Plan:
    """All a bar chart is made of before it has positions."""

    key: str
    categories: tuple[str, ...]
    bars: tuple[_Bar, ...]
    lanes: int
    stacked: bool
    ticks: tuple[Decimal, ...]
    measure: Measure


def bar_chart(
    title: str,
    categories: Sequence[str],
    values: Sequence[Value],
    *,
    value_label: str = "Number",
    category_label: str = "Group",
    orientation: Orientation = "horizontal",
    labels: Sequence[str] = (),
    labels_heading: str = "Detail",
    unit: str = "",
    decimals: int = 0,
    target: Value = None,
    target_label: str = "Target",
    maximum: Value = None,
    description: str = "",
    key: str = "",
) -> Chart:
    """One bar for each category.

    `labels` (one a category, as "12 of 40") are printed at the bars in place of the values and added to the
    table. `maximum` is the least that the axis reaches (100 for per cents). Raises ValueError when lengths
    differ.
    """
    if labels and len(labels) != len(categories):
        raise ValueError(f"{len(labels)} labels for {len(categories)} categories")
    series = [Series(value_label, values)]
    frame.check_lengths(categories, series)
    measure = Measure(unit, decimals, target, target_label)
    table = frame.category_table(
        title, category_label, categories, series, measure=measure, notes=labels, notes_label=labels_heading
    )
    plan = _plan(table, series, measure, orientation, key=key, maximum=maximum, labels=labels)
    words = description or frame.describe("Bar chart", categories, series, measure)
    return _chart(plan, table, series, orientation, words)


def grouped_bar_chart(
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    category_label: str = "Group",
    orientation: Orientation = "vertical",
    unit: str = "",
    decimals: int = 0,
    target: Value = None,
    target_label: str = "Target",
    maximum: Value = None,
    description: str = "",
    key: str = "",
) -> Chart:
    """Bars side by side, one for each series in each category. Raises ValueError when lengths differ."""
    frame.check_lengths(categories, series)
    measure = Measure(unit, decimals, target, target_label)
    table = frame.category_table(title, category_label, categories, series, measure=measure)
    plan = _plan(table, series, measure, orientation, key=key, maximum=maximum)
    words = description or frame.describe("Grouped bar chart", categories, series, measure)
    return _chart(plan, table, series, orientation, words)


def stacked_bar_chart(
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    category_label: str = "Group",
    orientation: Orientation = "horizontal",
    unit: str = "",
    decimals: int = 0,
    maximum: Value = None,
    description: str = "",
    key: str = "",
) -> Chart:
    """Bars end to end, one for each series in each category.

    Raises ValueError when lengths differ and for values below nought.
    """
    frame.check_lengths(categories, series)
    measure = Measure(unit, decimals)
    table = frame.category_table(title, category_label, categories, series, measure=measure)
    plan = _plan(table, series, measure, orientation, key=key, maximum=maximum, stacked=True)
    words = description or frame.describe("Stacked bar chart", categories, series, measure)
    return _chart(plan, table, series, orientation, words)


def _plan(
    table: ChartTable,
    series: Sequence[Series],
    measure: Measure,
    orientation: Orientation,
    *,
    key: str,
    maximum: Value,
    stacked: bool = False,
    labels: Sequence[str] = (),
) -> _Plan:
    bars = _stack(series, measure) if stacked else _side_by_side(series, measure, labels)
    ends = [*(bar.end for bar in bars), measure.target_number]
    return _Plan(
        key=chart_key(f"{'stacked' if stacked else 'grouped'}-{orientation}", table, key),
        categories=tuple(row[0] for row in table.rows),
        bars=tuple(bars),
        lanes=1 if stacked else max(len(series), 1),
        stacked=stacked,
        ticks=axis_ticks(ends, maximum=number(maximum), whole=measure.counts),
        measure=measure,
    )


def _chart(
    plan: _Plan, table: ChartTable, series: Sequence[Series], orientation: Orientation, description: str
) -> Chart:
    names = [one.name for one in series]
    shapes, top = frame.legend(plan.key, names, lines=False, target_text=plan.measure.target_text)
    drawn, height = (_lying if orientation == "horizontal" else _standing)(plan, top)
    return Chart(
        key=plan.key,
        title=table.caption,
        description=description,
        width=frame.WIDTH,
        height=height,
        shapes=(*shapes, *drawn),
        table=table,
        hatches=frame.hatches_for(plan.key, len(series)),
    )


def _side_by_side(series: Sequence[Series], measure: Measure, labels: Sequence[str]) -> list[_Bar]:
    bars = []
    nought = Decimal(0)
    for lane, one in enumerate(series):
        for place, value in enumerate(one.values):
            exact = number(value)
            label = labels[place] if labels else measure.say_at(one, place)
            bars.append(_Bar(place, lane, lane, nought, exact or nought, label, drawn=exact is not None))
    return bars


def _stack(series: Sequence[Series], measure: Measure) -> list[_Bar]:
    bars = []
    reached: dict[int, Decimal] = {}
    for index, one in enumerate(series):
        for place, value in enumerate(one.values):
            exact = number(value) or Decimal(0)
            if exact < 0:
                raise ValueError(f"series {one.name!r} has a value below nought, which cannot be stacked")
            start = reached.get(place, Decimal(0))
            reached[place] = start + exact
            bars.append(_Bar(place, 0, index, start, reached[place], measure.say(value), drawn=bool(exact)))
    return bars


def _lying(plan: _Plan, top: int) -> tuple[list[Shape], int]:
    """Categories down the left, bars to the right."""
    widest = max((text_width(name, frame.SIZE) for name in plan.categories), default=0)
    left = min(widest, frame.WIDTH * 0.36) + 12
    after = 0.0 if plan.stacked else max((text_width(bar.label, 12) for bar in plan.bars), default=0) + 8
    right = frame.WIDTH - max(after, 14)
    lane = 16.0 if plan.lanes > 1 else 20.0
    band = plan.lanes * lane + 12
    top += 2
    bottom = top + band * max(len(plan.categories), 2)
    scale = Scale(plan.ticks[0], plan.ticks[-1], left, right)
    shapes: list[Shape] = []
    for tick in plan.ticks:
        x = scale(tick)
        said = plan.measure.say_tick(tick, plan.ticks)
        shapes.append(line(x, top, x, bottom, stroke=GRID))
        shapes.append(text(x, bottom + 17, said, anchor="middle", size=frame.SMALL, fill=MUTED))
    for place, name in enumerate(plan.categories):
        lines = wrap(name, frame.SIZE, left - 12)
        middle = top + band * (place + 0.5) + 4.5 - (len(lines) - 1) * 7.5
        shapes += [text(left - 8, middle + row * 15, part, anchor="end") for row, part in enumerate(lines)]
    base = scale(max(plan.ticks[0], Decimal(0)))
    bars, labels = _lying_bars(plan, scale, top, lane=lane, band=band)
    shapes += [*bars, line(base, top, base, bottom, stroke=AXIS)]
    target = plan.measure.target_number
    if target is not None:
        shapes.append(frame.target_mark(scale(target), top - 2, scale(target), bottom))
    shapes += labels
    if not plan.categories:
        shapes.append(frame.empty_note((left + right) / 2, (top + bottom) / 2 + 4))
    return shapes, round(bottom + 24)


def _lying_bars(plan: _Plan, scale: Scale, top: float, *, lane: float, band: float) -> _BarsAndLabels:
    bars: list[Shape] = []
    labels: list[Shape] = []
    for bar in plan.bars:
        y = top + band * bar.category + 6 + lane * bar.lane
        start, end = scale(bar.start), scale(bar.end)
        if bar.drawn:
            fill = frame.fill_of(plan.key, bar.series)
            bars.append(rect(min(start, end), y, abs(end - start), lane - 1, fill=fill))
        if not plan.stacked:
            x = max(start, end) + 5 + text_width(bar.label, 12) / 2
            labels += frame.halo_label(x, y + lane / 2 - 0.5, bar.label, known=bar.drawn)
        elif bar.drawn and end - start >= text_width(bar.label, 12) + 8:
            labels += frame.halo_label((start + end) / 2, y + lane / 2 - 0.5, bar.label)
    return bars, labels


def _standing(plan: _Plan, top: int) -> tuple[list[Shape], int]:
    """Categories along the bottom, bars upwards."""
    said = [plan.measure.say_tick(tick, plan.ticks) for tick in plan.ticks]
    left = max(text_width(label, 12) for label in said) + 10
    right = frame.WIDTH - 4.0
    top += 18
    bottom = top + 220.0
    band = (right - left) / max(len(plan.categories), 1)
    scale = Scale(plan.ticks[0], plan.ticks[-1], bottom, top)
    shapes = frame.level_lines(plan.ticks, said, scale, left, right)
    names = [wrap(name, 12, band - 4, lines=3) for name in plan.categories]
    for place, lines in enumerate(names):
        x = left + band * (place + 0.5)
        shapes += [
            text(x, bottom + 17 + row * 14, part, anchor="middle", size=frame.SMALL) for row, part in enumerate(lines)
        ]
    bars, labels = _standing_bars(plan, scale, left, band=band)
    base = scale(max(plan.ticks[0], Decimal(0)))
    shapes += [*bars, line(left, base, right, base, stroke=AXIS)]
    target = plan.measure.target_number
    if target is not None:
        shapes.append(frame.target_mark(left, scale(target), right, scale(target)))
    shapes += labels
    if not plan.categories:
        shapes.append(frame.empty_note((left + right) / 2, (top + bottom) / 2))
    return shapes, round(bottom + 12 + 14 * max((len(lines) for lines in names), default=1))


def _standing_bars(plan: _Plan, scale: Scale, left: float, *, band: float) -> _BarsAndLabels:
    width = min(band * 0.78, plan.lanes * 56.0)
    lane = width / plan.lanes
    bars: list[Shape] = []
    labels: list[Shape] = []
    for bar in plan.bars:
        x = left + band * (bar.category + 0.5) - width / 2 + lane * bar.lane
        middle = x + lane / 2
        start, end = scale(bar.start), scale(bar.end)
        if bar.drawn:
            fill = frame.fill_of(plan.key, bar.series)
            bars.append(rect(x + 0.5, min(start, end), lane - 1, abs(end - start), fill=fill))
        if text_width(bar.label, 11) > (band if plan.lanes == 1 else lane + 2):
            continue
        if not plan.stacked:
            labels += frame.halo_label(middle, min(start, end) - 8, bar.label, size=11, known=bar.drawn)
        elif bar.drawn and start - end >= 18:
            labels += frame.halo_label(middle, (start + end) / 2, bar.label, size=11)
    return bars, labels

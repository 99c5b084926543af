"""Bar charts: plain, grouped and stacked, lying or standing. One layout serves all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.charts import frame
from core.charts.model import Chart, Series, Shape, chart_key, line, rect, text
from core.charts.palette import AXIS, GRID, INK, MUTED
from core.charts.scales import Scale, axis_ticks, decimals_of
from core.charts.text import Value, number, print_value, text_width, wrap

Orientation = Literal["horizontal", "vertical"]


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
    series: tuple[Series, ...]
    bars: tuple[_Bar, ...]
    lanes: int
    stacked: bool
    ticks: tuple[Decimal, ...]
    unit: str
    decimals: int
    target: Decimal | None
    target_text: str


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

    `labels` (one a category, as "12 of 40") are printed at the bars instead of the values and added to the table.
    `maximum` is the least that the axis reaches (100 for per cents). Raises ValueError when lengths differ.
    """
    if labels and len(labels) != len(categories):
        raise ValueError(f"{len(labels)} labels for {len(categories)} categories")
    return _bars(
        "Bar chart",
        title,
        categories,
        [Series(value_label, values)],
        category_label=category_label,
        orientation=orientation,
        stacked=False,
        labels=labels,
        labels_heading=labels_heading,
        unit=unit,
        decimals=decimals,
        target=target,
        target_label=target_label,
        maximum=maximum,
        description=description,
        key=key,
    )


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
    return _bars(
        "Grouped bar chart",
        title,
        categories,
        series,
        category_label=category_label,
        orientation=orientation,
        stacked=False,
        unit=unit,
        decimals=decimals,
        target=target,
        target_label=target_label,
        maximum=maximum,
        description=description,
        key=key,
    )


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
    """Bars end to end, one for each series in each category; values below nought are refused with ValueError."""
    return _bars(
        "Stacked bar chart",
        title,
        categories,
        series,
        category_label=category_label,
        orientation=orientation,
        stacked=True,
        unit=unit,
        decimals=decimals,
        target=None,
        target_label="",
        maximum=maximum,
        description=description,
        key=key,
    )


def _bars(
    kind: str,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    category_label: str,
    orientation: Orientation,
    stacked: bool,
    unit: str,
    decimals: int,
    target: Value,
    target_label: str,
    maximum: Value,
    description: str,
    key: str,
    labels: Sequence[str] = (),
    labels_heading: str = "",
) -> Chart:
    frame.check_lengths(categories, series)
    table = frame.category_table(
        title,
        category_label,
        categories,
        series,
        unit=unit,
        decimals=decimals,
        target=target,
        target_label=target_label,
        notes=labels,
        notes_label=labels_heading,
    )
    key = chart_key(f"{kind}{orientation}", title, table, key)
    bars = _stack(series, unit, decimals) if stacked else _side_by_side(series, unit, decimals, labels)
    target_value = number(target)
    plan = _Plan(
        key=key,
        categories=tuple(categories),
        series=tuple(series),
        bars=tuple(bars),
        lanes=1 if stacked else max(len(series), 1),
        stacked=stacked,
        ticks=axis_ticks(
            [*(bar.end for bar in bars), target_value],
            maximum=number(maximum),
            whole=not decimals and not unit,
        ),
        unit=unit,
        decimals=decimals,
        target=target_value,
        target_text=f"{target_label} {print_value(target, unit=unit, decimals=decimals)}",
    )
    said = plan.target_text if target_value is not None else ""
    shapes, top = frame.legend(key, [one.name for one in series], lines=False, target_text=said)
    drawn, height = (_lying if orientation == "horizontal" else _standing)(plan, top)
    return Chart(
        key=key,
        title=title,
        description=description
        or frame.describe(categories, series, kind=kind, unit=unit, decimals=decimals),
        width=frame.WIDTH,
        height=height,
        shapes=(*shapes, *drawn),
        table=table,
        hatches=frame.hatches_for(key, len(series)),
    )


def _side_by_side(series: Sequence[Series], unit: str, decimals: int, labels: Sequence[str]) -> list[_Bar]:
    bars = []
    for lane, one in enumerate(series):
        for place, value in enumerate(one.values):
            exact = number(value)
            label = labels[place] if labels else print_value(value, unit=unit, decimals=decimals)
            bars.append(
                _Bar(place, lane, lane, Decimal(0), exact or Decimal(0), label, drawn=exact is not None)
            )
    return bars


def _stack(series: Sequence[Series], unit: str, decimals: int) -> list[_Bar]:
    bars = []
    reached: dict[int, Decimal] = {}
    for index, one in enumerate(series):
        for place, value in enumerate(one.values):
            exact = number(value)
            if exact is not None and exact < 0:
                raise ValueError(f"series {one.name!r} has a value below nought, which cannot be stacked")
            start = reached.get(place, Decimal(0))
            end = start + (exact or Decimal(0))
            reached[place] = end
            label = print_value(value, unit=unit, decimals=decimals)
            bars.append(_Bar(place, 0, index, start, end, label, drawn=bool(exact)))
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
        shapes.append(line(scale(tick), top, scale(tick), bottom, stroke=GRID))
        label = print_value(tick, unit=plan.unit, decimals=decimals_of(plan.ticks))
        shapes.append(text(scale(tick), bottom + 17, label, anchor="middle", size=frame.SMALL, fill=MUTED))
    for place, name in enumerate(plan.categories):
        lines = wrap(name, frame.SIZE, left - 12)
        middle = top + band * (place + 0.5) + 4.5 - (len(lines) - 1) * 7.5
        for row, part in enumerate(lines):
            shapes.append(text(left - 8, middle + row * 15, part, anchor="end"))
    late: list[Shape] = []
    for bar in plan.bars:
        y = top + band * bar.category + 6 + lane * bar.lane
        start, end = scale(bar.start), scale(bar.end)
        if bar.drawn:
            shapes.append(
                rect(min(start, end), y, abs(end - start), lane - 1, fill=frame.fill_of(plan.key, bar.series))
            )
        if not plan.stacked:
            colour = INK if bar.drawn else MUTED
            late.append(text(max(start, end) + 5, y + lane / 2 + 4, bar.label, size="12", fill=colour))
        elif bar.drawn and end - start >= text_width(bar.label, 12) + 8:
            late += frame.halo_label((start + end) / 2, y + lane / 2 - 0.5, bar.label)
    shapes += late
    base = scale(max(plan.ticks[0], Decimal(0)))
    shapes.append(line(base, top, base, bottom, stroke=AXIS))
    if plan.target is not None:
        x = scale(plan.target)
        shapes.append(frame.target_mark(x, top - 2, x, bottom))
    if not plan.categories:
        shapes.append(frame.empty_note((left + right) / 2, (top + bottom) / 2 + 4))
    return shapes, round(bottom + 24)


def _standing(plan: _Plan, top: int) -> tuple[list[Shape], int]:
    """Categories along the bottom, bars upwards."""
    tick_labels = [print_value(tick, unit=plan.unit, decimals=decimals_of(plan.ticks)) for tick in plan.ticks]
    left = max(text_width(label, 12) for label in tick_labels) + 10
    right = frame.WIDTH - 4.0
    top += 18
    bottom = top + 220.0
    band = (right - left) / max(len(plan.categories), 1)
    bars_width = min(band * 0.78, plan.lanes * 56.0)
    lane = bars_width / plan.lanes
    scale = Scale(plan.ticks[0], plan.ticks[-1], bottom, top)
    shapes: list[Shape] = []
    for tick, label in zip(plan.ticks, tick_labels, strict=True):
        shapes.append(line(left, scale(tick), right, scale(tick), stroke=GRID))
        shapes.append(text(left - 6, scale(tick) + 4, label, anchor="end", size=frame.SMALL, fill=MUTED))
    names = [wrap(name, 12, band - 4, lines=3) for name in plan.categories]
    for place, lines in enumerate(names):
        for row, part in enumerate(lines):
            x = left + band * (place + 0.5)
            shapes.append(text(x, bottom + 17 + row * 14, part, anchor="middle", size=frame.SMALL))
    late: list[Shape] = []
    for bar in plan.bars:
        x = left + band * (bar.category + 0.5) - bars_width / 2 + lane * bar.lane
        start, end = scale(bar.start), scale(bar.end)
        if bar.drawn:
            fill = frame.fill_of(plan.key, bar.series)
            shapes.append(rect(x + 0.5, min(start, end), lane - 1, abs(end - start), fill=fill))
        fits = text_width(bar.label, 11) <= (band if plan.lanes == 1 else lane + 2)
        if plan.stacked:
            if bar.drawn and start - end >= 18 and fits:
                late += frame.halo_label(x + lane / 2, (start + end) / 2, bar.label, size=11)
        elif fits:
            colour = INK if bar.drawn else MUTED
            late.append(
                text(x + lane / 2, min(start, end) - 4, bar.label, anchor="middle", size="11", fill=colour)
            )
    shapes += late
    base = scale(max(plan.ticks[0], Decimal(0)))
    shapes.append(line(left, base, right, base, stroke=AXIS))
    if plan.target is not None:
        y = scale(plan.target)
        shapes.append(frame.target_mark(left, y, right, y))
    if not plan.categories:
        shapes.append(frame.empty_note((left + right) / 2, (top + bottom) / 2))
    return shapes, round(bottom + 12 + 14 * max((len(lines) for lines in names), default=1))

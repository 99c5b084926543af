"""Line charts with gaps, targets and a break mark, and the sparkline."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.charts import frame
from core.charts.model import Chart, ChartTable, Series, Shape, chart_key, line, marker, polyline, text
from core.charts.palette import AXIS, GRID, MARKERS, MUTED, series_fill
from core.charts.scales import Scale, axis_ticks, decimals_of
from core.charts.text import Value, number, print_value, text_width, wrap

Point = tuple[float, float]


def line_chart(
    title: str,
    positions: Sequence[str],
    series: Sequence[Series],
    *,
    position_label: str = "Period",
    unit: str = "",
    decimals: int = 0,
    target: Value = None,
    target_label: str = "Target",
    minimum: Value = None,
    maximum: Value = None,
    break_after: int | None = None,
    break_label: str = "Definition changed",
    point_labels: bool = True,
    description: str = "",
    key: str = "",
) -> Chart:
    """Lines over evenly spaced positions; a missing value is a gap, never a nought.

    `break_after` is the index of the last position before a break in the series: no line crosses it and a mark
    with `break_label` stands there. `minimum` lets the axis start above nought (attendance: 80). Values are
    printed at the points of a single series of up to 14 positions. Raises ValueError when lengths differ.
    """
    frame.check_lengths(positions, series)
    table = frame.category_table(
        title,
        position_label,
        positions,
        series,
        unit=unit,
        decimals=decimals,
        target=target,
        target_label=target_label,
    )
    key = chart_key("line", title, table, key)
    target_value = number(target)
    ticks = axis_ticks(
        [*(number(value) for one in series for value in one.values), target_value],
        minimum=number(minimum),
        maximum=number(maximum),
        whole=not decimals and not unit,
    )
    target_text = ""
    if target_value is not None:
        target_text = f"{target_label} {print_value(target, unit=unit, decimals=decimals)}"
    shapes, top = frame.legend(key, [one.name for one in series], lines=True, target_text=target_text)
    top += 20
    bottom = top + 210.0
    tick_labels = [print_value(tick, unit=unit, decimals=decimals_of(ticks)) for tick in ticks]
    left = max(text_width(label, 12) for label in tick_labels) + 10
    right = frame.WIDTH - 6.0
    scale = Scale(ticks[0], ticks[-1], bottom, top)
    step = (right - left) / max(len(positions), 1)
    places = [left + step * (index + 0.5) for index in range(len(positions))]
    for tick, label in zip(ticks, tick_labels, strict=True):
        shapes.append(line(left, scale(tick), right, scale(tick), stroke=GRID))
        shapes.append(text(left - 6, scale(tick) + 4, label, anchor="end", size=frame.SMALL, fill=MUTED))
    shapes.append(line(left, bottom, right, bottom, stroke=AXIS))
    names, rows = _position_names(positions, places, step, bottom)
    shapes += names
    if break_after is not None and 0 <= break_after < len(positions) - 1:
        shapes += _break_mark((places[break_after] + places[break_after + 1]) / 2, top, bottom, break_label)
    if target_value is not None:
        y = scale(target_value)
        shapes.append(frame.target_mark(left, y, right, y))
    if point_labels and len(series) == 1 and len(positions) <= 14:
        shapes += _point_labels(series[0], places, scale, unit=unit, decimals=decimals)
    for index, one in enumerate(series):
        shapes += _one_line(one, index, places, scale, break_after)
    if not any(number(value) is not None for one in series for value in one.values):
        shapes.append(frame.empty_note((left + right) / 2, (top + bottom) / 2))
    return Chart(
        key=key,
        title=title,
        description=description or _describe(positions, series, unit, decimals, break_after, break_label),
        width=frame.WIDTH,
        height=round(bottom + 12 + 14 * rows),
        shapes=tuple(shapes),
        table=table,
    )


def _one_line(
    one: Series, index: int, places: Sequence[float], scale: Scale, break_after: int | None
) -> list[Shape]:
    """The runs of known values as lines, and a marker at each point."""
    runs: list[list[Point]] = [[]]
    for place, value in enumerate(one.values):
        exact = number(value)
        if exact is None:
            runs.append([])
        else:
            runs[-1].append((places[place], scale(exact)))
        if place == break_after:
            runs.append([])
    colour = series_fill(index)
    shapes = [polyline(run, stroke=colour, dash=frame.dash_of(index)) for run in runs if len(run) > 1]
    size = 9 if len(places) <= 24 else 5
    kind = MARKERS[index % len(MARKERS)]
    return shapes + [marker(kind, x, y, size, fill=colour) for run in runs for x, y in run]


def _point_labels(
    one: Series, places: Sequence[float], scale: Scale, *, unit: str, decimals: int
) -> list[Shape]:
    shapes: list[Shape] = []
    for x, value in zip(places, one.values, strict=True):
        exact = number(value)
        if exact is not None:
            y = scale(exact) - 10
            said = print_value(value, unit=unit, decimals=decimals)
            shapes += frame.halo_label(x, y - 4, said)
        elif isinstance(value, str):
            shapes.append(text(x, scale.start - 6, value, anchor="middle", size=frame.SMALL, fill=MUTED))
    return shapes


def _position_names(
    positions: Sequence[str], places: Sequence[float], step: float, bottom: float
) -> tuple[list[Shape], int]:
    """As many names along the bottom as fit, at equal distances, and the lines of text that they take."""
    widest = max(
        (max(text_width(word, 12) for word in name.split() or [""]) for name in positions), default=0
    )
    every = 1
    while every < len(positions) and step * every < widest + 6:
        every += 1
    shapes: list[Shape] = []
    rows = 1
    for place in range(0, len(positions), every):
        lines = wrap(positions[place], 12, step * every - 4)
        rows = max(rows, len(lines))
        for row, part in enumerate(lines):
            shapes.append(
                text(places[place], bottom + 17 + row * 14, part, anchor="middle", size=frame.SMALL)
            )
    return shapes, rows


def _break_mark(x: float, top: float, bottom: float, label: str) -> list[Shape]:
    """A dotted line up the chart and two strokes on the axis, with words."""
    anchor = "end" if x > frame.WIDTH / 2 else "start"
    beside = -6 if anchor == "end" else 6
    return [
        line(x, top - 6, x, bottom, stroke=MUTED, dash="2 4"),
        line(x - 6, bottom + 5, x, bottom - 5, stroke=AXIS, width="2"),
        line(x, bottom + 5, x + 6, bottom - 5, stroke=AXIS, width="2"),
        text(x + beside, top - 8, label, anchor=anchor, size=frame.SMALL, fill=MUTED),
    ]


def _describe(
    positions: Sequence[str],
    series: Sequence[Series],
    unit: str,
    decimals: int,
    break_after: int | None,
    break_label: str,
) -> str:
    parts = [f"Line chart over {len(positions)} {'position' if len(positions) == 1 else 'positions'}."]
    for one in series:
        known = [
            (at, value) for at, value in zip(positions, one.values, strict=True) if number(value) is not None
        ]
        if not known:
            parts.append(f"{one.name}: no figures.")
            continue
        first, last = (
            f"{print_value(value, unit=unit, decimals=decimals)} ({at})"
            for at, value in (known[0], known[-1])
        )
        parts.append(f"{one.name}: {first}." if len(known) == 1 else f"{one.name}: from {first} to {last}.")
    if break_after is not None and 0 <= break_after < len(positions) - 1:
        parts.append(f"{break_label} after {positions[break_after]}.")
    return " ".join(parts)


def sparkline(
    title: str,
    values: Sequence[Value],
    *,
    positions: Sequence[str] = (),
    unit: str = "",
    decimals: int = 0,
    minimum: Value = None,
    maximum: Value = None,
    break_after: int | None = None,
    description: str = "",
) -> Chart:
    """A line the height of a row of text with a dot at the last known value; its title says the figures in words.

    Its label carries no id, so a list may show hundreds of them.
    """
    names = tuple(positions) or tuple(str(index + 1) for index in range(len(values)))
    one = Series("Value", values)
    frame.check_lengths(names, [one])
    table: ChartTable = frame.category_table(title, "Period", names, [one], unit=unit, decimals=decimals)
    known = [exact for exact in map(number, values) if exact is not None]
    low = min([number(minimum) if number(minimum) is not None else min(known, default=Decimal(0)), *known])  # type: ignore[type-var]
    high = max([number(maximum) if number(maximum) is not None else max(known, default=Decimal(1)), *known])  # type: ignore[type-var]
    width, height = 120, 28
    scale = Scale(low, high if high > low else low + 1, height - 5.0, 5.0)  # type: ignore[arg-type,operator]
    step = (width - 12) / max(len(values) - 1, 1)
    places = [6 + step * index for index in range(len(values))]
    shapes: list[Shape] = []
    last: Point | None = None
    runs: list[list[Point]] = [[]]
    for place, value in enumerate(values):
        exact = number(value)
        if exact is None:
            runs.append([])
        else:
            last = (places[place], scale(exact))
            runs[-1].append(last)
        if place == break_after:
            runs.append([])
    colour = series_fill(0)
    for run in runs:
        if len(run) > 1:
            shapes.append(polyline(run, stroke=colour, width="1.75"))
        elif run and run[0] != last:
            shapes.append(marker("circle", *run[0], 4, fill=colour))
    if last is not None:
        shapes.append(marker("circle", *last, 7, fill=colour))
    else:
        shapes.append(text(width / 2, height / 2 + 4, "no figures", anchor="middle", size="11", fill=MUTED))
    return Chart(
        key=chart_key("sparkline", title, table),
        title=title,
        description=description or _describe(names, [one], unit, decimals, break_after, "Break"),
        width=width,
        height=height,
        shapes=tuple(shapes),
        table=table,
        compact=True,
    )

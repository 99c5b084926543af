"""Line charts with gaps, targets and a break mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.charts import frame
from core.charts.frame import Measure
from core.charts.model import Chart, Series, Shape, chart_key, line, marker, polyline, text
from core.charts.palette import AXIS, MARKERS, MUTED, series_fill
from core.charts.scales import Scale, axis_ticks
from core.charts.text import Value, number, text_width, wrap

HEIGHT = 210.0
MOST_LABELLED = 14
STEEP, ASIDE = 24.0, 16.0
"""So many units up to the next point bring a line into a label above it; so far aside the label is clear of it."""

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

    `break_after` is the index of the last position before a break in the series: no line crosses it, and a
    mark with `break_label` stands there. `minimum` lets the axis start above nought (attendance: 80). Values
    are printed at the points of a single series of up to 14. Raises ValueError when lengths differ.
    """
    frame.check_lengths(positions, series)
    measure = Measure(unit, decimals, target, target_label)
    table = frame.category_table(title, position_label, positions, series, measure=measure)
    key = chart_key("line", table, key)
    shown = [*(number(value) for one in series for value in one.values), measure.target_number]
    ticks = axis_ticks(shown, minimum=number(minimum), maximum=number(maximum), whole=measure.counts)
    names = [one.name for one in series]
    shapes, top = frame.legend(key, names, lines=True, target_text=measure.target_text)
    area = _Area.below(top + 20, positions, ticks, measure, break_after)
    named, rows = _position_names(positions, area)
    shapes += [*area.axes(ticks, measure), *named]
    if area.broken:
        shapes += _break_mark(area, break_label)
    labelled = point_labels and len(series) == 1 and len(positions) <= MOST_LABELLED
    shapes += _lines(series, area, measure, labelled=labelled)
    note = f"{break_label} after {positions[area.break_after or 0]}." if area.broken else ""
    return Chart(
        key=key,
        title=title,
        description=description or describe_run(positions, series, measure, note),
        width=frame.WIDTH,
        height=round(area.bottom + 12 + 14 * rows),
        shapes=tuple(shapes),
        table=table,
        in_time=True,
    )


@dataclass(frozen=True, slots=True)
class _Area:
    """Where the lines are drawn: its edges, the place of each position, and the break among them."""

    left: float
    right: float
    top: float
    bottom: float
    places: tuple[float, ...]
    scale: Scale
    break_after: int | None

    @classmethod
    def below(
        cls,
        top: float,
        positions: Sequence[str],
        ticks: Sequence[Decimal],
        measure: Measure,
        break_after: int | None,
    ) -> _Area:
        left = max(text_width(measure.say_tick(tick, ticks), 12) for tick in ticks) + 10
        right = frame.WIDTH - 6.0
        step = (right - left) / max(len(positions), 1)
        places = tuple(left + step * (index + 0.5) for index in range(len(positions)))
        scale = Scale(ticks[0], ticks[-1], top + HEIGHT, top)
        return cls(left, right, top, top + HEIGHT, places, scale, break_after)

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(len(self.places), 1)

    @property
    def broken(self) -> bool:
        return self.break_after is not None and 0 <= self.break_after < len(self.places) - 1

    def axes(self, ticks: Sequence[Decimal], measure: Measure) -> list[Shape]:
        said = [measure.say_tick(tick, ticks) for tick in ticks]
        levels = frame.level_lines(ticks, said, self.scale, self.left, self.right)
        return [*levels, line(self.left, self.bottom, self.right, self.bottom, stroke=AXIS)]


def runs_of(
    values: Sequence[Value], places: Sequence[float], scale: Scale, break_after: int | None
) -> list[list[Point]]:
    """The points that hang together: a missing value or the break ends a run."""
    runs: list[list[Point]] = [[]]
    for index, value in enumerate(values):
        exact = number(value)
        if exact is None:
            runs.append([])
        else:
            runs[-1].append((places[index], scale(exact)))
        if index == break_after:
            runs.append([])
    return [run for run in runs if run]


def _lines(series: Sequence[Series], area: _Area, measure: Measure, *, labelled: bool) -> list[Shape]:
    """The target below, then the values in words, then the lines: nothing hides a line."""
    shapes: list[Shape] = []
    if measure.target_number is not None:
        level = area.scale(measure.target_number)
        shapes.append(frame.target_mark(area.left, level, area.right, level))
    if labelled:
        shapes += _point_labels(series[0], area, measure)
    # The first series lies uppermost, and what lies under it is wider: both are seen where they meet.
    for index in reversed(range(len(series))):
        shapes += _one_line(series, index, area)
    if all(number(value) is None for one in series for value in one.values):
        shapes.append(frame.empty_note((area.left + area.right) / 2, (area.top + area.bottom) / 2))
    return shapes


def _one_line(series: Sequence[Series], index: int, area: _Area) -> list[Shape]:
    """The runs of known values as lines, and a marker at each point, wider over those of the series before it."""
    runs = runs_of(series[index].values, area.places, area.scale, area.break_after)
    known = [
        (x, area.scale(exact))
        for one in series[:index]
        for x, value in zip(area.places, one.values, strict=True)
        if (exact := number(value)) is not None
    ]
    colour = series_fill(index)
    kind = MARKERS[index % len(MARKERS)]
    size = 9 if len(area.places) <= 24 else 5
    lines = [polyline(run, stroke=colour, dash=frame.dash_of(index)) for run in runs if len(run) > 1]

    def width(x: float, y: float) -> float:
        return size * (1 + 0.9 * sum(x == other_x and abs(y - other_y) < size for other_x, other_y in known))

    return lines + [marker(kind, x, y, width(x, y), fill=colour) for run in runs for x, y in run]


def _point_labels(one: Series, area: _Area, measure: Measure) -> list[Shape]:
    shapes: list[Shape] = []
    known = [number(value) for value in one.values]
    for index, (x, value) in enumerate(zip(area.places, one.values, strict=True)):
        exact = known[index]
        if exact is not None:
            before = known[index - 1] if index else None
            after = known[index + 1] if index + 1 < len(known) else None
            aside, above = _off_the_line(
                area.scale(exact), *(None if n is None else area.scale(n) for n in (before, after))
            )
            level = area.scale(exact) + (-14 if above or area.scale(exact) + 24 > area.bottom else 18)
            shapes += frame.halo_label(x + aside, level, measure.say(value))
        elif isinstance(value, str):
            shapes += frame.halo_label(x, area.bottom - 10, value, known=False)
    return shapes


def _off_the_line(here: float, before: float | None, after: float | None) -> tuple[float, bool]:
    """(shift to the right, above the point?) of a label that its own line does not run through; y grows downwards.

    Above a peak, below a valley; on a slope above it, on the side where the line falls away.
    """
    rises_left, rises_right = (other is not None and here - other > STEEP for other in (before, after))
    if rises_left and rises_right:
        return 0.0, False
    return (ASIDE if rises_left else -ASIDE if rises_right else 0.0), True


def _position_names(positions: Sequence[str], area: _Area) -> tuple[list[Shape], int]:
    """As many names along the bottom as fit, at equal distances, and the lines of text that they take."""
    words = (word for name in positions for word in name.split())
    widest = max((text_width(word, 12) for word in words), default=0)
    every = 1
    while every < len(positions) and area.step * every < widest + 6:
        every += 1
    shapes: list[Shape] = []
    rows = 1
    for place in range(0, len(positions), every):
        lines = wrap(positions[place], 12, area.step * every - 4)
        rows = max(rows, len(lines))
        for row, part in enumerate(lines):
            y = area.bottom + 17 + row * 14
            shapes.append(text(area.places[place], y, part, anchor="middle", size=frame.SMALL))
    return shapes, rows


def _break_mark(area: _Area, label: str) -> list[Shape]:
    """A dotted line up the chart and two strokes on the axis, with words."""
    place = area.break_after or 0
    x = (area.places[place] + area.places[place + 1]) / 2
    anchor = "end" if x > frame.WIDTH / 2 else "start"
    beside = -6 if anchor == "end" else 6
    low, high = area.bottom + 5, area.bottom - 5
    return [
        line(x, area.top - 6, x, area.bottom, stroke=MUTED, dash="2 4"),
        line(x - 6, low, x, high, stroke=AXIS, width="2"),
        line(x, low, x + 6, high, stroke=AXIS, width="2"),
        text(x + beside, area.top - 8, label, anchor=anchor, size=frame.SMALL, fill=MUTED),
    ]


def describe_run(positions: Sequence[str], series: Sequence[Series], measure: Measure, note: str = "") -> str:
    """A description in words: per series its first and last known value, then the note."""
    parts = [f"Line chart over {len(positions)} {'position' if len(positions) == 1 else 'positions'}."]
    for one in series:
        pairs = zip(positions, one.values, strict=True)
        known = [f"{measure.say(value)} ({at})" for at, value in pairs if number(value) is not None]
        if not known:
            parts.append(f"{one.name}: no figures.")
        elif len(known) == 1:
            parts.append(f"{one.name}: {known[0]}.")
        else:
            parts.append(f"{one.name}: from {known[0]} to {known[-1]}.")
    return " ".join([*parts, *([note] if note else [])])

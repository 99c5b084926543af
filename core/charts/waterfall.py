"""How a cohort narrows: from the roll, step by step, to a denominator and a numerator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.charts import frame
from core.charts.model import Chart, ChartTable, Hatch, Shape, chart_key, line, rect, text
from core.charts.palette import AXIS, GRID, MUTED, series_fill
from core.charts.scales import Scale, nice_ticks
from core.charts.text import print_value, text_width, wrap


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: what is counted, how many (None or a symbol: hidden), why the others fell out, where they are listed."""

    label: str
    value: int | str | None
    left_out: str = ""
    link: str = ""


def waterfall_chart(
    title: str, steps: Sequence[Step], *, value_label: str = "Children", description: str = "", key: str = ""
) -> Chart:
    """Bars that shrink from step to step; the part that falls out is shown hatched with its number and reason.

    For an indicator: roll, looked after 12 months, year group, denominator, numerator. A step's `link` becomes
    the address of its row in the table (a named list).
    """
    lost = [_lost(before, after) for before, after in zip(steps, steps[1:], strict=False)]
    table = ChartTable(
        title,
        ("Step", value_label, "Not counted further", "Why"),
        tuple(
            (step.label, print_value(step.value), "" if gone is None else f"{gone:,}", step.left_out)
            for step, gone in zip(steps, [None, *lost], strict=False)
        ),
        tuple(step.link for step in steps) if any(step.link for step in steps) else (),
    )
    key = chart_key("waterfall", title, table, key)
    shapes, height = _draw(key, steps, lost)
    said = [f"{step.label}: {print_value(step.value)}." for step in steps]
    return Chart(
        key=key,
        title=title,
        description=description or " ".join(["Each bar is a part of the one above it.", *said]),
        width=frame.WIDTH,
        height=height,
        shapes=tuple(shapes),
        table=table,
        hatches=(Hatch(f"{key}-lost", "diagonal", "#ffffff", "#8a949b"),),
    )


def _lost(before: Step, after: Step) -> int | None:
    if not isinstance(before.value, int) or not isinstance(after.value, int):
        return None
    return max(before.value - after.value, 0)


def _draw(key: str, steps: Sequence[Step], lost: Sequence[int | None]) -> tuple[list[Shape], int]:
    left = (
        min(max((text_width(step.label, frame.SIZE) for step in steps), default=0), frame.WIDTH * 0.34) + 12
    )
    right = frame.WIDTH - 44.0
    numbers = [Decimal(step.value) for step in steps if isinstance(step.value, int)]
    ticks = nice_ticks(Decimal(0), max(numbers, default=Decimal(1)), whole=True)
    scale = Scale(ticks[0], ticks[-1], left, right)
    band, bar = 44.0, 22.0
    bottom = band * max(len(steps), 1)
    shapes: list[Shape] = [line(scale(tick), 0, scale(tick), bottom, stroke=GRID) for tick in ticks]
    for place, step in enumerate(steps):
        y = place * band + 4
        lines = wrap(step.label, frame.SIZE, left - 12)
        for row, part in enumerate(lines):
            shapes.append(text(left - 8, y + 15.5 - (len(lines) - 1) * 7.5 + row * 15, part, anchor="end"))
        before = steps[place - 1].value if place else None
        gone = lost[place - 1] if place else None
        end = left
        if isinstance(step.value, int):
            end = scale(Decimal(step.value))
            shapes.append(rect(left, y, end - left, bar, fill=series_fill(0)))
        outer = end
        if gone and isinstance(before, int):
            outer = scale(Decimal(before))
            shapes.append(rect(end, y, outer - end, bar, fill=f"url(#{key}-lost)", stroke="#8a949b"))
        said = print_value(step.value)
        if gone and outer - end > text_width(said, 13, bold=True) + 12:
            shapes += frame.halo_label(end + 6 + text_width(said, 13) / 2 + 3, y + bar / 2, said, size=13)
        else:
            shapes.append(text(outer + 6, y + 15.5, said, bold=True))
        if gone:
            why = f"{gone:,} not counted" + (f": {step.left_out}" if step.left_out else "")
            shapes.append(text(left + 2, y + bar + 13, why, size="11", fill=MUTED))
    shapes.append(line(left, 0, left, bottom, stroke=AXIS))
    if not steps:
        shapes.append(frame.empty_note((left + right) / 2, bottom / 2 + 4))
    return shapes, round(bottom + 4)

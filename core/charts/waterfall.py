"""How a cohort narrows: from the roll, step by step, to a denominator and a numerator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from core.charts import frame
from core.charts.model import Chart, ChartTable, Hatch, Shape, chart_key, line, rect, text
from core.charts.palette import AXIS, GRID, MUTED, series_fill
from core.charts.scales import Scale, nice_ticks
from core.charts.text import print_value, text_width, wrap

BAND = 44.0
BAR = 22.0
EDGE = "#8a949b"


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: what is counted, how many (None or a symbol: hidden), why others fell out, an address."""

    label: str
    value: int | str | None
    left_out: str = ""
    link: str = ""


def waterfall_chart(
    title: str, steps: Sequence[Step], *, value_label: str = "Children", description: str = "", key: str = ""
) -> Chart:
    """Bars that shrink from step to step; the part that falls out is hatched, with its number and reason.

    For an indicator: roll, looked after 12 months, year group, denominator, numerator. A step's `link`
    becomes the address of its row in the table (a named list).
    """
    lost = [_lost(before, after) for before, after in pairwise(steps)]
    table = ChartTable(
        title,
        ("Step", value_label, "Not counted further", "Why"),
        tuple(
            (
                step.label,
                print_value(step.value),
                "" if gone is None else f"{gone:,}",
                "" if gone == 0 else step.left_out,
            )
            for step, gone in zip(steps, [None, *lost], strict=False)
        ),
        tuple(step.link for step in steps) if any(step.link for step in steps) else (),
        words=("Why",),
    )
    key = chart_key("waterfall", table, key)
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
        hatches=(Hatch(f"{key}-lost", "diagonal", "#ffffff", EDGE),),
    )


def _lost(before: Step, after: Step) -> int | None:
    if not isinstance(before.value, int) or not isinstance(after.value, int):
        return None
    return max(before.value - after.value, 0)


def _draw(key: str, steps: Sequence[Step], lost: Sequence[int | None]) -> tuple[list[Shape], int]:
    widest = max((text_width(step.label, frame.SIZE) for step in steps), default=0)
    left = min(widest, frame.WIDTH * 0.34) + 12
    right = frame.WIDTH - 44.0
    numbers = [Decimal(step.value) for step in steps if isinstance(step.value, int)]
    ticks = nice_ticks(Decimal(0), max(numbers, default=Decimal(1)), whole=True)
    scale = Scale(ticks[0], ticks[-1], left, right)
    bottom = BAND * max(len(steps), 1)
    shapes: list[Shape] = [line(scale(tick), 0, scale(tick), bottom, stroke=GRID) for tick in ticks]
    for place, step in enumerate(steps):
        y = place * BAND + 4
        lines = wrap(step.label, frame.SIZE, left - 12)
        for row, part in enumerate(lines):
            shapes.append(text(left - 8, y + 15.5 - (len(lines) - 1) * 7.5 + row * 15, part, anchor="end"))
        shapes += _bar(key, step, (lost[place - 1] if place else None) or 0, y, scale)
    shapes.append(line(left, 0, left, bottom, stroke=AXIS))
    if not steps:
        shapes.append(frame.empty_note((left + right) / 2, bottom / 2 + 4))
    return shapes, round(bottom + 4)


def _bar(key: str, step: Step, gone: int, y: float, scale: Scale) -> list[Shape]:
    """The bar of a step, the hatched part of those who fell out of it, its number and their reason."""
    said = print_value(step.value)
    left = scale.start
    shapes: list[Shape] = []
    end = outer = left
    if isinstance(step.value, int):
        end = outer = scale(Decimal(step.value))
        shapes.append(rect(left, y, end - left, BAR, fill=series_fill(0)))
        if gone:
            outer = scale(Decimal(step.value + gone))
            shapes.append(rect(end, y, outer - end, BAR, fill=f"url(#{key}-lost)", stroke=EDGE))
    width = text_width(said, 13)
    if outer - end > width + 16:
        shapes += frame.halo_label(end + 9 + width / 2, y + BAR / 2, said, size=13)
    else:
        shapes.append(text(outer + 6, y + 15.5, said, bold=True))
    if gone:
        why = f"{gone:,} not counted" + (f": {step.left_out}" if step.left_out else "")
        shapes.append(text(left + 2, y + BAR + 13, why, size="11", fill=MUTED))
    return shapes

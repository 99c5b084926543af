"""A line the height of a row of text, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.charts import frame
from core.charts.frame import Measure
from core.charts.lines import describe_run, runs_of
from core.charts.model import Chart, Series, Shape, chart_key, marker, polyline, text
from core.charts.palette import MUTED, series_fill
from core.charts.scales import Scale
from core.charts.text import Value, number

WIDTH = 120
HEIGHT = 28
EDGE = 6.0


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
    """A line with a dot at the last known value; its label says the figures in words.

    The axis goes from the lowest to the highest value, or further to `minimum` and `maximum`: give both where
    the lines of a list are to be compared. It carries no ids, so a list may show hundreds.
    """
    names = tuple(positions) or tuple(str(index + 1) for index in range(len(values)))
    one = Series("Value", values)
    frame.check_lengths(names, [one])
    measure = Measure(unit, decimals)
    table = frame.category_table(title, "Period", names, [one], measure=measure)
    scale = _scale([number(value) for value in (*values, minimum, maximum)])
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    runs = runs_of(values, [EDGE + step * index for index in range(len(values))], scale, break_after)
    return Chart(
        key=chart_key("sparkline", table),
        title=title,
        description=description or describe_run(names, [one], measure),
        width=WIDTH,
        height=HEIGHT,
        shapes=tuple(_draw(runs)),
        table=table,
        compact=True,
    )


def _scale(values: Sequence[Decimal | None]) -> Scale:
    known = [value for value in values if value is not None]
    low, high = min(known, default=Decimal(0)), max(known, default=Decimal(1))
    if high == low:
        low, high = low - 1, high + 1
    return Scale(low, high, HEIGHT - 5.0, 5.0)


def _draw(runs: Sequence[Sequence[tuple[float, float]]]) -> list[Shape]:
    if not runs:
        return [text(WIDTH / 2, HEIGHT / 2 + 4, "no figures", anchor="middle", size="11", fill=MUTED)]
    colour = series_fill(0)
    shapes = [
        polyline(run, stroke=colour, width="1.75") if len(run) > 1 else marker("circle", *run[0], 4, fill=colour)
        for run in runs
    ]
    return [*shapes, marker("circle", *runs[-1][-1], 7, fill=colour)]

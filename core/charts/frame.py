"""What charts share: legends, hatched fills, the table behind them and the words of the description."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from core.charts.model import ChartTable, Hatch, Series, Shape, line, marker, polyline, rect, text
from core.charts.palette import DASHES, INK, MARKERS, MUTED, PAPER, TARGET, series_fill, series_hatch
from core.charts.text import Value, number, print_value, text_width

WIDTH = 640
SIZE = 13.0
SMALL = "12"
LEGEND_ROW = 22


def hatches_for(key: str, count: int) -> tuple[Hatch, ...]:
    """The patterns that the first `count` series need."""
    return tuple(
        Hatch(f"{key}-fill-{index}", series_hatch(index), series_fill(index), PAPER)
        for index in range(count)
        if series_hatch(index)
    )


def fill_of(key: str, index: int) -> str:
    """The fill attribute of the series at `index`: its colour, or the pattern defined for it."""
    return f"url(#{key}-fill-{index})" if series_hatch(index) else series_fill(index)


def legend(
    key: str, names: Sequence[str], *, lines: bool, target_text: str = "", width: float = WIDTH
) -> tuple[list[Shape], int]:
    """The legend's shapes from the top left corner, and the height it takes (0 for one series without a target)."""
    if len(names) < 2 and not target_text:
        return [], 0
    shapes: list[Shape] = []
    x, row = 0.0, 0
    for index, name in enumerate([*names, *([target_text] if target_text else [])]):
        is_target = index == len(names)
        swatch = 30 if lines or is_target else 16
        space = swatch + 6 + text_width(name, SIZE) + 22
        if x and x + space - 22 > width:
            x, row = 0.0, row + 1
        y = row * LEGEND_ROW
        if is_target:
            shapes.append(target_mark(x, y + 8, x + swatch, y + 8))
        elif lines:
            colour = series_fill(index)
            shapes.append(polyline([(x, y + 8), (x + swatch, y + 8)], stroke=colour, dash=dash_of(index)))
            shapes.append(marker(MARKERS[index % len(MARKERS)], x + swatch / 2, y + 8, 8, fill=colour))
        else:
            shapes.append(rect(x, y + 1, swatch, 14, fill=fill_of(key, index)))
        shapes.append(text(x + swatch + 6, y + 12.5, name))
        x += space
    return shapes, (row + 1) * LEGEND_ROW + 8


def dash_of(index: int) -> str:
    """The dashes of the line at this place."""
    return DASHES[index % len(DASHES)]


def empty_note(x: float, y: float) -> Shape:
    """What stands in the drawing when there is nothing to draw."""
    return text(x, y, "No figures to show", anchor="middle", fill=MUTED)


def halo_label(x: float, y: float, content: str, *, size: float = 12) -> list[Shape]:
    """A label in a white box, readable on any fill; x and y are its middle."""
    width = text_width(content, size) + 6
    return [
        rect(x - width / 2, y - size / 2 - 2, width, size + 4, fill=PAPER),
        text(x, y + size * 0.35, content, anchor="middle", size=f"{size:g}", fill=INK),
    ]


def target_mark(x1: float, y1: float, x2: float, y2: float) -> Shape:
    """The dashed line of a target."""
    return line(x1, y1, x2, y2, stroke=TARGET, width="2", dash="6 4")


def category_table(
    caption: str,
    category_label: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    decimals: int,
    target: Value = None,
    target_label: str = "Target",
    notes: Sequence[str] = (),
    notes_label: str = "",
) -> ChartTable:
    """Categories down, series across, and the target and notes as last columns where there are any."""
    headings = [category_label, *(one.name for one in series)]
    rows = [
        [category, *(print_value(one.values[place], unit=unit, decimals=decimals) for one in series)]
        for place, category in enumerate(categories)
    ]
    if target is not None:
        headings.append(target_label)
        for row in rows:
            row.append(print_value(target, unit=unit, decimals=decimals))
    if notes:
        headings.append(notes_label or "Note")
        for row, note in zip(rows, notes, strict=True):
            row.append(note)
    return ChartTable(caption, tuple(headings), tuple(tuple(row) for row in rows))


def check_lengths(categories: Sequence[str], series: Sequence[Series]) -> None:
    """Raise ValueError when a series has not one value for each category: a programmer's mistake."""
    for one in series:
        if len(one.values) != len(categories):
            raise ValueError(
                f"series {one.name!r} has {len(one.values)} values for {len(categories)} categories"
            )


def describe(
    categories: Sequence[str], series: Sequence[Series], *, kind: str, unit: str, decimals: int
) -> str:
    """A description in words for those who cannot see the drawing: per series its lowest and highest value."""
    parts = [f"{kind} with {len(categories)} {'category' if len(categories) == 1 else 'categories'}."]
    for one in series:
        known = [
            (value, category)
            for value, category in zip(map(number, one.values), categories, strict=True)
            if value is not None
        ]
        if not known:
            parts.append(f"{one.name}: no figures.")
            continue
        low, high = min(known, key=itemgetter(0)), max(known, key=itemgetter(0))
        lowest, highest = (
            f"{print_value(value, unit=unit, decimals=decimals)} ({at})" for value, at in (low, high)
        )
        if len(known) == 1:
            parts.append(f"{one.name}: {lowest}.")
        elif low[0] == high[0]:
            parts.append(f"{one.name}: {print_value(low[0], unit=unit, decimals=decimals)} throughout.")
        else:
            parts.append(f"{one.name}: lowest {lowest}, highest {highest}.")
    return " ".join(parts)

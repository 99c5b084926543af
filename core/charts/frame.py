"""What charts share: legends, hatched fills, the table behind them and the words of the description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from core.charts.model import ChartTable, Hatch, Series, Shape, line, marker, polyline, rect, text
from core.charts.palette import DASHES, GRID, INK, MARKERS, MUTED, PAPER, TARGET, series_fill, series_hatch
from core.charts.scales import Scale, decimals_of
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
    """The legend's shapes from the top left corner, and its height (0: one series without a target)."""
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


def halo_label(x: float, y: float, content: str, *, size: float = 12, known: bool = True) -> list[Shape]:
    """A label in a white box, readable on any fill; x and y are its middle. No figure: grey."""
    width = text_width(content, size) + 6
    return [
        rect(x - width / 2, y - size / 2 - 2, width, size + 4, fill=PAPER),
        text(x, y + size * 0.35, content, anchor="middle", size=f"{size:g}", fill=INK if known else MUTED),
    ]


def level_lines(ticks: Sequence[Decimal], said: Sequence[str], scale: Scale, left: float, right: float) -> list[Shape]:
    """The lines across the chart at the axis marks, and the marks' words on the left."""
    shapes: list[Shape] = []
    for tick, label in zip(ticks, said, strict=True):
        y = scale(tick)
        shapes.append(line(left, y, right, y, stroke=GRID))
        shapes.append(text(left - 6, y + 4, label, anchor="end", size=SMALL, fill=MUTED))
    return shapes


def target_mark(x1: float, y1: float, x2: float, y2: float) -> Shape:
    """The dashed line of a target."""
    return line(x1, y1, x2, y2, stroke=TARGET, width="2", dash="6 4")


@dataclass(frozen=True, slots=True)
class Measure:
    """How the values of a chart are printed, and the target that they are held against."""

    unit: str = ""
    decimals: int = 0
    target: Value = None
    target_label: str = "Target"

    def say(self, value: Value) -> str:
        """The value as people read it."""
        return print_value(value, unit=self.unit, decimals=self.decimals)

    def say_at(self, one: Series, place: int) -> str:
        """What a series prints at a place: its own words, else the value as people read it."""
        return one.printed[place] if one.printed else self.say(one.values[place])

    def say_tick(self, tick: Decimal, ticks: Sequence[Decimal]) -> str:
        """The axis mark, with the decimals that these marks need."""
        return print_value(tick, unit=self.unit, decimals=decimals_of(ticks))

    @property
    def counts(self) -> bool:
        """Whether the values are whole numbers of something."""
        return not self.unit and not self.decimals

    @property
    def target_number(self) -> Decimal | None:
        """The target where there is one to draw."""
        return number(self.target)

    @property
    def target_text(self) -> str:
        """The target for the legend, or "" where none is drawn."""
        return "" if self.target_number is None else f"{self.target_label} {self.say(self.target)}"


def category_table(
    caption: str,
    category_label: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    measure: Measure,
    notes: Sequence[str] = (),
    notes_label: str = "Note",
) -> ChartTable:
    """Categories down, series across, and the target and notes as last columns where there are any."""
    headings = [category_label, *(one.name for one in series)]
    rows = [[category, *(measure.say_at(one, place) for one in series)] for place, category in enumerate(categories)]
    if measure.target is not None:
        headings.append(measure.target_label)
        for row in rows:
            row.append(measure.say(measure.target))
    if notes:
        headings.append(notes_label)
        for row, note in zip(rows, notes, strict=True):
            row.append(note)
    return ChartTable(caption, tuple(headings), tuple(tuple(row) for row in rows))


def check_lengths(categories: Sequence[str], series: Sequence[Series]) -> None:
    """Raise ValueError when a series has not one value for each category: a programmer's mistake."""
    for one in series:
        if len(one.values) != len(categories):
            raise ValueError(f"series {one.name!r} has {len(one.values)} values for {len(categories)} categories")


def describe(kind: str, categories: Sequence[str], series: Sequence[Series], measure: Measure) -> str:
    """A description in words for those who cannot see the drawing: per series its lowest and highest."""
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
        lowest, highest = (f"{measure.say(value)} ({category})" for value, category in (low, high))
        if len(known) == 1:
            parts.append(f"{one.name}: {lowest}.")
        elif low[0] == high[0]:
            parts.append(f"{one.name}: {measure.say(low[0])} throughout.")
        else:
            parts.append(f"{one.name}: lowest {lowest}, highest {highest}.")
    return " ".join(parts)

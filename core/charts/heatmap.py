"""The heat map of a year's marks: weeks across, sessions down, a letter in every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.charts import frame
from core.charts.model import Chart, ChartTable, Shape, chart_key, rect, text
from core.charts.palette import MUTED, PAPER, TONES
from core.charts.text import text_width

CELL_HEIGHT = 17.0


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of cell: what it is called, the letter printed in it, and a tone of `palette.TONES`."""

    key: str
    label: str
    letter: str
    tone: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its category's key ("" leaves it blank), a letter other than the category's, words for it."""

    category: str
    letter: str = ""
    words: str = ""


BLANK = Cell("")


def heat_map(
    title: str,
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    categories: Sequence[Category],
    *,
    column_groups: Sequence[str] = (),
    column_label: str = "Week beginning",
    description: str = "",
    key: str = "",
) -> Chart:
    """Cells by row and column (`cells[row][column]`), categories told apart by letter as well as by colour.

    `column_groups` (one a column, as months) are printed above the column where they change. The table has
    the columns down and the rows across, because a year has many weeks. Raises ValueError when sizes differ
    or a cell names an unknown category.
    """
    known = {category.key: category for category in categories}
    _check(columns, rows, cells, known, column_groups)
    lines = ((name, *(_words(row[place], known) for row in cells)) for place, name in enumerate(columns))
    table = ChartTable(title, (column_label, *rows), tuple(lines))
    key = chart_key("heat", table, key)
    shapes, top = _legend(categories)
    left = max((text_width(name, 11) for name in rows), default=0) + 8
    step = min((frame.WIDTH - left) / max(len(columns), 1), 26.0)
    shapes += _column_names(column_groups or columns, left, step, top + 10)
    top += 16
    for row, name in enumerate(rows):
        y = top + row * CELL_HEIGHT
        shapes.append(text(left - 6, y + 12, name, anchor="end", size="11", fill=MUTED))
        for place in range(len(columns)):
            cell = cells[row][place]
            if cell.category:
                hover = f"{columns[place]}, {name}: {_words(cell, known)}"
                shapes += _cell(cell, known[cell.category], (left + place * step, y), step, hover)
    if not columns or not rows:
        shapes.append(frame.empty_note(frame.WIDTH / 2, top + 20))
    return Chart(
        key=key,
        title=title,
        description=description or _describe(cells, categories, columns),
        width=frame.WIDTH,
        height=round(top + max(len(rows), 2) * CELL_HEIGHT + 4),
        shapes=tuple(shapes),
        table=table,
        in_time=True,
    )


def _check(
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    known: Mapping[str, Category],
    column_groups: Sequence[str],
) -> None:
    if len(cells) != len(rows) or any(len(row) != len(columns) for row in cells):
        raise ValueError(f"cells must be {len(rows)} rows of {len(columns)}")
    if column_groups and len(column_groups) != len(columns):
        raise ValueError(f"{len(column_groups)} column groups for {len(columns)} columns")
    unknown = {cell.category for row in cells for cell in row if cell.category} - set(known)
    if unknown:
        raise ValueError(f"unknown categories: {', '.join(sorted(unknown))}")


def _words(cell: Cell, known: Mapping[str, Category]) -> str:
    if cell.words:
        return cell.words
    return known[cell.category].label if cell.category else ""


def _cell(cell: Cell, category: Category, corner: tuple[float, float], width: float, hover: str) -> list[Shape]:
    x, y = corner
    tone = TONES[category.tone]
    edge = "#8a949b" if tone.fill == PAPER else ""
    shapes = [rect(x + 0.5, y + 0.5, width - 1, CELL_HEIGHT - 1, fill=tone.fill, stroke=edge, hover=hover)]
    letter = cell.letter or category.letter
    if letter.strip():
        middle = y + CELL_HEIGHT / 2 + 3.5
        shapes.append(text(x + width / 2, middle, letter, anchor="middle", size="10", fill=tone.ink))
    return shapes


def _legend(categories: Sequence[Category]) -> tuple[list[Shape], int]:
    shapes: list[Shape] = []
    x, row = 0.0, 0
    for category in categories:
        space = 20 + text_width(category.label, 12) + 16
        if x and x + space - 16 > frame.WIDTH:
            x, row = 0.0, row + 1
        y = row * 20.0
        shapes += _cell(Cell(category.key), category, (x, y), 15, "")
        shapes.append(text(x + 20, y + 12, category.label, size="12"))
        x += space
    return shapes, ((row + 1) * 20 + 8) if categories else 0


def _column_names(names: Sequence[str], left: float, step: float, y: float) -> list[Shape]:
    """Each name where it first stands, left out where it would run into the one before."""
    shapes: list[Shape] = []
    free = 0.0
    before = None
    for place, name in enumerate(names):
        x = left + place * step
        if name != before and x >= free:
            shapes.append(text(x, y, name, size="11", fill=MUTED))
            free = x + text_width(name, 11) + 6
        before = name
    return shapes


def _describe(cells: Sequence[Sequence[Cell]], categories: Sequence[Category], columns: Sequence[str]) -> str:
    counts = {category.key: 0 for category in categories}
    for row in cells:
        for cell in row:
            if cell.category:
                counts[cell.category] += 1
    parts = [f"{category.label}: {counts[category.key]}" for category in categories if counts[category.key]]
    spoken = f"Heat map of {len(columns)} {'column' if len(columns) == 1 else 'columns'}."
    return f"{spoken} {'; '.join(parts)}." if parts else f"{spoken} No cell is filled."

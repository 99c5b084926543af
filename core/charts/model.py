"""What a chart is once it is laid out: frozen shapes with a title, a description and the data as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from core.charts.palette import INK
from core.charts.text import Value, coordinate


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars: a name and a value for each category (None: not known, "c": hidden).

    `printed`, where given, has the words for each value in place of the chart's own decimals: 6.34%, 43%.
    """

    name: str
    values: tuple[Value, ...]
    printed: tuple[str, ...]

    def __init__(self, name: str, values: Sequence[Value], printed: Sequence[str] = ()) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", tuple(values))
        object.__setattr__(self, "printed", tuple(printed))
        if printed and len(printed) != len(values):
            raise ValueError(f"series {name!r} has {len(printed)} words for {len(values)} values")


@dataclass(frozen=True, slots=True)
class ChartTable:
    """A chart's figures as a table: a row's first cell names it; `links` has an address or "" a row.

    `words` are the headings of columns that hold words, which stand to the left.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, bool], ...]:
        """(heading, whether figures stand below it) for each column, for templates."""
        return tuple((heading, bool(n) and heading not in self.words) for n, heading in enumerate(self.headings))

    @property
    def linked_rows(self) -> tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]:
        """(address or "", cells) for each row, a cell as (what it says, whether it is a figure), for templates."""
        links = self.links or ("",) * len(self.rows)
        figures = [is_figure for _, is_figure in self.columns]
        return tuple((link, tuple(zip(row, figures, strict=True))) for link, row in zip(links, self.rows, strict=True))


@dataclass(frozen=True, slots=True)
class Shape:
    """One mark: `kind` is rect, path or text. Numbers are printed already; drawing only places them."""

    kind: str
    x: str = ""
    y: str = ""
    width: str = ""
    height: str = ""
    d: str = ""
    fill: str = "none"
    stroke: str = ""
    stroke_width: str = ""
    dash: str = ""
    content: str = ""
    anchor: str = ""
    size: str = ""
    bold: bool = False
    hover: str = ""

    @property
    def markup(self) -> SafeString:
        """The SVG element, its words escaped. Not a template: a year's heat map has a thousand of these."""
        if self.kind == "rect":
            place = f'x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}"'
            edge = f' stroke="{self.stroke}"' if self.stroke else ""
            inside = f"><title>{escape(self.hover)}</title></rect>" if self.hover else "/>"
            return SafeString(f'<rect {place} fill="{self.fill}"{edge}{inside}')
        if self.kind == "text":
            size = f' font-size="{self.size}"' if self.size else ""
            anchor = f' text-anchor="{self.anchor}"' if self.anchor else ""
            bold = ' font-weight="bold"' if self.bold else ""
            place = f'x="{self.x}" y="{self.y}" fill="{self.fill}"'
            return SafeString(f"<text {place}{size}{anchor}{bold}>{escape(self.content)}</text>")
        edge = f' stroke="{self.stroke}" stroke-width="{self.stroke_width}"' if self.stroke else ""
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return SafeString(f'<path d="{self.d}" fill="{self.fill}"{edge}{dash}/>')


@dataclass(frozen=True, slots=True)
class Hatch:
    """A pattern that charts define once and fill with: white marks over a colour."""

    id: str
    kind: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished chart. `key` starts the ids in it and is the same for the same input.

    Show it with `{% chart %}` or `{% chart_with_table %}` (core.templatetags.charts).
    """

    key: str
    title: str
    description: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    table: ChartTable
    hatches: tuple[Hatch, ...] = ()
    compact: bool = False
    in_time: bool = False
    """Time runs from left to right: where only a part is seen, it should be the newest."""

    def as_table(self) -> ChartTable:
        """The same figures as a table; every page and document that shows the chart offers it."""
        return self.table


def rect(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "", hover: str = "") -> Shape:
    """A filled rectangle; a width or height below nought is drawn as nought."""
    return Shape(
        "rect",
        x=coordinate(x),
        y=coordinate(y),
        width=coordinate(max(width, 0)),
        height=coordinate(max(height, 0)),
        fill=fill,
        stroke=stroke,
        hover=hover,
    )


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str, width: str = "1", dash: str = "") -> Shape:
    """A straight line."""
    d = f"M{coordinate(x1)} {coordinate(y1)}L{coordinate(x2)} {coordinate(y2)}"
    return Shape("path", d=d, stroke=stroke, stroke_width=width, dash=dash)


def polyline(points: Sequence[tuple[float, float]], *, stroke: str, width: str = "2.5", dash: str = "") -> Shape:
    """Straight lines through all the points."""
    d = "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    return Shape("path", d=d, stroke=stroke, stroke_width=width, dash=dash)


def text(
    x: float, y: float, content: str, *, anchor: str = "", size: str = "", fill: str = INK, bold: bool = False
) -> Shape:
    """A line of text whose baseline is at y; anchor is "" (start), "middle" or "end"."""
    return Shape(
        "text",
        x=coordinate(x),
        y=coordinate(y),
        content=content,
        anchor=anchor,
        size=size,
        fill=fill,
        bold=bold,
    )


def marker(kind: str, x: float, y: float, size: float, *, fill: str) -> Shape:
    """The mark of a point: circle, square, triangle or diamond, about `size` wide, with a white edge."""
    half = size / 2
    corner = coordinate
    if kind == "square":
        d = f"M{corner(x - half)} {corner(y - half)}h{corner(size)}v{corner(size)}h{corner(-size)}z"
    elif kind == "triangle":
        d = (
            f"M{corner(x)} {corner(y - half * 1.2)}L{corner(x + half * 1.15)} {corner(y + half * 0.9)}"
            f"L{corner(x - half * 1.15)} {corner(y + half * 0.9)}z"
        )
    elif kind == "diamond":
        reach = half * 1.25
        d = (
            f"M{corner(x)} {corner(y - reach)}L{corner(x + reach)} {corner(y)}"
            f"L{corner(x)} {corner(y + reach)}L{corner(x - reach)} {corner(y)}z"
        )
    else:
        d = (
            f"M{corner(x - half)} {corner(y)}a{corner(half)} {corner(half)} 0 1 0 {corner(size)} 0"
            f"a{corner(half)} {corner(half)} 0 1 0 {corner(-size)} 0z"
        )
    return Shape("path", d=d, fill=fill, stroke="#ffffff", stroke_width="1")


def chart_key(kind: str, table: ChartTable, key: str = "") -> str:
    """The start of a chart's ids: `key` where the caller names one, else made from what the chart shows.

    Give a key when a page shows the same chart twice.
    """
    if key:
        return f"chart-{key}"
    seed = repr((kind, table.caption, table.headings, table.rows))
    return f"chart-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"

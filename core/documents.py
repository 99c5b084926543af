"""Documents: HTML from templates, and tagged PDF from that HTML with no way to any file or network.

A document is a cover and sections. A section is a template with its own context; `document_context` renders
the sections, numbers their tables and figures, and gives what both `documents/base.html` (PDF) and a page of
the site (by including `documents/_body.html`) need: the PDF and its HTML copy are made of the same fragments.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from core.charts import Chart

Medium = Literal["pdf", "page"]
Tone = Literal["good", "watch", "poor", "neutral"]

# WeasyPrint takes about 7 ms and 0.25 MB for each row of a table; long lists belong in an export.
MOST_ROWS = 300

BASE_TEMPLATE = "documents/base.html"


class DocumentFaulty(Exception):
    """The document could not be made as it should be; `problems` says what was found, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The document has faults: " + "; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first page says. All but council and title may be blank, and then leave no gap."""

    council: str
    title: str
    subtitle: str = ""
    period: str = ""
    prepared_for: str = ""
    prepared_by: str = ""
    dated: str = ""
    printed: str = ""
    reference: str = ""
    classification: str = ""
    classification_note: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part: `slug` is its address in the document, `template` renders with `context`.

    The template also gets `cover`, `section`, `medium` ("pdf" or "page") and what the tags of
    core.templatetags.documents need.
    """

    slug: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    new_page: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """A judgement in words with a tone; the words alone must say it, the tone only helps the eye."""

    words: str
    tone: Tone = "neutral"

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure to be seen at a glance: "NI 101", "9.9%", "8 of 81 pupils", against what, and how that is."""

    label: str
    value: str
    detail: str = ""
    compared: str = ""
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A heading, and whether figures (to the right) or words (to the left) stand below it."""

    heading: str
    kind: Literal["number", "text"] = "number"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document; cells are printed text or Status. The first column names the row.

    `total` sets the last row apart; `note` stands under the table. A plain string as a column is a column of
    figures (the first: of words).
    """

    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str | Status, ...], ...]
    note: str = ""
    total: bool = False

    def __init__(
        self,
        caption: str,
        columns: Sequence[TableColumn | str],
        rows: Sequence[Sequence[str | Status]],
        *,
        note: str = "",
        total: bool = False,
    ) -> None:
        made = (
            TableColumn(one, "number" if place else "text") if isinstance(one, str) else one
            for place, one in enumerate(columns)
        )
        object.__setattr__(self, "caption", caption)
        object.__setattr__(self, "columns", tuple(made))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in rows))
        object.__setattr__(self, "note", note)
        object.__setattr__(self, "total", total)
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {caption!r} has not {len(self.columns)} cells")

    @property
    def printed_rows(self) -> tuple[tuple[tuple[TableColumn, str | Status], ...], ...]:
        """The rows that are printed, each cell with its column; at most MOST_ROWS, and the total always."""
        rows = self.rows
        if self.left_out:
            rows = (*rows[: MOST_ROWS - 1], rows[-1]) if self.total else rows[:MOST_ROWS]
        return tuple(tuple(zip(self.columns, row, strict=True)) for row in rows)

    @property
    def left_out(self) -> int:
        """How many rows are not printed."""
        return max(len(self.rows) - MOST_ROWS, 0)


@dataclass(slots=True)
class Numbering:
    """Counts the tables and figures of one document, and keeps the charts whose figures go to the annex."""

    tables: int = 0
    figures: int = 0
    annex: list[tuple[int, Chart]] = field(default_factory=list)

    def next_table(self) -> int:
        """The number of the next table."""
        self.tables += 1
        return self.tables

    def next_figure(self) -> int:
        """The number of the next figure."""
        self.figures += 1
        return self.figures


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """A section as HTML, with its number."""

    number: int
    slug: str
    title: str
    new_page: bool
    html: SafeString


def document_context(
    cover: Cover,
    sections: Sequence[Section],
    *,
    summary: Section | None = None,
    notes: Sequence[str] = (),
    medium: Medium = "pdf",
) -> dict[str, Any]:
    """Render the sections; gives the context of `documents/base.html` or a page with `documents/_body.html`.

    `summary` comes before the first section and has no number. `notes` say how to read the document (symbols,
    sources) and stand under the contents. In a PDF the figures behind the charts are gathered in an annex; on
    a page they fold out below each chart.
    """
    numbering = Numbering()

    def rendered(number: int, section: Section) -> RenderedSection:
        context = {
            **section.context,
            "cover": cover,
            "section": section,
            "medium": medium,
            "numbering": numbering,
        }
        html = SafeString(render_to_string(section.template, context))
        return RenderedSection(number, section.slug, section.title, section.new_page, html)

    opening = rendered(0, summary) if summary else None
    parts = [rendered(number, section) for number, section in enumerate(sections, start=1)]
    return {
        "cover": cover,
        "summary": opening,
        "sections": parts,
        "notes": tuple(notes),
        "annex": numbering.annex,
        "medium": medium,
    }


def render_html(template: str, context: Mapping[str, Any]) -> str:
    """The whole document as one HTML file with its styles in it (context from `document_context`)."""
    return render_to_string(template, dict(context))


def render_pdf(html: str, *, title: str, watermark: str | None = None) -> bytes:
    """A tagged PDF (pdf/ua-1) of the HTML; `watermark` ("DRAFT") lies across every page.

    Nothing is fetched from anywhere: only data: addresses are read. Raises DocumentFaulty when the renderer
    reports an error, as for a picture without a text alternative or anything it was told to fetch.
    The same input gives the same file.
    """
    return render_pdf_pages(html, title=title, watermark=watermark)[0]


def render_pdf_pages(html: str, *, title: str, watermark: str | None = None) -> tuple[bytes, int]:
    """As `render_pdf`, with the number of pages."""
    with _collector_at_rest():
        return _render(html, title, watermark)


def _render(html: str, title: str, watermark: str | None) -> tuple[bytes, int]:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    styles = [CSS(string=_watermark_css(watermark), url_fetcher=fetcher)] if watermark else []
    identifier = hashlib.sha256("\0".join([html, title, watermark or ""]).encode()).digest()[:16]
    with _renderer_errors() as problems:
        document = HTML(string=html, url_fetcher=fetcher).render(
            stylesheets=styles, pdf_variant="pdf/ua-1", font_config=_fonts()
        )
        document.metadata.title = title
        made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    if problems:
        raise DocumentFaulty(problems)
    return made, len(document.pages)


_of_thread = threading.local()


def _fonts() -> Any:
    """The fonts of this thread, set up once: each set-up leaves a part of a megabyte behind in the font library.

    All documents have the same fonts, those of the machine, so one does not change the next.
    """
    from weasyprint.text.fonts import FontConfiguration

    if not hasattr(_of_thread, "fonts"):
        _of_thread.fonts = FontConfiguration()
    return _of_thread.fonts


def _watermark_css(words: str) -> str:
    """A page background with the words across it: under the text, and no part of what a reader hears."""
    size = min(150, round(900 / max(len(words), 1)))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 595 842" width="595" height="842">'
        '<g transform="translate(297.5 421) rotate(-52)">'
        f'<text x="0" y="{round(size * 0.35)}" text-anchor="middle" font-size="{size}" font-weight="bold"'
        f' font-family="Arial, Liberation Sans, sans-serif" fill="#eceff1">{escape(words)}</text></g></svg>'
    )
    return f'@page {{ background: url("data:image/svg+xml,{quote(svg)}") center / cover no-repeat; }}'


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """All boxes of a document live until it is written: looking through them for garbage costs a fifth of the time.

    Afterwards they are garbage that points in circles. All of it is among what is new, so it goes at once and cheaply:
    left to the collector's own time, a worker that prints a caseload would hold many documents.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.collect(0)
            gc.enable()


@contextmanager
def _renderer_errors() -> Iterator[list[str]]:
    """Collect what WeasyPrint logs as ERROR in this thread: it goes on without a picture, we do not."""
    problems: list[str] = []
    here = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == here:
                problems.append(record.getMessage()[:200])

    logger = logging.getLogger("weasyprint")
    collector = Collector(logging.ERROR)
    logger.addHandler(collector)
    try:
        yield problems
    finally:
        logger.removeHandler(collector)

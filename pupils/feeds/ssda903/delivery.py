"""From the files of a delivery to rows of text by table: CSV and XLSX told by headings, or the XML form."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from core.feeds.base import FeedRefused, Problem, Problems, Severity, SourceFile
from core.feeds.reading import RawTable, read_every_table
from pupils.feeds.ssda903.tables import TABLES, Layout, Recognition, looks_like_headings, recognise
from pupils.feeds.ssda903.xml import is_xml, read_xml, root_of

TABLE_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx"})
TABLE_NAMES = ", ".join(t.name for t in TABLES)


class SourceRow:
    """One row as read: where it stands, its cells by column, and (later) what became of it."""

    __slots__ = ("cells", "fate", "file", "number")

    def __init__(self, file: str, number: int, cells: dict[str, str]) -> None:
        self.file, self.number, self.cells = file, number, cells
        self.fate = "unchanged"

    @property
    def counted(self) -> bool:
        """False for what stands inside another row (the XML's UASC status in its HEADER)."""
        return self.number > 0


@dataclass
class TableFile:
    """The rows of one table from one file. `latest` tells which of two years is the later one."""

    name: str
    layout: Layout
    rows: list[SourceRow] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    latest: date | None = None
    position: int = 0

    @property
    def folder(self) -> str:
        return str(PurePosixPath(self.name.replace("\\", "/")).parent)

    @property
    def year_in_name(self) -> str:
        found = re.findall(r"(?:19|20)\d\d", self.name)
        return found[-1] if found else ""

    def where(self, row: SourceRow, column: str = "") -> dict[str, Any]:
        """Keyword arguments of a Problem at this row."""
        return {
            "file": row.file,
            "row": row.number or None,
            "column": self.headings.get(column, column),
            "value": row.cells.get(column, ""),
        }


def read_delivery(files: Sequence[SourceFile], problems: Problems) -> list[TableFile]:
    """All tables of the delivery. Raises FeedRefused: mixed forms, a table that does not fit, nothing of a 903."""
    returns_xml, others_xml, tables = _sort_by_form(files)
    if returns_xml and tables:
        usable, _ = _read_tables(tables, Problems(), lenient=True)
        if usable:
            raise _mixed(returns_xml, usable)
    found: list[TableFile] = []
    for source in returns_xml:
        found += _from_xml(source, problems)
    from_tables, foreign = _read_tables(tables, problems, lenient=False)
    found += from_tables
    if not found and not returns_xml:
        raise FeedRefused(*(_not_a_return(source) for source in (*others_xml, *tables)))
    for source in (*foreign, *others_xml):
        _note_foreign(source.name, problems)
    for position, table in enumerate(found):
        table.position = position
    _note_unused(found, problems)
    return found


def _sort_by_form(
    files: Sequence[SourceFile],
) -> tuple[list[SourceFile], list[SourceFile], list[SourceFile]]:
    returns, other_xml, tables = [], [], []
    for source in files:
        if not is_xml(source):
            tables.append(source)
        elif source.suffix in {".xsd", ".xsl", ".svg", ".html", ".htm"}:
            other_xml.append(source)
        elif root_of(source) == "EXPSSDA903":
            returns.append(source)
        else:
            other_xml.append(source)
    return returns, other_xml, tables


def _mixed(xml: Sequence[SourceFile], tables: Sequence[TableFile]) -> FeedRefused:
    csv_names = ", ".join(sorted({t.name for t in tables}))
    xml_names = ", ".join(s.name for s in xml)
    return FeedRefused.because(
        "MIXED_FORMS",
        f"The delivery holds the XML form ({xml_names}) and tables ({csv_names}) of the return.",
        file=xml[0].name,
        advice="Send either the XML file or the CSV files of a return, not both.",
    )


def _not_a_return(source: SourceFile) -> Problem:
    what = (
        f"an XML file that begins with <{root_of(source) or '?'}>, not <EXPSSDA903>"
        if is_xml(source)
        else "a file whose headings fit no table of the return"
    )
    return Problem(
        code="NOT_SSDA903",
        severity=Severity.ERROR,
        file=source.name,
        message=f"This is not an SSDA903 return but {what}.",
        advice=f"Send the XML form, or CSV files with the headings of: {TABLE_NAMES}.",
    )


def _note_foreign(name: str, problems: Problems) -> None:
    problems.note(
        "NOT_SSDA903", "This file is no table of the return and was left out.", file=name,
        advice="Nothing needs doing, unless the file was meant to be read.",
    )  # fmt: skip


def _read_tables(
    sources: Sequence[SourceFile], problems: Problems, *, lenient: bool
) -> tuple[list[TableFile], list[SourceFile]]:
    """The tables among these files, and the files that are none.

    A file that nearly fits, or a table file that cannot be read, refuses all (unless `lenient`).
    """
    found: list[TableFile] = []
    refusals: list[Problem] = []
    foreign: list[SourceFile] = []
    for source in sources:
        try:
            tables = read_every_table(source, looks_like_headings)
        except FeedRefused as refusal:
            if source.suffix in TABLE_SUFFIXES:
                refusals += refusal.problems
            else:
                foreign.append(source)
            continue
        for raw in tables:
            fit = recognise(raw.headings)
            if fit.fits is not None and fit.twice:
                refusals.append(_column_twice(raw, fit.twice))
            elif fit.fits is not None:
                found.append(_table_file(raw, fit, problems))
            elif fit.near is not None:
                refusals.append(_near_miss(raw, fit))
            else:
                foreign.append(source)
    if refusals and not lenient:
        raise FeedRefused(*refusals)
    return found, foreign


def _column_twice(raw: RawTable, heading: str) -> Problem:
    return Problem(
        code="COLUMN_TWICE",
        severity=Severity.ERROR,
        file=raw.file,
        row=raw.heading_row,
        column=heading,
        message=f"Two columns are headed {heading}.",
        advice="Remove one of them and send the whole delivery again.",
    )


def _near_miss(raw: RawTable, fit: Recognition) -> Problem:
    assert fit.near is not None
    extra = ", ".join(fit.extra) or "none"
    return Problem(
        code="MISSING_COLUMN",
        severity=Severity.ERROR,
        file=raw.file,
        row=raw.heading_row,
        column=fit.missing[0],
        message=(
            f"This looks like the {fit.near.name} table, but these columns are missing: "
            f"{', '.join(fit.missing)}. Columns that are not part of it: {extra}."
        ),
        advice="Give the columns the headings of the return and send the whole delivery again.",
    )


def _table_file(raw: RawTable, fit: Recognition, problems: Problems) -> TableFile:
    assert fit.fits is not None
    columns = [column for column, _ in fit.positions]
    headings = {column: raw.headings[position] for column, position in fit.positions}
    table = TableFile(raw.file, fit.fits, headings=headings)
    texts = [raw.frame[position].astype(object).to_list() for _, position in fit.positions]
    for number, *cells in zip(raw.frame.index, *texts, strict=True):
        table.rows.append(SourceRow(raw.file, int(number), dict(zip(columns, cells, strict=True))))
    _note_columns(raw, fit, problems)
    overlong = [row for row in table.rows if row.number in raw.overflow]
    for row in overlong:
        row.fate = "held"
        problems.add(
            "TOO_MANY_CELLS", "The row has more cells than there are headings.", file=raw.file,
            row=row.number, advice="Usually a separator inside a text: put the text in double quotes.",
        )  # fmt: skip
    return table


def _note_columns(raw: RawTable, fit: Recognition, problems: Problems) -> None:
    for heading in fit.extra:
        problems.note(
            "EXTRA_COLUMN", f"The column {heading} is not part of this table and was ignored.",
            file=raw.file, row=raw.heading_row, column=heading,
        )  # fmt: skip
    if fit.missing:
        problems.note(
            "OLDER_LAYOUT",
            f"The file has the columns of an older year: without {', '.join(fit.missing)}.",
            file=raw.file, row=raw.heading_row,
        )  # fmt: skip
    if not len(raw.frame):
        problems.note("NO_ROWS", "The file has headings but no rows.", file=raw.file)


def _from_xml(source: SourceFile, problems: Problems) -> list[TableFile]:
    tables = {layout.name: TableFile(source.name, layout) for layout in TABLES}
    passed_over: Counter[str] = Counter()
    for layout, number, cells in read_xml(source, passed_over):
        tables[layout.name].rows.append(SourceRow(source.name, number, cells))
    for name, count in sorted(passed_over.items()):
        problems.note(
            "ELEMENT_IGNORED", f"{count} elements {name} are not used and were left out.",
            file=source.name, column=name,
        )  # fmt: skip
    return [table for table in tables.values() if table.rows]


def _note_unused(found: Sequence[TableFile], problems: Problems) -> None:
    for table in found:
        if table.layout.used:
            continue
        for row in table.rows:
            row.fate = "ignored"
        problems.note(
            "TABLE_NOT_USED",
            f"The table {table.layout.name} is not used yet; its {len(table.rows)} rows were left out.",
            file=table.name,
        )  # fmt: skip


def of_table(found: Sequence[TableFile], *layouts: Layout) -> Iterator[TableFile]:
    """The files of these tables, in the order in which later replaces earlier."""
    chosen = [t for t in found if t.layout in layouts]
    return iter(sorted(chosen, key=lambda t: (t.latest or date.min, t.position)))

"""Any table file to one shape: headings, and cells as text with the row numbers that Excel shows.

CSV in UTF-8 (with or without byte order mark), UTF-16 or Windows-1252, split by comma, semicolon or tab; XLSX.
Nothing is interpreted here: `0936` stays `0936`, `NA` stays `NA`, a UPN like `H813111E00121` stays text.
"""

import codecs
import csv
import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from core.feeds.base import FeedRefused, SourceFile
from core.feeds.workbooks import error_cells, refuse_unbearable

HEADING_ROWS_TRIED = 6
HEAD_CHARACTERS = 200_000
"""So much of a file is looked at to find its headings and separator."""
IsHeading = Callable[[Sequence[str]], bool]
Verbatim = Callable[[str], bool]
"""Whether the cells below a heading stay as they are: blanks mean something in a string of marks."""


@dataclass
class RawTable:
    """`frame` has one column a heading, labelled by position 0..n-1; its index is the Excel row number.

    Blank rows are gone. `overflow` names rows that hold more cells than there are headings, `spill` their cells.
    """

    file: str
    headings: list[str]
    heading_row: int
    frame: pd.DataFrame
    overflow: frozenset[int] = frozenset()
    spill: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)


def clean(cell: str) -> str:
    """Trim, turn no-break blanks into blanks, drop the apostrophe that stops Excel ('09)."""
    text = cell.replace("\u00a0", " ").replace("\ufeff", "").strip()
    if len(text) > 1 and text[0] == "'" and text[1].isdigit():
        text = text[1:]
    return text


def decode(data: bytes, *, file: str) -> str:
    """Text of a CSV file in whatever encoding a council's office sends. Raises FeedRefused for what is no text."""
    return _decoded(data, file).replace("\0", "")  # which no database takes


def _decoded(data: bytes, file: str) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", errors="replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    head = data[:2000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if head and zeros.count(0) > len(head) // 4 and _is_text(text := data.decode(encoding, errors="replace")):
            return text
    if b"\0" in data:
        raise FeedRefused.because(
            "NOT_A_TABLE",
            "This is not a text file or an Excel workbook.",
            file=file,
            advice="Save it as CSV or XLSX and send that.",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")


def _is_text(text: str) -> bool:
    """Whether nearly all of it can be read: what is no text at all also has noughts at every other place."""
    head = text[:1000]
    return sum(c == "\ufffd" or (c < " " and c not in "\t\n\r") for c in head) * 50 <= len(head)


def delimiter_of(line: str) -> str:
    """The separator that occurs most in the heading line, outside quotes."""
    outside = "".join(part for i, part in enumerate(line.split('"')) if i % 2 == 0)
    best = max((",", ";", "\t"), key=outside.count)
    return best if best in outside else ","


def _heading_index(rows: Sequence[Sequence[str]], is_heading: IsHeading | None) -> int:
    """Position of the heading row: the first that satisfies `is_heading`, else the first that is not blank."""
    filled = [i for i, row in enumerate(rows) if any(clean(c) for c in row)][:HEADING_ROWS_TRIED]
    if not filled:
        return -1
    if is_heading is not None:
        for i in filled:
            if is_heading([clean(c) for c in rows[i]]):
                return i
    return filled[0]


def _trim_headings(cells: Sequence[str]) -> list[str]:
    headings = [clean(c).replace("\n", " ").replace("\r", " ") for c in cells]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _refuse_empty(file: str) -> FeedRefused:
    return FeedRefused.because(
        "EMPTY_FILE",
        "The file has no rows.",
        file=file,
        advice="Check that the whole file was sent, and send it again.",
    )


def _refuse_malformed(file: str, detail: str) -> FeedRefused:
    return FeedRefused.because(
        "MALFORMED",
        f"The file cannot be read as a table: {detail}",
        file=file,
        advice="Open it, check the line named, and save it again as CSV or XLSX.",
    )


def _clean_frame(frame: pd.DataFrame, headings: Sequence[str] = (), verbatim: Verbatim | None = None) -> pd.DataFrame:
    """Clean every distinct value once: columns are categories, so a year of marks has a few thousand."""
    for position, name in enumerate(frame.columns):
        if verbatim is not None and position < len(headings) and verbatim(headings[position]):
            continue
        column = frame[name]
        categories = column.cat.categories
        tidy = [clean(str(c)) for c in categories]
        if tidy != list(categories):
            codes, uniques = pd.factorize(pd.Index(tidy, dtype=object))
            positions = column.cat.codes.to_numpy()
            frame[name] = pd.Categorical.from_codes(codes[positions], categories=pd.Index(uniques, dtype=object))
    return frame


def _drop_blank(frame: pd.DataFrame) -> pd.DataFrame:
    if not len(frame.columns):
        return frame
    blank = pd.Series(True, index=frame.index)
    for name in frame.columns:
        blank &= frame[name] == ""
    return frame[~blank] if blank.any() else frame


def _from_rows(
    file: str, rows: Sequence[Sequence[str]], is_heading: IsHeading | None, verbatim: Verbatim | None = None
) -> RawTable:
    at = _heading_index(rows, is_heading)
    if at < 0:
        raise _refuse_empty(file)
    headings = _trim_headings(rows[at])
    width = len(headings)
    spill = {
        at + 2 + i: tuple(clean(c) for c in row[width:])
        for i, row in enumerate(rows[at + 1 :])
        if any(clean(c) for c in row[width:])
    }
    body = [[*row[:width], *[""] * (width - len(row))] for row in rows[at + 1 :]]
    frame = pd.DataFrame(body, columns=range(width), dtype=object)
    frame.index = pd.RangeIndex(at + 2, at + 2 + len(body))
    frame = frame.astype(dict.fromkeys(frame.columns, "category"))
    frame = _drop_blank(_clean_frame(frame, headings, verbatim))
    return RawTable(file, headings, at + 1, frame, frozenset(spill), spill)


def _csv_rows(text: str, delimiter: str, file: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refuse_malformed(file, str(error)) from None


def read_csv(source: SourceFile, is_heading: IsHeading | None = None, verbatim: Verbatim | None = None) -> RawTable:
    """A CSV file as a RawTable. Raises FeedRefused (EMPTY_FILE, NOT_A_TABLE, MALFORMED)."""
    text = decode(source.read_bytes(), file=source.name)
    if text.count("\r") != text.count("\r\n"):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    head = text[:HEAD_CHARACTERS]
    first = next((line for line in head.split("\n", 20) if line.strip(" ,;\t\r")), "")
    if not first:
        raise _refuse_empty(source.name)
    delimiter = delimiter_of(first)
    start = list(_head_rows(text, delimiter, source.name))
    at = _heading_index(start, is_heading)
    width = len(_trim_headings(start[at]))
    plain_head = '"' not in "\n".join(head.split("\n", at + 1)[: at + 1])
    if not plain_head and any("\n" in cell for row in start[: at + 1] for cell in row):
        return _from_rows(source.name, _csv_rows(text, delimiter, source.name), is_heading, verbatim)
    frame = _fast_frame(text, delimiter, skip=at, width=width)
    if frame is None:
        return _from_rows(source.name, _csv_rows(text, delimiter, source.name), is_heading, verbatim)
    frame.index = pd.RangeIndex(at + 2, at + 2 + len(frame))
    frame = _clean_frame(frame, _trim_headings(start[at]), verbatim)
    extra = frame[width]
    spill = {int(str(number)): (str(cell),) for number, cell in extra[extra != ""].items()}
    body = _drop_blank(frame.drop(columns=width))
    return RawTable(source.name, _trim_headings(start[at]), at + 1, body, frozenset(spill), spill)


def _fast_frame(text: str, delimiter: str, *, skip: int, width: int) -> pd.DataFrame | None:
    """The data rows by pandas' C parser, one column more than there are headings to catch overlong rows.

    None where that parser cannot keep to the rules: a row of still more cells, quotes that do not balance.
    The heading row is read as data and dropped again: a column of words stays text, where one of digits alone
    would become numbers (pandas 3.1 guesses the type of categories) and lose its leading noughts.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.BytesIO(text.encode("utf-8")),
                sep=delimiter,
                header=None,
                names=range(width + 1),
                index_col=False,
                skiprows=skip,
                dtype="category",
                keep_default_na=False,
                na_filter=False,
                skip_blank_lines=False,
                encoding="utf-8",
                low_memory=False,
                on_bad_lines="error",
                engine="c",
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning):
        return None
    headings = {name: (int(frame[name].cat.codes.iloc[0]), frame[name].iloc[0]) for name in frame.columns}
    frame = frame.iloc[1:].copy()
    for name in frame.columns:
        code, heading = headings[name]
        column = frame[name]
        if code >= 0 and not (column.cat.codes.to_numpy() == code).any():
            column = column.cat.remove_categories([heading])
        if column.hasnans:
            column = (column if "" in column.cat.categories else column.cat.add_categories([""])).fillna("")
        if not all(isinstance(c, str) for c in frame[name].cat.categories):
            return None
        frame[name] = column
    return frame


def _head_rows(text: str, delimiter: str, file: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text[:HEAD_CHARACTERS], newline=""), delimiter=delimiter)
    filled = 0
    try:
        for row in reader:
            yield row
            filled += any(clean(c) for c in row)
            if filled >= HEADING_ROWS_TRIED:
                return
    except csv.Error as error:
        raise _refuse_malformed(file, str(error)) from None


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).replace("\0", "")


def _sheets(source: SourceFile, is_heading: IsHeading | None, verbatim: Verbatim | None) -> list[tuple[str, RawTable]]:
    """(name, table) of every sheet that is not empty. Raises FeedRefused when there is none."""
    from python_calamine import CalamineError, CalamineWorkbook

    refuse_unbearable(source)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source.read_bytes()))
        sheets = {
            name: [
                [_cell_text(c) for c in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise _refuse_malformed(source.name, f"not an Excel workbook ({type(error).__name__}).") from None
    for name, errors in error_cells(source).items():
        for (row, column), text in errors.items():
            if row < len(sheets.get(name, ())) and column < len(sheets[name][row]):
                sheets[name][row][column] = text
    filled = {name: rows for name, rows in sheets.items() if any(any(row) for row in rows)}
    if not filled:
        raise _refuse_empty(source.name)
    return [(name, _from_rows(source.name, rows, is_heading, verbatim)) for name, rows in filled.items()]


def read_xlsx(source: SourceFile, is_heading: IsHeading | None = None, verbatim: Verbatim | None = None) -> RawTable:
    """The sheet of a workbook whose headings satisfy `is_heading`, else the first that is not empty."""
    tables = [table for _, table in _sheets(source, is_heading, verbatim)]
    if is_heading is not None:
        return next((t for t in tables if is_heading(t.headings)), tables[0])
    return tables[0]


def read_every_table(source: SourceFile, is_heading: IsHeading) -> list[RawTable]:
    """As `read_table`, but of a workbook every sheet whose headings satisfy `is_heading`, named by file and sheet."""
    with source.path.open("rb") as handle:
        is_workbook = handle.read(4) == b"PK\x03\x04"
    if not is_workbook:
        return [read_table(source, is_heading)]
    sheets = _sheets(source, is_heading, None)
    fitting = [(name, table) for name, table in sheets if is_heading(table.headings)]
    if len(fitting) < 2:
        return [table for _, table in fitting or sheets[:1]]
    return [replace(table, file=f"{table.file} ({name})") for name, table in fitting]


def read_table(source: SourceFile, is_heading: IsHeading | None = None, verbatim: Verbatim | None = None) -> RawTable:
    """A CSV or XLSX file as a RawTable, told apart by content. Raises FeedRefused when it is neither."""
    with source.path.open("rb") as handle:
        magic = handle.read(8)
    if not magic:
        raise _refuse_empty(source.name)
    if magic.startswith(b"PK\x03\x04"):
        return read_xlsx(source, is_heading, verbatim)
    if magic.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        raise FeedRefused.because(
            "NOT_A_TABLE",
            "This is not a CSV file or an Excel workbook (.xlsx).",
            file=source.name,
            advice="Save the table as CSV or as .xlsx and send that.",
        )
    if magic.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise FeedRefused.because(
            "NOT_A_TABLE",
            "This is an XML or HTML file; this feed is a table.",
            file=source.name,
            advice="Choose the feed that this file is for, or send CSV or XLSX.",
        )
    return read_csv(source, is_heading, verbatim)

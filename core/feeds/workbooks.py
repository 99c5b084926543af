"""Before a workbook is opened: would it fill the memory?

A single cell in the far corner of a sheet has the reader lay out all cells between.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from core.feeds.base import FeedRefused, SourceFile
from core.feeds.files import UNREADABLE_ZIP, is_bomb

MAX_CELLS = 12_000_000
CHUNK = 1024 * 1024
LONGEST_TAG = 400

_ANY_CELL = re.compile(rb"""[\s]r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""", re.IGNORECASE)
_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""", re.IGNORECASE)


def refuse_unbearable(source: SourceFile) -> None:
    """Raises FeedRefused for a workbook that unpacks to too much, or whose used area is far too large to read."""
    try:
        with zipfile.ZipFile(source.path) as book:
            if is_bomb(book.infolist()):
                raise _too_large(source, "The workbook unpacks to more than is safe to read.")
            _check_areas(source, book)
    except (*UNREADABLE_ZIP, OSError):
        return  # what is no workbook is told so by its reader


def error_cells(source: SourceFile) -> dict[str, dict[tuple[int, int], str]]:
    """Errors such as #N/A by sheet and (row, column), both from 0: the quick reader gives them as blanks.

    Looked for with the slower reader only where a sheet has one.
    """
    try:
        with zipfile.ZipFile(source.path) as book:
            names = [
                m for m in book.namelist() if m.lower().startswith("xl/worksheets/") and m.lower().endswith(".xml")
            ]
            if not any(_has_error(book, name) for name in names):
                return {}
        return _errors_by_sheet(source)
    except (*UNREADABLE_ZIP, OSError, ValueError, KeyError):
        return {}  # what is no workbook is told so by its reader


def _has_error(book: zipfile.ZipFile, name: str) -> bool:
    with book.open(name) as sheet:
        return any(b't="e"' in piece for piece in _pieces(sheet))


def _errors_by_sheet(source: SourceFile) -> dict[str, dict[tuple[int, int], str]]:
    import openpyxl

    # By its content: a stored file has no ending, and the library refuses a path without one.
    with source.path.open("rb") as handle:
        book = openpyxl.load_workbook(handle, read_only=True, data_only=True)
        return {
            sheet.title: {
                (cell.row - 1, cell.column - 1): str(cell.value)
                for row in sheet.iter_rows()
                for cell in row
                if cell.data_type == "e" and cell.row and cell.column
            }
            for sheet in book.worksheets
        }


def _check_areas(source: SourceFile, book: zipfile.ZipFile) -> None:
    """Of all sheets together; a workbook may keep them under any name inside."""
    cells = 0
    for member in book.infolist():
        if not member.filename.lower().endswith(".xml"):
            continue
        with book.open(member) as sheet:
            lowest, widest = _used_area(sheet)
        cells += lowest * widest
        if cells > MAX_CELLS:
            raise _too_large(
                source,
                f"A sheet of the workbook reaches down to row {lowest:,} and over {widest:,} columns"
                f"{'' if lowest * widest > MAX_CELLS else ', and there are more'}.",
            )


def _used_area(sheet: IO[bytes]) -> tuple[int, int]:
    """Rows and columns up to the last filled cell. Cells that only have a format count for nothing, but telling them
    apart takes longer: so only where the quick look finds too many."""
    lowest, widest = _extent(sheet, _ANY_CELL)
    if lowest * widest <= MAX_CELLS:
        return lowest, widest
    sheet.seek(0)
    return _extent(sheet, _FILLED_CELL)


def _extent(sheet: IO[bytes], pattern: re.Pattern[bytes]) -> tuple[int, int]:
    """The last row and the last column that the pattern finds."""
    letters: set[bytes] = set()
    lowest = 0
    for piece in _pieces(sheet):
        found = pattern.findall(piece)
        letters.update(name for name, _ in found)
        lowest = max(lowest, max((int(row) for row in {row for _, row in found}), default=0))
    return lowest, max((column_number(name) for name in letters), default=0)


def _pieces(sheet: IO[bytes]) -> Iterator[bytes]:
    """The sheet in pieces that overlap by the longest tag, so that none is cut."""
    rest = b""
    while chunk := sheet.read(CHUNK):
        piece = rest + chunk
        yield piece
        rest = piece[-LONGEST_TAG:]


def column_number(letters: bytes) -> int:
    """A is 1, XFD is 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large(source: SourceFile, message: str) -> FeedRefused:
    return FeedRefused.because(
        "WORKBOOK_TOO_LARGE",
        message,
        file=source.name,
        advice="Delete the empty rows and columns beyond the data, or save the sheet as CSV and send that.",
    )

"""Lists that leave the system as CSV or XLSX: safe to open in a spreadsheet, counted for the audit.

A cell of text that begins like a formula is kept as text in both: CSV gets an apostrophe before it (the
spreadsheet shows it, a formula would run), XLSX gets the string type, so its text is exactly what we hold.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.text import slugify

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CellValue = str | int | float | Decimal | bool | date | datetime | None

_Response = TypeVar("_Response", HttpResponse, StreamingHttpResponse)

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"

LONDON = ZoneInfo("Europe/London")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What XML cannot carry; openpyxl refuses the whole file over one of them.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_XLSX_CELL_LIMIT = 32_767
_ROWS_A_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how wide the column is in XLSX (in characters)."""

    heading: str
    width: int = 18


@dataclass(frozen=True, slots=True)
class Export:
    """A list to send: `rows` gives a sequence of cells for each row, in the order of `columns`, read once.

    A cell is text, a whole or exact number, a date, a moment (shown in London time), True or False, or None
    (blank).
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[CellValue]]

    def __init__(self, title: str, columns: Sequence[Column | str], rows: Iterable[Sequence[CellValue]]) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "columns", tuple(Column(one) if isinstance(one, str) else one for one in columns))
        object.__setattr__(self, "rows", rows)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, as the first row has them."""
        return tuple(column.heading for column in self.columns)


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it reads it from CSV."""
    if text.lstrip(" ").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS):
        return f"'{text}"
    return text


def csv_cell(value: CellValue) -> str:
    """The cell as CSV text: ISO dates, London time for moments, yes and no, exact numbers, blank for None."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return _in_london(value).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
    return safe_text(str(value))


def csv_lines(export: Export, *, counted: Callable[[int], None] | None = None) -> Iterator[str]:
    """The file in pieces, byte order mark first; `counted` is told the number of data rows at the end.

    It is told of a download that was broken off too, with the rows that were written until then.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe_text(heading) for heading in export.headings])
    rows = 0
    try:
        for row in export.rows:
            writer.writerow([csv_cell(value) for value in row])
            rows += 1
            if rows % _ROWS_A_CHUNK == 0:
                yield _drain(buffer)
        yield _drain(buffer)
    finally:
        if counted:
            counted(rows)


def write_csv(export: Export, target: IO[bytes]) -> int:
    """Write the CSV to a binary file; returns the number of data rows."""
    counts: list[int] = []
    for piece in csv_lines(export, counted=counts.append):
        target.write(piece.encode())
    return counts[0]


def write_xlsx(export: Export, target: IO[bytes]) -> int:
    """Write one worksheet with a frozen bold first row to a binary file; returns the number of data rows."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(export.title))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(export.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.append([_xlsx_heading(sheet, heading) for heading in export.headings])
    rows = 0
    for row in export.rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
        rows += 1
    if export.columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(export.columns))}{rows + 1}"
    book.save(target)
    return rows


def file_name(title: str, extension: str, *, on: date | None = None) -> str:
    """A name of plain letters, digits and hyphens: "attendance-by-school-2009-12-01.csv".

    Titles must not hold a child's name or number: file names are logged and stay in download folders.
    """
    parts = [slugify(title)[:80].strip("-") or "export"]
    if on is not None:
        parts.append(on.isoformat())
    return f"{'-'.join(parts)}.{extension}"


def csv_response(
    export: Export, *, on: date | None = None, counted: Callable[[int], None] | None = None
) -> StreamingHttpResponse:
    """A download that starts at once and holds few rows in memory; `counted` gets their number at its end.

    A client that leaves before the first piece is never counted: write the audit entry before sending.
    """
    response = StreamingHttpResponse(csv_lines(export, counted=counted), content_type=CSV_TYPE)
    return _as_download(response, file_name(export.title, "csv", on=on))


def xlsx_response(
    export: Export, *, on: date | None = None, counted: Callable[[int], None] | None = None
) -> HttpResponse:
    """A download of a workbook; `counted` gets the number of data rows before it is sent."""
    buffer = io.BytesIO()
    rows = write_xlsx(export, buffer)
    if counted:
        counted(rows)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX_TYPE)
    return _as_download(response, file_name(export.title, "xlsx", on=on))


def _as_download(response: _Response, name: str) -> _Response:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _in_london(moment: datetime) -> datetime:
    """London time without a zone, as spreadsheets hold it; a moment without a zone is taken as it is."""
    return moment.astimezone(LONDON).replace(tzinfo=None) if moment.tzinfo else moment


def _sheet_title(title: str) -> str:
    """What Excel allows as the name of a sheet: 31 characters, none of []:*?/\\, no apostrophe at an end."""
    cleaned = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)[:31].strip(" '")
    return cleaned or "Export"


def _xlsx_heading(sheet: WriteOnlyWorksheet, heading: str) -> Cell:
    from openpyxl.styles import Alignment, Font

    cell = _text_cell(sheet, heading)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _xlsx_cell(sheet: WriteOnlyWorksheet, value: CellValue) -> Any:
    """The cell in its own type; text is forced to be text (openpyxl makes "=1" a formula)."""
    from openpyxl.cell import WriteOnlyCell

    match value:
        case None:
            return None
        case bool():
            return _text_cell(sheet, "yes" if value else "no")
        case datetime():
            cell = WriteOnlyCell(sheet, value=_in_london(value).replace(microsecond=0))
            cell.number_format = "dd/mm/yyyy hh:mm"
            return cell
        case date():
            cell = WriteOnlyCell(sheet)
            cell.value = value
            cell.number_format = "dd/mm/yyyy"
            return cell
        case int() if abs(value) >= 10**15:
            return _text_cell(sheet, str(value))  # Excel keeps 15 digits; a longer number would change
        case float() | Decimal() if not Decimal(value).is_finite():
            return None
        case int() | float() | Decimal():
            return value
    return _text_cell(sheet, str(value))


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_NOT_IN_XML.sub("", text)[:_XLSX_CELL_LIMIT])
    cell.data_type = "s"
    return cell

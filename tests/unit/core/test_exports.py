"""Exports read back as they were sent, and no cell of them runs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from core.exports import (
    CellValue,
    Column,
    Export,
    csv_cell,
    csv_lines,
    csv_response,
    file_name,
    safe_text,
    write_csv,
    write_xlsx,
    xlsx_response,
)

DANGEROUS = ["=1+1", "+44 20", "-", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)", "=cmd|' /C calc'!A0"]
ROW: list[CellValue] = ["O'Neill, Zoë", "0936", 12, Decimal("91.4"), date(2009, 12, 1), None, True]
HEADINGS = ["Name", "Code", "Marks", "Attendance", "On", "Note", "On roll"]


def export(rows: Iterable[Sequence[CellValue]] = (ROW,)) -> Export:
    return Export("Children: autumn", HEADINGS, rows)


def as_csv(one: Export) -> list[list[str]]:
    target = io.BytesIO()
    write_csv(one, target)
    return list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline="")))


def as_workbook(one: Export) -> bytes:
    target = io.BytesIO()
    write_xlsx(one, target)
    return target.getvalue()


def test_csv_reads_back_what_was_sent() -> None:
    assert as_csv(export()) == [
        HEADINGS,
        ["O'Neill, Zoë", "0936", "12", "91.4", "2009-12-01", "", "yes"],
    ]


def test_csv_opens_with_a_byte_order_mark_and_windows_line_ends() -> None:
    target = io.BytesIO()
    assert write_csv(export(), target) == 1
    assert target.getvalue().startswith(b"\xef\xbb\xbfName,")
    assert target.getvalue().endswith(b"yes\r\n")


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    assert csv_cell(text).startswith("'")
    assert as_csv(export([[text] * 7]))[1] == [f"'{text}"] * 7


@pytest.mark.parametrize("text", ["Sam", "", "12", "a=b", "O'Neill", "N", "/"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_numbers_below_nought_stay_numbers() -> None:
    assert csv_cell(-3) == "-3"
    assert csv_cell(Decimal("-0.5")) == "-0.5"


def test_line_breaks_quotes_and_commas_stay_in_their_cell() -> None:
    note = 'Said "no",\nthen left'
    assert as_csv(export([[note] * 7]))[1] == [note] * 7


def test_moments_are_shown_in_london_time() -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert csv_cell(summer) == "2026-07-01 10:30:00"


def test_workbook_reads_back_what_was_sent_with_calamine() -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook(export()))).get_sheet_by_index(0)
    assert sheet.to_python() == [
        HEADINGS,
        ["O'Neill, Zoë", "0936", 12.0, 91.4, date(2009, 12, 1), "", "yes"],
    ]


def test_workbook_has_a_frozen_bold_first_row_widths_dates_and_a_filter() -> None:
    import openpyxl

    one = Export("A/B", [Column("Name", width=40), "On"], [["Sam", date(2009, 12, 1)]])
    sheet = openpyxl.load_workbook(io.BytesIO(as_workbook(one))).active
    assert sheet.title == "A B"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == 40
    assert sheet["B2"].is_date
    assert sheet["B2"].value == datetime(2009, 12, 1)  # noqa: DTZ001 - a spreadsheet's dates have no zone
    assert sheet.auto_filter.ref == "A1:B2"


@pytest.mark.parametrize("text", DANGEROUS)
def test_workbook_keeps_every_text_as_text_and_unchanged(text: str) -> None:
    import openpyxl

    cell = openpyxl.load_workbook(io.BytesIO(as_workbook(export([[text] * 7])))).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == text


def test_workbook_drops_what_xml_cannot_hold() -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook(export([["a\x00b\x1fc"] * 7])))).get_sheet_by_index(0)
    assert sheet.to_python()[1][0] == "abc"


def test_workbook_keeps_long_numbers_whole() -> None:
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(as_workbook(export([[12345678901234567] * 7])))
    ).get_sheet_by_index(0)
    assert sheet.to_python()[1][0] == "12345678901234567"


def test_workbook_leaves_a_number_that_is_none_blank() -> None:
    assert as_workbook(export([[float("nan"), Decimal("Infinity"), None, "", 1, 2, 3]]))


def test_an_empty_list_still_has_its_headings() -> None:
    assert as_csv(export([])) == [HEADINGS]
    assert write_xlsx(export([]), io.BytesIO()) == 0


def test_csv_is_sent_in_pieces_while_rows_are_read() -> None:
    read: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(2_000):
            read.append(number)
            yield [number] * 7

    counted: list[int] = []
    pieces = csv_lines(export(rows()), counted=counted.append)
    next(pieces)
    assert len(read) == 500
    assert counted == []
    assert sum(piece.count("\r\n") for piece in pieces) == 1_500
    assert counted == [2_000]


def test_a_download_that_breaks_off_is_counted_as_far_as_it_came() -> None:
    counted: list[int] = []
    pieces = csv_lines(export([[n] * 7 for n in range(2_000)]), counted=counted.append)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert counted == [500]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Attendance by school", "attendance-by-school-2009-12-01.csv"),
        ('x"\r\nSet-Cookie: a=b', "x-set-cookie-ab-2009-12-01.csv"),
        ("../../etc/passwd", "etcpasswd-2009-12-01.csv"),
        ("???", "export-2009-12-01.csv"),
    ],
)
def test_file_names_are_plain(title: str, name: str) -> None:
    assert file_name(title, "csv", on=date(2009, 12, 1)) == name


def test_responses_are_downloads_and_tell_their_rows() -> None:
    counted: list[int] = []
    sent = csv_response(export(), on=date(2009, 12, 1), counted=counted.append)
    assert sent["Content-Type"] == "text/csv; charset=utf-8"
    assert sent["Content-Disposition"] == 'attachment; filename="children-autumn-2009-12-01.csv"'
    assert b"".join(sent).startswith(b"\xef\xbb\xbf")
    book = xlsx_response(export(), counted=counted.append)
    assert book.content.startswith(b"PK")
    assert book["Cache-Control"] == "no-store"
    assert counted == [1, 1]

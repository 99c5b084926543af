"""Headings by alias, cells with their place and advice."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.feeds.base import FeedRefused, Problems, Severity, SourceFile
from core.feeds.columns import (
    CellError,
    Column,
    match_headings,
    normalise_heading,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_rows,
    parse_yes_no,
    require_headings,
)
from core.feeds.reading import read_table

COLUMNS = [
    Column(name="CHILD", aliases=["Child ID"], required=True),
    Column(name="DECOM", required=True, parse=parse_date),
    Column(name="NOTE", parse=parse_integer, lenient=True),
]


def table(tmp_path: Path, text: str):
    path = tmp_path / "file.csv"
    path.write_text(text)
    return read_table(SourceFile(name="file.csv", path=path))


class TestHeadings:
    @pytest.mark.parametrize("heading", ["CHILD_ID", "child id", "Child-ID*", " Child Id "])
    def test_spelling_does_not_matter(self, heading: str) -> None:
        assert match_headings([heading], COLUMNS).positions == {"CHILD": 0}

    def test_marks_as_headings_stay_themselves(self) -> None:
        assert normalise_heading("/") == "/"
        assert normalise_heading("\\") == "\\"

    def test_extra_columns_are_noted(self, tmp_path: Path) -> None:
        problems = Problems()
        require_headings(table(tmp_path, "DECOM,TEST_COLUMN,CHILD\n"), COLUMNS, problems)
        assert [(p.code, p.severity, p.column) for p in problems.found] == [
            ("EXTRA_COLUMN", Severity.NOTICE, "TEST_COLUMN")
        ]

    def test_a_missing_column_is_named_with_the_nearest_heading(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused) as refused:
            require_headings(table(tmp_path, "CHILD,DECOMM\n1,2\n"), COLUMNS, Problems())
        problem = refused.value.problems[0]
        assert (problem.code, problem.column) == ("MISSING_COLUMN", "DECOM")
        assert "DECOMM" in problem.advice

    def test_two_columns_of_one_meaning_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused) as refused:
            require_headings(table(tmp_path, "CHILD,Child ID,DECOM\n"), COLUMNS, Problems())
        assert refused.value.problems[0].code == "COLUMN_TWICE"


class TestRows:
    def rows(self, tmp_path: Path, text: str):
        read = table(tmp_path, text)
        problems = Problems()
        return list(parse_rows(read, require_headings(read, COLUMNS, problems), COLUMNS, problems)), problems.found

    def test_a_bad_cell_holds_its_row_and_says_where(self, tmp_path: Path) -> None:
        rows, problems = self.rows(tmp_path, "CHILD,DECOM,NOTE\n1,38/04/2019,2\n2,07/05/2009,x\n3,,\n")
        assert [(r.number, r.held, r["DECOM"], r["NOTE"]) for r in rows] == [
            (2, True, None, 2),
            (3, False, date(2009, 5, 7), None),
            (4, False, None, None),
        ]
        assert [(p.code, p.severity, p.row, p.column, p.value) for p in problems] == [
            ("BAD_DATE", Severity.ERROR, 2, "DECOM", "38/04/2019"),
            ("BAD_NUMBER", Severity.WARNING, 3, "NOTE", "x"),
        ]

    def test_a_row_with_too_many_cells_is_held(self, tmp_path: Path) -> None:
        rows, problems = self.rows(tmp_path, "CHILD,DECOM\n1,07/05/2009,oops\n")
        assert rows[0].held
        assert problems[0].code == "TOO_MANY_CELLS"


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            "07/05/2009",
            "7/5/2009",
            "2009-05-07",
            "2009-05-07T00:00:00",
            "07/05/2009 00:00",
            "07-05-2009",
            "2009-May-07 00:00:00",
            "39940",
        ],
    )
    def test_forms_of_the_seventh_of_may(self, cell: str) -> None:
        assert parse_date(cell) == date(2009, 5, 7)

    @pytest.mark.parametrize("cell", ["NaT", "nan", "NULL"])
    def test_left_over_words_for_nothing(self, cell: str) -> None:
        assert parse_date(cell) is None

    @pytest.mark.parametrize(
        "cell", ["38/04/2019", "2018-12-338", "00/00/2019", "01/01/19", "soon", "13/13/2019", "01/01/0200"]
    )
    def test_what_is_no_date(self, cell: str) -> None:
        with pytest.raises(CellError) as error:
            parse_date(cell)
        assert error.value.advice

    @given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
    def test_both_written_forms_mean_the_same_day(self, day: date) -> None:
        assert parse_date(day.isoformat()) == parse_date(day.strftime("%d/%m/%Y")) == day

    @given(st.text(max_size=20))
    def test_any_text_is_a_date_nothing_or_an_error(self, cell: str) -> None:
        try:
            found = parse_date(cell)
        except CellError as error:
            found = error
        assert found is None or isinstance(found, date | CellError)


class TestNumbers:
    def test_whole_numbers(self) -> None:
        assert [parse_integer(c) for c in ("3,000", "1.0", "-2")] == [3000, 1, -2]
        with pytest.raises(CellError):
            parse_integer("1.5")

    def test_decimals(self) -> None:
        assert str(parse_decimal("1,200,300.23")) == "1200300.23"
        for cell in ("x", "nan", "Infinity"):
            with pytest.raises(CellError):
                parse_decimal(cell)

    def test_yes_and_no(self) -> None:
        assert parse_yes_no("Yes") is True
        assert parse_yes_no("0") is False
        with pytest.raises(CellError):
            parse_yes_no("perhaps")


class TestSpreadsheetFaults:
    COLUMNS = (
        Column(name="CHILD", required=True, identifying=True),
        Column(name="NAME", lenient=True, identifying=True),
        Column(name="SCHOOL", lenient=True),
    )

    def read(self, tmp_path: Path, line: str):
        problems = Problems()
        read = table(tmp_path, f"CHILD,NAME,SCHOOL\n{line}\n")
        (row,) = parse_rows(read, match_headings(read.headings, self.COLUMNS), self.COLUMNS, problems)
        return row, [(p.code, p.severity, p.column) for p in problems.found]

    @pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#n/a"])
    def test_an_error_of_excel_holds_where_it_says_who(self, tmp_path: Path, error: str) -> None:
        for line, column in ((f"{error},Ann,x", "CHILD"), (f"A1,{error},x", "NAME")):
            row, found = self.read(tmp_path, line)
            assert row.held
            assert found == [("EXCEL_ERROR", Severity.ERROR, column)]

    def test_an_error_of_excel_elsewhere_leaves_the_cell_out(self, tmp_path: Path) -> None:
        row, found = self.read(tmp_path, "A1,Ann,#N/A")
        assert (row.held, row["SCHOOL"]) == (False, None)
        assert found == [("EXCEL_ERROR", Severity.WARNING, "SCHOOL")]

    @pytest.mark.parametrize("formula", ["=A2", "=1+1", "@SUM(A1)", "+A2", "+(A2)", "='Sheet 1'!A1"])
    def test_a_formula_holds_where_it_says_who(self, tmp_path: Path, formula: str) -> None:
        for line, column in ((f"{formula},Ann,x", "CHILD"), (f"A1,{formula},x", "NAME")):
            row, found = self.read(tmp_path, line)
            assert row.held
            assert found == [("FORMULA", Severity.ERROR, column)]

    def test_a_plus_or_a_hash_is_no_fault_by_itself(self, tmp_path: Path) -> None:
        row, found = self.read(tmp_path, "+44,#12,=A1")
        assert (row.held, row["CHILD"], found) == (False, "+44", [])

"""Files as offices send them, read to text with the row numbers that Excel shows."""

import codecs
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.feeds.base import FeedRefused, SourceFile
from core.feeds.columns import Column, headings_fit
from core.feeds.files import MAX_MEMBERS, Delivery, sources_from_paths
from core.feeds.reading import RawTable, clean, decode, delimiter_of, read_table

NAMED = [Column(name="CHILD", required=True), Column(name="NAME", aliases=["Full name"])]


def source(tmp_path: Path, data: bytes, name: str = "file.csv") -> SourceFile:
    path = tmp_path / name
    path.write_bytes(data)
    return SourceFile(name=name, path=path)


def cells(table: RawTable) -> list[list[str]]:
    return [[str(c) for c in row] for row in table.frame.astype(object).to_numpy()]


class TestEncodings:
    TEXT = "CHILD,NAME\n1,St Mary’s\n"

    @pytest.mark.parametrize(
        "data",
        [
            TEXT.encode("utf-8"),
            codecs.BOM_UTF8 + TEXT.encode("utf-8"),
            TEXT.encode("utf-16"),
            codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
            TEXT.encode("utf-16-le"),
            TEXT.encode("cp1252"),
        ],
        ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-be", "utf-16-le without mark", "windows-1252"],
    )
    def test_each_encoding_gives_the_same_table(self, tmp_path: Path, data: bytes) -> None:
        table = read_table(source(tmp_path, data))
        assert table.headings == ["CHILD", "NAME"]
        assert cells(table) == [["1", "St Mary’s"]]

    def test_a_surname_with_an_accent_in_latin_1(self) -> None:
        assert decode("JalapeÑo-Ramírez".encode("latin-1"), file="x") == "JalapeÑo-Ramírez"

    def test_binary_data_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused) as refused:
            read_table(source(tmp_path, b"CHILD\x00\x01\x02\x03\x04\x05\x06abc,def" * 3))
        assert refused.value.problems[0].code == "NOT_A_TABLE"


class TestRows:
    def test_the_first_data_row_is_row_2(self, tmp_path: Path) -> None:
        table = read_table(source(tmp_path, b"CHILD,NAME\n1,a\n2,b\n"))
        assert list(table.frame.index) == [2, 3]

    def test_blank_lines_above_and_comma_rows_keep_the_numbers(self, tmp_path: Path) -> None:
        table = read_table(source(tmp_path, b"\n,,\nCHILD,NAME\n1,a\n,\n\n2,b\n,\n"))
        assert table.heading_row == 3
        assert list(table.frame.index) == [4, 7]

    def test_every_kind_of_line_end(self, tmp_path: Path) -> None:
        for data in (b"CHILD,NAME\r1,a\r2,b", b"CHILD,NAME\r\n1,a\n2,b\r\n"):
            assert cells(read_table(source(tmp_path, data))) == [["1", "a"], ["2", "b"]]

    def test_short_rows_are_filled_and_long_rows_named(self, tmp_path: Path) -> None:
        table = read_table(source(tmp_path, b"CHILD,NAME\n1\n2,b,too much\n3,c,\n"))
        assert cells(table) == [["1", ""], ["2", "b"], ["3", "c"]]
        assert table.overflow == {3}

    def test_a_much_longer_row_does_not_stop_the_others(self, tmp_path: Path) -> None:
        table = read_table(source(tmp_path, b"CHILD,NAME\n1,a\n2,b,c,d,e\n"))
        assert cells(table) == [["1", "a"], ["2", "b"]]
        assert table.overflow == {3}

    def test_nothing_is_interpreted(self, tmp_path: Path) -> None:
        row = "0936,NA,None,H813111E00121,1.50,TRUE"
        table = read_table(source(tmp_path, f"a,b,c,d,e,f\n{row}\n".encode()))
        assert cells(table) == [row.split(",")]

    def test_separators(self) -> None:
        assert delimiter_of("a;b;c") == ";"
        assert delimiter_of("a\tb") == "\t"
        assert delimiter_of('"a;b;c;d",e') == ","

    def test_unbalanced_quotes_are_refused_with_a_reason(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused) as refused:
            read_table(source(tmp_path, b'CHILD,NAME\n1,"open\n2,b\n'))
        assert refused.value.problems[0].code == "MALFORMED"

    @pytest.mark.parametrize("data", [b"", b"\n\n", b",,,\n,,\n"])
    def test_an_empty_file_is_refused(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(FeedRefused) as refused:
            read_table(source(tmp_path, data))
        assert refused.value.problems[0].code == "EMPTY_FILE"

    def test_headings_only_is_a_table_without_rows(self, tmp_path: Path) -> None:
        assert len(read_table(source(tmp_path, b"CHILD,NAME\n"))) == 0

    @given(st.text(max_size=30))
    def test_cleaning_twice_is_cleaning_once(self, text: str) -> None:
        assert clean(clean(text)) == clean(text) or clean(text).startswith("'")

    def test_blanks_and_apostrophes(self) -> None:
        assert clean("\u00a0 Dustin\u00a0Hazlett ") == "Dustin Hazlett"
        assert clean("'09") == "09"
        assert clean("'t Hooft") == "'t Hooft"

    @given(st.binary(max_size=300))
    def test_any_bytes_give_a_table_or_a_refusal(self, tmp_path_factory, data: bytes) -> None:
        made = source(tmp_path_factory.mktemp("any"), data)
        try:
            table = read_table(made)
        except FeedRefused:
            return
        assert len(table.frame.columns) == len(table.headings)


class TestHeadings:
    def test_the_lower_of_two_heading_rows_is_taken_when_only_it_fits(self, tmp_path: Path) -> None:
        data = b"Westmarch extract of 1 December,\nCHILD,NAME\n1,a\n"
        table = read_table(source(tmp_path, data), headings_fit(NAMED))
        assert (table.heading_row, table.headings) == (2, ["CHILD", "NAME"])

    def test_blank_headings_at_the_right_edge_are_dropped(self, tmp_path: Path) -> None:
        assert read_table(source(tmp_path, b"CHILD,NAME,,,\n1,a,,,\n")).headings == ["CHILD", "NAME"]

    def test_a_heading_over_two_lines(self, tmp_path: Path) -> None:
        table = read_table(source(tmp_path, b'CHILD,"Full\nname"\n1,a\n'))
        assert table.headings == ["CHILD", "Full name"]
        assert cells(table) == [["1", "a"]]


class TestWorkbooks:
    def book(self, tmp_path: Path, *sheets: list[list[object]]) -> SourceFile:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for rows in sheets:
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return source(tmp_path, buffer.getvalue(), "book.xlsx")

    def test_cells_become_text_and_rows_keep_their_numbers(self, tmp_path: Path) -> None:
        import datetime as dt

        made = self.book(tmp_path, [[None, None], ["CHILD", "NAME"], [12, dt.date(2009, 5, 7)], [None], ["0936", True]])
        table = read_table(made)
        assert cells(table) == [["12", "2009-05-07"], ["0936", "Y"]]
        assert list(table.frame.index) == [3, 5]

    def test_the_sheet_whose_headings_fit_is_read(self, tmp_path: Path) -> None:
        made = self.book(tmp_path, [["Notes"], ["hello"]], [["CHILD", "NAME"], ["1", "a"]])
        assert read_table(made, headings_fit(NAMED)).headings == ["CHILD", "NAME"]

    def test_something_that_only_begins_like_a_workbook(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused):
            read_table(source(tmp_path, b"PK\x03\x04 not a workbook", "book.xlsx"))


class TestDeliveries:
    def test_a_zip_without_its_resource_forks(self, tmp_path: Path) -> None:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("2009/header.csv", "CHILD\n1\n")
            archive.writestr("__MACOSX/2009/._header.csv", "junk")
            archive.writestr("../../evil.csv", "CHILD\n2\n")
        with Delivery(sources_from_paths([path])) as files:
            assert [f.name for f in files] == ["2009/header.csv"]
            folders = {f.path.parent for f in files}
            assert all(f.path.exists() for f in files)
        assert len(folders) == 1
        assert not folders.pop().exists()
        assert not (tmp_path.parent / "evil.csv").exists()

    def test_a_zip_bomb_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros.csv", b"0" * 50_000_000)
        with pytest.raises(FeedRefused) as refused, Delivery(sources_from_paths([path])):
            pass
        assert refused.value.problems[0].code == "ZIP_TOO_LARGE"

    def test_too_many_members(self, tmp_path: Path) -> None:
        path = tmp_path / "many.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(MAX_MEMBERS + 1):
                archive.writestr(f"{number}.csv", "x")
        with pytest.raises(FeedRefused), Delivery(sources_from_paths([path])):
            pass

    def test_a_missing_path_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefused):
            sources_from_paths([tmp_path / "nothing.csv"])

    def test_folders_in_a_stable_order(self, tmp_path: Path) -> None:
        for name in ("b.csv", "a/c.csv", ".hidden", "~$lock.xlsx"):
            target = tmp_path / name
            target.parent.mkdir(exist_ok=True)
            target.write_text("x")
        assert [f.name for f in sources_from_paths([tmp_path])] == ["a/c.csv", "b.csv"]


def test_errors_of_a_workbook_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["CHILD", "NAME"], ["#N/A", "Ann"], ["A2", "#REF!"]):
        book.active.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    found = read_table(SourceFile(name="book.xlsx", path=path))
    assert found.frame.astype(object).to_numpy().tolist() == [["#N/A", "Ann"], ["A2", "#REF!"]]

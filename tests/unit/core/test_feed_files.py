"""What a stranger might put into a delivery: zips and workbooks that explode, names that climb, half characters."""

import struct
import zipfile
from pathlib import Path

import pytest

from core.feeds import files as feed_files
from core.feeds.base import FeedRefused, Problem, Severity, SourceFile
from core.feeds.files import Delivery, expand_folder, sources_from_paths
from core.feeds.reading import read_table
from core.feeds.workbooks import column_number

MEGABYTE = 1024 * 1024


def made_zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> SourceFile:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return SourceFile(name=path.name, path=path)


def opened(source: SourceFile) -> dict[str, bytes]:
    with Delivery([source]) as files:
        return {file.name: file.read_bytes() for file in files}


def code_of(source: SourceFile) -> str:
    def read() -> None:
        with Delivery([source]) as files:
            for file in files:
                read_table(file)

    with pytest.raises(FeedRefused) as refused:
        read()
    (problem,) = refused.value.problems
    assert problem.message and problem.advice
    return problem.code


def test_a_member_whose_name_climbs_out_stays_in(tmp_path: Path) -> None:
    name = "../../../../tmp/climbed.csv"
    source = made_zip(tmp_path / "a.zip", {name: b"a\n1\n", "/etc/absolute.csv": b"b\n", "C:\\x\\y.csv": b"c\n"})
    with Delivery([source]) as files:
        folders = {file.path.parent for file in files}
        assert [file.read_bytes() for file in files] == [b"b\n", b"c\n"]
        assert len(folders) == 1
        assert next(iter(folders)).name == "0"
    assert not Path("/tmp/climbed.csv").exists()
    assert not next(iter(folders)).exists()


def test_a_link_in_a_zip_is_a_text_and_leads_nowhere(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("schools.csv")
    link.create_system, link.external_attr = 3, (0o120777 << 16)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with Delivery([SourceFile(name="a.zip", path=tmp_path / "a.zip")]) as files:
        assert not files[0].path.is_symlink()
        assert files[0].read_bytes() == b"/etc/passwd"


def test_members_that_share_one_packed_block_are_a_bomb(tmp_path: Path) -> None:
    """Many entries of the directory that all point at the same bytes: small file, small ratio each, huge in all."""
    source = made_zip(tmp_path / "a.zip", {"0000.csv": bytes(9 * MEGABYTE)})
    raw = source.path.read_bytes()
    at = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    entry, many = raw[at:end], 400
    entries = b"".join(entry.replace(b"0000.csv", b"%04d.csv" % n) for n in range(many))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, many, many, len(entries), at, 0)
    source.path.write_bytes(raw[:at] + entries + tail)
    assert len(zipfile.ZipFile(source.path).namelist()) == many
    assert code_of(source) == "ZIP_TOO_LARGE"


def test_two_members_of_one_name_are_two_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", b"two")
    with Delivery([SourceFile(name="a.zip", path=tmp_path / "a.zip")]) as files:
        assert sorted(file.read_bytes() for file in files) == [b"one", b"two"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    assert code_of(made_zip(tmp_path / "a.zip", {"a.csv": bytes(60 * MEGABYTE)})) == "ZIP_TOO_LARGE"


def test_zips_that_together_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_files, "MAX_UNPACKED_BYTES", MEGABYTE)
    zips = [made_zip(tmp_path / f"{n}.zip", {"a.csv": bytes(400_000)}) for n in range(3)]
    with Delivery(zips[:2]) as files:
        assert len(files) == 2
    with pytest.raises(FeedRefused) as refused, Delivery(zips):
        pass
    assert refused.value.problems[0].code == "ZIP_TOO_LARGE"


def test_many_members_are_refused(tmp_path: Path) -> None:
    members = {f"{n}.csv": b"a\n" for n in range(feed_files.MAX_MEMBERS + 1)}
    assert code_of(made_zip(tmp_path / "a.zip", members)) == "ZIP_TOO_LARGE"


def test_a_large_file_of_rows_much_alike_is_no_bomb(tmp_path: Path) -> None:
    rows = b"child_id,date,mark\n" + b"".join(b"W%05d,03/11/2025,/\n" % (n % 2000) for n in range(300_000))
    assert len(opened(made_zip(tmp_path / "a.zip", {"a.csv": rows}))["a.csv"]) == len(rows)


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    source = made_zip(tmp_path / "a.zip", {"a.csv": bytes(5 * MEGABYTE)})
    data = bytearray(source.path.read_bytes())
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 10)
    source.path.write_bytes(data)
    assert code_of(source) == "BAD_ZIP"


@pytest.mark.parametrize("harm", ["cut", "scrambled", "not a zip"])
def test_a_broken_zip_is_refused(tmp_path: Path, harm: str) -> None:
    source = made_zip(tmp_path / "a.zip", {"a.csv": bytes(range(256)) * 100}, zipfile.ZIP_STORED)
    data = source.path.read_bytes()
    broken = {"cut": data[: len(data) // 2], "scrambled": data.replace(b"\x10\x11\x12", b"xxx"), "not a zip": b"a,b\n"}
    source.path.write_bytes(broken[harm])
    assert code_of(source) == "BAD_ZIP"


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    source = made_zip(tmp_path / "a.zip", {"a.csv": b"a\n1\n"})
    data = bytearray(source.path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(mark) + offset] |= 1
    source.path.write_bytes(data)
    assert code_of(source) == "ZIP_PASSWORD"


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = made_zip(tmp_path / "inner.zip", {"a.csv": b"a\n1\n"})
    outer = made_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    assert code_of(outer) == "MALFORMED"


def test_what_computers_add_by_themselves_is_passed_over(tmp_path: Path) -> None:
    names = ["a.csv", "__MACOSX/._a.csv", ".DS_Store", "x/Thumbs.db", "~$a.xlsx", "desktop.ini"]
    assert list(opened(made_zip(tmp_path / "a.zip", dict.fromkeys(names, b"a\n1\n")))) == ["a.csv"]
    folder = tmp_path / "folder"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"a\n1\n")
    assert [file.name for file in expand_folder(folder)] == ["a.csv"]


def test_no_folder_is_left_behind_after_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(FeedRefused), Delivery([SourceFile(name="a.zip", path=tmp_path / "a.zip")]):
        pass
    assert not list((tmp_path / "temp").iterdir())


def workbook(path: Path, *cells: tuple[int, int]) -> SourceFile:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["child_id", "upn"])
    book.active.append(["W1", "x"])
    for row, column in cells:
        book.active.cell(row, column).value = "x"
    book.save(path)
    return SourceFile(name=path.name, path=path)


def test_a_cell_in_the_far_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    assert code_of(workbook(tmp_path / "a.xlsx", (1_048_576, 16_384))) == "WORKBOOK_TOO_LARGE"


def test_a_sheet_that_only_has_formats_far_out_is_read(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx")
    styled = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    rewritten(source, "sheet1", lambda sheet: sheet.replace(b"</sheetData>", styled))
    assert len(read_table(source)) == 1


def test_a_tall_sheet_and_a_wide_one_are_read(tmp_path: Path) -> None:
    assert len(read_table(workbook(tmp_path / "tall.xlsx", (200_000, 2)))) == 2
    assert len(read_table(workbook(tmp_path / "wide.xlsx", (2, 5_000)))) == 1


def test_sheets_that_together_are_too_large_are_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for _ in range(8):
        book.create_sheet().cell(1000, 2000).value = "x"
    book.save(tmp_path / "a.xlsx")
    assert code_of(SourceFile(name="a.xlsx", path=tmp_path / "a.xlsx")) == "WORKBOOK_TOO_LARGE"


def test_a_workbook_whose_packing_is_broken_is_refused(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", *((row, 1) for row in range(3, 400)))
    with zipfile.ZipFile(source.path) as book:
        sheet = next(m for m in book.infolist() if m.filename.endswith("sheet1.xml"))
    data = bytearray(source.path.read_bytes())
    start = sheet.header_offset + 30 + len(sheet.filename)
    data[start : start + 200] = b"\xff" * 200
    source.path.write_bytes(data)
    assert code_of(source)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx")
    rewritten(source, "sheet1", lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * 60 * MEGABYTE))
    assert code_of(source) == "WORKBOOK_TOO_LARGE"


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    """A billion laughs, and a file of the machine, in the texts of a workbook."""
    source = workbook(tmp_path / "a.xlsx")
    laughs = b'<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    rewritten(
        source,
        "sharedStrings",
        lambda text: text.replace(b"<sst", laughs + b"]><sst", 1).replace(b"<t>W1</t>", b"<t>&j;&f;</t>"),
    )
    try:
        read = read_table(source).frame.to_string()
    except FeedRefused as refused:
        read = str(refused)
    assert len(read) < 1000
    assert "root:" not in read


def rewritten(source: SourceFile, member: str, change) -> None:
    with zipfile.ZipFile(source.path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    made_zip(source.path, {name: change(data) if member in name else data for name, data in parts.items()})


def test_names_of_files_can_always_be_stored_and_shown(tmp_path: Path) -> None:
    half = tmp_path / b"l\xe4nder\x01.csv".decode("utf-8", "surrogateescape")
    half.write_bytes(b"a\n1\n")
    (source,) = sources_from_paths([half])
    assert source.name.encode("utf-8")
    assert SourceFile(name="a\0b.csv", path=half).name == "ab.csv"
    long = SourceFile(name="x" * 300 + ".csv", path=half)
    assert len(long.name) == 255
    assert long.suffix == ".csv"


def test_a_problem_is_never_longer_than_its_place() -> None:
    problem = Problem(
        code="C" * 60,
        severity=Severity.ERROR,
        message="m" * 900,
        file="f" * 300 + ".csv",
        column="c" * 300,
        value="v" * 300,
    )
    assert [len(text) for text in (problem.code, problem.file, problem.column, problem.value)] == [40, 255, 100, 200]
    assert problem.file.endswith(".csv")
    assert len(problem.message) == 900


def test_letters_of_columns() -> None:
    assert [column_number(name) for name in (b"A", b"Z", b"AA", b"xfd")] == [1, 26, 27, 16_384]


@pytest.mark.parametrize(
    "data",
    [
        "a,b\n1\0,2\n".encode("utf-16"),
        ("a,b\n1\0,2\n" + "3,4\n" * 100).encode("utf-16-le"),
        b"\xef\xbb\xbfa,b\n1\0,2\n",
    ],
)
def test_what_no_database_takes_is_dropped_from_cells(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    table = read_table(SourceFile(name="a.csv", path=path))
    assert [table.frame[n].iloc[0] for n in (0, 1)] == ["1", "2"]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused) as refused:
        sources_from_paths([tmp_path / "nothing.csv"])
    assert refused.value.problems[0].code == "NO_FILE"

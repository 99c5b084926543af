"""Writes dirty/: one small file of each kind, full of the mistakes that real files have. For training and tests.

dirty/README.txt says what is wrong in each; nothing of it is loaded by `demo --load`.
"""

from datetime import date, timedelta
from pathlib import Path

from virtualschool.demo import attendance_files, results, returns, roll
from virtualschool.demo.gias import gias_csv
from virtualschool.demo.names import LISTS
from virtualschool.demo.schooling import Pupil
from virtualschool.demo.tables import uk_date, write_bytes


def _line(values: tuple[str, ...], separator: str = ",") -> str:
    return separator.join(values) + "\r\n"


def _wrong_letter(upn: str) -> str:
    return ("B" if upn[0] != "B" else "C") + upn[1:]


def _write_gias(folder: Path) -> None:
    lines = gias_csv().decode("cp1252").split("\r\n")
    text = "\r\n".join([lines[0], lines[1], lines[2], lines[1], lines[3].replace("990003", "99000X", 1)]) + "\r\n"
    write_bytes(folder / "gias_utf16.csv", b"\xff\xfe" + text.encode("utf-16-le"))


def _write_return(folder: Path, pupils: list[Pupil]) -> None:
    a, b, c = pupils[:3]
    day = uk_date(a.life.dob + timedelta(days=40))
    header = [
        (a.life.child_id, "1", uk_date(a.life.dob), "WBRI", _wrong_letter(a.upn), "", ""),
        (b.life.child_id, "2", uk_date(b.life.dob), "WBRI", "UN7", "", ""),
        (c.life.child_id, "1", uk_date(c.life.dob), "WBRI", c.upn.lower() + " ", "", ""),
        (c.life.child_id, "2", day, "XXXX", c.upn, "", ""),
    ]
    start, later = "12/05/2009", "03/11/2009"
    foster = ("N1", "U6", "PR1")
    posts = ("WM1 1AA", "WM2 2BB", "")
    episodes = [
        (a.life.child_id, start, "S", "C2", *foster, "31/02/2010", "X1", "CARPL", *posts),
        (a.life.child_id, later, "P", "C2", *foster, "01/10/2009", "X1", "CARPL", *posts),
        (b.life.child_id, start, "S", "Q9", *foster, "", "", "", *posts),
        (b.life.child_id, later, "P", "V2", *foster, later, "E4A", "", *posts),
        (c.life.child_id, start, "S", "V2", *foster, "", "", "", *posts),
        (c.life.child_id, start, "S", "V2", *foster, "", "", "", *posts),
        ("999999", start, "S", "V2", *foster, "", "", "", "", "2TR", ""),
    ]
    head = _line(returns.HEADER) + "".join(map(_line, header))
    write_bytes(folder / "ssda903/header.csv", head.encode("utf-8-sig"))
    body = _line(returns.EPISODES) + "".join(map(_line, episodes))
    write_bytes(folder / "ssda903/episodes.csv", body.encode())
    without = [heading for heading in returns.EPISODES if heading != "LS"]
    short = _line(tuple(without)) + _line((a.life.child_id, start, "S", *foster, "", "", "", *posts))
    write_bytes(folder / "ssda903_missing_column/episodes.csv", short.encode())


def _write_roll(folder: Path, pupils: list[Pupil]) -> None:
    headings = ("Forename", "Surname", *[h for h in roll.HEADINGS if h not in ("forename", "surname")], "shoe size")
    staff = ("adviser@westmarch.example", "nobody@westmarch.example", "not an address")
    lines = []
    wrongs = (
        ("9999999999", "8", "2008/09", "990056", "9904002", "01/09/2008", ""),
        ("", "27", "2008/09", "123456", "9909999", "01/09/2008", ""),
        ("", "7", "2008-2010", "990056", "", "01/09/2008", "01/06/2008"),
    )
    for pupil, wrong in zip(pupils, wrongs, strict=False):
        life = pupil.life
        # letters that Windows-1252 has, and a curly apostrophe
        names = ("Zo\u00eb", "O\u2019Ren\u00e9e")
        identity = (life.child_id, pupil.upn, "", wrong[0], "", uk_date(life.dob), "9", *wrong[1:])
        lines.append(_line((*names, *identity, "weekly", "Q", *staff, "38"), ";"))
    text = _line(headings, ";") + "".join(lines) + _line(("",) * len(headings), ";")
    write_bytes(folder / "roll_semicolon_1252.csv", text.encode("cp1252"))


def _write_attendance(folder: Path, pupils: list[Pupil], last_day: date) -> None:
    a, b = pupils[:2]
    friday = last_day - timedelta(days=(last_day.weekday() - 4) % 7)
    future = last_day + timedelta(days=40)
    rows = [
        (a.life.child_id, "", "Present", "", "Absent", "Stomach bug", uk_date(friday)),
        (b.life.child_id, "", "P", "", "A", "", friday.isoformat()),
        (b.life.child_id, "", "Excluded", "", "School closed", "", uk_date(future)),
        ("NOBODY1", "", "/", "", "\\", "", uk_date(friday)),
        ("", "", "/", "", "\\", "", uk_date(friday)),
    ]
    text = _line(("Child ID", "UPN", "AM", "AM Reason", "PM", "PM Reason", "Date")) + "".join(map(_line, rows))
    write_bytes(folder / "welfare_call_words.csv", text.encode())
    sunday = friday + timedelta(days=2)
    school = "9904002"
    marks = [
        (a.upn, school, friday.isoformat(), "AM", "C2"),
        (a.upn, school, friday.isoformat(), "PM", "QQ"),
        (a.upn, school, friday.replace(year=2206).isoformat(), "AM", "/"),
        (b.upn, school, friday.isoformat(), "1", "/"),
        (b.upn, school, friday.isoformat(), "AM", "I"),
        (b.upn, school, sunday.isoformat(), "PM", "\\"),
        (_wrong_letter(b.upn), "990/4002", friday.isoformat(), "PM", "#"),
        ("", school, friday.isoformat(), "PM", "N"),
    ]
    write_bytes(folder / "b2b_mixed.csv", (_line(attendance_files.B2B) + "".join(map(_line, marks))).encode())
    monday = friday - timedelta(days=4)
    strings = [
        (a.upn, school, monday.isoformat(), "/\\/\\/C2/\\/\\####"),
        (b.upn, school, friday.isoformat(), "/\\####/\\/\\/\\"),
    ]
    text = _line(attendance_files.STRINGS) + "".join(map(_line, strings))
    write_bytes(folder / "b2b_strings_two_letters.csv", text.encode())


def _write_results(folder: Path, pupils: list[Pupil]) -> None:
    a, b = pupils[:2]
    rows = [
        (a.life.child_id, a.upn, "2009", "KS4", "English", "GCSE", "Z", "", "", "2009-06-10"),
        (a.life.child_id, a.upn, "2009", "KS4", "Beekeeping", "Guild Certificate", "Pass", "", "", ""),
        (a.life.child_id, a.upn, "2009", "KS4", "Mathematics", "GCSE", "C", "", "", "2009-11-09"),
        (b.life.child_id, a.upn, "2009", "KS4", "Mathematics", "GCSE", "C", "", "", "2009-06-10"),
        (b.life.child_id, b.upn, "2009", "KS2", "English", "KS2 test", "4b", "", "", "2009-05-12"),
        (b.life.child_id, b.upn, "2009", "KS2", "English", "KS2 test", "3a", "", "", "2009-05-12"),
        (b.life.child_id, b.upn, "2026", "KS2", "Mathematics", "KS2 test", "104", "", "", "2026-05-13"),
    ]
    text = _line(results.HEADINGS) + "".join(map(_line, rows))
    write_bytes(folder / "results_mixed.csv", text.encode())


def write_dirty(folder: Path, pupils: list[Pupil], last_day: date) -> None:
    """All files of dirty/, about children of the plan's years who have a UPN."""
    known = [pupil for pupil in pupils if pupil.upn and len(pupil.upn) == 13][:5]
    _write_gias(folder)
    _write_return(folder, known)
    _write_roll(folder, known)
    _write_attendance(folder, known, last_day)
    _write_results(folder, known)
    write_bytes(folder / "empty.csv", b"")
    write_bytes(folder / "headings_only.csv", _line(attendance_files.B2B).encode())
    write_bytes(folder / "README.txt", (LISTS / "dirty_readme.txt").read_bytes())

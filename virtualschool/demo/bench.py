"""Files for measuring: a full year of marks for any number of pupils, with the roll and care they need."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from core.rules import academic_year_label, academic_year_start, default_terms, school_days
from virtualschool.demo import returns, roll
from virtualschool.demo.attendance_files import B2B
from virtualschool.demo.identifiers import make_upn
from virtualschool.demo.names import child_name
from virtualschool.demo.schools import HOME_LA, all_schools
from virtualschool.demo.tables import uk_date, write_bytes, write_table

DAYS = 190
SESSIONS = 2


@dataclass(frozen=True)
class BenchFiles:
    """What was written, and how many marks."""

    attendance: Path
    roll: Path
    header: Path
    episodes: Path
    marks: int


def _marks(pupils: int, days: int, seed: int) -> NDArray[np.str_]:
    """pupils x days x 2 one-character marks, about 93% present."""
    rng = np.random.Generator(np.random.PCG64(seed))
    draw = rng.random((pupils, days, SESSIONS))
    edges = np.cumsum([0.915, 0.015, 0.03, 0.01, 0.012, 0.008, 0.006, 0.004])
    codes = np.array(["/", "L", "I", "M", "N", "O", "V", "E", "-"])
    marks = codes[np.searchsorted(edges, draw)]
    marks[:, :, 1] = np.where(marks[:, :, 1] == "/", "\\", marks[:, :, 1])
    return marks


def bench_days(academic_year: int) -> tuple[date, ...]:
    """The first 190 school days of a year."""
    return school_days(default_terms(academic_year))[:DAYS]


def write_attendance_file(path: Path, *, pupils: int, academic_year: int, seed: int) -> BenchFiles:
    """Write `path` (b2b rows, pupils x 190 days x 2), and beside it roll.csv, header.csv and episodes.csv.

    The schools are those of the demo: load demo's schools/gias.csv first. 2,000 pupils make 760,000 marks.
    """
    days = bench_days(academic_year)
    schools = [s for s in all_schools() if s.la == HOME_LA and s.kind == "secondary" and s.open_at(days[0])]
    children = [_child(i, academic_year, schools[i % len(schools)].estab) for i in range(pupils)]
    tails = [f"{day.isoformat()},{session}," for day in days for session in ("AM", "PM")]
    lines = [",".join(B2B) + "\r\n"]
    for i, row in enumerate(_marks(pupils, len(days), seed).reshape(pupils, -1).tolist()):
        prefix = f"{children[i][1]},{schools[i % len(schools)].laestab},"
        lines.append("".join([f"{prefix}{tail}{mark}\r\n" for tail, mark in zip(tails, row, strict=True)]))
    write_bytes(path, "".join(lines).encode())
    folder = path.parent
    _write_care(folder, children, academic_year)
    places = [(str(schools[i % len(schools)].urn), schools[i % len(schools)].laestab) for i in range(pupils)]
    _write_roll(folder / "roll.csv", children, places, academic_year)
    return BenchFiles(
        path, folder / "roll.csv", folder / "header.csv", folder / "episodes.csv", pupils * len(days) * SESSIONS
    )


def write_day_file(path: Path, *, pupils: int, academic_year: int, day: date, seed: int) -> int:
    """One day's marks of the same children. Returns the number of rows."""
    days = bench_days(academic_year)
    schools = [s for s in all_schools() if s.la == HOME_LA and s.kind == "secondary" and s.open_at(days[0])]
    marks = _marks(pupils, 1, seed)[:, 0].tolist()
    rows = []
    for i, pair in enumerate(marks):
        school = schools[i % len(schools)]
        upn = _child(i, academic_year, school.estab)[1]
        rows += [(upn, school.laestab, day.isoformat(), s, m) for s, m in zip(("AM", "PM"), pair, strict=True)]
    write_table(path, B2B, rows)
    return len(rows)


def _child(i: int, academic_year: int, establishment: int) -> tuple[str, str, date]:
    """(child id, UPN, date of birth) of the i-th child, in Years 7 to 11."""
    group = 7 + i % 5
    born = date(academic_year - group - 5, 9, 2).toordinal() + (i * 37) % 360
    upn = make_upn(HOME_LA, establishment, academic_year - group, i // 17 + 1)
    return f"B{i:06d}", upn, date.fromordinal(born)


def _write_care(folder: Path, children: list[tuple[str, str, date]], academic_year: int) -> None:
    header = [(child, "1", uk_date(dob), "WBRI", upn, "", "") for child, upn, dob in children]
    write_table(folder / "header.csv", returns.HEADER, header)
    start = uk_date(date(academic_year - 1, 4, 2))
    tail = ("S", "C2", "N1", "U6", "PR1", "", "", "", "WM1 1AA", "WM2 2BB", "")
    write_table(folder / "episodes.csv", returns.EPISODES, [(child, start, *tail) for child, _, _ in children])


def _write_roll(
    path: Path, children: list[tuple[str, str, date]], places: list[tuple[str, str]], academic_year: int
) -> None:
    label, begins = academic_year_label(academic_year), academic_year_start(academic_year).isoformat()
    rows = []
    for (child, upn, dob), (urn, laestab) in zip(children, places, strict=True):
        rng = Random(child)  # noqa: S311 - invented data, not a secret
        forename, surname, known_as = child_name(rng, ethnic="WBRI", girl=False, era="today")
        year = str(academic_year - dob.year - 5 + (1 if dob.month < 9 else 0))
        rows.append(
            (child, upn, "", "", surname, forename, known_as, dob.isoformat(), "M", year, label, urn, laestab,
             begins, "", "main", "N", "", "", "")
        )  # fmt: skip
    write_table(path, roll.HEADINGS, rows)

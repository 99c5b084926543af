"""The list of children and a child's page: the same number of queries for 3 and for 2,000 children, and fast."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from core.roles import Role
from pupils.models import Pupil
from tests.benchmarks.lines import Line, median_seconds
from tests.benchmarks.marks import PUPILS, feed, load_roll, year_measured

FEW = 3
queries_of_few: dict[str, int] = {}


def _pages() -> dict[str, str]:
    child = Pupil.objects.get(child_id="B000001").pk
    return {
        "list of children": reverse("pupils:list"),
        "child's page": reverse("pupils:detail", args=[child]),
        "child's attendance": reverse("attendance:child", args=[child]),
    }


def _at_school(ask: Callable[[], None]) -> None:
    """On a day near the end of the school year that has marks."""
    with time_machine.travel(dt.datetime(year_measured() + 1, 6, 12, 9, tzinfo=dt.UTC)):
        ask()


def _client() -> Client:
    vsh = User.objects.filter(role=Role.VSH.value).first() or User.objects.create_user(
        email="bench@westmarch.example", name="Bench", role=Role.VSH.value, password=None
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(vsh)
    return client


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def prepare(folder: Path) -> list[Line]:
    """Before the 2,000 come: how many queries each page asks for three children."""
    files = load_roll(folder / "few", pupils=FEW)
    feed("b2b", files.attendance)

    def ask() -> None:
        client = _client()
        queries_of_few.update({name: _queries(client, url) for name, url in _pages().items()})

    _at_school(ask)
    return []


def measure(folder: Path) -> list[Line]:
    feed("b2b", folder / "marks" / "b2b.csv")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    lines: list[Line] = []

    def ask() -> None:
        client = _client()
        for name, url in _pages().items():
            queries = _queries(client, url)
            taken = median_seconds(lambda url=url: client.get(url), 15)  # type: ignore[misc]
            lines.append(Line(f"{name.capitalize()}, {PUPILS:,} children: server time", 1000 * taken, "ms", 100))
            few = queries_of_few[name]
            lines.append(
                Line(f"{name.capitalize()}: queries, as for {FEW} children", queries, "queries", few, exact=True)
            )

    _at_school(ask)
    return lines

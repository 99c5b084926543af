"""What the audit costs: a child's page and a bulk apply with it, against the same without it in the same run."""

import datetime as dt
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from pupils import views
from pupils.models import Pupil
from tests.benchmarks.lines import Line, seconds
from tests.benchmarks.marks import PUPILS, feed, year_measured

LIMIT = 1.15
PAGES, LOADS = 60, 4


@contextmanager
def no_looks_recorded() -> Iterator[None]:
    """A child's page as it would be without the access log."""
    record = views.record_access
    views.record_access = lambda *args, **words: None  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        views.record_access = record


@contextmanager
def no_changes_recorded() -> Iterator[None]:
    """Tables as they would be without the change history: its triggers off, those of the foreign keys on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname ~ '^pgtrigger_(insert|update|delete)'"
        )
        found = cursor.fetchall()
        assert found
        try:
            for table, name in found:
                cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
            yield
        finally:
            for table, name in found:
                cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')


def page_ratio() -> float:
    """Taken in turns, so that what else the machine does falls on both."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.filter(role=Role.VSH.value)[0])
    url = reverse("pupils:detail", args=[Pupil.objects.get(child_id="B000001").pk])
    with_it, without = [], []
    before = AccessEvent.objects.count()
    with time_machine.travel(dt.datetime(year_measured() + 1, 6, 12, 9, tzinfo=dt.UTC)):
        client.get(url)
        for _ in range(PAGES):
            with_it.append(seconds(lambda: client.get(url)))
            with no_looks_recorded():
                without.append(seconds(lambda: client.get(url)))
    assert AccessEvent.objects.count() == before + PAGES + 1
    return statistics.median(with_it) / statistics.median(without)


def apply_ratio(folder: Path) -> float:
    """The roll of all children onto empty places, year groups and allocations: each row leaves one of the history.

    In turns; the first load after triggers were switched warms up, since the server plans everything again then.
    """

    def apply() -> float:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE pupils_schoolplace, pupils_yeargroup, pupils_allocation CASCADE")
        return seconds(lambda: feed("roll", folder / "marks" / "roll.csv"))

    with_it, without = [], []
    for _ in range(LOADS):
        with_it += [apply() for _ in range(3)][1:]
        with no_changes_recorded():
            without += [apply() for _ in range(3)][1:]
    return statistics.median(with_it) / statistics.median(without)


def measure(folder: Path) -> list[Line]:
    return [
        Line(f"Child's page, {PUPILS:,} children: with the access log", page_ratio(), "x without", LIMIT),
        Line(f"Roll of {PUPILS:,} children applied: with the change history", apply_ratio(folder), "x without", LIMIT),
    ]

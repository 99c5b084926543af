"""PEP work lists and the board with 2,000 children and three plans a year for five years; a print of 500."""

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import User
from core.roles import Role
from core.rules import Season
from peps import cycle
from peps.models import PEP, FormVersion, PEPPrint, PEPSection, Target
from peps.services import bulk
from pupils.models import Pupil, SchoolPlace
from schools.models import School, SchoolMembership
from tests.benchmarks.lines import Line, median_seconds
from tests.benchmarks.marks import year_measured
from tests.benchmarks.pages import FEW

YEARS = 5
STATES = ("open", "meeting_held", "submitted", "approved")
MORE_QUERIES = 2
"""A list without rows leaves its queries about them out."""
CHILDREN_OF_A_TEACHER = 60
PRINTED = 500
queries_of_few: dict[str, int] = {}


def _at_school(ask: Callable[[], None]) -> None:
    with time_machine.travel(dt.datetime(year_measured() + 1, 6, 12, 9, tzinfo=dt.UTC)):
        ask()


def _person(role: Role) -> User:
    email = f"bench-{role.value}@westmarch.example"
    return User.objects.filter(email=email).first() or User.objects.create_user(
        email=email, name="Bench", role=role.value, password=None
    )


def _teacher() -> User:
    """The designated teacher of a school of their own, where 60 of the children have a second place."""
    teacher = _person(Role.DESIGNATED_TEACHER)
    school, made = School.objects.get_or_create(urn="999999", defaults={"name": "School of the benchmark"})
    if made:
        SchoolMembership.objects.create(user=teacher, school=school, from_on=dt.date(2020, 9, 1))
    children = Pupil.objects.order_by("pk").values_list("pk", flat=True)[:CHILDREN_OF_A_TEACHER]
    first_on = dt.date(year_measured(), 9, 1)
    SchoolPlace.objects.bulk_create(
        (SchoolPlace(pupil_id=pk, school=school, from_on=first_on, kind=SchoolPlace.Kind.DUAL) for pk in children),
        ignore_conflicts=True,
    )
    return teacher


def _plans() -> None:
    """The missing plans of all children: fourteen terms done, the present one in the middle of its work."""
    form = FormVersion.objects.get(state="in_force")
    pupils = list(Pupil.objects.order_by("pk").values_list("pk", flat=True))
    for year in range(year_measured() - YEARS + 1, year_measured() + 1):
        for season in Season:
            term = cycle.term_of(year, season)
            present = (year, season) == (year_measured(), Season.SUMMER)
            moment = dt.datetime.combine(term.cut_off_on - dt.timedelta(days=20), dt.time(12), dt.UTC)
            new = []
            for place, pk in enumerate(pupils):
                state = STATES[place % len(STATES)] if present else "superseded"
                new.append(
                    PEP(
                        pupil_id=pk, academic_year=year, season=season.value, state=state, form=form, phase="secondary",
                        due_on=term.cut_off_on, due_because="Measured",
                        held_on=None if state == "open" else moment.date(),
                        submitted_at=moment if state in {"submitted", "approved", "superseded"} else None,
                        approved_at=moment + dt.timedelta(days=5) if state in {"approved", "superseded"} else None,
                    )
                )  # fmt: skip
            PEP.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    _content()


def _content() -> None:
    """Two sections and a target of each present plan."""
    now = PEP.objects.filter(academic_year=year_measured(), season="summer", sections=None)
    ids = list(now.values_list("pk", flat=True))
    said = {"going_well": "Art", "hard": "Spelling", "would_help": "Time", "how_obtained": "written"}
    PEPSection.objects.bulk_create(
        (PEPSection(pep_id=pk, code=code, answers=said, revision=1) for pk in ids for code in ("C", "D")),
        batch_size=1000,
    )
    Target.objects.bulk_create(
        (
            Target(
                pep_id=pk, number=1, kind="academic", need="n", outcome="Read 60 words", why="w", measure="words",
                measure_to="60", owner_name="Ms Ray", due_on=dt.date(year_measured() + 1, 12, 1),
            )
            for pk in ids
        ),
        batch_size=1000,
    )  # fmt: skip


def _pages() -> list[tuple[str, Role, str]]:
    return [
        ("PEP list", Role.VSH, reverse("peps:list")),
        ("PEP quality queue", Role.VSH, reverse("peps:queue")),
        ("PEP timeliness board", Role.VSH, reverse("peps:board")),
        ("PEP workspace of a teacher", Role.DESIGNATED_TEACHER, reverse("peps:mine")),
    ]


def _client(role: Role) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(_teacher() if role is Role.DESIGNATED_TEACHER else _person(role))
    return client


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def prepare(folder: Path) -> list[Line]:
    """Before the 2,000 come: how many queries each page asks for three children."""

    def ask() -> None:
        _plans()
        queries_of_few.update({name: _queries(_client(role), url) for name, role, url in _pages()})

    _at_school(ask)
    return []


def measure(folder: Path) -> list[Line]:
    lines: list[Line] = []

    def ask() -> None:
        _plans()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        plans = PEP.objects.count()
        for name, role, url in _pages():
            client = _client(role)
            queries = _queries(client, url)
            taken = median_seconds(lambda c=client, u=url: c.get(u), 9)  # type: ignore[misc]
            lines.append(Line(f"{name}, {plans:,} plans: server time", 1000 * taken, "ms", 200))
            few = queries_of_few[name] + MORE_QUERIES
            lines.append(Line(f"{name}: queries, as for {FEW} children", queries, "queries", few))
        lines.append(_print())

    _at_school(ask)
    return lines


@contextmanager
def _memory() -> Iterator[list[int]]:
    """Pages of memory that this process holds, asked each second while the block runs."""
    found: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.wait(1):
            found.append(int(Path(f"/proc/{os.getpid()}/statm").read_text().split()[1]))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield found
    finally:
        done.set()
        asking.join()


def _print() -> Line:
    """As the worker prints a caseload: what it holds in the last fifth of the time beside the first."""
    now = timezone.now()
    chosen = PEP.objects.filter(academic_year=year_measured(), season="summer").order_by("pk")[:PRINTED]
    asked = bulk.ask(peps=[pep.pk for pep in chosen], edition=PEPPrint.Edition.ADULT, actor=_person(Role.VSH), now=now)
    with _memory() as held:
        made = bulk.make(print_id=asked.pk, now=now)
    assert (made.printed, made.left_out) == (PRINTED, [])
    fifth = max(1, len(held) // 5)
    return Line(
        f"{PRINTED} PEPs printed in one go: memory", max(held[-fifth:]) / max(held[:fifth]), "x of the start", 1.2
    )

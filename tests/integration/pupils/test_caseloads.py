"""Moving children to a successor, and what a roll file may change of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from pupils.caseloads.services import cancel_planned_move, move_children
from pupils.feeds import RollFeed
from pupils.models import Allocation, Pupil
from tests import factories as make
from tests.integration.pupils.conftest import TODAY, Send, codes

LATER = TODAY + timedelta(days=14)
SINCE = date(2021, 1, 12)


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/London")), tick=False):
        yield


@pytest.fixture
def head(make_user: Any) -> User:
    user: User = make_user(Role.VSH)
    return user


@pytest.fixture
def people(make_user: Any) -> tuple[User, User, User]:
    one, two, three = (make_user(Role.SOCIAL_WORKER, name=name) for name in ("Ann One", "Ben Two", "Cem Three"))
    return one, two, three


@pytest.fixture
def children(people: tuple[User, User, User]) -> list[Pupil]:
    """Three children of the first person."""
    found = [make.looked_after(child_id=f"A{n}") for n in range(1, 4)]
    for child in found:
        make.AllocationFactory(pupil=child, user=people[0], kind=Allocation.Kind.SOCIAL_WORKER, from_on=SINCE)
    return found


@pytest.fixture
def move(head: User) -> Callable[..., int]:
    def run(person: User, successor: User, children: list[Pupil], on: date = TODAY, **how: Any) -> int:
        given = {"kind": "social_worker", "today": TODAY, "actor": head} | how
        return move_children(person=person, successor=successor, pupil_ids=[c.pk for c in children], on=on, **given)

    return run


def spans(child: Pupil) -> list[tuple[str, date, date | None]]:
    rows = Allocation.objects.filter(pupil=child, kind="social_worker").order_by("from_on")
    return list(rows.values_list("user__name", "from_on", "to_on"))


def test_those_ticked_move_on_the_day_and_each_leaves_a_trace(
    people: Any, children: list[Pupil], move: Any, head: User
) -> None:
    one, two, _ = people
    assert move(one, two, children[:2], LATER) == 2
    for child in children[:2]:
        assert spans(child) == [("Ann One", SINCE, LATER), ("Ben Two", LATER, None)]
    assert spans(children[2]) == [("Ann One", SINCE, None)]
    assert Pupil.objects.visible_to(one).count() == 3
    assert Pupil.objects.visible_to(two).count() == 0
    with time_machine.travel(datetime(2026, 12, 7, 8, 0, tzinfo=ZoneInfo("Europe/London")), tick=False):
        assert set(Pupil.objects.visible_to(one)) == {children[2]}
        assert set(Pupil.objects.visible_to(two)) == set(children[:2])
    traces = AccessEvent.objects.filter(action="decided", subject_type="pupils.pupil").order_by("subject_id")
    assert [(e.user_id, e.subject_id, e.detail["successor"], e.detail["on"]) for e in traces] == [
        (head.pk, child.pk, two.pk, str(LATER)) for child in children[:2]
    ]


def test_all_or_none(people: Any, children: list[Pupil], move: Any) -> None:
    one, two, three = people
    move(one, three, children[:1])
    before = AccessEvent.objects.count()
    with pytest.raises(ValidationError, match="1 child is not"):
        move(one, two, children)
    move(one, two, children[1:2], LATER)
    with pytest.raises(ValidationError, match="planned already"):
        move(one, three, children[1:])
    assert spans(children[2]) == [("Ann One", SINCE, None)]
    assert AccessEvent.objects.count() == before + 1


def test_what_does_not_fit_is_refused(people: Any, children: list[Pupil], move: Any, make_user: Any) -> None:
    one, two, _ = people
    closed = make_user(Role.SOCIAL_WORKER, is_active=False)
    for how in (
        {"successor": one}, {"successor": make_user(Role.IRO)}, {"successor": closed}, {"children": []},
        {"on": TODAY - timedelta(days=1)}, {"on": TODAY + timedelta(days=93)},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            move(**({"person": one, "successor": two, "children": children} | how))
    for role in set(Role) - {Role.VSH}:
        with pytest.raises(PermissionDenied):
            move(one, two, children, actor=make_user(role))
    assert all(len(spans(child)) == 1 for child in children)


def test_a_planned_move_is_taken_back(people: Any, children: list[Pupil], move: Any, head: User) -> None:
    one, two, _ = people
    move(one, two, children[:1], LATER)
    planned = Allocation.objects.get(user=two)
    cancel_planned_move(allocation=planned, today=TODAY, actor=head)
    assert spans(children[0]) == [("Ann One", SINCE, None)]
    with pytest.raises(ValidationError):
        cancel_planned_move(allocation=planned, today=TODAY, actor=head)
    move(one, two, children[:1])
    with pytest.raises(ValidationError):
        cancel_planned_move(allocation=Allocation.objects.get(user=two), today=TODAY, actor=head)


# ---------------------------------------------------------------- the roll file


@pytest.fixture
def send_worker(write: Any, send: Send) -> Callable[..., Any]:
    """send_worker(person): a roll file that says who is social worker of child A1."""

    def run(person: User, today: date = TODAY) -> Any:
        path = write("roll.csv", RollFeed.template_columns, [{"child_id": "A1", "social_worker_email": person.email}])
        return send("roll", path, today=today)

    return run


def test_a_file_that_names_the_person_before_does_not_undo_the_move(
    people: Any, children: list[Pupil], move: Any, send_worker: Any
) -> None:
    one, two, three = people
    move(one, two, children[:1])
    day = TODAY + timedelta(days=1)
    outcome = send_worker(one, day)
    assert codes(outcome)["STAFF_MOVED"] == 1
    assert spans(children[0]) == [("Ann One", SINCE, TODAY), ("Ben Two", TODAY, None)]
    # Moved on before any file knew of it: both who were left stay left.
    move(two, three, children[:1], day, today=day)
    for stale in (one, two):
        assert codes(send_worker(stale, day + timedelta(days=1)))["STAFF_MOVED"] == 1
    assert spans(children[0])[-1] == ("Cem Three", day, None)


def test_a_file_that_names_anybody_else_decides(
    people: Any, children: list[Pupil], move: Any, send_worker: Any
) -> None:
    one, two, three = people
    move(one, two, children[:1])
    day = TODAY + timedelta(days=1)
    assert not codes(send_worker(three, day))["STAFF_MOVED"]
    assert spans(children[0]) == [("Ann One", SINCE, TODAY), ("Ben Two", TODAY, day), ("Cem Three", day, None)]


def test_once_the_file_agrees_it_decides_as_ever(
    people: Any, children: list[Pupil], move: Any, send_worker: Any
) -> None:
    one, two, _ = people
    move(one, two, children[:1])
    send_worker(two, TODAY + timedelta(days=1))
    assert Allocation.objects.get(user=two).moved_from is None
    assert send_worker(two, TODAY + timedelta(days=1)).status == "unchanged"
    day = TODAY + timedelta(days=2)
    assert not codes(send_worker(one, day))["STAFF_MOVED"]
    assert spans(children[0])[-1] == ("Ann One", day, None)


def test_before_the_day_of_a_planned_move(people: Any, children: list[Pupil], move: Any, send_worker: Any) -> None:
    one, two, three = people
    move(one, two, children[:1], LATER)
    planned = [("Ann One", SINCE, LATER), ("Ben Two", LATER, None)]
    for named in (one, two):
        outcome = send_worker(named)
        assert (outcome.status, codes(outcome)["STAFF_MOVED"]) == ("unchanged", 0)
        assert spans(children[0]) == planned
    send_worker(three)
    assert spans(children[0]) == [("Ann One", SINCE, TODAY), ("Cem Three", TODAY, None)]


# ---------------------------------------------------------------- the page


def test_the_page_ticks_all_shows_once_more_and_moves(
    people: Any, children: list[Pupil], head: User, client: Client
) -> None:
    one, two, _ = people
    client.force_login(head)
    assert f"/{one.pk}/social_worker/" in client.get(reverse("pupils:caseloads")).content.decode()
    url = reverse("pupils:caseload", args=[one.pk, "social_worker"])
    choice = {"successor": two.pk, "on_0": LATER.day, "on_1": LATER.month, "on_2": LATER.year}
    ticked = client.post(url, choice | {"step": "tick_all"}).content.decode()
    assert ticked.count("checked") == 3
    assert f'value="{LATER.year}"' in ticked
    assert "Enter" not in ticked and "error-summary" not in ticked
    everyone = choice | {"children": [c.pk for c in children]}
    shown = client.post(url, everyone | {"step": ""}).content.decode()
    assert "Move 3 children" in shown and all(c.child_id in shown for c in children)
    assert not Allocation.objects.filter(user=two).exists()
    assert client.post(url, everyone | {"step": "confirm"}).status_code == 302
    assert Allocation.objects.filter(user=two, from_on=LATER).count() == 3
    page = client.get(reverse("pupils:caseloads")).content.decode()
    assert page.count("Take back") == 3
    client.post(reverse("pupils:cancel_move", args=[Allocation.objects.filter(user=two).first().pk]))
    assert Allocation.objects.filter(user=two).count() == 2
    assert client.get(reverse("pupils:caseload", args=[one.pk, "nonsense"])).status_code == 404


def test_somebody_elses_child_cannot_be_slipped_in(
    people: Any, children: list[Pupil], head: User, client: Client
) -> None:
    one, two, three = people
    stranger = make.looked_after()
    make.AllocationFactory(pupil=stranger, user=three, kind=Allocation.Kind.SOCIAL_WORKER)
    client.force_login(head)
    data = {"successor": two.pk, "children": [stranger.pk], "step": "confirm"}
    data |= {"on_0": TODAY.day, "on_1": TODAY.month, "on_2": TODAY.year}
    assert client.post(reverse("pupils:caseload", args=[one.pk, "social_worker"]), data).status_code == 200
    assert not Allocation.objects.filter(user=two).exists()


def test_children_of_somebody_who_left_come_first(
    people: Any, children: list[Pupil], head: User, client: Client
) -> None:
    one, two, _ = people
    make.AllocationFactory(user=two, kind=Allocation.Kind.SOCIAL_WORKER)
    User.objects.filter(pk=one.pk).update(is_active=False)
    client.force_login(head)
    answer = client.get(reverse("pupils:caseloads"))
    assert [row[0] for row in answer.context["rows"]] == [one, two]
    assert "Account closed" in answer.content.decode()

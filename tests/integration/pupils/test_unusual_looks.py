"""Unusual looks, and the history of a child, on the real access log and change history."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.actor import acting_as
from core.models import AccessEvent
from core.roles import Role
from pupils.history import changes_of
from pupils.looks import UnusualLook, unusual_looks
from pupils.models import Allocation, CareEpisode, SchoolPlace
from pupils.rules import describe_legal_status as words
from pupils.rules.looks import MOST_CHILDREN_IN_AN_HOUR, MOST_REFUSALS_IN_A_DAY, Unusual
from tests.factories import AllocationFactory, PEPFactory, PlaceFactory, SchoolFactory, looked_after

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/London"))
TODAY = NOON.date()


def opened(person: Any, child: Any, at: datetime = NOON, action: str = "opened") -> None:
    AccessEvent.objects.create(
        at=at, user_id=person.pk, action=action, subject_type="pupils.pupil", subject_id=child.pk
    )


@pytest.fixture
def head(make_user: Callable[..., Any]) -> Any:
    return make_user(Role.VSH, name="Imani Head")


@pytest.fixture
def listed(head: Any) -> Callable[[], list[UnusualLook]]:
    return lambda: unusual_looks(head, from_on=TODAY - timedelta(days=6), to_on=TODAY)


def test_an_ordinary_look_is_not_listed(head: Any, listed: Any, make_user: Any) -> None:
    child, officer = looked_after(surname="Abara"), make_user(Role.IRO, name="Ruth Bell")
    AllocationFactory(pupil=child, user=officer, kind="iro", from_on=date(2020, 1, 1))
    opened(officer, child)
    opened(head, child)
    assert listed() == []


def test_the_same_surname(listed: Any, make_user: Any) -> None:
    child, officer = looked_after(surname="Okafor-Bell", forename="Sam"), make_user(Role.DATA_OFFICER, name="Ruth BELL")
    for minute in (1, 2):
        opened(officer, child, NOON + timedelta(minutes=minute))
    [line] = listed()
    assert (line.kind, line.person, line.child) == (Unusual.OWN_SURNAME, officer, "Sam Okafor-Bell")
    assert line.text == "Looked 2 times at the record of a child with their own surname"
    assert line.url == reverse("pupils:who_looked", args=[child.pk])


def test_a_child_not_allocated_on_that_day(listed: Any, make_user: Any) -> None:
    mine, gone, other = (looked_after() for _ in range(3))
    adviser = make_user(Role.ADVISER)
    AllocationFactory(pupil=mine, user=adviser, kind="adviser", from_on=date(2020, 1, 1))
    AllocationFactory(pupil=gone, user=adviser, kind="adviser", from_on=date(2020, 1, 1), to_on=TODAY)
    for child in (mine, gone, other):
        opened(adviser, child)
    [line] = listed()
    assert line.kind == Unusual.NOT_ALLOCATED
    assert line.text == "Opened 2 children who are not allocated to them on that day"
    assert line.url == f"{reverse('audit:list')}?person={adviser.pk}&from_on=2026-11-23&to_on=2026-11-23"


def test_nobody_is_allocated_to_a_data_officer(listed: Any, make_user: Any) -> None:
    opened(make_user(Role.DATA_OFFICER), looked_after())
    assert listed() == []


def test_many_children_within_an_hour(head: Any, listed: Any) -> None:
    children = [looked_after() for _ in range(MOST_CHILDREN_IN_AN_HOUR + 1)]
    for n, child in enumerate(children[:-1]):
        opened(head, child, NOON + timedelta(minutes=n))
    assert listed() == []
    opened(head, children[-1], NOON + timedelta(minutes=59))
    [line] = listed()
    assert (line.kind, line.at) == (Unusual.MANY, NOON)
    assert "Opened 31 different children within an hour from 12:00 (more than 30)" in line.text


def test_out_of_hours_by_the_clock_of_london(head: Any, listed: Any) -> None:
    child = looked_after()
    opened(head, child, NOON.replace(hour=20))
    opened(head, child, NOON - timedelta(days=2))
    assert [(line.kind, line.text) for line in listed()] == [
        (Unusual.OUT_OF_HOURS, "Looked 1 time at children's records before 7:00 or after 20:00"),
        (Unusual.OUT_OF_HOURS, "Looked 1 time at children's records at a weekend"),
    ]
    summer = datetime(2026, 7, 6, 6, 30, tzinfo=ZoneInfo("UTC"))  # 7:30 in London
    opened(head, child, summer)
    assert unusual_looks(head, from_on=summer.date(), to_on=summer.date()) == []


def test_refused_again_and_again(listed: Any, make_user: Any) -> None:
    teacher = make_user(Role.DESIGNATED_TEACHER)
    for n in range(MOST_REFUSALS_IN_A_DAY):
        AccessEvent.objects.create(at=NOON + timedelta(minutes=n), user_id=teacher.pk, action="not_found")
    assert listed() == []
    AccessEvent.objects.create(at=NOON, user_id=teacher.pk, action="refused")
    assert [(line.kind, line.person) for line in listed()] == [(Unusual.REFUSALS, teacher)]


def test_as_many_queries_for_many_looks_as_for_few(head: Any, listed: Any, make_user: Any) -> None:
    counts = []
    for number in (1, 12):
        for _ in range(number):
            opened(make_user(Role.ADVISER, email=f"a{AccessEvent.objects.count()}@w.example"), looked_after())
        with CaptureQueriesContext(connection) as asked:
            listed()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


@pytest.fixture
def visit(client: Client) -> Callable[..., Any]:
    def go(user: Any, name: str, *args: Any, **query: Any) -> Any:
        client.force_login(user)
        return client.get(reverse(name, args=args), query)

    return go


def test_the_page_and_the_home_page_list_it(head: Any, make_user: Any, visit: Any) -> None:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        opened(make_user(Role.ADVISER), looked_after())
        page = visit(head, "pupils:unusual_looks")
        assert "1 look is worth a question" in page.content.decode()
        assert "not allocated to them on that day" in page.content.decode()
        assert "Nothing unusual" in visit(head, "pupils:unusual_looks", kind="own_surname").content.decode()
        needs = {need.text: need.count for need in visit(head, "home").context["needs"]}
    assert needs["Unusual looks at children's records since yesterday"] == 1


# The history of a child


def test_before_and_after_of_what_people_change(head: Any, make_user: Any) -> None:
    adviser = make_user(Role.ADVISER)
    child = looked_after(surname="Before")
    with acting_as(adviser):
        child.surname = "After"
        child.save()
    changed, added = (c for c in changes_of(head, child) if c.what == "Child")
    assert (changed.deed, changed.person) == ("Changed", adviser)
    assert [(f.label, f.before, f.after) for f in changed.fields] == [("Surname", "Before", "After")]
    assert (added.deed, added.person) == ("Added", None)
    assert ("Surname", "", "Before") in [(f.label, f.before, f.after) for f in added.fields]


def test_facts_and_places_by_their_words(head: Any) -> None:
    child = looked_after()
    old, new = SchoolFactory(name="Old School"), SchoolFactory(name="New School")
    place = PlaceFactory(pupil=child, school=old)
    place.school = new
    place.save()
    SchoolPlace.objects.filter(pk=place.pk).delete()
    CareEpisode.objects.filter(pupil=child).update(ls="E1", pl_post="WM1 1AA")
    CareEpisode.objects.filter(pupil=child).update(ls="D1")
    found = [
        (c.what, c.deed, [(f.label, f.before, f.after, f.hidden) for f in c.fields]) for c in changes_of(head, child)
    ]
    assert ("School place", "Changed", [("School", "Old School", "New School", False)]) in found
    assert [deed for what, deed, _ in found if what == "School place"] == ["Removed", "Changed", "Added"]
    assert [fields for what, _, fields in found if what == "Care episode"] == [
        [("Legal status", words("E1"), words("D1"), False)],
        [("Legal status", words("C2"), words("E1"), False), ("Placement postcode", "", "", True)],
    ]


def test_only_what_the_role_sees(head: Any, make_user: Any) -> None:
    child = looked_after()
    PEPFactory(pupil=child)
    CareEpisode.objects.filter(pupil=child).update(ls="E1")
    assert {"PEP", "Care episode"} <= {c.what for c in changes_of(head, child)}
    assert {c.what for c in changes_of(make_user(Role.DATA_OFFICER), child)} == {"Child", "Care episode"}
    assert {c.what for c in changes_of(make_user(Role.DESIGNATED_TEACHER), child)} == {"Child", "PEP"}


def test_as_many_queries_for_many_changes_as_for_few(head: Any) -> None:
    child, counts = looked_after(), []
    for number in (1, 15):
        for n in range(number):
            PlaceFactory(pupil=child, from_on=date(2000 + n + number, 1, 1))
            child.known_as = f"Name {n} {number}"
            child.save()
        with CaptureQueriesContext(connection) as asked:
            changes_of(head, child)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


def test_the_history_is_reached_from_who_has_looked(head: Any, visit: Any) -> None:
    child = looked_after(surname="Before")
    address = reverse("pupils:changes", args=[child.pk])
    assert address in visit(head, "pupils:who_looked", child.pk).content.decode()
    page = visit(head, "pupils:changes", child.pk)
    assert page.status_code == 200
    assert "Before" in page.content.decode()
    assert AccessEvent.objects.filter(screen="pupils:changes", subject_id=child.pk, action="opened").count() == 1


def test_allocations_name_people(head: Any, make_user: Any) -> None:
    child, officer = looked_after(), make_user(Role.IRO, name="Ruth Bell")
    Allocation.objects.create(pupil=child, user=officer, kind="iro", from_on=TODAY)
    [change] = [c for c in changes_of(head, child) if c.what == "Who works with the child"]
    assert ("Person", "", "Ruth Bell") in [(f.label, f.before, f.after) for f in change.fields]

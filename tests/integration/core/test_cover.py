"""Cover for absence: who sees what by it, on which days, and what cannot be arranged."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.cover.services import arrange_cover, end_cover
from core.models import AccessEvent, Cover, User
from core.roles import Role
from pledge.permissions import can_record_pledge
from pupils.looks import unusual_looks
from pupils.models import Allocation, Pupil
from schools.models import School
from tests import factories as make

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
WEEK_LATER = MONDAY + timedelta(days=7)
Arrange = Callable[..., Cover]


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(make_user: Any) -> User:
    user: User = make_user(Role.VSH)
    return user


@pytest.fixture
def arrange(head: User) -> Arrange:
    def run(absent: User, covering: User, **how: Any) -> Cover:
        days = {"from_on": MONDAY, "to_on": WEEK_LATER, "reason": "leave", "actor": head}
        return arrange_cover(absent=absent, covering=covering, now=NOW, today=MONDAY, **{**days, **how})

    return run


def child_of(person: User, kind: str) -> Pupil:
    pupil = make.looked_after()
    make.AllocationFactory(pupil=pupil, user=person, kind=Allocation.Kind(kind))
    return pupil


def seen(person: User) -> set[int]:
    return set(Pupil.objects.visible_to(person).values_list("pk", flat=True))


@pytest.mark.parametrize("kind", ["social_worker", "iro"])
def test_both_see_the_children_while_it_is_in_force(kind: str, make_user: Any, arrange: Arrange) -> None:
    away, stands_in = make_user(Role(kind)), make_user(Role(kind))
    theirs, own = child_of(away, kind), child_of(stands_in, kind)
    other = "iro" if kind == "social_worker" else "social_worker"
    child_of(away, other)  # from another role of old: nobody sees it by this one
    arrange(away, stands_in, from_on=MONDAY + timedelta(days=1))
    assert seen(stands_in) == {own.pk}
    for day, expected in ((1, True), (6, True), (7, False)):
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            assert (theirs.pk in seen(stands_in)) is expected, day
            assert seen(away) == {theirs.pk}
            assert own.pk in seen(stands_in)


def test_it_ends_with_the_first_minute_of_its_last_day_plus_one(
    make_user: Any, arrange: Arrange, client: Client
) -> None:
    away, stands_in = make_user(Role.SOCIAL_WORKER), make_user(Role.SOCIAL_WORKER)
    page = reverse("pupils:detail", args=[child_of(away, "social_worker").pk])
    arrange(away, stands_in)
    last_minute = datetime(2026, 11, 29, 23, 59, tzinfo=LONDON)
    for at, status in ((last_minute, 200), (last_minute + timedelta(minutes=1), 404)):
        with time_machine.travel(at, tick=False):
            client.force_login(stands_in)
            assert client.get(page).status_code == status


def test_ended_before_its_time_it_holds_nothing_from_that_moment(make_user: Any, arrange: Arrange, head: User) -> None:
    away, stands_in = make_user(Role.IRO), make_user(Role.IRO)
    theirs = child_of(away, "iro")
    cover = arrange(away, stands_in)
    assert seen(stands_in) == {theirs.pk}
    end_cover(cover=cover, now=NOW, actor=head)
    assert seen(stands_in) == set()
    end_cover(cover=cover, now=NOW + timedelta(days=1), actor=head)
    assert Cover.objects.get().ended_at == NOW


def test_there_are_no_chains(make_user: Any, arrange: Arrange) -> None:
    first, second, third = (make_user(Role.SOCIAL_WORKER) for _ in range(3))
    of_first, of_second = child_of(first, "social_worker"), child_of(second, "social_worker")
    arrange(first, second)
    arrange(second, third)
    assert seen(second) == {of_first.pk, of_second.pk}
    assert seen(third) == {of_second.pk}


def test_who_changes_role_covers_nobody(make_user: Any, arrange: Arrange) -> None:
    away, stands_in = make_user(Role.SOCIAL_WORKER), make_user(Role.SOCIAL_WORKER)
    theirs = child_of(away, "social_worker")
    arrange(away, stands_in)
    for person in (away, stands_in):
        person.role = Role.IRO.value
        person.save()
        assert theirs.pk not in seen(stands_in)
        person.role = Role.SOCIAL_WORKER.value
        person.save()
    assert theirs.pk in seen(stands_in)


def test_a_teacher_who_covers_sees_the_school_and_its_children(make_user: Any, arrange: Arrange) -> None:
    away, stands_in = make_user(Role.DESIGNATED_TEACHER), make_user(Role.DESIGNATED_TEACHER)
    school = make.SchoolFactory()
    make.MembershipFactory(user=away, school=school)
    pupil = make.looked_after(school=school)
    arrange(away, stands_in)
    assert seen(stands_in) == {pupil.pk}
    assert list(School.objects.visible_to(stands_in)) == [school]
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert seen(stands_in) == set()
        assert not School.objects.visible_to(stands_in).exists()


def test_a_covering_officer_records_the_pledge(make_user: Any, arrange: Arrange) -> None:
    away, stands_in = make_user(Role.IRO), make_user(Role.IRO)
    theirs = child_of(away, "iro")
    assert not can_record_pledge(stands_in, theirs, today=MONDAY)
    arrange(away, stands_in)
    assert can_record_pledge(stands_in, theirs, today=MONDAY)
    assert not can_record_pledge(stands_in, theirs, today=WEEK_LATER)


def test_an_advisers_caseload_holds_the_covered_children(make_user: Any, arrange: Arrange, client: Client) -> None:
    away, stands_in = make_user(Role.ADVISER, name="Ada Away"), make_user(Role.ADVISER)
    theirs = child_of(away, "adviser")
    child_of(stands_in, "adviser")
    make.PEPFactory(pupil=theirs, due_on=MONDAY - timedelta(days=3))
    client.force_login(stands_in)

    def home() -> tuple[int, int]:
        context = client.get("/").context
        cards = [c["context"]["total"] for c in context["cards"] if c["template"] == "pupils/cards/caseload.html"]
        needs = {n.text: n.count for n in (*context["needs"], *context["done"])}
        return cards[0], needs["PEP meetings overdue"]

    assert home() == (1, 0)
    arrange(away, stands_in)
    assert home() == (2, 1)
    marked = "Covering for Ada Away until Sun 29 Nov 2026"
    narrowed = client.get(reverse("pupils:list"), {"adviser": stands_in.pk})
    assert narrowed.context["page"].paginator.count == 2
    for page in (client.get("/"), narrowed, client.get(reverse("pupils:detail", args=[theirs.pk]))):
        assert page.content.decode().count(marked) == 1


def test_home_says_whom_a_person_covers_and_who_covers_them(make_user: Any, arrange: Arrange, client: Client) -> None:
    away = make_user(Role.SOCIAL_WORKER, name="Ada Away")
    stands_in = make_user(Role.SOCIAL_WORKER, name="Ben Stand")
    arrange(away, stands_in)
    for person, words in ((away, "Ben Stand covers for you"), (stands_in, "You cover for Ada Away until")):
        client.force_login(person)
        assert words in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"from_on": MONDAY - timedelta(days=1)}, "from_on"),
        ({"from_on": MONDAY + timedelta(days=400), "to_on": MONDAY + timedelta(days=410)}, "from_on"),
        ({"to_on": MONDAY}, "last_on"),
        ({"to_on": MONDAY + timedelta(days=367)}, "last_on"),
    ],
)
def test_days_that_do_not_fit(how: dict[str, Any], field: str, make_user: Any, arrange: Arrange) -> None:
    with pytest.raises(ValidationError) as refusal:
        arrange(make_user(Role.IRO), make_user(Role.IRO), **how)
    assert set(refusal.value.message_dict) == {field}
    assert not Cover.objects.exists()


def test_people_who_do_not_fit(make_user: Any, arrange: Arrange) -> None:
    officer, worker = make_user(Role.IRO), make_user(Role.SOCIAL_WORKER)
    closed = make_user(Role.IRO, is_active=False)
    for absent, covering in ((officer, worker), (officer, officer), (officer, closed)):
        with pytest.raises(ValidationError):
            arrange(absent, covering)
    with pytest.raises(ValidationError):
        arrange(make_user(Role.VSH), make_user(Role.VSH))
    for role in set(Role) - {Role.VSH}:
        with pytest.raises(PermissionDenied):
            arrange(officer, make_user(Role.IRO), actor=make_user(role))


def test_the_same_two_at_once_only_after_the_first_has_ended(make_user: Any, arrange: Arrange, head: User) -> None:
    away, stands_in = make_user(Role.IRO), make_user(Role.IRO)
    cover = arrange(away, stands_in)
    with pytest.raises(ValidationError):
        arrange(away, stands_in, from_on=WEEK_LATER - timedelta(days=1), to_on=WEEK_LATER + timedelta(days=3))
    arrange(away, stands_in, from_on=WEEK_LATER, to_on=WEEK_LATER + timedelta(days=3))
    arrange(stands_in, away)
    end_cover(cover=cover, now=NOW, actor=head)
    arrange(away, stands_in)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.CoverFactory(absent=away, covering=stands_in, from_on=MONDAY)


def test_each_decision_leaves_a_trace(make_user: Any, arrange: Arrange, head: User) -> None:
    away, stands_in = make_user(Role.IRO), make_user(Role.IRO)
    cover = arrange(away, stands_in)
    end_cover(cover=cover, now=NOW, actor=head)
    traces = AccessEvent.objects.filter(action="decided").order_by("pk")
    assert [(e.user_id, e.subject_id, e.detail["decision"], e.detail["absent"]) for e in traces] == [
        (head.pk, stands_in.pk, "cover arranged", away.pk),
        (head.pk, stands_in.pk, "cover ended", away.pk),
    ]


def test_a_look_by_cover_is_no_unusual_look(make_user: Any, arrange: Arrange, head: User) -> None:
    away, stands_in = make_user(Role.IRO), make_user(Role.IRO)
    theirs = child_of(away, "iro")
    arrange(away, stands_in, from_on=MONDAY + timedelta(days=1))

    def listed(on: date) -> int:
        at = datetime.combine(on, NOW.time(), LONDON)
        record = {"user_id": stands_in.pk, "action": "opened", "subject_type": "pupils.pupil", "subject_id": theirs.pk}
        AccessEvent.objects.create(at=at, **record)
        return len(unusual_looks(head, from_on=on, to_on=on))

    assert [listed(MONDAY + timedelta(days=n)) for n in (0, 1, 4)] == [1, 0, 0]
    assert listed(WEEK_LATER) == 1

"""Break-glass: exact naming, the reason, who is told, and the review."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AccessEvent, User
from core.roles import Role
from pupils.emergencies.forms import NOBODY
from pupils.emergencies.naming import exactly_named
from pupils.emergencies.services import open_in_emergency, review_emergency
from pupils.models import EmergencyAccess, Pupil
from tests import factories as make
from tests.factories import upn_of

REASON = "The police hold the child and ask for the school"
GROUND = EmergencyAccess.Ground.DUTY


@pytest.fixture
def child(db: None) -> Pupil:
    pupil: Pupil = make.looked_after(
        child_id="E77", upn=upn_of(77), forename="Nia", surname="O'Dare-Bell", dob=date(2013, 5, 6)
    )
    return pupil


@pytest.fixture
def worker(make_user: Any) -> User:
    user: User = make_user(Role.SOCIAL_WORKER, name="Wanda Worker")
    return user


@pytest.fixture
def ask(client: Client, worker: User) -> Callable[..., Any]:
    client.force_login(worker)

    def run(**data: Any) -> Any:
        return client.post(reverse("pupils:emergency_new"), {"ground": "duty", "reason": REASON} | data)

    return run


def day(on: date) -> dict[str, int]:
    return {"dob_0": on.day, "dob_1": on.month, "dob_2": on.year}


# ---------------------------------------------------------------- who is meant


def test_only_an_exact_name_finds_the_child(child: Pupil) -> None:
    born = date(2013, 5, 6)
    make.FormerUPNFactory(pupil=child, upn=upn_of(78))
    for number in ("E77", " e77 ", child.upn, child.upn.lower(), upn_of(78)):
        assert exactly_named(number=number, surname="", dob=None) == child, number
    for surname in ("O'Dare-Bell", "o\u2019dare bell".replace(" ", "-"), "ODARE-BELL"):
        assert exactly_named(number="", surname=surname, dob=born) == child, surname
    assert exactly_named(number="E77", surname="O'Dare-Bell", dob=born) == child
    for number, surname, dob in (
        ("E7", "", None), ("", "O'Dare", born), ("", "Bell", born), ("", "O'Dare-Bell", None), ("", "", born),
        ("", "O'Dare-Bell", born + timedelta(days=1)), ("E77", "Other", None), ("E77", "", date(2013, 5, 7)),
        ("Nia", "", None), ("%", "", None), ("", "", None), ("UN1", "", None),
    ):  # fmt: skip
        assert exactly_named(number=number, surname=surname, dob=dob) is None, (number, surname, dob)


def test_twins_need_the_number(child: Pupil) -> None:
    make.looked_after(child_id="E78", surname=child.surname, dob=child.dob)
    assert exactly_named(number="", surname=child.surname, dob=child.dob) is None
    assert exactly_named(number="E77", surname=child.surname, dob=child.dob) == child


def test_the_former_upn_of_an_adopted_child_opens_nothing(child: Pupil) -> None:
    make.FormerUPNFactory(pupil=child, upn=upn_of(79))
    make.EpisodeFactory(pupil=child, decom=date(2020, 1, 1), dec=date(2020, 6, 1), rec="E12")
    assert exactly_named(number=upn_of(79), surname="", dob=None) is None


# ---------------------------------------------------------------- the page


def test_it_opens_for_the_hours_of_the_setting(ask: Any, child: Pupil, worker: User, settings: Any) -> None:
    settings.VS_EMERGENCY_HOURS = 2
    answer = ask(number=child.upn)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("pupils:detail", args=[child.pk])
    access = EmergencyAccess.objects.get()
    assert access.expires_at - access.opened_at == timedelta(hours=2)
    assert (access.user, access.pupil, access.ground, access.reason) == (worker, child, "duty", REASON)
    trace = AccessEvent.objects.get(action="emergency")
    assert (trace.user_id, trace.subject_id, trace.detail["access"]) == (worker.pk, child.pk, access.pk)
    assert REASON not in str(trace.detail)
    ask(**day(child.dob), surname=child.surname)
    assert EmergencyAccess.objects.count() == 1, "what is open already is made no longer by asking again"


def test_nobody_and_two_get_the_same_answer_and_leave_a_row(ask: Any, child: Pupil, worker: User) -> None:
    make.looked_after(child_id="E78", surname=child.surname, dob=child.dob)
    pages = [ask(number="NOBODY1"), ask(surname=child.surname, **day(child.dob)), ask(surname="Bell", **day(child.dob))]
    for page in pages:
        assert page.status_code == 200
        assert page.context["form"].non_field_errors() == [NOBODY]
        assert child.forename not in page.content.decode()
    traces = AccessEvent.objects.filter(action="not_found", screen="pupils:emergency_new", user_id=worker.pk)
    assert [e.detail for e in traces] == [{"ground": "duty"}] * 3
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{"reason": "too short"}, {"reason": "a" + " " * 40}, {"ground": "curious"}, {"ground": ""}, {"number": ""}],
)
def test_without_a_reason_nobody_is_looked_for(ask: Any, child: Pupil, data: dict[str, str]) -> None:
    known, unknown = ask(**{"number": child.child_id} | data), ask(**{"number": "NOBODY1"} | data)
    assert known.context["form"].errors == unknown.context["form"].errors != {}
    assert not EmergencyAccess.objects.exists()
    assert not AccessEvent.objects.filter(action="not_found").exists()


def test_ones_own_child_needs_no_emergency(ask: Any, child: Pupil, worker: User) -> None:
    make.AllocationFactory(pupil=child, user=worker, kind="social_worker")
    assert ask(number=child.child_id).status_code == 302
    assert not EmergencyAccess.objects.exists()


def test_it_is_counted_as_a_search(ask: Any, child: Pupil, settings: Any) -> None:
    settings.PERSON_LIMITS = {"searches": (2, 600)}
    assert [ask(number="NOBODY1").status_code for _ in range(3)] == [200, 200, 429]


def test_only_some_roles_open_so(make_user: Any, child: Pupil) -> None:
    for role in set(Role) - {Role.IRO, Role.SOCIAL_WORKER}:
        with pytest.raises(PermissionDenied):
            open_in_emergency(pupil=child, ground=GROUND, reason=REASON, now=timezone.now(), actor=make_user(role))


# ---------------------------------------------------------------- the heads


def test_every_head_is_told_by_a_mail_that_names_no_child(
    ask: Any, child: Pupil, make_user: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_HOST = "mail.westmarch.example"
    heads = [make_user(Role.VSH), make_user(Role.VSH)]
    make_user(Role.VSH, is_active=False)
    with django_capture_on_commit_callbacks(execute=False):
        ask(number=child.child_id)
    assert mail.outbox == [], "not before the opening is committed"
    EmergencyAccess.objects.update(closed_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        ask(number=child.child_id)
    access = EmergencyAccess.objects.latest("pk")
    assert sorted(address for m in mail.outbox for address in m.to) == sorted(h.email for h in heads)
    for message in mail.outbox:
        text = f"{message.subject} {message.body}"
        assert "Wanda Worker" in text
        assert reverse("pupils:emergency_review", args=[access.pk]) in text
        for word in (child.forename, child.surname, child.child_id, child.upn, "police"):
            assert word not in text


def test_without_a_mail_server_the_home_page_still_tells(
    ask: Any, child: Pupil, make_user: Any, client: Client
) -> None:
    head = make_user(Role.VSH)
    ask(number=child.child_id)
    client.force_login(head)

    def waiting() -> int:
        context = client.get("/").context
        needs = {n.text: n.count for n in (*context["needs"], *context["done"])}
        return int(needs["Records opened in an emergency, to review"])

    assert waiting() == 1
    access = EmergencyAccess.objects.get()
    review_emergency(access=access, outcome=EmergencyAccess.Outcome.JUSTIFIED, note="", now=timezone.now(), actor=head)
    assert waiting() == 0


def test_the_review_says_what_was_read_and_what_follows(
    ask: Any, child: Pupil, make_user: Any, worker: User, client: Client
) -> None:
    ask(number=child.child_id)
    client.get(reverse("pupils:care", args=[child.pk]))
    access, head = EmergencyAccess.objects.get(), make_user(Role.VSH)
    client.force_login(head)
    url = reverse("pupils:emergency_review", args=[access.pk])
    page = client.get(url).content.decode()
    assert REASON in page and "Opened the record, Care" in page
    assert client.post(url, {"outcome": "follow_up", "note": " "}).context["form"].errors.keys() == {"note"}
    assert client.post(url, {"outcome": "follow_up", "note": "Ask Wanda"}).status_code == 302
    access.refresh_from_db()
    assert (access.outcome, access.note, access.reviewed_by) == ("follow_up", "Ask Wanda", head)
    listed = {
        state: client.get(reverse("pupils:emergencies"), {"state": state}).context["page"].paginator.count
        for state in ("", "waiting", "justified", "follow_up", "nonsense")
    }
    assert listed == {"": 1, "waiting": 0, "justified": 0, "follow_up": 1, "nonsense": 1}
    with pytest.raises(PermissionDenied):
        review_emergency(
            access=access, outcome=EmergencyAccess.Outcome.JUSTIFIED, note="", now=timezone.now(), actor=worker
        )
    with pytest.raises(ValidationError):
        review_emergency(
            access=access, outcome=EmergencyAccess.Outcome.FOLLOW_UP, note=" ", now=timezone.now(), actor=head
        )

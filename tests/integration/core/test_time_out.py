"""The time-out and the limit of a session, and what was typed when they came."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, Calendar, User
from core.roles import Role
from core.tasks import clear_sessions
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/London"))
TYPED = {"name": "Schools of the north & east", "csrfmiddlewaretoken": "x", "old_password": "not to be kept"}


def sign_in(client: Client, user: User) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


@pytest.fixture
def officer(make_user: Any) -> User:
    user: User = make_user(Role.DATA_OFFICER)
    return user


def at(minutes: float) -> Any:
    return time_machine.travel(NOW + timedelta(minutes=minutes), tick=False)


def timed_out_post(client: Client, user: User, *, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """Signed in at 0, sends a form at 30 minutes; the answer."""
    with at(0):
        sign_in(client, user)
        client.get("/")
    with at(30):
        return client.post(reverse("calendars:new"), data or TYPED, headers=headers)


def test_every_request_starts_the_time_anew(client: Client, officer: User) -> None:
    with at(0):
        sign_in(client, officer)
    for minutes in (15, 34, 53):
        with at(minutes):
            assert client.get("/").status_code == 200
    with at(74):
        assert client.get("/")["Location"] == "/account/login/?next=/"
        assert "nothing was done here for a while" in client.get("/account/login/").content.decode()
    ended = AccessEvent.objects.get(action="session_ended")
    assert (ended.user_id, ended.detail) == (officer.pk, {"why": "idle"})


def test_nobody_stays_longer_than_the_limit(client: Client, officer: User) -> None:
    with at(0):
        sign_in(client, officer)
    for minutes in range(15, 600, 15):
        with at(minutes):
            assert client.get("/").status_code == 200
    with at(601):
        assert client.get("/").status_code == 302
        assert "the longest that one sign-in lasts" in client.get("/account/login/").content.decode()
    assert AccessEvent.objects.get(action="session_ended").detail == {"why": "limit"}


def test_the_list_of_sessions_knows_when_each_was_last_seen(client: Client, officer: User) -> None:
    with at(0):
        sign_in(client, officer)
    with at(10):
        client.get("/")
    assert UserSession.objects.get().last_seen_at == NOW + timedelta(minutes=10)


def test_what_was_typed_is_in_the_form_again(client: Client, officer: User) -> None:
    answer = timed_out_post(client, officer)
    assert answer["Location"] == "/account/login/?next=/"
    assert not Calendar.objects.exists()
    with at(31):
        assert "What you had typed is kept" in client.get(answer["Location"]).content.decode()
        assert sign_in(client, officer)["Location"] == reverse("calendars:new")
        page = client.get(reverse("calendars:new"))
        text = page.content.decode()
        assert 'value="Schools of the north &amp; east"' in text
        assert "is in the form again. It is not saved yet" in text
        assert "no-store" in page["Cache-Control"]
        assert "not to be kept" not in text
        assert "north" not in client.get(reverse("calendars:new")).content.decode()
        client.post(reverse("calendars:new"), {"name": "Schools of the north & east"})
    assert Calendar.objects.get().name == "Schools of the north & east"


def test_somebody_else_never_sees_it(client: Client, officer: User, make_user: Any) -> None:
    timed_out_post(client, officer)
    with at(31):
        other = make_user(Role.DATA_OFFICER)
        assert sign_in(client, other)["Location"] == "/"
        assert "north" not in client.get(reverse("calendars:new")).content.decode()
        client.post(reverse("account_logout"))
        assert sign_in(client, officer)["Location"] == "/"
        assert "north" not in client.get(reverse("calendars:new")).content.decode()


def test_it_waits_for_half_an_hour(client: Client, officer: User) -> None:
    timed_out_post(client, officer)
    with at(61):
        assert sign_in(client, officer)["Location"] == "/"
        assert "north" not in client.get(reverse("calendars:new")).content.decode()


def test_a_page_opened_meanwhile_in_another_tab_changes_nothing(client: Client, officer: User) -> None:
    with at(0):
        sign_in(client, officer)
        client.get("/")
    with at(30):
        client.get("/")
        client.post(reverse("calendars:new"), TYPED)
        assert sign_in(client, officer)["Location"] == reverse("calendars:new")


def test_a_wrong_password_in_between_loses_nothing(client: Client, officer: User) -> None:
    timed_out_post(client, officer)
    with at(31):
        client.post(reverse("account_login"), {"login": officer.email, "password": "wrong"})
        assert sign_in(client, officer)["Location"] == reverse("calendars:new")


def test_a_form_without_a_page_of_its_own_goes_back_to_where_it_stood(client: Client, officer: User) -> None:
    page = f"{reverse('calendars:list')}?sort=name"
    timed_out_post(client, officer, Referer=f"http://testserver{page}")
    with at(31):
        assert sign_in(client, officer)["Location"] == page
        text = client.get(page).content.decode()
    assert "the form is not on this page any more" in text
    assert "Schools of the north &amp; east" in text


def test_another_sites_page_is_not_gone_to(client: Client, officer: User) -> None:
    timed_out_post(client, officer, Referer="http://elsewhere.example/trap/")
    with at(31):
        assert sign_in(client, officer)["Location"] == reverse("calendars:new")


def test_files_are_named_as_missing(client: Client, officer: User) -> None:
    timed_out_post(client, officer, data={**TYPED, "file": SimpleUploadedFile("a.csv", b"1")})
    with at(31):
        sign_in(client, officer)
        assert "Files are not kept" in client.get(reverse("calendars:new")).content.decode()


@pytest.mark.parametrize("data", [{"old_password": "only this"}, {"name": "x" * 200_001}])
def test_what_is_not_kept(client: Client, officer: User, data: dict[str, str]) -> None:
    timed_out_post(client, officer, data=data)
    with at(31):
        assert sign_in(client, officer)["Location"] == "/"


def test_a_stranger_leaves_nothing(client: Client, officer: User) -> None:
    client.post(reverse("calendars:new"), TYPED)
    assert sign_in(client, officer)["Location"] == "/"


def test_dates_choices_and_ticks_come_back(client: Client, make_user: Any) -> None:
    admin = make_user(Role.SYSTEM_ADMIN)
    with at(0):
        sign_in(client, admin)
        client.get("/")
    with at(30):
        client.post(reverse("accounts:new"), {"name": "Ada", "email": "ada@x.example", "role": "iro"})
        sign_in(client, admin)
        text = client.get(reverse("accounts:new")).content.decode()
    import lxml.html

    form = next(f for f in lxml.html.document_fromstring(text).forms if "role" in f.fields)
    assert (form.fields["name"], form.fields["email"], form.fields["role"]) == ("Ada", "ada@x.example", "iro")


def test_sessions_that_ran_out_are_deleted_at_night(client: Client, officer: User) -> None:
    timed_out_post(client, officer)
    with at(60 * 24):
        clear_sessions()
        assert not Session.objects.exists()

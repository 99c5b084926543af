"""Where a person is signed in, in words; ending one session, all others, and what a new password ends."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def head(make_user: Any) -> User:
    user: User = make_user(Role.VSH)
    return user


def browser(user: User, name: str) -> Client:
    client = Client(headers={"User-Agent": name})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def rows(client: Client) -> list[tuple[str, bool]]:
    found = client.get(reverse("usersessions_list")).context["rows"]
    return [(row["browser"], row["session"].session_key == client.session.session_key) for row in found]


def test_each_session_in_words(head: User) -> None:
    desk, phone = browser(head, EDGE), browser(head, PHONE)
    assert rows(desk) == [("Edge on Windows", True), ("Safari on an iPhone", False)]
    assert rows(phone)[0] == ("Safari on an iPhone", True)


def test_one_is_ended(head: User) -> None:
    desk, phone = browser(head, EDGE), browser(head, PHONE)
    other = desk.get(reverse("usersessions_list")).context["rows"][1]["session"].pk
    answer = desk.post(reverse("account_session_end", args=[other]), follow=True)
    assert "The session in Safari on an iPhone is signed out." in answer.content.decode()
    assert phone.get("/").status_code == 302
    assert desk.get("/").status_code == 200
    ended = AccessEvent.objects.get(action="session_ended")
    assert (ended.user_id, ended.detail) == (head.pk, {"why": "one", "sessions": 1})


def test_nobody_ends_somebody_elses_or_this_one(head: User, make_user: Any) -> None:
    desk, stranger = browser(head, EDGE), browser(make_user(Role.IRO), PHONE)
    own = desk.get(reverse("usersessions_list")).context["rows"][0]["session"].pk
    assert stranger.post(reverse("account_session_end", args=[own])).status_code == 404
    assert desk.post(reverse("account_session_end", args=[own])).status_code == 404
    assert desk.get("/").status_code == 200


def test_everywhere_else(head: User) -> None:
    desk, phone, third = browser(head, EDGE), browser(head, PHONE), browser(head, "")
    assert ("an unknown browser", False) in rows(desk)
    desk.post(reverse("usersessions_list"))
    assert [client.get("/").status_code for client in (desk, phone, third)] == [200, 302, 302]
    assert AccessEvent.objects.get(action="session_ended").detail["sessions"] == 2


def test_a_new_password_signs_out_everywhere_else(head: User) -> None:
    desk, phone = browser(head, EDGE), browser(head, PHONE)
    new = "three lamps under a hedge"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = desk.post(reverse("account_change_password"), data, follow=True)
    assert "The password is changed" in answer.content.decode()
    assert [client.get("/").status_code for client in (desk, phone)] == [200, 302]
    assert rows(desk) == [("Edge on Windows", True)]
    changed = AccessEvent.objects.get(action="password_changed")
    assert (changed.user_id, changed.detail) == (head.pk, {"kind": "changed"})

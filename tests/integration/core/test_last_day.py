"""The last day of a person: nobody gets in after it, and the night's job closes the account."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import services
from core.invitations import accept_invitation, send_invitation
from core.models import AccessEvent, User
from core.roles import Role
from core.tasks import close_departed
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 23)
ON_IT, AFTER = "2026-11-23T22:00:00Z", "2026-11-24T00:05:00Z"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        yield


@pytest.fixture
def leaver(make_user: Any) -> User:
    user: User = make_user(Role.IRO, leaves_on=LAST)
    return user


def sign_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session and client.get("/").status_code == 200


def test_the_last_day_is_worked_and_the_next_is_not(leaver: User) -> None:
    with time_machine.travel(ON_IT, tick=False):
        open_session = sign_in(leaver)
        assert is_in(open_session)
    with time_machine.travel(AFTER, tick=False):
        assert open_session.get("/").status_code == 302
        assert not is_in(sign_in(leaver))


def test_an_invitation_does_not_outlive_the_last_day(leaver: User, make_user: Any) -> None:
    User.objects.filter(pk=leaver.pk).update(password="!")
    link = send_invitation(user=leaver, base_url="https://vs.example/", actor=None)
    with time_machine.travel(AFTER, tick=False), pytest.raises(ValidationError):
        accept_invitation(token=link.rstrip("/").rsplit("/", 1)[1], password="three lively otters swim")


def test_the_job_closes_once_and_not_before(leaver: User) -> None:
    close_departed()
    leaver.refresh_from_db()
    assert leaver.is_active
    with time_machine.travel(AFTER, tick=False):
        close_departed()
        close_departed()
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert AccessEvent.objects.filter(subject_id=leaver.pk, detail__because="last day over").count() == 1


def test_who_comes_back_has_no_last_day(leaver: User, make_user: Any) -> None:
    with time_machine.travel(AFTER, tick=False):
        services.close_departed(today=date(2026, 11, 24))
        services.reactivate_account(user=leaver, actor=make_user(Role.SYSTEM_ADMIN))
        close_departed()
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.leaves_on) == (True, None)


def test_an_administrator_has_no_last_day(make_user: Any) -> None:
    admin = make_user(Role.SYSTEM_ADMIN)
    with pytest.raises(ValidationError, match="by hand"):
        services.set_last_day(user=admin, leaves_on=LAST, today=LAST, actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=admin.pk).update(leaves_on=LAST)


def test_who_becomes_administrator_loses_the_last_day(leaver: User) -> None:
    services.change_account(user=leaver, email=leaver.email, name=leaver.name, role=Role.SYSTEM_ADMIN, actor=None)
    leaver.refresh_from_db()
    assert leaver.leaves_on is None


def test_by_button_on_the_account_page(client: Client, make_user: Any) -> None:
    client.force_login(make_user(Role.SYSTEM_ADMIN))
    iro = make_user(Role.IRO)
    page = reverse("accounts:last_day", args=[iro.pk])
    client.post(page, {"leaves_on_0": "30", "leaves_on_1": "11", "leaves_on_2": "2026"})
    iro.refresh_from_db()
    assert iro.leaves_on == date(2026, 11, 30)
    assert "Mon 30 Nov 2026" in client.get(reverse("accounts:detail", args=[iro.pk])).content.decode()
    assert (
        "cannot lie in the past"
        in client.post(page, {"leaves_on_0": "1", "leaves_on_1": "11", "leaves_on_2": "2026"}).content.decode()
    )
    client.post(page, {"leaves_on_0": "", "leaves_on_1": "", "leaves_on_2": ""})
    iro.refresh_from_db()
    assert iro.leaves_on is None


def test_the_team_is_shown_changed_and_filtered_by(client: Client, make_user: Any) -> None:
    client.force_login(make_user(Role.SYSTEM_ADMIN))
    east, west = make_user(Role.IRO, name="Eve East"), make_user(Role.IRO, name="Will West", team="West")
    form = {"name": east.name, "email": east.email, "role": "iro", "team": "  East  team "}
    client.post(reverse("accounts:change", args=[east.pk]), form)
    east.refresh_from_db()
    assert east.team == "East team"
    assert "East team" in client.get(reverse("accounts:detail", args=[east.pk])).content.decode()
    listed = client.get(reverse("accounts:list"), {"team": "West"}).content.decode()
    assert west.email in listed
    assert east.email not in listed

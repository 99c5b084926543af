"""The second step: set up, used, lost; and roles that get nowhere without one."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from core.second_step import Lost, remove_second_step
from tests.conftest import PASSWORD
from tests.otp import code_of
from virtualschool.settings import roles_named

pytestmark = pytest.mark.django_db


NOW = datetime(2026, 11, 23, 9, 30, 5, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """A clock that stands, so that a code does not run out."""
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def set_up_app(django_capture_on_commit_callbacks: Any) -> Callable[[Client], str]:
    """set_up_app(client) goes through the pages and returns the app's key."""

    def go(client: Client) -> str:
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert answer["Location"] == reverse("mfa_view_recovery_codes")
        return str(secret)

    return go


@pytest.fixture
def required(settings: Any) -> Any:
    settings.MFA_REQUIRED_ROLES = frozenset({"vsh", "adviser"})
    return settings


def sign_in(client: Client, user: User) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def actions(user: User) -> list[str]:
    return list(AccessEvent.objects.filter(user_id=user.pk).order_by("pk").values_list("action", flat=True))


def test_a_role_that_needs_one_sees_only_the_pages_to_set_one_up(
    set_up_app: Callable[[Client], str], required: Any, client: Client, make_user: Any
) -> None:
    head = make_user(Role.VSH)
    sign_in(client, head)
    for path in ("/", reverse("pupils:list"), reverse("account_change_password"), reverse("usersessions_list")):
        assert client.get(path)["Location"] == reverse("mfa_index"), path
    assert client.post(reverse("pupils:search"), {"q": "x"})["Location"] == reverse("mfa_index")
    page = client.get(reverse("mfa_index")).content.decode()
    assert "You have no second step yet" in page
    assert "Virtual School Head" in page
    assert 'id="site-search"' not in page and 'id="navigation"' not in page
    client.get(reverse("mfa_index"))
    set_up_app(client)
    assert client.get("/").status_code == 200
    assert client.get(reverse("pupils:list")).status_code == 200
    assert "You have no second step yet" not in client.get(reverse("mfa_index")).content.decode()


def test_other_roles_are_let_in(required: Any, client: Client, make_user: Any) -> None:
    sign_in(client, make_user(Role.IRO))
    assert client.get("/").status_code == 200


def test_the_next_sign_in_asks_for_the_code(set_up_app: Callable[[Client], str], required: Any, make_user: Any) -> None:
    head = make_user(Role.VSH)
    first = Client()
    sign_in(first, head)
    secret = set_up_app(first)
    second = Client()
    assert sign_in(second, head)["Location"] == reverse("mfa_authenticate")
    assert second.get("/").status_code == 302
    refused = second.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "The code is not right" in refused.content.decode()
    assert second.get("/").status_code == 302
    assert second.post(reverse("mfa_authenticate"), {"code": code_of(secret)})["Location"] == "/"
    assert second.get("/").status_code == 200
    kept = actions(head)
    assert kept.count("signed_in") == 2
    assert {"mfa_added", "mfa_used"} <= set(kept)
    failed = AccessEvent.objects.get(action="sign_in_failed")
    assert (failed.subject_id, failed.detail) == (head.pk, {"step": "code"})


def test_a_recovery_code_works_once_and_is_kept(set_up_app: Callable[[Client], str], make_user: Any) -> None:
    head = make_user(Role.VSH)
    first = Client()
    sign_in(first, head)
    set_up_app(first)
    codes = first.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    for expected in (302, 200):
        other = Client()
        sign_in(other, head)
        assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == expected
    used = AccessEvent.objects.get(action="recovery_code_used")
    assert (used.user_id, used.detail) == (head.pk, {"left": 9})


def test_the_last_second_step_of_such_a_role_stays(
    set_up_app: Callable[[Client], str], required: Any, client: Client, make_user: Any
) -> None:
    head = make_user(Role.VSH)
    sign_in(client, head)
    set_up_app(client)
    url = reverse("mfa_deactivate_totp")
    assert "Your role needs a second step" in client.get(url).content.decode()
    client.post(url)
    assert Authenticator.objects.filter(user=head, type="totp").exists()
    required.MFA_REQUIRED_ROLES = frozenset()
    client.post(url)
    assert not Authenticator.objects.filter(user=head).exists()
    assert actions(head)[-1] == "mfa_removed"
    required.MFA_REQUIRED_ROLES = frozenset({"vsh"})
    assert client.get("/")["Location"] == reverse("mfa_index")


def test_the_person_is_told_by_mail(set_up_app: Callable[[Client], str], client: Client, make_user: Any) -> None:
    head = make_user(Role.VSH)
    sign_in(client, head)
    set_up_app(client)
    (message,) = mail.outbox
    assert message.to == [head.email]
    assert message.subject == "An authenticator app was set up"
    assert "Was it not you?" in message.body and "example.com" not in message.body


def test_the_key_lies_sealed_in_the_database(
    set_up_app: Callable[[Client], str], client: Client, make_user: Any, settings: Any
) -> None:
    head = make_user(Role.VSH)
    sign_in(client, head)
    secret = set_up_app(client)
    stored = Authenticator.objects.get(user=head, type="totp")
    assert secret not in str(stored.data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key altogether"
    assert stored.wrap().validate_code(code_of(secret))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["all"], {role.value for role in Role}),
        (["none"], set()),
        ([], set()),
        (["vsh", "data_officer"], {"vsh", "data_officer"}),
    ],
)
def test_the_setting(named: list[str], expected: set[str]) -> None:
    assert roles_named(named) == expected


def test_a_role_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="no role king"):
        roles_named(["king"])


def test_the_administrator_takes_a_lost_one_away(
    set_up_app: Callable[[Client], str], required: Any, make_user: Any
) -> None:
    required.EMAIL_HOST = "mail.westmarch.example"
    head, admin = make_user(Role.VSH), make_user(Role.SYSTEM_ADMIN)
    theirs, site = Client(), Client()
    sign_in(theirs, head)
    set_up_app(theirs)
    site.force_login(admin)
    url = reverse("accounts:remove_second_step", args=[head.pk])
    assert url in site.get(reverse("accounts:detail", args=[head.pk])).content.decode()
    assert "Answer the question: Why?" in site.post(url, {}).content.decode()
    mail.outbox.clear()
    assert "was told by mail" in site.post(url, {"reason": "lost"}, follow=True).content.decode()
    (message,) = mail.outbox
    assert message.to == [head.email] and "lost or stolen" in message.body
    assert not Authenticator.objects.filter(user=head).exists()
    assert theirs.get("/").status_code == 302
    removed = AccessEvent.objects.get(action="mfa_removed")
    assert (removed.user_id, removed.subject_id) == (admin.pk, head.pk)
    assert removed.detail == {"reason": "lost", "kinds": ["recovery_codes", "totp"], "sessions": 1}
    sign_in(theirs, head)
    assert theirs.get("/")["Location"] == reverse("mfa_index")
    assert "has no second step" in site.post(url, {"reason": "lost"}, follow=True).content.decode()


def test_nobody_takes_their_own_or_anybodys_away(make_user: Any) -> None:
    head, admin = make_user(Role.VSH), make_user(Role.SYSTEM_ADMIN)
    with pytest.raises(ValidationError, match="your own second step"):
        remove_second_step(user=admin, reason=Lost.LOST, actor=admin)
    with pytest.raises(PermissionDenied):
        remove_second_step(user=admin, reason=Lost.LOST, actor=head)


@pytest.mark.parametrize(
    "credential",
    ["", "null", "[]", "{}", '{"id": 1}', '{"response": {"userHandle": 7}}', '{"id":"x","response":{}}', "x"],
)
def test_a_made_up_passkey_is_refused(credential: str, client: Client, make_user: Any) -> None:
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer["Location"] == reverse("account_login")
    assert client.get("/").status_code == 302
    head = make_user(Role.VSH)
    sign_in(client, head)
    assert client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()

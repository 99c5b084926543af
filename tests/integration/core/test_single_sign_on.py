"""Single sign-on against a real OpenID Connect provider: whom its answer lets in, and whom it does not."""

import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core import services
from core.models import AccessEvent, User
from core.roles import AccountState, Role
from tests.conftest import PASSWORD
from tests.openid import Provider, running_provider
from virtualschool.settings import openid_providers

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture(autouse=True)
def set_up(provider: Provider, settings: Any) -> Iterator[Any]:
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = provider.url, "Westmarch account"
    settings.SOCIALACCOUNT_PROVIDERS = openid_providers(provider.url, "Westmarch account", "virtual-school", "s3cret")
    cache.clear()
    yield settings
    cache.clear()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def sign_in(client: Client, sub: str, **query: str) -> Any:
    """Press the button, sign in at the provider as `sub`, come back; the answer of our callback."""
    start = client.post(reverse("openid_connect_login", args=["council"]), query)
    assert start.status_code == 302
    assert "code_challenge=" in start["Location"]
    request = urllib.request.Request(start["Location"], data=urllib.parse.urlencode({"sub": sub}).encode())
    try:
        urllib.request.build_opener(_Stay).open(request, timeout=10)
        raise AssertionError("the provider did not send us back")
    except urllib.error.HTTPError as answer:
        back = urllib.parse.urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def why() -> dict[str, Any]:
    event = AccessEvent.objects.filter(action="sign_in_failed").latest("pk")
    assert event.detail["step"] == "single sign-on"
    return dict(event.detail)


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "no open account" in answer.content.decode()


def test_an_open_account_with_the_verified_address(client: Client, provider: Provider) -> None:
    ada = services.add_account(email="ada@westmarch.example", name="Ada", role=Role.ADVISER, actor=None)
    provider.add("ada-1", email="Ada@Westmarch.example", email_verified=True)
    assert "Sign in with Westmarch account" in client.get(reverse("account_login")).content.decode()
    assert sign_in(client, "ada-1")["Location"] == "/"
    assert client.get("/").status_code == 200
    ada.refresh_from_db()
    assert ada.state == AccountState.ACTIVE
    assert ada in User.objects.in_state(AccountState.ACTIVE)
    assert AccessEvent.objects.filter(user_id=ada.pk, action="signed_in").exists()
    assert not SocialToken.objects.exists()


def test_later_the_number_of_the_person_counts(client: Client, provider: Provider, make_user: Any) -> None:
    head = make_user(Role.VSH)
    provider.add("head-1", email=head.email, email_verified=True)
    sign_in(client, "head-1")
    provider.add("head-1", email="married@westmarch.example", email_verified=True)
    assert sign_in(Client(), "head-1")["Location"] == "/"
    provider.add("head-2", email=head.email, email_verified=True)
    assert refused(sign_in(Client(), "head-2"))
    assert why()["why"] == "other person"
    assert SocialAccount.objects.get().user == head


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "vsh1@westmarch.example"}, "no verified address"),
        ({"email": "vsh1@westmarch.example", "email_verified": False}, "no verified address"),
        ({"email": "vsh1@westmarch.example", "email_verified": "false"}, "no verified address"),
        ({}, "no verified address"),
        ({"email": "nobody@westmarch.example", "email_verified": True}, "no account"),
        ({"email": "iro2@westmarch.example", "email_verified": True}, "no account"),
    ],
)
def test_who_is_refused(
    claims: dict[str, Any], reason: str, client: Client, provider: Provider, make_user: Any
) -> None:
    make_user(Role.VSH)
    make_user(Role.IRO, is_active=False)
    provider.add("stranger", **claims)
    assert refused(sign_in(client, "stranger"))
    assert why()["why"] == reason
    assert client.get("/").status_code == 302
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 2


def test_an_account_closed_later(client: Client, provider: Provider, make_user: Any) -> None:
    head = make_user(Role.IRO)
    provider.add("iro-1", email=head.email, email_verified=True)
    sign_in(client, "iro-1")
    services.deactivate_account(user=head, actor=None)
    assert refused(sign_in(Client(), "iro-1"))
    assert why()["why"] == "closed"


def test_a_domain_that_the_provider_vouches_for(
    client: Client, provider: Provider, make_user: Any, set_up: Any
) -> None:
    head = make_user(Role.VSH)
    set_up.OIDC_EMAIL_DOMAINS = frozenset({"westmarch.example"})
    provider.add("head-3", email=head.email)
    assert sign_in(client, "head-3")["Location"] == "/"


def test_nobody_ties_another_identity_to_an_account(client: Client, provider: Provider, make_user: Any) -> None:
    client.force_login(make_user(Role.VSH))
    provider.add("other", email="other@elsewhere.example", email_verified=True)
    assert refused(sign_in(client, "other", process="connect"))
    assert not SocialAccount.objects.exists()


def test_our_second_step_is_asked_for_unless_the_provider_asks(
    client: Client, provider: Provider, make_user: Any, set_up: Any
) -> None:
    head = make_user(Role.VSH)
    set_up.MFA_REQUIRED_ROLES = frozenset({"vsh"})
    provider.add("head-4", email=head.email, email_verified=True)
    sign_in(client, "head-4")
    assert client.get("/")["Location"] == reverse("mfa_index")
    set_up.OIDC_IS_SECOND_STEP = True
    other = Client()
    sign_in(other, "head-4")
    assert other.get("/").status_code == 200


def test_a_made_up_answer_lets_nobody_in(client: Client, provider: Provider) -> None:
    callback = reverse("openid_connect_callback", args=["council"])
    for query in ("", "?code=x", "?code=x&state=y", "?error=access_denied&state=y"):
        assert client.get(f"{callback}{query}").status_code in {200, 302, 401}
        assert client.get("/").status_code == 302


def test_the_password_is_off_for_a_domain(make_user: Any, set_up: Any, mailoutbox: Any) -> None:
    set_up.PASSWORD_OFF_DOMAINS = frozenset({"westmarch.example"})
    head, guest = make_user(Role.VSH), make_user(Role.IRO, email="iro@elsewhere.example")
    admin = make_user(Role.SYSTEM_ADMIN)
    url = reverse("account_login")
    answer = Client().post(url, {"login": head.email, "password": PASSWORD})
    assert "sign in with Westmarch account, without a password" in answer.content.decode()
    assert Client().post(url, {"login": guest.email, "password": PASSWORD}).status_code == 302
    Client().post(reverse("account_reset_password"), {"email": head.email})
    assert "/reset/key/" not in mailoutbox[-1].body
    site = Client()
    site.force_login(admin)
    new = {"name": "Ada", "email": "ada@westmarch.example", "role": "iro"}
    page = site.post(reverse("accounts:new"), new, follow=True).content.decode()
    assert "Ada has an account. People with this kind of email address sign in with Westmarch account" in page


def test_without_a_provider_there_is_no_button_and_no_way_in(client: Client, set_up: Any) -> None:
    set_up.OIDC_SERVER_URL = ""
    set_up.SOCIALACCOUNT_PROVIDERS = openid_providers("", "", "", "")
    assert "Sign in with Westmarch" not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("openid_connect_login", args=["council"])).status_code == 404

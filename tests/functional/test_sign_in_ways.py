"""Ways in: invitation with an authenticator app, lost phone, passkey, single sign-on, and what keeps people out."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import invitations, services
from core.models import AccessEvent, User
from core.roles import Role
from tests.conftest import PASSWORD
from tests.openid import running_provider
from tests.otp import code_of
from virtualschool.settings import form_targets, openid_providers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS_DIR")


@pytest.fixture(autouse=True)
def nobody_tried_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def look(check_page: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """look(page, name): on a phone and wide, no accessibility fault, nothing to scroll sideways."""

    def go(page: Page, name: str) -> None:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            check_page(page)
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)

    return go


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A page of a browser of its own, at the same server; its console must stay quiet."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: Any) -> Page:
        contexts.append(browser.new_context(base_url=live_server.url, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def give_password(page: Page, user: User, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def set_up_app(page: Page) -> str:
    """From the page of the second step; ends on the recovery codes and returns the app's key."""
    page.get_by_role("button", name="Set up the app").click()
    heading(page, "Set up the authenticator app")
    secret = page.get_by_label("Key for typing").input_value()
    send_code(page, "Code from the app", "Turn on", secret)
    heading(page, "Recovery codes")
    return secret


def send_code(page: Page, label: str, button: str, secret: str) -> None:
    """As people do: when the code ran out on the way, the next one."""
    for _ in range(3):
        page.get_by_label(label).fill(code_of(secret))
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        if not page.locator(".govuk-error-summary").count():
            return


def test_first_sign_in_by_invitation_with_an_authenticator_app(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], live_server: Any, settings: Any
) -> None:
    settings.MFA_REQUIRED_ROLES = frozenset({"adviser"})
    ada = services.add_account(email="ada@westmarch.example", name="Ada Whitcombe", role=Role.ADVISER, actor=None)
    link = invitations.send_invitation(user=ada, base_url=f"{live_server.url}/", actor=None)
    page = new_page()
    page.goto(link)
    heading(page, "Choose your password")
    look(page, "invitation")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password again").fill("short")
    page.get_by_role("button", name="Save the password and sign in").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look(page, "invitation-error")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Save the password and sign in").click()
    heading(page, "Set up your second step")
    look(page, "second-step-missing")
    page.goto("/children/")
    heading(page, "Set up your second step")
    page.get_by_role("button", name="Set up the app").click()
    look(page, "app")
    page.goto("/")
    set_up_app(page)
    look(page, "recovery-codes")
    page.get_by_role("link", name="go to my home page").click()
    expect(page.get_by_role("link", name="Ada Whitcombe")).to_be_visible()
    page.goto("/account/2fa/")
    look(page, "second-step")
    other = new_page()
    other.goto(link)
    heading(other, "This invitation was used")
    look(other, "invitation-used")


def test_lost_phone_a_recovery_code_lets_in(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], make_user: Any
) -> None:
    head = make_user(Role.VSH)
    page = new_page()
    give_password(page, head)
    page.goto("/account/2fa/")
    set_up_app(page)
    code = page.locator(".app-codes li").first.inner_text()
    other = new_page(java_script_enabled=False)
    give_password(other, head)
    heading(other, "Second step")
    other.get_by_label("Code").fill("00000000")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.locator(".govuk-error-summary")).to_contain_text("The code is not right")
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_role("link", name=head.name)).to_be_visible()
    assert AccessEvent.objects.filter(user_id=head.pk, action="recovery_code_used").exists()
    third, theirs = new_page(), new_page()
    give_password(third, head)
    look(third, "code")
    give_password(theirs, make_user(Role.SYSTEM_ADMIN))
    theirs.goto(f"/accounts/{head.pk}/")
    look(theirs, "account")
    theirs.get_by_role("link", name="Remove the second step").click()
    look(theirs, "remove-second-step")
    theirs.get_by_label("The phone or the key is lost or stolen").check()
    theirs.get_by_role("button", name="Remove the second step").click()
    expect(theirs.locator("main")).to_contain_text("The second step of Virtual School Head 1 is removed")
    give_password(third, head)
    expect(third.get_by_role("link", name=head.name)).to_be_visible()


def go_away(user: User, minutes: int) -> None:
    """As if the person had done nothing for so long."""
    for row in UserSession.objects.filter(user=user):
        store = SessionStore(row.session_key)
        store["last_seen"] -= minutes * 60
        store.save()


@pytest.mark.parametrize("scripts", [True, False])
def test_time_out_in_a_half_filled_form(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], make_user: Any, scripts: bool
) -> None:
    admin = make_user(Role.SYSTEM_ADMIN)
    page = new_page(java_script_enabled=scripts)
    give_password(page, admin)
    page.goto("/accounts/new/")
    page.get_by_label("Name", exact=True).fill("Hamid Farooqi")
    page.get_by_label("Independent reviewing officer").check()
    go_away(admin, 30)
    page.get_by_role("button", name="Add the person").click()
    heading(page, "Sign in")
    expect(page.locator("main")).to_contain_text("What you had typed is kept for half an hour")
    if scripts:
        look(page, "timed-out")
    page.get_by_label("Email address").fill(admin.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    heading(page, "Add a person")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Hamid Farooqi")
    expect(page.get_by_label("Independent reviewing officer")).to_be_checked()
    expect(page.locator("main")).to_contain_text("It is not saved yet")
    if scripts:
        look(page, "typed-again")
    page.get_by_label("Email address").fill("hamid@westmarch.example")
    page.get_by_role("button", name="Add the person").click()
    heading(page, "An invitation for Hamid Farooqi")


def test_a_session_elsewhere_is_ended(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], make_user: Any
) -> None:
    head = make_user(Role.VSH)
    page, other = new_page(), new_page()
    give_password(other, head)
    give_password(page, head)
    page.goto("/account/sessions/")
    heading(page, "Where you are signed in")
    look(page, "sessions")
    page.get_by_role("button", name="Sign out Chrome on Linux").click()
    expect(page.locator("main")).to_contain_text("You are signed in nowhere else.")
    other.goto("/children/")
    heading(other, "Sign in")


def test_lock_out_says_when_to_try_again_and_is_lifted(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], make_user: Any
) -> None:
    head, admin = make_user(Role.VSH), make_user(Role.SYSTEM_ADMIN)
    page, theirs = new_page(), new_page()
    for _ in range(6):
        give_password(page, head, "not the password")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Try again at")
    look(page, "locked-out")
    give_password(theirs, admin)
    theirs.goto(f"/accounts/{head.pk}/")
    expect(theirs.get_by_role("heading", name="Locked out")).to_be_visible()
    look(theirs, "account-locked")
    theirs.get_by_role("button", name="Let the person try again now").click()
    expect(theirs.get_by_role("heading", name="Locked out")).to_have_count(0)
    give_password(page, head)
    expect(page.get_by_role("link", name=head.name)).to_be_visible()


@pytest.fixture
def with_authenticator() -> Callable[[Page], Any]:
    """with_authenticator(page): the browser has a built-in authenticator that knows its owner."""

    def go(page: Page) -> Any:
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return devices

    return go


def test_passkey(
    new_page: Callable[..., Page],
    look: Callable[[Page, str], None],
    with_authenticator: Callable[[Page], Any],
    make_user: Any,
    settings: Any,
) -> None:
    settings.MFA_REQUIRED_ROLES = frozenset({"vsh"})
    head = make_user(Role.VSH)
    page = new_page()
    with_authenticator(page)
    give_password(page, head)
    heading(page, "Set up your second step")
    page.get_by_role("button", name="Add a passkey").click()
    look(page, "passkey-add")
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    heading(page, "Recovery codes")
    page.goto("/account/2fa/webauthn/")
    look(page, "passkeys")
    page.get_by_role("link", name="Rename Work laptop").click()
    look(page, "passkey-rename")
    page.get_by_label("Name of the passkey").fill("Council laptop")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove Council laptop").click()
    expect(page.locator("main")).to_contain_text("Your role needs a second step, and this is the only one.")
    page.get_by_role("button", name="Sign out").click()

    # With the passkey alone
    page.goto("/account/login/")
    look(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name=head.name)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    # After the password
    give_password(page, head)
    heading(page, "Second step")
    look(page, "passkey-second-step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name=head.name)).to_be_visible()
    kept = list(AccessEvent.objects.filter(user_id=head.pk).values_list("action", flat=True))
    assert (kept.count("mfa_added"), kept.count("mfa_used"), kept.count("signed_in")) == (1, 2, 3)

    settings.MFA_REQUIRED_ROLES = frozenset()
    page.goto("/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove Council laptop").click()
    look(page, "passkey-remove")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.locator("main")).to_contain_text("No passkey yet")


def test_a_browser_without_a_passkey_says_so(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], with_authenticator: Callable[[Page], Any]
) -> None:
    page = new_page()
    with_authenticator(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    look(page, "passkey-none")


def test_single_sign_on(
    new_page: Callable[..., Page], look: Callable[[Page, str], None], make_user: Any, settings: Any
) -> None:
    head = make_user(Role.VSH)
    with running_provider() as provider:
        settings.OIDC_SERVER_URL, settings.OIDC_NAME = provider.url, "your Westmarch account"
        settings.SOCIALACCOUNT_PROVIDERS = openid_providers(provider.url, "Westmarch", "virtual-school", "s3cret")
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": {**policy, "form-action": form_targets(provider.url)},
        }
        provider.add("head", email=head.email, email_verified=True)
        provider.add("stranger", email="stranger@elsewhere.example", email_verified=True)
        page = new_page()
        page.goto("/children/")
        look(page, "sign-in-sso")
        page.get_by_role("button", name="Sign in with your Westmarch account").click()
        page.get_by_placeholder("sub").fill("head")
        page.get_by_role("button", name="Authorize").click()
        heading(page, "Children")
        expect(page.get_by_role("link", name=head.name)).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.goto("/account/login/")
        page.get_by_role("button", name="Sign in with your Westmarch account").click()
        page.get_by_placeholder("sub").fill("stranger")
        page.get_by_role("button", name="Authorize", exact=True).click()
        heading(page, "You could not be signed in")
        look(page, "sso-refused")
        page.goto("/account/login/")
        page.get_by_role("button", name="Sign in with your Westmarch account").click()
        page.get_by_role("button", name="Deny").click()
        heading(page, "The sign-in did not work")
        look(page, "sso-failed")
        page.goto("/account/3rdparty/login/cancelled/")
        heading(page, "You were not signed in")
        look(page, "sso-cancelled")

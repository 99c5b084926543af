"""In and out: password, refusals, too many attempts, and the time-out on a shared PC."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from core.models import AccessEvent, User
from core.roles import Role
from tests.functional.journeys.county import NOW, Site, person
from virtualschool.demo_job import PASSWORD

pytestmark = pytest.mark.browser


def fill(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_in_with_the_password_and_out_again(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(None, "/children/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    check_page(page)
    fill(page, person(Role.ADVISER).email, PASSWORD)
    expect(page).to_have_url(f"{site.url}/children/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    page.goto(f"{site.url}/children/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    with site.quiet():
        found = AccessEvent.objects.filter(user_id=person(Role.ADVISER).pk).values_list("action", flat=True)
        assert {"signed_in", "signed_out"} <= set(found)


def test_a_wrong_password_says_the_same_as_an_unknown_address(
    site: Site, visit: Callable[..., Page], check_page: Any
) -> None:
    said = []
    for email in (person(Role.ADVISER).email, "nobody@westmarch.example"):
        page = visit(None, "/account/login/")
        fill(page, email, "not the password")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        expect(page).to_have_title("Error: Sign in – Virtual School")
        said.append(page.locator(".govuk-error-summary").inner_text())
        check_page(page)
    assert said[0] == said[1]


def test_too_many_attempts_are_told_to_wait(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(None, "/account/login/")
    for _ in range(5):
        fill(page, person(Role.VSH).email, "not the password")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
    fill(page, person(Role.VSH).email, PASSWORD)
    expect(page.locator("main")).to_contain_text("too many", ignore_case=True)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    check_page(page)


def test_who_was_away_for_long_signs_in_again(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DESIGNATED_TEACHER)
    with time_machine.travel(NOW + timedelta(minutes=15), tick=True):
        page.goto(f"{site.url}/children/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Children")
    with time_machine.travel(NOW + timedelta(minutes=36), tick=True):
        page.goto(f"{site.url}/children/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_closed_account_lets_nobody_in(site: Site, visit: Callable[..., Page]) -> None:
    with site.quiet():
        teacher = person(Role.DESIGNATED_TEACHER)
        User.objects.filter(pk=teacher.pk).update(is_active=False)
    page = visit(None, "/account/login/")
    fill(page, teacher.email, PASSWORD)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    page.goto(f"{site.url}/children/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

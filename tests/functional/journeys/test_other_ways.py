"""Pages that say no, pages of a fault, and the service without scripts, by keyboard and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page, expect

from core.roles import Role
from schools import views as school_views
from tests.functional.journeys.conftest import sign_in_by_cookie
from tests.functional.journeys.county import PUPILS, Site

pytestmark = pytest.mark.browser


def test_a_page_that_is_not_there(visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.VSH, "/children/999999/", status=404)
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    check_page(page)


def test_a_page_that_the_role_does_not_include(visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.BOARD_READER, "/children/", status=403)
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
    check_page(page)


def test_a_fault_of_ours(visit: Callable[..., Page], check_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("invented")

    monkeypatch.setattr(school_views, "SchoolListing", fail)
    page = visit(Role.VSH, "/schools/", status=500)
    expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong")
    assert "invented" not in page.content()
    check_page(page)


def test_a_form_that_was_not_ours_is_refused(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.VSH, "/attainment/qualifications/")
    page.context.clear_cookies(name=django_settings.CSRF_COOKIE_NAME)
    page.get_by_role("searchbox").fill("a")
    with page.expect_navigation() as went:
        page.keyboard.press("Enter")
    answer = went.value
    assert answer.status == 403
    check_page(page)


def test_the_main_way_without_scripts(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in_by_cookie(site, context, Role.VSH)
    page = context.new_page()
    page.goto(f"{site.url}/")
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    page.get_by_role("link", name="Children", exact=True).click()
    page.get_by_label("Year group").select_option("Year 8")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="Remove this filter: Year group")).to_be_visible()
    page.locator("main tbody th a").first.click()
    parts = page.get_by_role("navigation", name="Parts of this child's record")
    parts.get_by_role("link", name="Attendance", exact=True).click()
    parts.get_by_role("link", name="Care", exact=True).click()
    page.get_by_role("button", name="Show the protected postcodes").click()
    expect(page.locator("main")).to_contain_text("shown once")
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("found by your search")
    page.goto(f"{site.url}/reports/indicators/ni-99/2009/")
    page.get_by_role("link", name="Denominator", exact=True).click()
    expect(page.locator("main tbody tr")).not_to_have_count(0)
    page.goto(f"{site.url}/attendance/conflicts/")
    page.get_by_role("link", name="From earlier school years").click()
    page.locator("article.app-conflict").first.get_by_role("button").first.click()
    expect(page.locator("main")).to_contain_text("of B2B (school system) counts.")
    context.close()


def test_the_keyboard_reaches_the_content_and_the_list(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/children/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_phone_has_menu_filter_and_rows_as_cards(visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/children/")
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    expect(page.get_by_role("link", name="Reports", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Reports", exact=True)).to_be_visible()
    expect(page.get_by_label("Year group")).to_be_hidden()
    page.get_by_role("button", name="Show filters").click()
    expect(page.get_by_label("Year group")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{PUPILS} children looked after on")

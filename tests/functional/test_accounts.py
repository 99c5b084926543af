"""A real installation set up in the browser: accounts and term dates, by keyboard, on a phone, without scripts."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import rules, services
from core.models import Calendar, User
from core.roles import Role
from tests.conftest import PASSWORD
from tests.factories import SchoolFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS_DIR")


def shoot(page: Page, name: str) -> None:
    """Keep a picture when somebody asks for them."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def people(make_user: Any) -> dict[str, User]:
    """A few accounts in every state, and two calendars."""
    people = {
        "admin": make_user(Role.SYSTEM_ADMIN, name="Ruth Okafor"),
        "officer": make_user(Role.DATA_OFFICER, name="Colin Bright"),
        "teacher": make_user(
            Role.DESIGNATED_TEACHER, name="Meera Sandhu", email="m.sandhu@orchardgate.westmarch.example"
        ),
        "closed": make_user(Role.IRO, name="Peter Lowe", is_active=False),
    }
    services.add_account(email="ada.whitcombe@westmarch.example", name="Ada Whitcombe", role=Role.ADVISER, actor=None)
    return people


@pytest.fixture
def calendars() -> list[Calendar]:
    """The county's with a closure day; one of academies without dates of its own."""
    county = services.add_calendar(name="Westmarch county", actor=None)
    for year in (2025, 2026):
        services.record_terms(calendar=county, academic_year=year, terms=rules.default_terms(year), actor=None)
    services.add_closure(
        calendar=county, academic_year=2026, on=date(2026, 11, 27), reason="Staff training", actor=None
    )
    return [county, services.add_calendar(name="North Downs academies", actor=None)]


@pytest.fixture
def other_browser(browser: Browser, live_server: Any) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody else's browser, closed before the server stops."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        made.append(browser.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        context.close()


def look(page: Page, check_page: Callable[[Page], None], url: str, name: str) -> None:
    """Wide and on a phone: no accessibility fault, nothing to scroll sideways."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(url)
        check_page(page)
        shoot(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_account_pages(
    live_server: Any, sign_in: Callable[[User], Page], check_page: Callable[[Page], None], people: dict[str, User]
) -> None:
    page = sign_in(people["admin"])
    teacher, admin = people["teacher"].pk, people["admin"].pk
    for name, path in {
        "home": "/",
        "accounts": reverse("accounts:list"),
        "accounts-filtered": f"{reverse('accounts:list')}?role=iro&state=closed",
        "new": reverse("accounts:new"),
        "roles": reverse("accounts:roles"),
        "detail": reverse("accounts:detail", args=[teacher]),
        "detail-own": reverse("accounts:detail", args=[admin]),
        "detail-closed": reverse("accounts:detail", args=[people["closed"].pk]),
        "change": reverse("accounts:change", args=[teacher]),
        "deactivate": reverse("accounts:deactivate", args=[teacher]),
        "deactivate-own": reverse("accounts:deactivate", args=[admin]),
    }.items():
        look(page, check_page, live_server.url + path, name)


def test_calendar_pages(
    live_server: Any,
    sign_in: Callable[[User], Page],
    check_page: Callable[[Page], None],
    people: dict[str, User],
    calendars: list[Calendar],
) -> None:
    page, (county, own) = sign_in(people["officer"]), calendars
    school = SchoolFactory(calendar=own)
    for name, path in {
        "home-officer": "/",
        "calendars": reverse("calendars:list"),
        "calendar-new": reverse("calendars:new"),
        "calendar": reverse("calendars:detail", args=[county.pk]),
        "calendar-own": reverse("calendars:detail", args=[own.pk]),
        "year": reverse("calendars:year", args=[county.pk, 2026]),
        "year-county": reverse("calendars:year", args=[own.pk, 2026]),
        "year-assumed": reverse("calendars:year", args=[county.pk, 2009]),
        "terms": reverse("calendars:terms", args=[county.pk, 2027]),
        "rename": reverse("calendars:rename", args=[county.pk]),
        "school": reverse("schools:detail", args=[school.pk]),
        "school-calendar": reverse("schools:choose_calendar", args=[school.pk]),
    }.items():
        look(page, check_page, live_server.url + path, name)


def test_the_empty_list_shows_what_is_assumed(
    live_server: Any, sign_in: Callable[[User], Page], check_page: Callable[[Page], None], people: dict[str, User]
) -> None:
    page = sign_in(people["officer"])
    look(page, check_page, live_server.url + reverse("calendars:list"), "calendars-empty")


def test_a_person_is_added_by_keyboard_and_gets_in(
    live_server: Any,
    other_browser: Callable[..., BrowserContext],
    sign_in: Callable[[User], Page],
    check_page: Callable[[Page], None],
    people: dict[str, User],
) -> None:
    page = sign_in(people["admin"])
    page.goto(live_server.url + reverse("accounts:new"))
    page.get_by_role("button", name="Add the person").press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    check_page(page)
    shoot(page, "new-errors")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Hamid Farooqi")
    page.keyboard.press("Tab")
    page.keyboard.type("hamid.farooqi@westmarch.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Virtual School Head")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("LAC education adviser")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("An invitation for Hamid Farooqi")
    check_page(page)
    shoot(page, "link")
    link = page.locator("#link").inner_text()
    assert User.objects.get(email="hamid.farooqi@westmarch.example").role == "adviser"
    theirs = other_browser().new_page()
    theirs.goto(link)
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_label("Password again").fill(PASSWORD)
    theirs.get_by_role("button", name="Save the password and sign in").click()
    theirs.wait_for_url(f"{live_server.url}/")
    expect(theirs.get_by_role("link", name="Hamid Farooqi")).to_be_visible()


def test_term_dates_without_scripts(
    live_server: Any, other_browser: Callable[..., BrowserContext], people: dict[str, User]
) -> None:
    """From the first page to recorded dates and a closure day, errors on the way."""
    page = other_browser(java_script_enabled=False, base_url=live_server.url).new_page()
    page.goto("/account/login/")
    page.get_by_label("Email").fill(people["officer"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="More", exact=True).click()
    page.get_by_role("link", name="Term dates", exact=True).click()
    page.get_by_role("button", name="Add the county’s calendar").click()
    page.get_by_label("Name of the calendar").fill("Westmarch county")
    page.get_by_role("button", name="Add the calendar").click()
    last = page.get_by_role("group", name="Last day of term 1")
    last.get_by_label("Month").fill("8")
    page.get_by_role("button", name="Save the term dates").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Term 1 ends before it starts")
    page.get_by_role("group", name="Last day of term 1").get_by_label("Month").fill("10")
    page.get_by_role("button", name="Save the term dates").click()
    expect(page.get_by_text("The term dates are recorded.")).to_be_visible()
    year = Calendar.objects.get().terms.values_list("academic_year", flat=True)[0]
    friday = next(day for day in rules.school_days(rules.default_terms(year)) if day.weekday() == 4)
    for box, value in (("Day", friday.day), ("Month", friday.month), ("Year", friday.year)):
        page.get_by_role("group", name="Day", exact=True).get_by_label(box, exact=True).fill(str(value))
    page.get_by_label("Why").fill("Staff training")
    page.get_by_role("button", name="Add the day").click()
    expect(page.get_by_text("is recorded as a day without sessions")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None is recorded.")).to_be_visible()

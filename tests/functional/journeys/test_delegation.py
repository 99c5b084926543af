"""A teacher opens the attendance of two children to a colleague, who comes in by the invitation; then it is ended."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.roles import Role
from pupils.models import Pupil
from tests.functional.journeys.county import TODAY, Site, person

pytestmark = pytest.mark.browser

PASSWORD = "seven copper kettles sing"


@pytest.fixture
def other_browser(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def look(page: Page, check_page: Callable[[Page], None]) -> None:
    """Wide and on a phone."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_page(page)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{page.url} is {over} pixels too wide at {width}"


def two_children(site: Site) -> list[Pupil]:
    """Of the teacher's; that another colleague sees them too changes nothing."""
    with site.quiet():
        mine = Pupil.objects.visible_to(person(Role.DESIGNATED_TEACHER)).looked_after(on=TODAY)
        found = list(mine.order_by("sort_name")[:2])
    assert len(found) == 2
    return found


def test_two_children_are_delegated_seen_and_closed_again(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None], other_browser: BrowserContext
) -> None:
    children = two_children(site)
    address = f"ivy.larch@{person(Role.DESIGNATED_TEACHER).email.partition('@')[2]}"
    page = visit(Role.DESIGNATED_TEACHER, "/more/")
    page.get_by_role("link", name="Delegations").click()
    look(page, check_page)
    page.get_by_role("button", name="Delegate children to a colleague").click()
    page.get_by_role("button", name="Delegate", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one child")
    look(page, check_page)
    link = delegate(page, children, address)
    look(page, check_page)

    mine = other_browser.new_page()
    accept(mine, link)
    see_only_attendance(mine, site, children, check_page)

    page.get_by_role("link", name="Go to the delegations").click()
    look(page, check_page)
    for child in children:
        page.get_by_role("button", name=f"End now the delegation of {child.display_name} to Ivy Larch").click()
        expect(page.get_by_text(f"The delegation of {child.display_name} to Ivy Larch has ended")).to_be_visible()
    for child in children:
        answer = mine.goto(f"{site.url}{reverse('attendance:child', args=[child.pk])}")
        assert answer is not None
        assert answer.status == 404
    mine.goto(site.url)
    expect(mine.locator("main")).not_to_contain_text(children[0].display_name)
    look(mine, check_page)


def delegate(page: Page, children: list[Pupil], address: str) -> str:
    """Fill the form; the link of the invitation from the page that answers."""
    page.get_by_label("Your colleague’s email address").fill("ivy.larch@gmail.com")
    page.get_by_label("Your colleague’s name").fill("Ivy Larch")
    for child in children:
        page.get_by_label(child.display_name, exact=True).check()
    page.get_by_label("Attendance", exact=True).check()
    day = page.get_by_role("group", name="Last day")
    for box, text in (("Day", "18"), ("Month", "12"), ("Year", "2026")):
        day.get_by_label(box).fill(text)
    page.get_by_role("button", name="Delegate", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("anybody can have an address")
    page.get_by_label("Your colleague’s email address").fill(address)
    page.get_by_role("button", name="Delegate", exact=True).click()
    expect(page.get_by_text("2 children are delegated to Ivy Larch")).to_be_visible()
    return page.locator("#link").inner_text()


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Save the password and sign in").click()
    expect(page.get_by_role("heading", name="Delegated to me")).to_be_visible()


def see_only_attendance(page: Page, site: Site, children: list[Pupil], check_page: Any) -> None:
    look(page, check_page)
    for child in children:
        expect(page.get_by_role("link", name=child.display_name).first).to_be_visible()
    expect(page.get_by_role("navigation").first).not_to_contain_text("PEPs")
    page.get_by_role("link", name="Children", exact=True).first.click()
    expect(page.get_by_text("2 children looked after")).to_be_visible()
    look(page, check_page)
    page.get_by_role("link", name=children[0].display_name).first.click()
    tabs = page.get_by_role("navigation", name="Parts of this child's record")
    expect(tabs.get_by_role("link")).to_have_text(["Overview", "Attendance", "Timeline"])
    look(page, check_page)
    tabs.get_by_role("link", name="Attendance").click()
    look(page, check_page)
    for name in ("peps:child", "attainment:child", "pupils:school"):
        answer = page.goto(f"{site.url}{reverse(name, args=[children[0].pk])}")
        assert answer is not None
        assert answer.status == 404, name

"""Marks: a child's year, and deciding between two sources by click and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from attendance.models import MarkConflict
from core.roles import Role
from tests.functional.journeys.county import Site

pytestmark = pytest.mark.browser

EARLIER = "/attendance/conflicts/?when=earlier"
"""The small county's sources differ in the plan's years only."""


def cards(page: Page) -> int:
    return page.locator("article.app-conflict").count()


def test_one_click_keeps_a_mark(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DATA_OFFICER, EARLIER)
    before = cards(page)
    page.locator("article.app-conflict").first.get_by_role("button").nth(1).click()
    expect(page.locator("main")).to_contain_text("of Welfare Call counts.")
    assert cards(page) == before - 1
    with site.quiet():
        decided = MarkConflict.objects.get(state="resolved")
        assert decided.chosen is not None
        assert decided.chosen.source == "welfare-call"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("1 session is to be decided again.")
    assert cards(page) == before


def test_the_keyboard_alone_keeps_what_is_proposed(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DATA_OFFICER, EARLIER)
    before = cards(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("article.app-conflict").nth(1)
    expect(second).to_be_focused()
    name = second.get_by_role("heading").inner_text()
    page.keyboard.press("k")
    expect(page.locator("article.app-conflict").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("of B2B (school system) counts.")
    assert cards(page) == before - 1
    expect(page.get_by_role("heading", name=name)).to_have_count(0)


def test_a_childs_year_as_map_and_table(site: Site, visit: Callable[..., Page]) -> None:
    with site.quiet():
        pupil = MarkConflict.objects.order_by("pk")[0].pupil
    page = visit(Role.VSH, f"/attendance/child/{pupil.pk}/?year=2009")
    expect(page.get_by_role("heading", name="2009/10")).to_be_visible()
    expect(page.locator("main svg").first).to_be_visible()
    page.get_by_role("navigation", name="School year").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="2008/09")).to_be_visible()

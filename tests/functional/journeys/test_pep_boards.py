"""The three screens of those who keep the PEPs going: my work, the quality queue, the timeliness board."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from tests.functional.journeys.county import Site

pytestmark = pytest.mark.browser
PHONE: Any = {"width": 390, "height": 800}


def both_widths(page: Page, check_page: Callable[[Page], None]) -> None:
    """Checked as on a desk, then as on a phone."""
    check_page(page)
    page.set_viewport_size(PHONE)
    check_page(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_teacher_goes_from_the_list_to_what_is_theirs_to_do(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = visit(Role.DESIGNATED_TEACHER, reverse("peps:list"))
    page.get_by_role("navigation", name="Pages of PEPs").get_by_role("link", name="My work").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My PEPs")
    expect(page.locator("main")).to_contain_text("with something to do")
    both_widths(page, check_page)
    first = page.locator("td[data-label='Yours to do now'] a").first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/peps/*/**")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("My PEPs")


def test_an_adviser_grades_from_the_queue(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = visit(Role.VSH, reverse("peps:queue"))
    expect(page.locator("main")).to_contain_text("to be read")
    expect(page.locator("td[data-label='Pre-check'] .govuk-tag").first).to_be_visible()
    expect(page.get_by_role("heading", name="Moderation")).to_be_visible()
    both_widths(page, check_page)
    page.locator("td[data-label='Next'] a").first.click()
    expect(page.get_by_role("heading", name="Quality assurance")).to_be_visible()


def test_the_head_opens_the_list_behind_a_number(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = visit(Role.VSH, reverse("peps:board"))
    both_widths(page, check_page)
    number = page.get_by_role("table", name="The whole term").locator("td[data-label='In time'] a")
    text = number.inner_text().split()[0]
    number.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PEPs")
    expect(page.locator("main")).to_contain_text("Meeting held in time")
    expect(page.locator("tbody tr")).to_have_count(min(int(text), 50))
    page.get_by_role("navigation", name="Pages of PEPs").get_by_role("link", name="Indicators").click()
    both_widths(page, check_page)
    page.get_by_role("link", name="PEP-1").click()
    expect(page.locator("main")).to_contain_text("Nursery to Year 13")
    both_widths(page, check_page)

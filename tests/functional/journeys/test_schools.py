"""The schools register: find a school, its children, its designated teacher."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.roles import Role
from schools.models import School
from tests.functional.journeys.county import Site

pytestmark = pytest.mark.browser


def test_find_a_school_and_record_its_designated_teacher(
    site: Site, visit: Callable[..., Page], check_page: Any
) -> None:
    page = visit(Role.ADVISER, "/schools/?children=yes&teacher=no")
    link = page.locator("main tbody a").first
    name = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name="Our children on its roll")).to_be_visible()
    page.get_by_role("link", name="Record a designated teacher").click()
    page.get_by_role("button", name="Record the designated teacher").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose the account of the designated teacher")
    check_page(page)
    page.get_by_label("Account").select_option(index=3)
    page.get_by_role("button", name="Record the designated teacher").click()
    expect(page.locator("main")).to_contain_text("is recorded as designated teacher")
    with site.quiet():
        assert School.objects.get(name=name).memberships.count() == 1


def test_filter_the_register(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DATA_OFFICER, "/schools/")
    page.get_by_label("Name, URN or DfE number").fill("westmarch all")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Westmarch All Through School").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Westmarch All Through School")


def test_a_teachers_own_school_is_the_only_one(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DESIGNATED_TEACHER, "/schools/")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.locator("main tbody a").first.click()
    expect(page.get_by_role("link", name="Record a designated teacher")).to_have_count(0)

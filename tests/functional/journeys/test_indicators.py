"""From the figure to the child, and a target with a mistake in it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.roles import Role
from reports.models import IndicatorTarget
from tests.functional.journeys.county import Site

pytestmark = pytest.mark.browser


def test_from_the_overview_to_the_rows_behind_one_child(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/reports/indicators/")
    page.get_by_role("link", name="2009 : NI 99, who counts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("NI 99, summer 2009")
    page.get_by_role("link", name="Numerator", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("NI 99, summer 2009: children in the numerator")
    child = page.locator("main tbody a").first
    name = child.inner_text()
    child.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} in NI 99, summer 2009")
    expect(page.locator("main")).to_contain_text("Level 4 in the test")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_bar_of_the_chart_opens_its_children(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.ADVISER, "/reports/indicators/ni-99/2009/")
    bars = page.locator("figure svg a")
    if bars.count():
        bars.first.click()
    else:
        page.get_by_role("link", name="Looked after at any time in the window").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("looked after at any time in the twelve months")


def test_the_error_of_a_target_leads_to_its_field(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.DATA_OFFICER, "/reports/indicators/ni-100/2010/target/")
    field = page.get_by_label("Target", exact=True)
    field.fill("143")
    page.get_by_role("button", name="Save").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    check_page(page)
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Target", exact=True)).to_be_focused()
    page.get_by_label("Target", exact=True).fill("53.5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("target 53.5%")
    with site.quiet():
        assert str(IndicatorTarget.objects.get(code="NI 100", assessment_year=2010).target) == "53.50"


def test_compute_a_year_now(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DATA_OFFICER, "/reports/indicators/compute/")
    page.get_by_label("Summer").fill("2017")
    page.get_by_role("button", name="Compute now").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("closed before 2017")
    page.get_by_label("Summer").fill("2009")
    page.get_by_role("button", name="Compute now").click()
    expect(page.locator("main")).to_contain_text("Summer 2009 is computed: NI 99 1 of 3")

"""The termly report: made, worded, approved, issued, read by the board."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.roles import Role
from reports.models import ReportRun
from tests.functional.journeys.county import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_making_it_to_the_board_reading_it(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.VSH, "/reports/")
    page.get_by_text("Make a report", exact=True).click()
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn term 2026", timeout=60_000)
    address = page.url
    expect(page.locator("main")).to_contain_text("Draft")
    expect(page.get_by_role("link", name="PDF of the restricted version")).to_be_visible(timeout=60_000)

    page.goto(f"{address}words/")
    page.get_by_label("What the Virtual School Head says").fill("Attendance rose in every key stage.")
    page.get_by_role("button", name="Save and make the documents again").click()
    expect(page.locator("main")).to_contain_text("The words are saved", timeout=60_000)

    page.goto(f"{address}compare/")
    page.get_by_label("Compare with").select_option(label="Autumn term 2009, as at 1 Dec 2009 (issued)")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("Beside the autumn term 2009.")
    check_page(page)

    page.goto(f"{site.url}/reports/")
    expect(page.get_by_role("button", name="Look through and approve")).to_be_visible()
    page.goto(f"{address}approve/")
    check_page(page)
    page.locator("main").get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Approved", timeout=60_000)
    page.locator("main").get_by_role("button", name="Issue").click()
    expect(page.locator("main")).to_contain_text("Board readers see the public version from now on")

    board = visit(Role.BOARD_READER, "/reports/")
    board.get_by_role("table", name="Autumn term 2026").get_by_role("link").first.click()
    assert board.url == address
    expect(board.get_by_role("link", name="PDF of the restricted version")).to_have_count(0)
    with board.expect_download() as download:
        board.get_by_role("link", name="PDF of the public version").click()
    assert download.value.suggested_filename == "termly-report-2026-autumn-public.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")
    board.get_by_role("link", name="Read here").click()
    expect(board.locator("main")).to_contain_text("Attendance rose in every key stage.")
    answer = board.goto(f"{address}restricted.pdf")
    assert answer is not None
    assert answer.status == 403


def test_a_report_is_withdrawn_with_its_reason(site: Site, visit: Callable[..., Page]) -> None:
    with site.quiet():
        run = ReportRun.objects.get(state="issued")
    page = visit(Role.VSH, f"/reports/{run.pk}/withdraw/")
    page.get_by_role("button", name="Withdraw the report").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Reason").fill("A school sent its marks twice")
    page.get_by_role("button", name="Withdraw the report").click()
    expect(page.locator("main")).to_contain_text("A school sent its marks twice")
    board = visit(Role.BOARD_READER, "/reports/")
    expect(board.get_by_role("link", name="1 Dec 2009")).to_have_count(0)

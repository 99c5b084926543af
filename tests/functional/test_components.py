"""The components in a real browser: no accessibility fault, links of the error summary move the focus."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = next((Path(__file__).resolve().parents[1] / "vendor").glob("axe-core-*/axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(autouse=True)
def training(settings: Any) -> None:
    settings.VS_TRAINING_DATA = True
    settings.DEBUG = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def faults(page: Page) -> list[str]:
    """What axe finds wrong on the page, as "rule: element"."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("address", ["/components/?errors=1&school=1", "/account/login/"])
def test_no_accessibility_fault_and_no_sideways_scrolling(
    live_server: Any, page: Page, width: int, address: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    response = page.goto(live_server.url + address)
    assert response is not None
    assert response.status == 200
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert complaints == []  # the content security policy speaks up here


def test_every_link_of_the_error_summary_moves_the_focus(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/components/?errors=1")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    links = page.locator(".govuk-error-summary a")
    assert links.count() >= 9
    for number in range(links.count()):
        target = str(links.nth(number).get_attribute("href"))
        links.nth(number).click()
        expect(page.locator(f"[id='{target.removeprefix('#')}']")).to_be_focused()


def test_the_filter_folds_on_a_phone_and_opens_by_keyboard(live_server: Any, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{live_server.url}/components/")
    button = page.get_by_role("button", name="Show filters")
    expect(page.locator("#filters")).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filters")).to_be_visible()
    expect(page.get_by_role("button", name="Hide filters")).to_have_attribute("aria-expanded", "true")


def test_conflicts_by_keyboard(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/components/")
    page.keyboard.press("j")
    expect(page.locator(".app-conflict").first).to_be_focused()


def test_nothing_is_lost_without_scripts(live_server: Any, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/components/")
    expect(page.locator("#filters")).to_be_visible()
    expect(page.get_by_role("button", name="Apply filters")).to_be_visible()
    expect(page.get_by_label("Files")).to_be_visible()
    assert re.search(r"Look again|638 of 1,012", page.content())
    context.close()

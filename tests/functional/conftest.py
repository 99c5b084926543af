"""A real browser on a real server: Debian's Chromium, signed in through the sign-in page, axe on every page."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from core.models import User
from tests.conftest import PASSWORD

# Two browsers share a small machine in CI.
expect.set_options(timeout=15_000)

AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*/axe.min.js"))
AXE_SOURCE = AXE.read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The same engine without the windows and menus around it, which take a fifth of the time of a test.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert executable, "install Debian's chromium-headless-shell: make setup-test does it where it may"
    return {**browser_type_launch_args, "executable_path": executable, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """While its event loop runs, Django keeps another connection for this thread: it is closed with the loop."""
    yield playwright
    connections.close_all()


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A package of a whole record takes a small machine half a minute."""
    context.set_default_timeout(90_000)
    # Here it costs a sixth of what it takes to send it to each page that is checked.
    context.add_init_script(AXE_SOURCE)
    return context


@pytest.fixture
def sign_in(page: Page, live_server) -> Callable[[User], Page]:
    """sign_in(user) goes through the sign-in page and ends on the home page."""

    def go(user: User) -> Page:
        page.goto(f"{live_server.url}/account/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{live_server.url}/")
        return page

    return go


@pytest.fixture
def check_page() -> Callable[..., None]:
    """check_page(page): no WCAG 2.2 AA violation, one h1 that the title repeats, no blocked resource.

    `rules` names those of axe that are asked, where a page was asked all of them before.
    """

    def check(page: Page, rules: list[str] | None = None) -> None:
        # A page that a click has just asked for: what is looked at is the new one, and all of it.
        page.locator("h1").first.wait_for()
        page.wait_for_load_state()
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE_SOURCE)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        result = page.evaluate(
            "async only => await axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
        )
        found = [
            {"rule": v["id"], "help": v["help"], "where": [n["target"] for n in v["nodes"]][:5]}
            for v in result["violations"]
        ]
        assert not found, f"{page.url}: {json.dumps(found, indent=1)}"
        headings = page.locator("h1").all_inner_texts()
        assert len(headings) == 1, headings

    return check

"""Signed-in pages of the small county; every page that a journey opens is checked when it ends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from core.roles import Role
from tests.functional.conftest import AXE_SOURCE
from tests.functional.journeys.county import NOW, Site, load, person

DESKTOP: Any = {"width": 1280, "height": 720}


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("county")


@pytest.fixture(scope="package")
def county(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[None]:
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=True):
        block = transaction.atomic()
        block.__enter__()
        try:
            with override_settings(STORED_FILES_DIR=folder / "files", DOCUMENTS_DIR=folder / "documents"):
                load(folder / "demo")
            # What is deferred is checked now and once: else each test that ends checks every row of the county again.
            connection.check_constraints()
            know_the_sizes()
            yield
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


def know_the_sizes() -> None:
    """Autovacuum sees nothing of an open transaction: without this the planner takes full tables for empty ones.

    The locks that ANALYZE keeps until the end hold autovacuum off as well. It is asked for our own tables only: those
    that all databases of a server share would keep the other workers waiting until this one has ended.
    """
    tables = ", ".join(connection.ops.quote_name(name) for name in connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


@pytest.fixture(autouse=True)
def own_folders(settings: Any, folder: Path) -> None:
    """In place of the fixture of the same name: the county's files stay where they were stored."""
    settings.STORED_FILES_DIR, settings.DOCUMENTS_DIR = folder / "files", folder / "documents"
    settings.AUDIT_DIR = folder / "audit"


@pytest.fixture(scope="package")
def server() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def site(county: None, db: None, server: Site, settings: Any) -> Iterator[Site]:
    settings.VS_TRAINING_DATA = True
    cache.clear()
    with time_machine.travel(NOW, tick=True), server.on_this_connection():
        yield server


@pytest.fixture
def visit(site: Site, context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """visit(Role.VSH, "/children/"): a page of somebody who is signed in (None: a stranger).

    At the end no page may have complained: no script fault, nothing blocked by the content security policy.
    """
    complaints: list[str] = []

    def go(role: Role | None, path: str = "/", *, status: int = 200) -> Page:
        if role is not None:
            sign_in_by_cookie(site, context, role)
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(f"{page.url}: {fault}"))
        page.on("console", lambda said: _keep(complaints, said, page))
        open_page(page, site.url + path, status)
        return page

    yield go
    assert complaints == []


@pytest.fixture(scope="package")
def tab(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """One tab for all pages that are only looked at: what each of them loads is loaded once."""
    context = browser.new_context(**browser_context_args)
    context.add_init_script(AXE_SOURCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def look(site: Site, tab: Page) -> Iterator[Callable[[Role, str], Page]]:
    """look(Role.VSH, "/children/"): as `visit`, in the tab that all share; nothing of a page is left for the next."""
    complaints: list[str] = []
    context = tab.context
    heard = {
        "pageerror": lambda fault: complaints.append(f"{tab.url}: {fault}"),
        "console": lambda said: _keep(complaints, said, tab),
    }
    for event, hear in heard.items():
        tab.on(event, hear)  # type: ignore[call-overload]

    def go(role: Role, path: str) -> Page:
        context.clear_cookies()
        sign_in_by_cookie(site, context, role)
        tab.set_viewport_size(DESKTOP)
        open_page(tab, site.url + path)
        return tab

    yield go
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.goto("about:blank")
    for event, hear in heard.items():
        tab.remove_listener(event, hear)
    assert complaints == []


def open_page(page: Page, url: str, status: int = 200) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == status, page.url


def _keep(complaints: list[str], said: ConsoleMessage, page: Page) -> None:
    """Errors but those that name a refused page, which a journey asked for."""
    if said.type == "error" and "the server responded with a status of" not in said.text:
        complaints.append(f"{page.url}: {said.text}")


def sign_in_by_cookie(site: Site, context: BrowserContext, role: Role) -> None:
    client = Client()
    with site.quiet():
        client.force_login(person(role))
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])

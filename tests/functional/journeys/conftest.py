"""Signed-in pages of the small county; every page that a journey opens is checked when it ends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from playwright.sync_api import BrowserContext, Page

from core.roles import Role
from tests.functional.journeys.county import NOW, Site, load, person


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
            yield
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def own_folders(settings: Any, folder: Path) -> None:
    """In place of the fixture of the same name: the county's files stay where they were stored."""
    settings.STORED_FILES_DIR, settings.DOCUMENTS_DIR = folder / "files", folder / "documents"


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
def visit(site: Site, context: BrowserContext) -> Callable[..., Page]:
    """visit(Role.VSH, "/children/"): a page of somebody who is signed in (None: a stranger)."""

    def go(role: Role | None, path: str = "/") -> Page:
        if role is not None:
            sign_in_by_cookie(site, context, role)
        page = context.new_page()
        page.goto(site.url + path)
        return page

    return go


def sign_in_by_cookie(site: Site, context: BrowserContext, role: Role) -> None:
    client = Client()
    with site.quiet():
        client.force_login(person(role))
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])

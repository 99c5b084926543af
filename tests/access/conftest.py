"""One county for all tests of the folder, and signed-in clients of each role."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings

from core.roles import Role
from tests.access.walking import Walk, walk
from tests.access.world import NOW, World, build


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("access")


@pytest.fixture(autouse=True)
def own_folders(settings: Any, folder: Path) -> None:
    """In place of the fixture of the same name: the documents of the county stay where they were stored."""
    settings.STORED_FILES_DIR, settings.DOCUMENTS_DIR = folder / "files", folder / "documents"
    settings.AUDIT_DIR = folder / "audit"


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[World]:
    """Made once in a transaction that is never committed; each test undoes what it adds."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        block = transaction.atomic()
        block.__enter__()
        try:
            with override_settings(DOCUMENTS_DIR=folder / "documents"):
                world = build()
            # What is deferred is checked now and once: else each test that ends checks every row again.
            connection.check_constraints()
            yield world
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


@pytest.fixture
def world(built: World, db: None) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield built


@pytest.fixture
def client_of(world: World) -> Callable[[Role], Client]:
    """client_of(Role.IRO): signed in, and a server error is an answer as visitors get it."""

    def sign_in(role: Role) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
        return client

    return sign_in


@pytest.fixture(scope="package")
def walked(built: World, django_db_blocker: Any, folder: Path) -> Walk:
    """Every page of every role, fetched once."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        override_settings(DOCUMENTS_DIR=folder / "documents"),
    ):
        return walk(built)

"""Settings of the test run, and the few fixtures that everybody needs. Sloppy code fails by itself here."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from core.models import User
from core.roles import ROLE_LABELS, Role

# Playwright runs its own event loop in the test's thread; Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# A busy machine is slow now and then; how fast a rule is, the benchmarks say.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

SHARE_A_COUNTY = ("access", "functional/journeys")
ON_ONE_WALK = {"test_formulas.py", "test_headers.py", "test_hostile.py", "test_protected.py", "test_reach.py"}
IN_PARTS = {"test_matrix.py": 8, "test_every_page.py": 6}

PASSWORD = "a-long-test-password"

# The clean-up after a test that commits must leave what every later test finds in a new database.
FILLED_BY_MIGRATIONS = {
    "attainment_qualification", "attendance_code", "peps_formversion", "pledge_commitment", "rights_consentpurpose",
}  # fmt: skip


def pytest_configure() -> None:
    """Before the first use: plain static files (nothing is collected in tests) and a cheap password hash."""
    django_settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Time stands still in many tests, and one person asks hundreds of times; tests of the limits set their own.
    django_settings.PERSON_LIMITS = {}
    flush_in_spite_of_append_only()


def shared_by(nodeid: str) -> str:
    """The folder whose tests share one county, which is made once; empty for all others."""
    folder = nodeid.split("::", maxsplit=1)[0].rpartition("/")[0].removeprefix("tests/")
    return folder if folder in SHARE_A_COUNTY else ""


def group_of(nodeid: str) -> str:
    """What one worker does in a row: a file, the files that share a walk over all pages, or a part of a long file.

    A worker that came to the tests of a county stays with them, so each worker makes one.
    """
    path, shared = nodeid.split("::", maxsplit=1)[0], shared_by(nodeid)
    name = path.rpartition("/")[2]
    if name in ON_ONE_WALK:
        return f"{shared}-walk"
    if name in IN_PARTS:
        return f"{path}-{zlib.crc32(nodeid.encode()) % IN_PARTS[name]}"
    return path


class ByGroup(LoadScopeScheduling):
    """Each group to one worker: what its tests share is made once.

    xdist's own marks for groups have no effect with pytest 9.2, which reads the id of a test from another place.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Whatever the order otherwise, tests that share a county stay together, also on one of several workers.

    Files with slow tests come first: at the end a long one would keep one worker busy while the other has nothing.
    """
    yield
    order = ["", *SHARE_A_COUNTY]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (order.index(shared_by(item.nodeid)), item.path not in slow))


def flush_in_spite_of_append_only() -> None:
    """Tests that commit are cleaned up by TRUNCATE, which the access log's trigger refuses: only there it sleeps."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **kwargs: Any) -> list[str]:
        statements = plain(self, style, [table for table in tables if table not in FILLED_BY_MIGRATIONS], **kwargs)
        asleep, awake = (f"SET session_replication_role = {role}" for role in ("replica", "origin"))
        return [asleep, *statements, awake] if statements else []

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> None:
    """Stored files and documents of a test lie in its own folder."""
    settings.STORED_FILES_DIR = tmp_path / "files"
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    settings.AUDIT_DIR = tmp_path / "audit"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What an earlier test left in the cache, its counts of tries included: where the clock stands still, it would
    never run out by itself."""
    cache.clear()


@pytest.fixture
def make_user(db):
    """make_user(Role.VSH) -> a signed-up person of the role; repeated calls make further people."""
    made: list[User] = []

    def make(role: Role, **fields: object) -> User:
        number = len(made) + 1
        fields.setdefault("email", f"{role.value}{number}@westmarch.example")
        fields.setdefault("name", f"{ROLE_LABELS[role]} {number}")
        user = User.objects.create_user(password=PASSWORD, role=role.value, **fields)
        made.append(user)
        return user

    return make

"""The command line as a process of its own, on the test's database and folders."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]

Manage = Callable[..., "subprocess.CompletedProcess[str]"]


def database_url() -> str:
    """The address of the test's database, for another process."""
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@:{at['PORT']}/{at['NAME']}?host={at['HOST']}"


def run_manage(*words: object, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    plain = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=ROOT,
        env=plain | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def manage(transactional_db: None, tmp_path: Path) -> Manage:
    """manage("feed", "gias", path) -> returncode, stdout, stderr."""
    environment = {"DATA_DIR": str(tmp_path), "DATABASE_URL": database_url()}
    return lambda *words: run_manage(*words, environment=environment)

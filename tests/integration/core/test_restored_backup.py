"""A backup that is restored, on this server and on another one, verifies; and goes on being sealed there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from core.audit import Access, record_access
from core.db.embedded.install import wheel_binaries
from core.sealing.services import seal_audit
from tests.factories import looked_after

ROOT = Path(__file__).resolve().parents[3]


def at() -> dict[str, str]:
    """Where the tests' database is, for PostgreSQL's own programs."""
    known = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {**os.environ, **{ours: str(known[theirs]) for ours, theirs in names.items() if known[theirs]}}


@pytest.fixture
def restored(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A DATA_DIR of its own, with the dump of this database and the seals' file in it; its server has other numbers."""
    if connection.settings_dict["ENGINE"] != "core.db.embedded":
        pytest.skip("dumps with the embedded server's own programs")
    looked_after()
    record_access(None, Access.OPENED)
    seal_audit(actor=None)
    record_access(None, Access.LISTED)  # not sealed when the backup is made
    dump = tmp_path / "dump.sql"
    command = [wheel_binaries() / "pg_dump", "--no-owner", "--file", dump, connection.settings_dict["NAME"]]
    subprocess.run(command, env=at(), check=True, capture_output=True)
    folder = Path("/tmp") / f"vs-restored-{os.getpid()}"  # short enough for a socket, open to the server's user
    folder.mkdir(mode=0o711)
    shutil.copytree(settings.AUDIT_DIR, folder / "audit")
    shutil.copy(dump, folder / "dump.sql")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


RESTORE = """
import subprocess, sys
from core.db.embedded.install import wheel_binaries
from core.db.embedded.layout import DATABASE, PORT, USER
from core.db.embedded.server import hold
layout = hold(sys.argv[1])
where = ["-h", str(layout.socket_dir), "-p", str(PORT), "-U", USER, "-d", DATABASE]
subprocess.run(
    [wheel_binaries() / "psql", *where, "-q", "-v", "ON_ERROR_STOP=1", "-f", f"{sys.argv[1]}/dump.sql"], check=True
)
"""


def test_a_backup_restored_on_another_server(restored: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RESTORE, str(restored)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first: Any = json.loads(manage(restored, "audit", "verify", "--json").stdout)
    assert (first["status"], first["problems"]) == ("ok", [])
    assert first["sealed"] > 0
    assert first["unsealed"] >= 1
    assert json.loads(manage(restored, "audit", "seal", "--json").stdout)["rows"] >= 2
    again = json.loads(manage(restored, "audit", "verify", "--json").stdout)
    assert (again["status"], again["unsealed"]) == ("ok", 0)
    assert again["sealed"] > first["sealed"]

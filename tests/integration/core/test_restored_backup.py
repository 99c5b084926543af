"""A backup restored on another server verifies, goes on being sealed, keeps its holds, and forgets no disposal."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from core.audit import Access, record_access
from core.db.embedded.install import wheel_binaries
from core.models import User
from core.roles import Role
from core.sealing.services import seal_audit
from retention import services
from retention.rules import HoldKind
from tests.factories import looked_after
from tests.integration.retention.records import TODAY, People, disposed, old_record

ROOT = Path(__file__).resolve().parents[3]


def at() -> dict[str, str]:
    """Where the tests' database is, for PostgreSQL's own programs."""
    known = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {**os.environ, **{ours: str(known[theirs]) for ours, theirs in names.items() if known[theirs]}}


@pytest.fixture
def restored(transactional_db: None, make_user: Callable[..., User], tmp_path: Path) -> Iterator[Path]:
    """A DATA_DIR of its own, with the dump of this database and the seals' file in it; its server has other numbers.

    The embedded server's programs are the newest, and dump what an older server holds.

    One record was destroyed before the backup, one is held, and one is destroyed after it: `later/` has the file of
    disposals as it was then.
    """
    looked_after()
    people = People(proposer=make_user(Role.DATA_OFFICER), head=make_user(Role.VSH), adviser=make_user(Role.ADVISER))
    goes, held, gone = old_record(child_id="GOES01"), old_record(child_id="HELD01"), old_record(child_id="GONE01")
    services.place_hold(
        pupil=held, kind=HoldKind.INQUIRY, reason="An inquiry", from_on=TODAY, review_on=date(2027, 3, 1),
        actor=people.head,
    )  # fmt: skip
    seal_audit(actor=None)
    disposed(gone, people)
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
    disposed(goes, people)
    shutil.copytree(settings.AUDIT_DIR, folder / "later")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment |= {"DATA_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY}
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
    assert [row["certificate"] for row in first["disposed"]] == [f"D-{TODAY.year}-0001"]
    kept: Any = json.loads(manage(restored, "retention", "--json").stdout)
    assert [row["child_id"] for row in kept["held"]] == ["HELD01"]
    assert [row["child_id"] for row in kept["due"]] == ["GOES01"]
    shutil.copy(restored / "later" / "disposals.jsonl", restored / "audit" / "disposals.jsonl")
    again: Any = json.loads(manage(restored, "retention", "reapply", "--json").stdout)
    assert (again["status"], again["disposed"]) == ("reapplied", [f"D-{TODAY.year}-0002"])
    kept = json.loads(manage(restored, "retention", "--json").stdout)
    assert ([row["child_id"] for row in kept["held"]], kept["due"], kept["certificates"]) == (["HELD01"], [], 2)
    manage(restored, "audit", "seal", "--json")
    again = json.loads(manage(restored, "audit", "verify", "--json").stdout)
    assert (again["status"], again["unsealed"]) == ("ok", 0)
    assert again["sealed"] > first["sealed"]

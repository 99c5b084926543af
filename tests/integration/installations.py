"""A migrated DATA_DIR for tests that start programs of their own: made once for all workers, then copied."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from core.db.embedded.keeper import running_postmaster
from core.db.embedded.layout import Layout
from tests.integration.conftest import eventually

ROOT = Path(__file__).resolve().parents[2]


def migrated_installation() -> Path:
    """The folder of an installation whose server has ended; one of other code is thrown away first."""
    base = settings.DATA_DIR / "installations"
    base.mkdir(mode=0o711, exist_ok=True)
    made = base / _code()
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "ready").exists():
            for old in base.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            made.mkdir(mode=0o711)
            environment = {**os.environ, "DATA_DIR": str(made / "data"), "DATABASE_URL": "", "REDIS_URL": ""}
            command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            assert eventually(lambda: running_postmaster(Layout.of(made / "data")) is None)
            (made / "ready").touch()
    return made / "data"


def copy_installation(target: Path) -> None:
    """An installation of its own at `target`, which must not be there yet."""
    subprocess.run(["cp", "-a", migrated_installation(), target], check=True)


def _code() -> str:
    """A short name of all our code: what a migration calls may stand in any file."""
    found = hashlib.sha256()
    for path in sorted(ROOT.glob("[a-z]*/**/*.py")):
        if path.relative_to(ROOT).parts[0] not in {"tests", "var"}:
            found.update(path.read_bytes())
    return found.hexdigest()[:8]

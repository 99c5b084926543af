"""The database server dies in mid-apply, in an installation of its own: nothing is half done, a retry completes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from core.db.embedded.keeper import command_line, running_postmaster
from core.db.embedded.layout import DATABASE, PORT, USER, Layout
from tests.integration.conftest import ROOT, Worker, eventually, forget_connections
from tests.integration.core.conftest import run_manage
from tests.integration.core.feed_files import delivery
from tests.integration.installations import copy_installation

pytestmark = [pytest.mark.worker, pytest.mark.slow]

PREPARE = """
import json, sys
from django.utils import timezone
from pathlib import Path
from core.feeds import services
from core.feeds.base import SourceFile
from core.models import User
officer = User.objects.create_user(email="officer@westmarch.example", name="Officer", role="data_officer")
sources = [SourceFile(name=p.name, path=p) for p in sorted(Path({folder!r}).iterdir())]
run = services.receive(kind="ssda903", sources=sources, actor=officer)
services.check_run(run_id=run.pk, today=timezone.localdate())
print(json.dumps([run.pk, officer.pk]))
"""


class Installation:
    """A DATA_DIR with a server of its own, looked at from outside the project."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout.of(folder)
        self.environment = {"DATA_DIR": str(folder), "DATABASE_URL": ""}

    def connect(self) -> Any:
        return psycopg2.connect(host=str(self.layout.socket_dir), port=PORT, user=USER, dbname=DATABASE)

    def ask(self, statement: str) -> list[Any]:
        """The first row; psycopg2.OperationalError while no server answers."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchone())

    def answers(self, statement: str, wanted: list[Any]) -> bool:
        try:
            return self.ask(statement) == wanted
        except psycopg2.OperationalError:
            return False

    def counts(self) -> list[int]:
        return self.ask("SELECT (SELECT count(*) FROM pupils_pupil), (SELECT count(*) FROM pupils_careepisode)")

    def somebody_waits(self) -> bool:
        return self.answers("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'", [1])

    @contextlib.contextmanager
    def stopped_in_the_middle(self) -> Iterator[None]:
        """No episode can be written: an application has written the children and stands still."""
        with contextlib.closing(self.connect()) as connection:
            connection.cursor().execute("LOCK TABLE pupils_careepisode IN SHARE MODE")
            yield

    def kill_server(self) -> None:
        pid = running_postmaster(self.layout)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def installation() -> Iterator[Installation]:
    base = Path(tempfile.mkdtemp(prefix="vs-restart-"))
    base.chmod(0o711)
    made = Installation(base / "data")
    try:
        copy_installation(base / "data")
        yield made
    finally:
        end = running_postmaster(made.layout)
        keeper = ["core.db.embedded.keeper", str(made.layout.data_dir)]
        numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        for pid in [*(n for n in numbers if command_line(n)[2:4] == keeper), *([end] if end else [])]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def kept_awake(installation: Installation) -> Iterator[None]:
    """Another process that uses the installation, so that its server outlives the ones that are killed."""
    code = "import sys; from core.db.embedded.server import hold; hold(sys.argv[1]); print('held', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(installation.layout.data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("kept_awake")
def test_on_the_command_line(installation: Installation, tmp_path: Path) -> None:
    delivery("ssda903", tmp_path)
    words = [sys.executable, "manage.py", "feed", "ssda903", str(tmp_path / "ssda903"), "--apply", "--json"]
    with installation.stopped_in_the_middle():
        command = subprocess.Popen(
            words,
            cwd=ROOT,
            env={**os.environ, **installation.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert eventually(installation.somebody_waits)
        installation.kill_server()
        out, err = command.communicate(timeout=120)
    told = json.loads(out)
    assert (command.returncode, told["status"]) == (1, "failed"), err
    assert eventually(lambda: installation.answers("SELECT count(*) FROM pupils_pupil", [0]), 60)
    assert installation.counts() == [0, 0]
    again = run_manage(*words[2:], environment=installation.environment)
    assert (again.returncode, json.loads(again.stdout)["status"]) == (0, "applied"), again.stderr
    assert installation.counts() == [3, 4]


@pytest.fixture
def worker(installation: Installation, redis_url: str, tmp_path: Path, monkeypatch) -> Iterator[Worker]:
    from virtualschool.celery import app

    monkeypatch.setenv("CELERY_BROKER_URL", redis_url)
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    forget_connections(app)
    environment = {**os.environ, **installation.environment, "REDIS_URL": redis_url, "CELERY_TASK_ALWAYS_EAGER": "0"}
    worker = Worker(environment, tmp_path / "worker.log")
    try:
        worker.start()
        yield worker
    finally:
        worker.kill()
        app.control.purge()
        app.conf.task_always_eager = eager
        forget_connections(app)


@pytest.mark.usefixtures("kept_awake")
def test_in_the_worker_which_tries_again_by_itself(installation: Installation, worker: Worker, tmp_path: Path) -> None:
    from core import tasks

    delivery("ssda903", tmp_path)
    prepared = run_manage(
        "shell", "--no-imports", "-c", PREPARE.format(folder=str(tmp_path / "ssda903")),
        environment=installation.environment,
    )  # fmt: skip
    assert prepared.returncode == 0, prepared.stderr
    run_id, officer_id = json.loads(prepared.stdout)
    with installation.stopped_in_the_middle():
        tasks.apply_feed.apply_async(
            kwargs={"run_id": run_id, "actor_id": officer_id}, headers={"actor_id": officer_id}
        )
        assert eventually(installation.somebody_waits), worker.log()
        installation.kill_server()
    status = f"SELECT status FROM core_feedrun WHERE id = {run_id}"
    assert eventually(lambda: installation.answers(status, ["applied"]), 120), worker.log()
    assert installation.counts() == [3, 4]
    assert installation.ask(
        f"SELECT count(*), min(user_id) FROM core_accessevent WHERE subject_id = {run_id} AND action = 'imported'"
    ) == [1, officer_id]
    assert "retry" in worker.log().lower()

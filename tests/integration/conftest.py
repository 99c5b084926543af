"""A real Redis and a real Celery worker on the test database, for the tests marked `worker`."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it comes true in that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a private server that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = secrets.token_hex(12)
    server = subprocess.Popen(
        [program, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert server.stdin is not None
    with server.stdin as settings:
        settings.write(f'port {port}\nbind 127.0.0.1\nsave ""\nappendonly no\nrequirepass {password}\n'.encode())
    try:
        with socket.socket() as probe:
            assert eventually(lambda: probe.connect_ex(("127.0.0.1", port)) == 0, 10)
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()


@dataclass
class Worker:
    """A running worker: `log()` is what it has said, `restart()` another one after `kill()`."""

    environment: dict[str, str]
    log_file: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        from virtualschool.celery import app

        options = ["--pool=prefork", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app=virtualschool.celery", "worker", *options],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self.process
        answered = eventually(lambda: bool(app.control.ping(timeout=0.5)) or process.poll() is not None, 60)
        assert answered and process.poll() is None, self.log()

    def kill(self) -> None:
        """kill -9 of the worker and all its children."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def children(self) -> list[int]:
        """The processes that carry out tasks: kill one to see its task come again."""
        assert self.process is not None
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                        found.append(int(entry.name))
        return found

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")


@pytest.fixture
def real_worker(
    transactional_db: None, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Worker]:
    """`task.delay(...)` in the test goes through Redis to a worker on the same test database and the same folders."""
    from virtualschool.celery import app

    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@:{at['PORT']}/{at['NAME']}?host={at['HOST']}"
    # The environment, because it is asked at each use; the configuration is frozen after the first.
    monkeypatch.setenv("CELERY_BROKER_URL", redis_url)
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    forget_connections(app)
    # DATA_DIR as in `own_folders`, so that both sides find the files that the other stores.
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": url, "REDIS_URL": redis_url}
    worker = Worker(environment | {"CELERY_TASK_ALWAYS_EAGER": "0"}, tmp_path / "worker.log")
    try:
        worker.start()
        yield worker
    finally:
        worker.kill()
        app.control.purge()
        app.conf.task_always_eager = eager
        forget_connections(app)


def forget_connections(app: object) -> None:
    """Have the application open its next connection by the environment of that moment."""
    app._pool = None  # type: ignore[attr-defined]
    app.amqp._producer_pool = None  # type: ignore[attr-defined]
    app.control.mailbox.producer_pool = None  # type: ignore[attr-defined]


def until_others_are_done() -> None:
    """What is written so far can be sealed: transactions of another worker, on the same server, hold a seal back."""
    with connection.cursor() as cursor:

        def number(which: str) -> int:
            cursor.execute(f"SELECT pg_snapshot_{which}(pg_current_snapshot())::text::bigint")
            return int(cursor.fetchone()[0])

        begun = number("xmax")
        assert eventually(lambda: number("xmin") >= begun)

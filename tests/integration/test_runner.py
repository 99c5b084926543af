"""The runner with real processes: it serves, and leaves nothing behind however it ends."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.installations import copy_installation

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.worker,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed"),
]


@pytest.fixture(scope="module")
def installation() -> Iterator[Path]:
    """A migrated DATA_DIR of its own, which the database server's user can reach."""
    base = Path(tempfile.mkdtemp(prefix="vs-run-"))
    base.chmod(0o711)
    made = base / "data"
    copy_installation(made)
    environment = {**os.environ, "DATA_DIR": str(made), "DATABASE_URL": "", "REDIS_URL": ""}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    yield made
    eventually(lambda: not processes_of(made), 15)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def runner(installation: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "virtualschool.runner"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": str(installation),
            "PORT": str(port),
            "DATABASE_URL": "",
            "REDIS_URL": "",
        },
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    assert f"Serving on http://localhost:{port}" in line, line + process.stderr.read()
    yield process
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.communicate()


def processes_of(data_dir: Path) -> list[str]:
    """The command lines of all programs that run in this DATA_DIR or have it in their environment."""
    wanted = f"DATA_DIR={data_dir}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                told = wanted in (entry / "environ").read_bytes().split(b"\0")
                if told or (entry / "cwd").readlink().is_relative_to(data_dir):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def children_of(pid: int) -> list[Path]:
    """Their folders in /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(entry)
    return found


def eventually(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_serves_with_a_worker_and_a_schedule_on_loopback_only(
    runner: subprocess.Popen[str], installation: Path, port: int
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
        assert answer.status == 200
    running = " | ".join(processes_of(installation))
    for program in ("redis-server", " worker ", " beat ", "gunicorn", "embedded.keeper"):
        assert program in running
    log = installation / "logs" / "worker.log"
    assert eventually(lambda: "ready." in log.read_text(), 30)
    listening = [line.split()[1:4:2] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [place for place, state in listening if state == "0A" and place.endswith(f":{port:04X}")]
    assert ours == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])  # SIGTERM and SIGHUP end as SIGINT does
def test_leaves_nothing_behind(runner: subprocess.Popen[str], installation: Path, number: signal.Signals) -> None:
    runner.send_signal(number)
    assert runner.wait(40) == (-number if number == signal.SIGKILL else 0)
    assert eventually(lambda: not processes_of(installation), 30), processes_of(installation)


def test_stops_all_when_one_program_ends(runner: subprocess.Popen[str], installation: Path) -> None:
    redis = next(int(pid.name) for pid in children_of(runner.pid) if "redis" in (pid / "comm").read_text())
    os.kill(redis, signal.SIGKILL)
    assert runner.wait(60) == 1
    assert runner.stderr is not None
    assert "redis has ended" in runner.stderr.read()
    assert eventually(lambda: not processes_of(installation), 30), processes_of(installation)


def test_a_taken_port_is_named_before_anything_starts(installation: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "virtualschool.runner"],
            cwd=ROOT,
            env={**os.environ, "DATA_DIR": str(installation), "PORT": taken},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {taken} cannot be used" in done.stderr
    assert "make demo PORT=" in done.stderr


def test_without_redis_it_serves_and_says_what_is_missing(installation: Path, port: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "virtualschool.runner"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": str(installation),
            "PORT": str(port),
            "REDIS_URL": "",
            "PATH": "/nowhere",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert "No redis-server here" in process.stderr.readline()
        assert "Serving on" in process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=40)

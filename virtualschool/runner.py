"""Serve an installation on this machine: a private Redis, a worker, the schedule and the web server.

`python -m virtualschool.runner` serves until Ctrl-C; `--check-port` only says whether the port is free.
For a demo and for development. Production runs the same commands from docker-compose.yml.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from core.db.embedded.server import hold

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
LOGS = DATA_DIR / "logs"

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
START_SECONDS = 90.0


class CannotServe(Exception):
    """A reason that a person can act on."""


class Stopped(Exception):
    """Somebody asked us to end."""


def main(arguments: list[str]) -> int:
    try:
        port = int(os.environ.get("PORT", "8000"))
        check_port(port)
        if "--check-port" not in arguments:
            serve(port)
    except CannotServe as error:
        tell(str(error))
        return 1
    except ValueError:
        tell("PORT must be a number, for example PORT=8000.")
        return 2
    return 0


def tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def check_port(port: int) -> None:
    """Raise CannotServe when another program listens there."""
    with socket.socket() as probe:
        # As gunicorn does: connections that have just been closed do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotServe(
                f"Port {port} cannot be used: {error.strerror}. Name another, for example: make demo PORT={port + 80}"
            ) from error


def serve(port: int) -> None:
    """Start all, say where, and stop all when told to or when one of them ends."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    if not os.environ.get("DATABASE_URL"):
        hold(DATA_DIR)  # the database stays up for as long as this process, whatever its children do
    children: list[Child] = []
    try:
        with contextlib.suppress(Stopped):
            environment = start_redis(children)
            if environment["REDIS_URL"]:
                children.append(Child("worker", celery("worker", "--pool=prefork", "--concurrency=2"), environment))
                schedule = f"--schedule={DATA_DIR / 'celerybeat-schedule'}"
                children.append(Child("beat", celery("beat", "--pidfile=", schedule), environment))
            children.append(Child("web", gunicorn(port), environment))
            wait_until(lambda: answers(port), children)
            tell(f"Serving on http://localhost:{port} (logs in {LOGS}). Press Ctrl-C to stop.")
            while True:
                check_all_live(children)
                time.sleep(0.5)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # we are ending already
        for child in reversed(children):
            child.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


class Child:
    """One program in a process group of its own, which dies with us even when we are killed."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], text: str = "") -> None:
        self.name = name
        self.log = LOGS / f"{name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - this process has one thread
            )
        if self.process.stdin:
            self.process.stdin.write(text.encode())
            self.process.stdin.close()

    def lives(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask, wait, then end the whole group."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def die_with_parent() -> Callable[[], None] | None:
    """For Popen: have the kernel send TERM to the child when this process dies (Linux only)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return in_child


def start_redis(children: list[Child]) -> dict[str, str]:
    """The environment of the others: REDIS_URL of a given or a private server, else empty and eager jobs."""
    environment = {
        **os.environ,
        "DATA_DIR": str(DATA_DIR),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:You're running the worker",
    }
    if os.environ.get("REDIS_URL"):
        return environment
    program = shutil.which("redis-server")
    if program is None:
        tell(
            "No redis-server here: jobs run inside the web request and nothing runs on schedule. "
            "For both: apt-get install redis-server"
        )
        return {**environment, "REDIS_URL": "", "CELERY_TASK_ALWAYS_EAGER": "1"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = secrets.token_urlsafe(24)
    # By standard input, so that the password shows in no list of processes.
    settings = f'port {port}\nbind 127.0.0.1\nsave ""\nappendonly no\nrequirepass {password}\ndir {DATA_DIR}\n'
    children.append(Child("redis", [program, "-"], environment, settings))
    wait_until(lambda: listens(port), children)
    return {**environment, "REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}


def celery(*words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "celery",
        "--app=virtualschool.celery",
        "--quiet",
        *words,
        "--loglevel=INFO",
    ]


def gunicorn(port: int) -> list[str]:
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--timeout", "120", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", *words, "virtualschool.wsgi"]


def wait_until(true: Callable[[], bool], children: list[Child]) -> None:
    """Raise CannotServe when it does not come true, or a child ends before."""
    deadline = time.monotonic() + START_SECONDS
    while not true():
        check_all_live(children)
        if time.monotonic() > deadline:
            raise CannotServe(f"The service did not start in {START_SECONDS:.0f} seconds. Its logs are in {LOGS}.")
        time.sleep(0.1)


def check_all_live(children: list[Child]) -> None:
    for child in children:
        if not child.lives():
            end = "\n".join(last_lines(child.log))
            raise CannotServe(f"{child.name} has ended (exit {child.process.returncode}), so all stops.\n{end}")


def last_lines(log: Path, count: int = 15) -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield from log.read_text(errors="replace").splitlines()[-count:]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    """Whether the web server says that it is healthy."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise CannotServe(f"/health/ answers {error.code}. The log is {LOGS / 'web.log'}.") from error
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The embedded server under load and kill -9, each case in a folder of its own and with real processes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.db.embedded.keeper import command_line, running_postmaster
from core.db.embedded.layout import LONGEST_SOCKET_PATH, PORT, Layout

ROOT = Path(__file__).resolve().parents[3]

# A process that uses the database as the project does: through Django, with the engine. It prints one line of
# JSON when it has asked, and stays until its standard input is closed.
USER_PROCESS = """
import json, sys
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "core.db.embedded", "NAME": "virtualschool", "DATA_DIR": sys.argv[1]}}
)
import django
django.setup()
from django.db import connection
def ask(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SELECT current_database(), pg_postmaster_start_time()::text")
        return cursor.fetchone()
print(json.dumps(ask(*sys.argv[2:])), flush=True)
for line in sys.stdin:
    connection.close()
    print(json.dumps(ask()), flush=True)
"""


class Process:
    """One user of the database."""

    def __init__(self, data_dir: Path, *statements: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-c", USER_PROCESS, str(data_dir), *statements],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> Any:
        """The name of the database and the time when its server was started."""
        assert self.popen.stdout is not None
        assert self.popen.stderr is not None
        line = self.popen.stdout.readline()
        assert line, self.popen.stderr.read()
        return json.loads(line)

    def ask_again(self) -> Any:
        """The same on a new connection of the same process."""
        assert self.popen.stdin is not None
        self.popen.stdin.write("\n")
        self.popen.stdin.flush()
        return self.answer()

    def end(self) -> None:
        self.popen.communicate(timeout=30)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user can reach also when the tests run as root (pytest's own is closed)."""
    made = Path(tempfile.mkdtemp(prefix="vs-test-"))
    made.chmod(0o711)
    yield made / "data"
    layout = Layout.of(made / "data")
    pid = running_postmaster(layout)
    for victim in (*keepers(layout), *([pid] if pid else [])):
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(*statements: str, data_dir: Path = folder) -> Process:
        started.append(Process(data_dir, *statements))
        return started[-1]

    yield begin
    for process in started:
        process.popen.kill()
        process.popen.communicate()


def keepers(layout: Layout) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    wanted = ["core.db.embedded.keeper", str(layout.data_dir)]
    return [number for number in numbers if command_line(number)[2:4] == wanted]


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_eight_processes_at_once_get_one_server(folder: Path, start: Callable[..., Process]) -> None:
    answers = [process.answer() for process in [start() for _ in range(8)]]
    assert {name for name, _ in answers} == {"virtualschool"}
    assert len({started for _, started in answers}) == 1
    assert len(keepers(Layout.of(folder))) == 1


def test_outlives_its_starter_and_stops_with_its_last_user(folder: Path, start: Callable[..., Process]) -> None:
    layout = Layout.of(folder)
    first = start()
    first.answer()
    second = start()
    began = second.answer()
    first.end()
    time.sleep(3)  # longer than the keeper lingers
    assert second.ask_again() == began
    assert running_postmaster(layout) is not None
    second.end()
    assert eventually(lambda: running_postmaster(layout) is None and not keepers(layout), 10)


def test_a_short_break_between_two_users_does_not_restart_it(start: Callable[..., Process]) -> None:
    first = start()
    began = first.answer()
    first.end()
    assert start().answer() == began


@pytest.mark.parametrize("victims", ["keeper", "postmaster", "both"])
def test_recovers_from_kill_9_and_loses_nothing(folder: Path, start: Callable[..., Process], victims: str) -> None:
    layout = Layout.of(folder)
    holder = start("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")
    holder.answer()
    postmaster = running_postmaster(layout)
    assert postmaster is not None
    if victims in {"keeper", "both"}:
        os.kill(keepers(layout)[0], signal.SIGKILL)
    if victims in {"postmaster", "both"}:
        os.kill(postmaster, signal.SIGKILL)
    other = start("INSERT INTO kept SELECT n + 1 FROM kept")
    other.answer()
    assert holder.ask_again()
    assert len(keepers(layout)) == 1
    assert running_postmaster(layout) is not None
    other.end()
    holder.end()
    assert eventually(lambda: running_postmaster(layout) is None and not keepers(layout), 10)
    assert start("SELECT 1 / (count(*) = 2)::int FROM kept").answer()


def test_recovers_when_everything_is_killed(folder: Path, start: Callable[..., Process]) -> None:
    layout = Layout.of(folder)
    holder = start("CREATE TABLE kept (n int)")
    holder.answer()
    postmaster = running_postmaster(layout)
    assert postmaster is not None
    for victim in (keepers(layout)[0], postmaster, holder.popen.pid):
        os.kill(victim, signal.SIGKILL)
    assert start("SELECT * FROM kept").answer()


def test_a_pid_file_whose_number_another_program_has_got(folder: Path, start: Callable[..., Process]) -> None:
    layout = Layout.of(folder)
    start().end()
    assert eventually(lambda: not keepers(layout), 10)
    left_behind = layout.cluster / "postmaster.pid"
    left_behind.write_text(f"{os.getpid()}\n{layout.cluster}\n0\n{PORT}\n{layout.socket_dir}\n\n0 0\n\n")
    assert start().answer()


def test_a_first_start_that_was_killed_half_way(folder: Path, start: Callable[..., Process]) -> None:
    (folder / "postgres.new.half").mkdir(parents=True)
    (folder / "postgres.new.half" / "PG_VERSION").write_text("18\n")
    assert start().answer()
    assert not list(folder.glob("postgres.new.*"))


def test_a_folder_deleted_under_a_running_server(folder: Path, start: Callable[..., Process]) -> None:
    holder = start()
    began = holder.answer()
    while folder.exists():  # the server, too, is removing files of its own at this moment
        shutil.rmtree(folder, ignore_errors=True)
    assert start().answer() != began
    assert eventually(lambda: len(keepers(Layout.of(folder))) == 1)


def test_a_path_too_long_for_a_socket(folder: Path, start: Callable[..., Process]) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    layout = Layout.of(deep)
    assert len(str(layout.socket_dir)) < LONGEST_SOCKET_PATH
    assert not layout.socket_dir.is_relative_to(folder)
    try:
        assert start(data_dir=deep).answer()
    finally:
        for keeper in keepers(layout):
            os.kill(keeper, signal.SIGTERM)
        assert eventually(lambda: running_postmaster(layout) is None, 10)
        shutil.rmtree(layout.socket_dir)


def test_the_order_of_text_does_not_depend_on_the_machine(start: Callable[..., Process]) -> None:
    statement = (
        "SELECT 1 / (datlocprovider = 'b' AND datlocale = 'C.UTF-8'"
        " AND pg_encoding_to_char(encoding) = 'UTF8')::int"
        " FROM pg_database WHERE datname = current_database()"
    )
    assert start(statement).answer()


def test_no_network_port_and_no_journal_shortcut(start: Callable[..., Process]) -> None:
    statement = (
        "SELECT 1 / (current_setting('listen_addresses') = '' AND current_setting('fsync') = 'on'"
        " AND current_setting('full_page_writes') = 'on'"
        " AND current_setting('synchronous_commit') = 'on')::int"
    )
    assert start(statement).answer()


def test_the_log_holds_no_values(folder: Path, start: Callable[..., Process]) -> None:
    start("CREATE TABLE child (surname text PRIMARY KEY)", "INSERT INTO child VALUES ('Invented')").end()
    start("INSERT INTO child VALUES ('Invented')").popen.communicate()
    log = Layout.of(folder).log.read_text()
    assert "duplicate key" in log
    assert "Invented" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_a_folder_closed_to_the_servers_user_is_refused_and_stays_closed(
    folder: Path, start: Callable[..., Process]
) -> None:
    closed = folder / "closed"
    closed.mkdir(parents=True)
    folder.chmod(0o711)
    closed.chmod(0o700)
    process = start(data_dir=closed / "data")
    _, told = process.popen.communicate(timeout=30)
    assert process.popen.returncode != 0
    assert f"may not enter {closed} (mode 0700)" in told
    assert "Set DATA_DIR" in told
    assert closed.stat().st_mode & 0o777 == 0o700

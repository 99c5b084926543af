"""The process that owns the embedded server: starts it, watches whether anybody still uses it, stops it.

`python -m core.db.embedded.keeper DATA_DIR` returns when all is ready to start the server and leaves a child
in the background, which does. Exit 1 with one message on standard error when it cannot.
Standard library only: it must start fast, and it outlives the process that asked for it.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.db.embedded.install import CannotStart, ServerUser, binaries, prepare, server_user
from core.db.embedded.layout import PORT, Layout, open_lock, still_there, try_lock, unlock, wait_for_lock

POLL_SECONDS = 0.25
LINGER_SECONDS = 2.0
LARGEST_LOG = 5_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Statements and details hold names and UPNs: the log gets the error's first line and nothing else.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


def main(arguments: list[str]) -> int:
    layout = Layout.of(arguments[0])
    lock = open_lock(layout.keeper_lock)
    if not wait_for_lock(lock, exclusive=True, seconds=2):
        return 0  # another keeper is in charge
    try:
        user = server_user(layout)
        prepare(layout, user)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"The database in {layout.data_dir} cannot be made ready: {error}\n")
        return 1
    if os.fork():
        return 0  # the child has the lock too and keeps it
    _detach(layout)
    Keeper(layout, user).run()
    return 0


def _detach(layout: Layout) -> None:
    """Let go of the starter's streams and folder."""
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    if layout.log.exists() and layout.log.stat().st_size > LARGEST_LOG:
        layout.log.replace(layout.log.with_name("postgres.log.1"))
    log = os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)


class Keeper:
    """Runs one server until nobody uses it, it dies, or this process is told to stop."""

    def __init__(self, layout: Layout, user: "ServerUser | None") -> None:
        self.layout = layout
        self.user = user
        self.told_to_stop = False
        self.child: subprocess.Popen[bytes] | None = None
        self.adopted: int | None = None

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.adopted = running_postmaster(self.layout)
        if self.adopted is None:
            clear_stale_pid_files(self.layout)
            self.child = start_postgres(self.layout, self.user)
        self._watch()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.told_to_stop = True

    def _watch(self) -> None:
        users = open_lock(self.layout.users_lock)
        unused_since: float | None = None
        while self._alive():
            if self.told_to_stop or not still_there(self.layout.users_lock, users):
                break
            if try_lock(users, exclusive=True):
                now = time.monotonic()
                unused_since = now if unused_since is None else unused_since
                if now - unused_since >= LINGER_SECONDS:
                    break  # keeping the lock: whoever comes now waits until we have ended, then starts anew
                unlock(users)
            else:
                unused_since = None
            time.sleep(POLL_SECONDS)
        self._stop()

    def _alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        return self.adopted is not None and running_postmaster(self.layout, self.adopted) is not None

    def _stop(self) -> None:
        """Fast shutdown first; harder means only when it does not end."""
        pid = self.child.pid if self.child is not None else self.adopted
        for number, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            deadline = time.monotonic() + seconds
            if pid is None or not self._alive():
                return
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return
            while self._alive() and time.monotonic() < deadline:
                time.sleep(0.02)


def start_postgres(layout: Layout, user: "ServerUser | None") -> "subprocess.Popen[bytes]":
    settings = {
        **SETTINGS,
        "unix_socket_directories": str(layout.socket_dir),
        "cluster_name": f"vs-{layout.fingerprint}",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        [str(binaries(layout) / "postgres"), "-D", str(layout.cluster), *options],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=sys.stderr.fileno(),
        cwd="/",
        env=server_environment(),
        start_new_session=True,
        **(user.popen() if user else {}),
    )


def server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def running_postmaster(layout: Layout, expected: int | None = None) -> int | None:
    """The process number of the server of this folder if one really runs, else None."""
    try:
        pid = int((layout.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if expected is not None and pid != expected:
        return None
    command = command_line(pid)
    return pid if str(layout.cluster) in command and "postgres" in command[0] else None


def command_line(pid: int) -> list[str]:
    """The arguments of a process; [""] when it does not run (a zombie has none)."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            return (proc / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return [""]
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.split() or [""]


def clear_stale_pid_files(layout: Layout) -> None:
    """Remove pid files of a dead server whose number a zombie holds or another program has got since.

    PostgreSQL itself removes them when the number is free, but refuses to start when it is taken. By them it
    also sees that processes of a killed server are left, so while one is, they stay.
    """
    name = f"vs-{layout.fingerprint}"
    deadline = time.monotonic() + 30
    while any(name in title for title in all_titles()):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
    for stale in (layout.cluster / "postmaster.pid", layout.socket_dir / f".s.PGSQL.{PORT}.lock"):
        stale.unlink(missing_ok=True)


def all_titles() -> list[str]:
    proc = Path("/proc")
    if not (proc / "self").exists():
        return subprocess.run(
            ["ps", "-axo", "command="], capture_output=True, text=True, check=False
        ).stdout.splitlines()
    return [" ".join(command_line(int(entry.name))) for entry in proc.iterdir() if entry.name.isdigit()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

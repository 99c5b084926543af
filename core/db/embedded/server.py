"""The user's side of the embedded server: `hold` it, and it is there until this process ends."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg2
from django.core.management.base import CommandError

from core.db.embedded.layout import (
    PORT,
    USER,
    Layout,
    is_locked,
    open_lock,
    still_there,
    try_lock,
    wait_for_lock,
)

PROJECT_ROOT = Path(__file__).resolve().parents[3]

# A crash recovery or a shutdown with much to write may take a while on a slow disk.
PATIENCE_SECONDS = 120.0

# A server that ends at once each time will not do better the next time.
MOST_STARTS = 5

_mutex = threading.RLock()
_shares: dict[Path, int] = {}


class DatabaseCannotStart(CommandError):
    """The embedded database cannot run here; the text says what a person can do.

    A CommandError, so that manage.py prints the text and no traceback.
    """


def hold(data_dir: str | os.PathLike[str], *, check: bool = False) -> Layout:
    """Have the server of this folder running until this process (and the children it forks) ends.

    Cheap when this process holds it already. With `check` it is made sure that the server answers, and
    it is started again if it was killed. Raises DatabaseCannotStart.
    """
    layout = Layout.of(data_dir)
    with _mutex:
        fresh = _take_share(layout)
        if fresh or check or not is_locked(layout.keeper_lock):
            _ensure_running(layout)
    return layout


def _take_share(layout: Layout) -> bool:
    """Enter this process among the users. True when it was not among them before."""
    held = _shares.get(layout.data_dir)
    if held is not None:
        if still_there(layout.users_lock, held):
            return False
        os.close(_shares.pop(layout.data_dir))  # the folder was emptied below us: begin anew
    try:
        _make_data_dir(layout.data_dir)
        descriptor = _share_lock(layout)
    except OSError as error:
        raise DatabaseCannotStart(
            f"The database folder {layout.data_dir} cannot be used: {error.strerror}. "
            "Set DATA_DIR to a folder that you may write to."
        ) from error
    _shares[layout.data_dir] = descriptor
    return True


def _make_data_dir(data_dir: Path) -> None:
    made = [step for step in (data_dir, *data_dir.parents) if not step.is_dir()]
    data_dir.mkdir(parents=True, exist_ok=True)
    for step in made:
        # Root's server runs as another user, which must be able to pass through the folders we have just made.
        step.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _share_lock(layout: Layout) -> int:
    """The shared lock on a file that is still in its place; a keeper that is just stopping is waited for."""
    while True:
        descriptor = open_lock(layout.users_lock)
        if not wait_for_lock(descriptor, exclusive=False, seconds=PATIENCE_SECONDS):
            os.close(descriptor)
            raise DatabaseCannotStart(
                f"The database in {layout.data_dir} is stopping and does not end. See {layout.log}."
            )
        if still_there(layout.users_lock, descriptor):
            return descriptor
        os.close(descriptor)


def connects(layout: Layout) -> bool:
    """Whether the server answers. The only meaning of 'it lives': a process number proves nothing."""
    try:
        psycopg2.connect(
            host=str(layout.socket_dir), port=PORT, user=USER, dbname="postgres", connect_timeout=5
        ).close()
    except psycopg2.OperationalError:
        return False
    return True


def _ensure_running(layout: Layout) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    starts_left = MOST_STARTS
    start = open_lock(layout.start_lock)
    try:
        while time.monotonic() < deadline:
            if is_locked(layout.keeper_lock):
                if connects(layout):
                    return
            # Ours to start, unless another did so while we were waiting for the lock.
            elif try_lock(start, exclusive=True) and not is_locked(layout.keeper_lock):
                if not starts_left:
                    break
                starts_left -= 1
                _start_keeper(layout)
            time.sleep(0.02)
    finally:
        os.close(start)
    raise DatabaseCannotStart(
        f"The database in {layout.data_dir} does not answer. The end of {layout.log}:\n{_end_of(layout.log)}"
    )


def _end_of(log: Path) -> str:
    try:
        return "".join(log.read_text(errors="replace").splitlines(keepends=True)[-5:])
    except OSError as error:
        return f"(cannot be read: {error.strerror})"


def _start_keeper(layout: Layout) -> None:
    """Start the keeper. It returns when it has gone into the background, or has said why it cannot."""
    result = subprocess.run(
        [sys.executable, "-m", "core.db.embedded.keeper", str(layout.data_dir)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        check=False,
    )
    if result.returncode != 0:
        raise DatabaseCannotStart(result.stderr.strip() or f"The database keeper failed. See {layout.log}.")

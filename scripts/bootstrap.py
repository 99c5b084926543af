#!/usr/bin/env python3
"""Make a bare machine ready: Debian packages where they can be had, then the locked Python environment.

    python3 scripts/bootstrap.py run     what `make demo` and `make run` need
    python3 scripts/bootstrap.py test    the tools and the browser of `make test` too
    python3 scripts/bootstrap.py ci      and the PostgreSQL 15 server of .ci/run

Standard library only. Does nothing, at once, when everything is there.
"""

from __future__ import annotations  # so that an older Python gets as far as saying that it is too old

import ctypes.util
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", ROOT / ".venv")).absolute()
OLDEST, TOO_NEW = (3, 11), (3, 14)
UV = VENV / "bin" / "uv"
OWN_INDEX = re.compile(r"\.(?:index-url|no-index|proxy)=")
"""In what `pip config list` says: settings that uv does not read."""


def library(*names: str) -> bool:
    return all(ctypes.util.find_library(name) for name in names)


def program(*names: str) -> bool:
    return any(shutil.which(name) for name in names)


def fonts() -> bool:
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".fonts"))
    return any(next(Path(folder).rglob("LiberationSans-Regular*"), None) for folder in folders if Path(folder).is_dir())


if TYPE_CHECKING:
    # what, how it is seen, Debian's packages, what is missing without it
    Need = tuple[str, Callable[[], bool], list[str], str]

RUN: list[Need] = [
    (
        "Python's venv module",
        lambda: importlib.util.find_spec("ensurepip") is not None,
        ["python3-venv"],
        "no Python environment can be made: nothing works",
    ),
    (
        "Redis",
        lambda: program("redis-server"),
        ["redis-server"],
        "no worker and no schedule: jobs run inside the web request, and the page says so",
    ),
    (
        "Pango and HarfBuzz",
        lambda: library("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"),
        ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
        "no PDF: the termly report cannot be written",
    ),
    ("Liberation fonts", fonts, ["fonts-liberation2"], "the PDF is set in another font"),
]
TEST: list[Need] = [
    (
        "Chromium",
        lambda: program("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        ["chromium-headless-shell"],
        "the browser tests cannot run",
    ),
    (
        "nginx",
        lambda: Path("/usr/sbin/nginx").exists() or program("nginx"),
        ["nginx-light"],
        "the proxy's configuration cannot be tried",
    ),
    (
        "clamd",
        lambda: Path("/usr/sbin/clamd").exists() or program("clamd"),
        ["clamav-daemon"],
        "the scanning of files added to PEPs cannot be tried",
    ),
    (
        "Poppler's tools",
        lambda: program("pdftotext"),
        ["poppler-utils"],
        "the tests that read the PDF cannot run",
    ),
]
CI: list[Need] = [
    (
        "PostgreSQL 15",
        lambda: any(Path("/usr/lib/postgresql").glob("15/bin/initdb")),
        ["postgresql-15"],
        "the tests against a PostgreSQL 15 server cannot run",
    ),
]
NEEDS = {"run": RUN, "test": RUN + TEST, "ci": RUN + TEST + CI}


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def check_python() -> None:
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        say(
            "This project needs Python {}.{} up to but not including {}.{}; `{}` is {}.{}.".format(
                *OLDEST, *TOO_NEW, sys.executable, *sys.version_info[:2]
            )
            + " Name another with: make PYTHON=/path/to/python3.11 ..."
        )
        sys.exit(2)


def elevation() -> list[str] | None:
    """The words to put before apt-get, or None where this user may not install packages."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


def install_packages(needs: list[Need]) -> None:
    missing = [need for need in needs if not need[1]()]
    if not missing:
        return
    packages = [package for need in missing for package in need[2]]
    before = elevation()
    if before is not None:
        say("Installing Debian packages: " + " ".join(packages))
        keep = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        # The list of packages may be absent (a fresh container): a failed update is not yet a failed install.
        subprocess.run([*keep, "update"], check=False, stdout=subprocess.DEVNULL)
        command = [*keep, "install", "--yes", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
        done = subprocess.run([*command, *packages], check=False, stdout=subprocess.DEVNULL)
        if done.returncode != 0:  # one that this release does not have must not stop the others
            for package in packages:
                subprocess.run([*command, package], check=False, stdout=subprocess.DEVNULL)
        importlib.invalidate_caches()
    for name, present, wanted, without in missing:
        if not present():
            say("MISSING: {} - {}. Install: apt-get install {}".format(name, without, " ".join(wanted)))
    if not RUN[0][1]():
        sys.exit(1)


def fingerprint(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def install_locked(requirements: Path) -> bool:
    """By uv, in a fifth of pip's time; by pip where uv cannot do it, or where pip was told of another index."""
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    # A lock file names every package: nothing is to be resolved, and each file must have its listed hash.
    locked = ["--no-deps", "--require-hashes", "--requirement"]
    uv = [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    told = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    if not OWN_INDEX.search(told):
        steps = [[*pip, *locked, str(ROOT / "requirements-uv.txt")], [*uv, *locked, str(requirements)]]
        if all(subprocess.run(step, check=False).returncode == 0 for step in steps):
            return True
        say("That did not work: pip does it now, which takes longer.")
    return subprocess.run([*pip, *locked, str(requirements)], check=False).returncode == 0


def make_environment(requirements: Path, also: Sequence[Path] = ()) -> None:
    """Install a lock file. `also` names the lock files that are part of it."""
    stamp = VENV / ".installed"
    if stamp.exists() and fingerprint(requirements) in stamp.read_text().split():
        return
    if not (VENV / "bin" / "python").exists():
        say(f"Making the Python environment in {VENV}")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    count = sum(1 for line in requirements.read_text().splitlines() if "==" in line)
    say(f"Installing up to {count} Python packages from {requirements.name} (up to two minutes the first time)")
    stamp.unlink(missing_ok=True)
    if not install_locked(requirements):
        say("The packages could not be installed (the message is above). Is the network there? Try again.")
        sys.exit(1)
    stamp.write_text("\n".join(fingerprint(one) for one in (requirements, *also)) + "\n")


def main() -> None:
    check_python()
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose not in NEEDS:
        say(__doc__.strip())
        sys.exit(2)
    install_packages(NEEDS[purpose])
    for_run, for_test = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    if purpose == "run":
        make_environment(for_run)
    else:
        make_environment(for_test, also=[for_run])


if __name__ == "__main__":
    main()

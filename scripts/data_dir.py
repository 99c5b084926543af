#!/usr/bin/env python3
"""Print the folder that make uses for data when none is given: var/, where the database can run there.

PostgreSQL does not run as root but as a system user. Where root's checkout lies in a folder closed to others (its own
home, one from mktemp), that user cannot reach var/, and no folder is opened for it: then the data goes to
/var/lib/virtualschool/, under a name that belongs to this checkout. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def closed_to_others(folder: Path) -> Path | None:
    """The first folder on the way that others may not enter, or None."""
    steps = [*reversed(folder.parents), folder]
    return next((step for step in steps if not step.stat().st_mode & stat.S_IXOTH), None)


def default_data_dir(root: Path, uid: int) -> Path:
    beside = root / "var"
    if uid != 0 or not closed_to_others(beside if beside.is_dir() else root):
        return beside
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return Path("/var/lib/virtualschool") / name


def make_passable(folder: Path) -> None:
    """Make the folder so that the database's user can pass through it, whatever the umask."""
    for step in (folder.parent, folder):
        if not step.exists():
            step.mkdir()
            step.chmod(0o711)


if __name__ == "__main__":
    chosen = default_data_dir(ROOT, os.geteuid())
    if chosen != ROOT / "var":
        make_passable(chosen)
        sys.stderr.write(
            f"{closed_to_others(ROOT)} is closed to other users, the database's among them: the data goes to {chosen}\n"
            f"For commands by hand: export DATA_DIR={chosen}\n"
        )
    sys.stdout.write(f"{chosen}\n")

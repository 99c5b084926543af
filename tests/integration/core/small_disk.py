"""A disk that is really full: a small tmpfs where root may mount one, else the kernel's limit on the size of a file."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1024 * 1024


@contextmanager
def small_disk(folder: Path, megabytes: int = 1) -> Iterator[Callable[[], None]]:
    """Writing more than so much into `folder` fails with the kernel's own error; the given function makes room."""
    folder.mkdir(parents=True, exist_ok=True)
    if _mount(folder, f"size={megabytes}m"):
        try:
            yield lambda: _must(["mount", "-o", "remount,size=200m", str(folder)])
        finally:
            _must(["umount", "--lazy", str(folder)])
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes * MEGABYTE, hard))
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    finally:
        with suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _mount(folder: Path, options: str) -> bool:
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"{options},mode=0755", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _must(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True)

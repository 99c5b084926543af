"""The files as they came: kept once under their sha256, whole or not at all."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from core.feeds.base import FeedRefused, SourceFile

CHUNK = 1024 * 1024
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Kept:
    """A file in the store: the name it came with, and its content's sha256 and size in bytes."""

    name: str
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    root: Path = settings.STORED_FILES_DIR
    return root / sha256[:2] / sha256


def keep(sources: Sequence[SourceFile]) -> list[Kept]:
    """Copy the files of a delivery into the store; content already there is not written again.

    All or none: they take their places when each of them has been written out. Raises FeedRefused DISK_FULL when
    there is no room and NOT_STORED when a file cannot be read or written; the store is then as it was.
    """
    copies: list[tuple[Kept, Path]] = []
    source = None
    try:
        for source in sources:
            copies.append(_copy(source))
        for kept, copy in copies:
            _put_in_place(copy, path_of(kept.sha256), kept.size)
    except OSError as error:
        for _, copy in copies:
            copy.unlink(missing_ok=True)
        raise refusal_for(error, source.name if source else "") from error
    return [kept for kept, _ in copies]


def refusal_for(error: OSError, file: str) -> FeedRefused:
    """What a person is told when the disk fails while a delivery is taken in."""
    if error.errno in NO_ROOM:
        return FeedRefused.because(
            "DISK_FULL",
            "The file could not be stored: there is no room on the disk.",
            file=file,
            advice="Nothing was changed. Ask the administrator to make room, then send it again.",
        )
    return FeedRefused.because(
        "NOT_STORED",
        f"The file could not be read or stored ({os.strerror(error.errno) if error.errno else 'no reason given'}).",
        file=file,
        advice="Nothing was changed. Check that the file can be opened, or ask the administrator.",
    )


def _copy(source: SourceFile) -> tuple[Kept, Path]:
    root: Path = settings.STORED_FILES_DIR
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    handle, name = tempfile.mkstemp(dir=root, prefix="incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, source.path.open("rb") as incoming:
            while chunk := incoming.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        path_of(digest.hexdigest()).parent.mkdir(exist_ok=True)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return Kept(source.name, digest.hexdigest(), size), temporary


def _put_in_place(copy: Path, target: Path, size: int) -> None:
    """The whole file under its name, also after a power cut: the folder is written out too."""
    if target.exists() and target.stat().st_size == size:
        copy.unlink()
        return
    copy.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""The files as they came: kept once under their sha256, whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from core.feeds.base import FeedRefused, SourceFile
from core.models import StoredFile

CHUNK = 1024 * 1024


def path_of(sha256: str) -> Path:
    root: Path = settings.STORED_FILES_DIR
    return root / sha256[:2] / sha256


def keep(source: SourceFile) -> StoredFile:
    """Copy a file into the store (a no-op for content already there) and return its row.

    Raises FeedRefused DISK_FULL when there is no room; the store is then as it was.
    """
    try:
        digest, size, temporary = _copy(source.path)
    except OSError as error:
        raise FeedRefused.because(
            "DISK_FULL",
            "The file could not be stored: there is no room on the disk.",
            file=source.name,
            advice="Nothing was changed. Ask the administrator to make room, then send it again.",
        ) from error
    target = path_of(digest)
    if target.exists():
        temporary.unlink()
    else:
        temporary.replace(target)
    return StoredFile.objects.get_or_create(sha256=digest, defaults={"size": size})[0]


def _copy(path: Path) -> tuple[str, int, Path]:
    root: Path = settings.STORED_FILES_DIR
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    handle, name = tempfile.mkstemp(dir=root, prefix="incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, path.open("rb") as incoming:
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
    return digest.hexdigest(), size, temporary

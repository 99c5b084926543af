"""A ZIP that is written piece by piece, with a manifest of the sha256 of what is in it: never whole in memory."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

CHUNK = 1024 * 1024
MANIFEST_NAME = "manifest.json"


class Archive:
    """A ZIP being written, with the manifest of what is in it. All its files bear the time `at`."""

    def __init__(self, target: Path | IO[bytes], at: tuple[int, int, int, int, int, int]) -> None:
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.at = at
        self.manifest: list[dict[str, Any]] = []

    def add(self, name: str, pieces: Iterator[bytes]) -> None:
        """Write a file of pieces; its sha256 and size go to the manifest."""
        digest, size = hashlib.sha256(), 0
        with self._open(name) as out:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.manifest.append({"name": name, "sha256": digest.hexdigest(), "size": size})

    def close(self) -> None:
        """The manifest is the last file."""
        with self._open(MANIFEST_NAME) as out:
            out.write(json.dumps({"files": self.manifest}, indent=2).encode() + b"\n")
        self.zip.close()

    def _open(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, self.at)
        info.compress_type = zipfile.ZIP_DEFLATED
        return self.zip.open(info, "w", force_zip64=True)


def chunks_of(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces."""
    with path.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def sha256_of(path: Path) -> str:
    """Of a file, read in pieces."""
    digest = hashlib.sha256()
    for piece in chunks_of(path):
        digest.update(piece)
    return digest.hexdigest()

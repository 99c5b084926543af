"""From what a person hands over (files, folders, zips) to the list of files to read, safely."""

import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from core.feeds.base import FeedRefused, SourceFile

MAX_MEMBERS = 500
MAX_UNPACKED_BYTES = 250 * 1024 * 1024
MAX_RATIO = 200
UNREADABLE_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What the library raises for a broken, an encrypted or an oddly packed archive."""
MAX_RATIO_FROM_BYTES = 20 * 1024 * 1024
"""Small files may shrink as they like: a thousand rows that are alike do."""


def is_noise(name: str) -> bool:
    """Resource forks and system files that zips and folders carry along; and names that climb out of their folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(p == "__MACOSX" or p.startswith((".", "~$")) or p.lower() in {"thumbs.db", "desktop.ini"} for p in parts)


def expand_folder(folder: Path) -> list[SourceFile]:
    """Every file below the folder in a stable order, named by its path inside the folder."""
    return [
        SourceFile(name=str(path.relative_to(folder)), path=path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_noise(str(path.relative_to(folder)))
    ]


def is_bomb(members: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether these would unpack to more than is safe to read."""
    members = list(members)
    unpacked = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    return unpacked > MAX_UNPACKED_BYTES or (unpacked > MAX_RATIO_FROM_BYTES and unpacked / packed > MAX_RATIO)


def expand_zip(source: SourceFile, into: Path) -> list[SourceFile]:
    """Unpack a zip into `into` under names of our own (no path tricks), with limits on size and ratio."""
    try:
        archive = zipfile.ZipFile(source.path)
    except zipfile.BadZipFile:
        raise FeedRefused.because(
            "BAD_ZIP",
            "The zip file cannot be opened.",
            file=source.name,
            advice="Make the zip again and resend it.",
        ) from None
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not is_noise(m.filename)]
        if len(members) > MAX_MEMBERS or is_bomb(members):
            raise _zip_too_large(source, "The zip file unpacks to more than is safe to read.")
        found = []
        for number, member in enumerate(sorted(members, key=lambda m: m.filename)):
            if member.flag_bits & 0x1:
                raise FeedRefused.because(
                    "ZIP_PASSWORD",
                    "The zip file has a password.",
                    file=source.name,
                    advice="Unpack it and send the files themselves.",
                )
            target = into / f"{number:04d}"
            try:
                with archive.open(member) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out)
            except UNREADABLE_ZIP:
                raise FeedRefused.because(
                    "BAD_ZIP",
                    f"{member.filename} in the zip file cannot be unpacked.",
                    file=source.name,
                    advice="Make the zip again and resend it.",
                ) from None
            found.append(SourceFile(name=member.filename, path=target))
        return found


def _zip_too_large(source: SourceFile, message: str) -> FeedRefused:
    return FeedRefused.because(
        "ZIP_TOO_LARGE",
        message,
        file=source.name,
        advice="Send the files without zipping them, or in several parts.",
    )


class Delivery:
    """Context manager: the files of a delivery, zips unpacked into a temporary folder for as long as it is open."""

    def __init__(self, sources: Iterable[SourceFile]) -> None:
        self.sources = list(sources)

    def __enter__(self) -> list[SourceFile]:
        self._folder = TemporaryDirectory(prefix="virtualschool-feed-")
        try:
            return self._expanded(Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise

    def _expanded(self, base: Path) -> list[SourceFile]:
        files: list[tuple[str, SourceFile]] = []
        unpacked = 0
        for number, source in enumerate(self.sources):
            if source.suffix == ".zip":
                into = base / str(number)
                into.mkdir()
                members = expand_zip(source, into)
                unpacked += sum(member.path.stat().st_size for member in members)
                files += ((source.name, member) for member in members)
                if unpacked > MAX_UNPACKED_BYTES or len(files) > MAX_MEMBERS:
                    raise _zip_too_large(source, "The zip files together unpack to more than is safe to read.")
            else:
                files.append(("", source))
        return _told_apart(files)

    def __exit__(self, *exc: object) -> None:
        self._folder.cleanup()


def _told_apart(found: Iterable[tuple[str, SourceFile]]) -> list[SourceFile]:
    """Files of one name from two places (last year's header.csv and this year's) bear the place in their names."""
    pairs = list(found)
    often = Counter(source.name for _, source in pairs)
    return [
        replace(source, name=f"{place}/{source.name}") if place and often[source.name] > 1 else source
        for place, source in pairs
    ]


def sources_from_paths(paths: Iterable[Path]) -> list[SourceFile]:
    """Files and folders named on the command line. Raises FeedRefused for a path that is not there."""
    found: list[tuple[str, SourceFile]] = []
    for path in paths:
        if path.is_dir():
            found += ((path.resolve().name, source) for source in expand_folder(path))
        elif path.is_file():
            found.append((path.resolve().parent.name, SourceFile(name=path.name, path=path)))
        else:
            raise FeedRefused.because("NO_FILE", f"There is no file {path}.", file=str(path))
    return _told_apart(found)

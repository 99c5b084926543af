"""Records that were disposed of, or must not be: what lower floors ask, and what the floor that disposes is told.

The ground knows no child: a key is whatever the feeds know a record by, an id the primary key of its row.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

Lookup = Callable[[Collection[str]], Mapping[str, str]]
Blocker = Callable[[Collection[int]], Mapping[int, str]]
FilesOf = Callable[[int], Iterable[Path]]

_lookups: list[Lookup] = []
_blockers: list[Blocker] = []
_files: list[FilesOf] = []


def register_lookup(lookup: Lookup) -> None:
    """Called by the floor that disposes: {key: number of the certificate} of those keys whose record is gone."""
    _lookups.append(lookup)


def certificates_of(keys: Collection[str]) -> dict[str, str]:
    """Feeds ask before they make a record: {key: number of the certificate} of records that were disposed of."""
    return {key: number for lookup in _lookups for key, number in lookup(keys).items()}


def register_blocker(blocker: Blocker) -> None:
    """Called by an app with a reason of its own why a child's record must stay: {id: the reason in words}."""
    _blockers.append(blocker)


def blocked(ids: Collection[int]) -> dict[int, str]:
    """{id: why the record must stay} beside the holds that people place."""
    return {pk: why for blocker in _blockers for pk, why in blocker(ids).items()}


def register_files(files: FilesOf) -> None:
    """Called by an app that keeps files about one child which no row's own path or FileField names."""
    _files.append(files)


def files_about(pk: int) -> list[Path]:
    """Files that those apps name for a child: they go with the record."""
    return [path for files in _files for path in files(pk)]

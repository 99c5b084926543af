"""What a seal is: which rows, in which order, under which hash; and what is wrong when they no longer agree."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DIGEST_BYTES = 32
MOST_ROWS = 10_000
"""Rows that one seal covers at most: a first seal over years of history is made in pieces."""
SHOWN_IDS = 100


class Kind(StrEnum):
    EDITED = "edited"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    SEAL_CHANGED = "seal_changed"
    CHAIN_BROKEN = "chain_broken"
    SEAL_MISSING = "seal_missing"
    FILE_DIFFERS = "file_differs"
    FILE_LACKS = "file_lacks"
    COLUMN_MISSING = "column_missing"
    DISPOSED_UNLAWFULLY = "disposed_unlawfully"
    DISPOSED_AND_THERE = "disposed_and_there"


KIND_LABELS: dict[Kind, str] = {
    Kind.EDITED: "rows were changed after they were sealed",
    Kind.REMOVED: "sealed rows are gone",
    Kind.REORDERED: "sealed rows hold each other's content",
    Kind.INSERTED: "rows were put among sealed ones afterwards",
    Kind.SEAL_CHANGED: "the seal itself was changed",
    Kind.CHAIN_BROKEN: "the seal does not follow the one before it",
    Kind.SEAL_MISSING: "the file outside the database knows a seal that the database lacks",
    Kind.FILE_DIFFERS: "the seal differs from what the file outside the database says",
    Kind.FILE_LACKS: "the file outside the database does not know the seal",
    Kind.COLUMN_MISSING: "a column that was sealed is no longer in the table",
    Kind.DISPOSED_UNLAWFULLY: "sealed rows are gone under a certificate that does not hold",
    Kind.DISPOSED_AND_THERE: "rows are there although a certificate says that they were disposed of",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong. `seal` is None for rows that no seal covers."""

    table: str
    seal: int | None
    kind: Kind
    ids: Sequence[int] = field(default_factory=tuple)

    def as_dict(self) -> dict[str, Any]:
        """`ids` holds at most SHOWN_IDS of them, `count` says how many there are."""
        return {
            "table": self.table,
            "seal": self.seal,
            "kind": self.kind.value,
            "ids": list(self.ids[:SHOWN_IDS]),
            "count": len(self.ids),
        }


def compact(ids: Iterable[int]) -> str:
    """Ascending ids as text: [1, 2, 3, 7] -> "1-3,7"."""
    spans: list[list[int]] = []
    for one in ids:
        if spans and one == spans[-1][1] + 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """First and last id of each run: "1-3,7" -> (1, 3), (7, 7)."""
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        yield int(first), int(last or first)


def expand(text: str) -> list[int]:
    """The ids that `compact` was given."""
    return [one for first, last in spans(text) for one in range(first, last + 1)]


def gaps(covered: Iterable[tuple[int, int]]) -> list[tuple[int, int | None]]:
    """What no run covers, from id 1 on; the last gap is open (None)."""
    found: list[tuple[int, int | None]] = []
    nxt = 1
    for first, last in sorted(covered):
        if first > nxt:
            found.append((nxt, first - 1))
        nxt = max(nxt, last + 1)
    return [*found, (nxt, None)]


def seal_hash(seal: Mapping[str, Any], digests: bytes) -> str:
    """sha256 (hex) over everything a seal says, the seal before it included.

    `seal` holds table, number, sealed_at (ISO, UTC), ids, rows, columns, horizon, next_xid, cluster and previous.
    """
    names = ("table", "number", "sealed_at", "ids", "rows", "columns", "horizon", "next_xid", "cluster", "previous")
    said = {name: seal[name] for name in names} | {"digests": hashlib.sha256(digests).hexdigest()}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest_of_each(ids: Sequence[int], digests: bytes) -> dict[int, bytes]:
    """{id: its 32 bytes}."""
    return {one: digests[n * DIGEST_BYTES : (n + 1) * DIGEST_BYTES] for n, one in enumerate(ids)}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A sealed row whose content is another one now."""

    seal: int
    row: int
    sealed: bytes
    found: bytes


def compare(seal: int, sealed: Mapping[int, bytes], found: Mapping[int, bytes]) -> tuple[list[int], list[Difference]]:
    """(ids that are gone, rows that differ) of one seal."""
    gone = [one for one in sealed if one not in found]
    changed = [
        Difference(seal=seal, row=one, sealed=digest, found=found[one])
        for one, digest in sealed.items()
        if one in found and found[one] != digest
    ]
    return gone, changed


APPROVERS = 2
"""People who approve a disposal, besides the one who proposes it (practice.md 9.3: disposal approval by two people)."""


def is_approved(proposed_by: int, approved_by: Iterable[int]) -> bool:
    """Two different people, and neither of them the proposer."""
    return len(set(approved_by) - {proposed_by}) >= APPROVERS


def judge(table: str, differences: Iterable[Difference]) -> list[Problem]:
    """Rows that changed places (each holds what another of them was sealed with) apart from edited ones."""
    rows = list(differences)
    sealed, found = {d.sealed for d in rows}, {d.found for d in rows}
    by_kind: dict[tuple[int, Kind], list[int]] = {}
    for d in rows:
        moved = d.found in sealed and d.sealed in found
        by_kind.setdefault((d.seal, Kind.REORDERED if moved else Kind.EDITED), []).append(d.row)
    return [Problem(table=table, seal=seal, kind=kind, ids=ids) for (seal, kind), ids in sorted(by_kind.items())]

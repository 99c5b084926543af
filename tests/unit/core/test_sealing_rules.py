"""What a seal says, and what is wrong with rows that no longer fit it; without a database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sealing.rules import Difference, Kind, Problem, compact, compare, expand, gaps, judge, seal_hash


@given(st.sets(st.integers(1, 400)))
def test_ids_come_back(ids: set[int]) -> None:
    assert expand(compact(sorted(ids))) == sorted(ids)


@given(st.sets(st.integers(1, 60)))
def test_gaps_and_covered_ids_are_all_there_is(ids: set[int]) -> None:
    from core.sealing.rules import spans

    free = {n for first, last in gaps(spans(compact(sorted(ids)))) for n in range(first, min(last or 100, 100) + 1)}
    assert free == set(range(1, 101)) - ids


def test_compact_writes_runs() -> None:
    assert compact([1, 2, 3, 7, 9, 10]) == "1-3,7,9-10"


SEAL: dict[str, Any] = {
    "table": "t", "number": 2, "sealed_at": "2026-11-26T10:00:00+00:00", "ids": "1-3", "rows": 3, "columns": ["a"],
    "horizon": 7, "next_xid": 8, "cluster": "c", "previous": "p",
}  # fmt: skip


@pytest.mark.parametrize("name", SEAL)
def test_the_hash_holds_everything_a_seal_says(name: str) -> None:
    other = SEAL | {name: "another"}
    assert seal_hash(SEAL, b"d" * 96) != seal_hash(other, b"d" * 96)
    assert seal_hash(SEAL, b"d" * 96) != seal_hash(SEAL, b"e" * 96)


def test_compare_tells_gone_from_changed() -> None:
    gone, changed = compare(4, {1: b"a", 2: b"b", 3: b"c"}, {1: b"a", 3: b"x", 9: b"z"})
    assert gone == [2]
    assert changed == [Difference(seal=4, row=3, sealed=b"c", found=b"x")]


def test_rows_that_changed_places_are_no_edits() -> None:
    rows = [
        Difference(seal=1, row=1, sealed=b"a", found=b"b"),
        Difference(seal=2, row=9, sealed=b"b", found=b"a"),
        Difference(seal=2, row=10, sealed=b"c", found=b"new"),
    ]
    assert judge("t", rows) == [
        Problem(table="t", seal=1, kind=Kind.REORDERED, ids=[1]),
        Problem(table="t", seal=2, kind=Kind.EDITED, ids=[10]),
        Problem(table="t", seal=2, kind=Kind.REORDERED, ids=[9]),
    ]

"""A child's UPN when a file gives another one."""

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from pupils.rules import UpnChange, is_worse, settle_upns, upn_change

PERMANENT, OTHER, TEMPORARY = "B801200005001", "R674123101121", "M80120000500A"
WRONG = "A801200005001"


@pytest.mark.parametrize(
    ("current", "former", "given", "change"),
    [
        (PERMANENT, (), PERMANENT, UpnChange.SAME),
        ("", (), TEMPORARY, UpnChange.FIRST),
        (TEMPORARY, (), PERMANENT, UpnChange.REPLACE),
        (PERMANENT, (), OTHER, UpnChange.REPLACE),
        (PERMANENT, (OTHER,), OTHER, UpnChange.KEEP_NEWER),
        (PERMANENT, (), TEMPORARY, UpnChange.KEEP_PERMANENT),
        (PERMANENT, (), WRONG, UpnChange.KEEP_VALID),
        (PERMANENT, (WRONG,), WRONG, UpnChange.KEEP_NEWER),
        (WRONG, (), OTHER, UpnChange.REPLACE),
        ("", (), WRONG, UpnChange.FIRST),
    ],
)
def test_upn_change(current: str, former: tuple[str, ...], given: str, change: UpnChange) -> None:
    assert upn_change(current=current, former=former, given=given) is change


@pytest.mark.parametrize(
    ("fact", "current", "given", "worse"),
    [
        ("upn", PERMANENT, WRONG, True),
        ("upn", PERMANENT, "3412", True),
        ("upn", WRONG, "3412", False),
        ("upn", PERMANENT, "", False),
        ("uln", "9276308686", "9276308687", True),
        ("uln", "9276308687", "9276308688", False),
        ("sex", "F", "U", True),
        ("sex", "F", "M", False),
        ("sex", "U", "M", False),
        ("ethnicity", "WBRI", "NOBT", False),
    ],
)
def test_a_value_known_to_be_bad_is_worse_than_a_good_one(fact: str, current: str, given: str, worse: bool) -> None:
    assert is_worse(fact, current=current, given=given) is worse


def test_a_column_that_slipped_by_one_row_leaves_everybody_with_their_own() -> None:
    """S2 is given S1's, S3 that of S2: S1 keeps its own, so S2 does, so S3 does."""
    settled = settle_upns(wishes={"S2": "U1", "S3": "U2"}, stored={"S2": "U2", "S3": "U3"}, taken={"U1": "S1"})
    assert settled.upns == {"S2": "U2", "S3": "U3"}
    assert settled.refused == {"S2": "S1", "S3": "S2"}


def test_two_children_may_change_with_each_other() -> None:
    settled = settle_upns(wishes={"A": "U2", "B": "U1"}, stored={"A": "U1", "B": "U2"}, taken={})
    assert (settled.upns, settled.refused) == ({"A": "U2", "B": "U1"}, {})


def test_of_two_new_children_the_first_gets_it() -> None:
    settled = settle_upns(wishes={"A": "U1", "B": "U1"}, stored={}, taken={})
    assert (settled.upns, settled.refused) == ({"A": "U1", "B": ""}, {"B": "A"})


@over(st.lists(st.integers(0, 6), max_size=7), st.integers(0, 7))
def test_nobody_shares_and_who_is_refused_keeps_what_they_had(wishes: list[int], new: int) -> None:
    """Children 0 to 6, each with the UPN of its number but the last `new` of them, who have none."""
    stored = {str(n): f"U{n}" if n < 7 - new else "" for n in range(7)}
    wished = {str(n): f"U{w}" for n, w in enumerate(wishes) if stored[str(n)] != f"U{w}"}
    taken = {upn: child for child, upn in stored.items() if upn and child not in wished}
    settled = settle_upns(wishes=wished, stored={c: stored[c] for c in wished}, taken=taken)
    after = [upn for upn in ({**stored, **settled.upns}).values() if upn]
    assert len(after) == len(set(after))
    for child, wish in wished.items():
        assert settled.upns[child] == (stored[child] if child in settled.refused else wish)

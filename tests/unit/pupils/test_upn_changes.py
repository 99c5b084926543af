"""A child's UPN when a file gives another one."""

import pytest

from pupils.rules import UpnChange, is_worse, upn_change

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

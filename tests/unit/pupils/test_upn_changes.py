"""A child's UPN when a file gives another one."""

import pytest

from pupils.rules import UpnChange, upn_change

PERMANENT, OTHER, TEMPORARY = "B801200005001", "R674123101121", "M80120000500A"


@pytest.mark.parametrize(
    ("current", "former", "given", "change"),
    [
        (PERMANENT, (), PERMANENT, UpnChange.SAME),
        ("", (), TEMPORARY, UpnChange.FIRST),
        (TEMPORARY, (), PERMANENT, UpnChange.REPLACE),
        (PERMANENT, (), OTHER, UpnChange.REPLACE),
        (PERMANENT, (OTHER,), OTHER, UpnChange.KEEP_NEWER),
        (PERMANENT, (), TEMPORARY, UpnChange.KEEP_PERMANENT),
    ],
)
def test_upn_change(current: str, former: tuple[str, ...], given: str, change: UpnChange) -> None:
    assert upn_change(current=current, former=former, given=given) is change

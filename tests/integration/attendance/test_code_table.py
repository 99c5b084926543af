"""The code table for SQL says what the rules say: a changed rule needs a migration that fills the table anew."""

import pytest

from attendance.models import CodeRow
from attendance.rules import ATTENDANCE_CODES

pytestmark = pytest.mark.django_db


def test_the_table_holds_the_rules_codes() -> None:
    fields = ("code", "symbol", "category", "meaning", "valid_from", "valid_to")
    wanted = [(c.code, c.symbol, c.category.value, c.meaning, c.valid_from, c.valid_to) for c in ATTENDANCE_CODES]
    assert sorted(CodeRow.objects.values_list(*fields), key=str) == sorted(wanted, key=str)

"""What may stand on paper, and when a plan locks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import is_working_day
from peps.rules.printing import NOT_PRINTED, date_in_words, locks_on, without_postcodes


@pytest.mark.parametrize(
    ("approved", "locked"),
    [
        (date(2026, 11, 20), date(2026, 11, 27)),  # a Friday: Monday to Friday after it
        (date(2026, 11, 21), date(2026, 11, 27)),  # a Saturday
        (date(2026, 12, 22), date(2026, 12, 31)),  # Christmas Day and Boxing Day (moved to Monday) do not count
        (date(2027, 3, 25), date(2027, 4, 5)),  # Good Friday and Easter Monday
    ],
)
def test_a_plan_locks_five_working_days_after_its_approval(approved, locked):
    assert locks_on(approved) == locked


@given(st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31)))
def test_there_are_five_working_days_to_mend_a_slip(approved):
    due = locks_on(approved)
    days = (date.fromordinal(n) for n in range(approved.toordinal() + 1, due.toordinal() + 1))
    assert is_working_day(due)
    assert sum(is_working_day(day) for day in days) == 5


@pytest.mark.parametrize("typed", ["CT1 2AB", "ct12ab", "CT1  2ab", "C T 1 2 A B"])
def test_a_postcode_of_the_child_is_not_printed_however_it_was_typed(typed):
    assert without_postcodes(f"Taxi from {typed}, 8:10", {"CT1 2AB"}) == f"Taxi from {NOT_PRINTED}, 8:10"


def test_other_postcodes_and_words_stay():
    text = "The school, ME14 1XX. Unit XCT1 2ABX. In"
    assert without_postcodes(text, {"CT1 2AB", "", "N"}) == text


def test_days_are_words():
    assert date_in_words("2027-03-12") == "12 March 2027"
    assert date_in_words("Spring") == "Spring"

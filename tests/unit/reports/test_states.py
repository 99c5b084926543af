"""The states of a report and the days on which one may be made."""

from datetime import date

import pytest

from core.rules import Season
from reports.rules import ReportState, TransitionRefused, check_as_at, check_transition, draft_day, is_final

ALLOWED = {
    ("draft", "approved"), ("draft", "withdrawn"), ("approved", "issued"), ("approved", "withdrawn"),
    ("issued", "withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize("now", list(ReportState))
@pytest.mark.parametrize("wanted", list(ReportState))
def test_transitions(now, wanted):
    if (now.value, wanted.value) in ALLOWED:
        check_transition(now, wanted)
    else:
        with pytest.raises(TransitionRefused, match="cannot become"):
            check_transition(now, wanted)


def test_only_approved_and_issued_are_final():
    assert [s for s in ReportState if is_final(s)] == [ReportState.APPROVED, ReportState.ISSUED]


def test_draft_is_made_ten_school_days_before_the_end():
    days = [date(2026, 11, day) for day in range(2, 28) if date(2026, 11, day).weekday() < 5]
    assert draft_day(2026, Season.AUTUMN, days) == days[-11]
    assert draft_day(2026, Season.AUTUMN, days[:4]) == days[0]
    assert draft_day(2026, Season.AUTUMN, []) is None
    assert draft_day(2009, Season.AUTUMN, days) == date(2009, 12, 1)


def test_as_at_lies_in_the_term_and_not_in_the_future():
    term = {"first_on": date(2009, 9, 1), "last_on": date(2009, 12, 18)}
    for on in (date(2009, 9, 1), date(2009, 12, 18)):
        check_as_at(on, today=date(2009, 12, 18), **term)
    with pytest.raises(ValueError, match="1 September 2009 to 18 December 2009"):
        check_as_at(date(2009, 12, 19), today=date(2010, 1, 1), **term)
    with pytest.raises(ValueError, match="has not come yet"):
        check_as_at(date(2009, 12, 1), today=date(2009, 11, 30), **term)

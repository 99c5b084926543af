"""The clock of a request, its states, and what no print holds."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recipients import Recipient
from core.rules import is_working_day
from rights import rules
from rights.rules import Ground, State, StepRefused, Timing

DAYS = st.dates(min_value=date(2018, 5, 25), max_value=date(2040, 12, 31))


def oracle(on: date, months: int) -> date:
    """Day by day: count the firsts of months that pass, then look for the day, or take the month's last; then move."""
    day, seen = on, 0
    while seen < months:
        day += timedelta(days=1)
        seen += day.day == 1
    wanted = on.day
    while wanted > monthrange(day.year, day.month)[1]:
        wanted -= 1
    while day.day != wanted:
        day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@given(DAYS, st.booleans())
def test_the_clock_is_the_corresponding_day(on: date, extended: bool) -> None:
    assert rules.due_on(on, extended=extended) == oracle(on, 3 if extended else 1)


@pytest.mark.parametrize(
    ("confirmed", "extended", "due"),
    [
        # The examples of the ICO's guidance: 3 September is due on 3 October; 31 March has no 31 April.
        (date(2026, 9, 3), False, date(2026, 10, 5)),  # a Saturday
        (date(2025, 9, 3), False, date(2025, 10, 3)),
        (date(2025, 3, 31), False, date(2025, 4, 30)),
        (date(2026, 11, 25), False, date(2026, 12, 29)),  # Christmas, Boxing Day and its substitute, a weekend between
        (date(2024, 1, 31), False, date(2024, 2, 29)),
        (date(2026, 11, 30), True, date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (date(2026, 8, 15), True, date(2026, 11, 16)),
    ],
)
def test_days_of_the_guidance(confirmed: date, extended: bool, due: date) -> None:
    assert rules.due_on(confirmed, extended=extended) == due


def test_the_day_explains_itself() -> None:
    assert rules.due_because(date(2025, 3, 31)) == (
        "One calendar month from 31 Mar 2025, when identity was confirmed; April has no day 31, so its last day counts."
    )
    assert "no working day, so the next one counts" in rules.due_because(date(2026, 9, 3))
    assert rules.due_because(date(2025, 9, 3), extended=True).startswith("Three calendar months")


def test_an_extension_is_told_within_the_first_month() -> None:
    rules.check_extension(date(2025, 9, 3), date(2025, 10, 3))
    with pytest.raises(StepRefused, match="3 Oct 2025"):
        rules.check_extension(date(2025, 9, 3), date(2025, 10, 4))


@pytest.mark.parametrize(
    ("due", "closed", "today", "found"),
    [
        (None, None, date(2026, 1, 1), Timing.NO_CLOCK),
        (date(2026, 1, 9), None, date(2026, 1, 1), Timing.IN_TIME),
        (date(2026, 1, 8), None, date(2026, 1, 1), Timing.SOON),
        (date(2026, 1, 8), None, date(2026, 1, 9), Timing.LATE),
        (date(2026, 1, 8), date(2026, 1, 8), date(2026, 5, 1), Timing.IN_TIME),
        (date(2026, 1, 8), date(2026, 1, 9), date(2026, 5, 1), Timing.LATE),
    ],
)
def test_timing(due: date | None, closed: date | None, today: date, found: Timing) -> None:
    assert rules.timing(due, closed, today) is found


def test_days_left() -> None:
    due = date(2026, 1, 8)
    assert [rules.days_left(due, date(2026, 1, n)) for n in (6, 7, 8, 9, 10)] == [
        "2 days left", "1 day left", "today is the last day", "1 day late", "2 days late",
    ]  # fmt: skip


def test_a_closed_request_takes_no_step() -> None:
    for closed in rules.CLOSED:
        for to in State:
            with pytest.raises(StepRefused):
                rules.check_step(closed, to)
    with pytest.raises(StepRefused):
        rules.check_step(State.RECEIVED, State.GATHERING)
    with pytest.raises(StepRefused):
        rules.check_step(State.CONFIRMED, State.SENT)
    rules.check_step(State.REDACTING, State.SENT)


def test_each_ground_has_its_words() -> None:
    for ground in Ground:
        assert rules.removed_words(ground).startswith("[Removed: ")
        assert rules.GROUND_LABELS[ground]
        assert rules.GROUND_HINTS[ground]
        assert rules.GROUND_EXPLAINED[ground]


def test_nothing_protected_reaches_a_parent() -> None:
    assert [r for r in Recipient if not rules.may_hold_protected(r)] == [Recipient.PARENT]
    assert rules.keeps_whereabouts_from(Recipient.PARENT, restricted=True)
    assert not rules.keeps_whereabouts_from(Recipient.PARENT, restricted=False)
    assert not any(rules.keeps_whereabouts_from(r, restricted=True) for r in Recipient if r is not Recipient.PARENT)

"""Which promises apply, and who is tracked."""

from datetime import date

import pytest

from core.figures import Figure
from pledge import rules
from pledge.rules import Answer, State, Terms


@pytest.mark.parametrize(
    ("terms", "age", "months", "expected"),
    [
        (Terms(), 0, 0, True),
        (Terms(), None, 0, True),
        (Terms(from_age=11, months_in_care=6), 11, 6, True),
        (Terms(from_age=11, months_in_care=6), 11, 5, False),
        (Terms(from_age=11, months_in_care=6), 10, 60, False),
        (Terms(from_age=4, to_age=16), 16, 0, True),
        (Terms(from_age=4, to_age=16), 17, 0, False),
        (Terms(from_age=4, to_age=16), None, 0, False),
    ],
)
def test_a_promise_applies_by_age_and_months_in_care(terms, age, months, expected):
    assert rules.applies(terms, age=age, months_in_care=months) is expected


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 1), 1),
        (date(2026, 5, 23), date(2026, 11, 23), 6),
        (date(2026, 5, 24), date(2026, 11, 23), 5),
        (date(2025, 12, 1), date(2026, 1, 1), 1),
    ],
)
def test_whole_months(since, on, months):
    assert rules.months_between(since, on) == months


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 23), date(2026, 5, 23)),
        (date(2026, 8, 31), date(2026, 2, 28)),
        (date(2028, 8, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2025, 9, 30)),
        (date(2026, 6, 15), date(2025, 12, 15)),
    ],
)
def test_answers_count_for_six_months(today, since):
    assert rules.current_since(today) == since


def test_nothing_is_missing_before_the_first_review():
    since = date(2026, 10, 26)
    assert rules.first_review_due_on(since) == date(2026, 11, 23)
    assert rules.is_new(since, date(2026, 11, 23))
    assert not rules.is_new(since, date(2026, 11, 24))


def test_tracked_leaves_out_who_is_too_new():
    states = [rules.state_of(gaps=g, new=n) for g, n in [(0, False), (3, False), (3, True), (0, True)]]
    assert states == [State.TRACKED, State.GAPS, State.NEW, State.TRACKED]
    assert rules.tracked_figure(states) == Figure(2, 3)


def test_kept_judges_only_what_can_be_judged():
    answers = [Answer.KEPT, Answer.PARTLY, Answer.NOT_KEPT, Answer.NOT_DUE, Answer.DECLINED, Answer.NOT_APPLICABLE]
    assert rules.kept_figure(answers) == Figure(1, 3)
    assert rules.kept_figure([]) == Figure(0, 0)

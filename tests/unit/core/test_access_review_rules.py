"""Which accounts ask for a closer look, and which term a review is of."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.access_reviews.rules import QUIET_DAYS, Flag, flags_of, term_of
from core.roles import Role
from core.rules import Season, default_terms

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def flags(**facts: object) -> list[Flag]:
    usual = {"role": Role.IRO, "last_seen": NOW, "children": 3, "second_step": True, "second_step_needed": True}
    return flags_of(**(usual | facts), now=NOW)  # type: ignore[arg-type]


def test_who_was_here_and_sees_children_asks_for_nothing() -> None:
    assert flags() == []
    assert flags(second_step=False, second_step_needed=False) == []


def test_sixty_days_of_silence_are_the_limit() -> None:
    assert flags(last_seen=NOW - timedelta(days=QUIET_DAYS)) == [Flag.QUIET]
    assert flags(last_seen=NOW - timedelta(days=QUIET_DAYS - 1)) == []
    assert flags(last_seen=None) == [Flag.NEVER]


def test_a_missing_second_step_and_a_missing_child() -> None:
    assert flags(second_step=False) == [Flag.NO_SECOND_STEP]
    assert flags(children=0) == [Flag.NO_CHILD]
    assert flags(role=Role.FINANCE_OFFICER, children=0) == []
    assert flags(role=Role.ADVISER, children=None) == []


@pytest.mark.parametrize(
    ("on", "season"),
    [
        (date(2026, 9, 1), Season.AUTUMN),
        (date(2026, 12, 30), Season.AUTUMN),
        (date(2027, 1, 10), Season.SPRING),
        (date(2027, 4, 2), Season.SPRING),
        (date(2027, 6, 1), Season.SUMMER),
        (date(2027, 8, 20), Season.SUMMER),
    ],
)
def test_holidays_belong_to_the_term_before_them(on: date, season: Season) -> None:
    assert term_of(on, default_terms(2026)) is season

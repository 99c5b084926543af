from datetime import date

import pytest

from attainment.rules.collection import SUBJECTS, Progress, Window, asked_of, movement, progress_of, window_of
from core.rules import KeyStage, Season

AUTUMN = Window(2026, Season.AUTUMN, date(2026, 9, 1), date(2026, 12, 18))
SPRING = Window(2026, Season.SPRING, date(2027, 1, 5), date(2027, 3, 25))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 9, 1), AUTUMN),
        (date(2026, 12, 18), AUTUMN),
        (date(2026, 12, 27), AUTUMN),
        (date(2027, 1, 4), AUTUMN),
        (date(2027, 1, 5), SPRING),
        (date(2027, 4, 1), SPRING),
    ],
)
def test_holidays_belong_to_the_term_before(today: date, expected: Window) -> None:
    assert window_of(today, [SPRING, AUTUMN]) == expected


def test_no_term_has_begun() -> None:
    with pytest.raises(ValueError, match="No term has begun"):
        window_of(date(2026, 8, 31), [AUTUMN, SPRING])


def test_whole_when_each_subject_asked_is_there() -> None:
    asked = asked_of(KeyStage.KS3)
    assert progress_of(KeyStage.KS3, []) is Progress.NONE
    assert progress_of(KeyStage.KS3, asked[:2]) is Progress.PART
    assert progress_of(KeyStage.KS3, [s.upper() for s in asked] + ["History"]) is Progress.WHOLE
    assert progress_of(KeyStage.KS5, ["Bricklaying"]) is Progress.WHOLE


def test_a_child_whose_stage_is_not_known_is_asked_something() -> None:
    assert asked_of(None) == SUBJECTS[KeyStage.KS2]
    assert set(SUBJECTS) == set(KeyStage)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [("behind", "on_track", "up"), ("ahead", "nearly", "down"), ("nearly", "nearly", "same"), ("", "behind", "")],
)
def test_movement(before: str, now: str, expected: str) -> None:
    assert movement(before, now) == expected

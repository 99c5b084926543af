"""The rules of unusual looks, without a database."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pupils.rules import looks
from pupils.rules.names import same_surname

LONDON = ZoneInfo("Europe/London")
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("person", "child", "same"),
    [
        ("Ruth Okafor", "Okafor", True),
        ("Ruth OKAFOR", "okafor", True),
        ("Ruth O'Neill", "O’Neill", True),
        ("Zoë Núñez", "Nunez", True),
        ("Ruth Okafor-Bell", "Bell", True),
        ("Ruth Bell", "Okafor-Bell", True),
        ("Ruth Bell", "Okafor Bell", True),
        ("Bell Okafor", "Bell", False),
        ("Ruth Bell", "Bella", False),
        ("Ruth Bell", "", False),
        ("", "", False),
        ("Ruth de A", "A", False),
    ],
)
def test_same_surname(person: str, child: str, same: bool) -> None:
    assert same_surname(person, child) is same


@pytest.mark.parametrize(
    ("at", "out"),
    [
        (datetime(2026, 11, 23, 6, 59, 59, tzinfo=LONDON), True),
        (datetime(2026, 11, 23, 7, 0, tzinfo=LONDON), False),
        (datetime(2026, 11, 23, 19, 59, 59, tzinfo=LONDON), False),
        (datetime(2026, 11, 23, 20, 0, tzinfo=LONDON), True),
        (datetime(2026, 11, 27, 12, 0, tzinfo=LONDON), False),
        (datetime(2026, 11, 28, 12, 0, tzinfo=LONDON), True),
        (datetime(2026, 11, 29, 12, 0, tzinfo=LONDON), True),
    ],
)
def test_out_of_hours(at: datetime, out: bool) -> None:
    assert looks.is_out_of_hours(at) is out


def minutes(*pairs: tuple[int, int]) -> list[tuple[datetime, int]]:
    return [(NINE + timedelta(minutes=m), child) for m, child in pairs]


@pytest.mark.parametrize(
    ("opened", "children"),
    [
        ([], 0),
        (minutes((0, 1), (1, 1), (2, 1)), 1),
        (minutes((0, 1), (30, 2), (59, 3)), 3),
        (minutes((0, 1), (30, 2), (60, 3)), 2),
        (minutes((90, 5), (0, 1), (45, 3), (100, 4), (30, 2)), 3),
        (minutes((0, 1), (10, 2), (65, 1), (66, 3)), 3),
    ],
)
def test_busiest_hour(opened: list[tuple[datetime, int]], children: int) -> None:
    assert looks.busiest_hour(opened)[1] == children


def test_the_busiest_hour_says_when_it_began() -> None:
    assert looks.busiest_hour(minutes((0, 1), (90, 2), (100, 3)))[0] == NINE + timedelta(minutes=90)


def test_thresholds() -> None:
    assert not looks.is_bulk(looks.MOST_CHILDREN_IN_AN_HOUR)
    assert looks.is_bulk(looks.MOST_CHILDREN_IN_AN_HOUR + 1)
    assert not looks.are_many_refusals(looks.MOST_REFUSALS_IN_A_DAY)
    assert looks.are_many_refusals(looks.MOST_REFUSALS_IN_A_DAY + 1)


@pytest.mark.parametrize(
    ("on", "allocated"),
    [(date(2026, 8, 31), False), (date(2026, 9, 1), True), (date(2026, 9, 30), True), (date(2026, 10, 1), False)],
)
def test_allocated_in_the_half_open_span(on: date, allocated: bool) -> None:
    assert looks.is_allocated(on, [(date(2026, 9, 1), date(2026, 10, 1))]) is allocated
    assert not looks.is_allocated(on, [])
    assert looks.is_allocated(on, [(date(2020, 1, 1), None)])

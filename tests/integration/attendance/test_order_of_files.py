"""The marks that count are the same in whatever order the files came."""

from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from core import services as core_services
from core.calendars import assumed_calendar
from core.models import Calendar
from pupils.models import Pupil

Figures = Callable[..., dict[str, Any]]
FILES = ("welfare-call", "b2b", "roll")


@pytest.fixture
def files(school, child, write) -> dict[str, Path]:
    """The call saw an illness at the school where the roll says that the child is; another school saw the child."""
    school(1)
    school(2)
    pupil: Pupil = child(1)
    return {
        "welfare-call": write("Child ID,LAESTAB,Date,AM,PM", [["C001", "9904001", "09/09/2024", "I", "I"]]),
        "b2b": write(
            "UPN,LAESTAB,Date,Session,Mark",
            [[pupil.upn, "9904002", "2024-09-09", "AM", "/"], [pupil.upn, "9904002", "2024-09-09", "PM", "\\"]],
        ),
        "roll": write("child_id,school_urn,place_from", [["C001", "990001", "2024-09-01"]]),
    }


@pytest.mark.parametrize("order", list(permutations(FILES)), ids="-".join)
def test_where_the_child_is_on_roll_decides_also_when_the_roll_comes_last(
    order: tuple[str, ...], files: dict[str, Path], take: Callable[..., Any], figures: Figures
) -> None:
    for kind in order:
        assert take(kind, files[kind]).status == "applied"
    total = figures("2024-09-09", "2024-09-09")["total"]
    assert (total["present"], total["authorised"]) == (0, 2)


def test_a_move_told_later_changes_which_mark_counts(
    files: dict[str, Path], take: Callable[..., Any], write: Callable[..., Path], figures: Figures
) -> None:
    for kind in FILES:
        take(kind, files[kind])
    moved = write(
        "child_id,school_urn,place_from,place_to",
        [["C001", "990001", "2024-09-01", "2024-09-06"], ["C001", "990002", "2024-09-07", ""]],
    )
    assert take("roll", moved).status == "applied"
    total = figures("2024-09-09", "2024-09-09")["total"]
    assert (total["present"], total["authorised"]) == (2, 0)


def test_closing_a_day_takes_its_marks_out_at_once(
    files: dict[str, Path],
    take: Callable[..., Any],
    figures: Figures,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    for kind in FILES:
        take(kind, files[kind])
    county = core_services.add_calendar(name="County", actor=None)
    terms = assumed_calendar(2024).terms
    with django_capture_on_commit_callbacks(execute=True):
        core_services.record_terms(calendar=county, academic_year=2024, terms=terms, actor=None)
    assert figures("2024-09-09", "2024-09-09")["total"]["possible"] == 2
    with django_capture_on_commit_callbacks(execute=True):
        core_services.add_closure(
            calendar=Calendar.objects.get(), academic_year=2024, on=date(2024, 9, 9), reason="Flood", actor=None
        )
    assert figures("2024-09-09", "2024-09-09")["total"]["possible"] == 0

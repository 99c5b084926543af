"""When a PEP is due, and why."""

from datetime import date, timedelta

import pytest

from core.rules import Season, default_terms, school_days
from peps import rules

TERMS = [t for t in default_terms(2026) if t.season is Season.AUTUMN]
AUTUMN = rules.make_term(2026, Season.AUTUMN, school_days(TERMS))
SPRING = rules.make_term(
    2026, Season.SPRING, school_days([t for t in default_terms(2026) if t.season is Season.SPRING])
)


def test_the_cut_off_lies_fifteen_school_days_before_the_last():
    assert AUTUMN.last_on == date(2026, 12, 18)
    assert AUTUMN.cut_off_on == date(2026, 11, 27)
    assert AUTUMN.label == "Autumn term 2026"


def test_a_short_term_has_its_cut_off_on_its_first_day():
    day = date(2026, 9, 1)
    assert rules.make_term(2026, Season.AUTUMN, [day, date(2026, 9, 2)]).cut_off_on == day
    with pytest.raises(ValueError, match="no school day"):
        rules.make_term(2026, Season.AUTUMN, [])


@pytest.mark.parametrize(
    ("today", "term"),
    [
        (date(2026, 9, 1), AUTUMN),
        (date(2026, 12, 18), AUTUMN),
        (date(2026, 12, 19), SPRING),
        (date(2026, 8, 1), AUTUMN),
        (date(2027, 1, 20), SPRING),
    ],
)
def test_the_term_that_runs_or_comes_next(today, term):
    assert rules.term_for(today, [SPRING, AUTUMN]) == term


def test_after_the_last_known_term_there_is_none():
    with pytest.raises(ValueError, match="No term"):
        rules.term_for(date(2027, 8, 1), [AUTUMN, SPRING])


def test_long_in_care_is_due_by_the_cut_off():
    due = rules.due_for(term=AUTUMN, start=date(2021, 1, 12), last_due_on=None)
    assert due.due_on == date(2026, 11, 27)
    assert due.because.endswith("Autumn term 2026 ends on Fri 18 Dec 2026.")


def test_the_first_pep_is_due_ten_working_days_after_coming_into_care():
    due = rules.due_for(term=AUTUMN, start=date(2026, 11, 6), last_due_on=None)
    assert due.due_on == date(2026, 11, 20)
    assert due.because == (
        "First PEP: 10 working days after coming into care on Fri 6 Nov 2026, counted from Mon 9 Nov 2026."
    )


def test_bank_holidays_are_not_counted_and_named():
    due = rules.due_for(term=AUTUMN, start=date(2026, 12, 17), last_due_on=None)
    assert due.due_on == date(2027, 1, 5)
    assert "not counting 25 Dec, 28 Dec and 1 Jan." in due.because


def test_a_plan_due_since_coming_into_care_makes_the_next_a_termly_one():
    since = date(2026, 12, 17)
    assert rules.due_for(term=SPRING, start=since, last_due_on=None).due_on == date(2027, 1, 5)
    assert rules.due_for(term=SPRING, start=since, last_due_on=date(2027, 1, 5)).due_on == SPRING.cut_off_on


def test_plans_of_an_earlier_time_in_care_do_not_count():
    due = rules.due_for(term=AUTUMN, start=date(2026, 11, 6), last_due_on=date(2024, 3, 1))
    assert due.due_on == date(2026, 11, 20)


def test_who_was_in_care_before_the_first_return_has_no_first_plan_to_hurry():
    due = rules.due_for(term=AUTUMN, start=date(2026, 11, 6), last_due_on=None, came_new=False)
    assert due.due_on == AUTUMN.cut_off_on
    assert "First PEP" not in due.because


def test_reasons_fit_their_column():
    for since in (date(2026, 12, 17), date(2021, 1, 12), date(2027, 3, 24)):
        for term in (AUTUMN, SPRING):
            assert len(rules.due_for(term=term, start=since, last_due_on=None).because) <= 300


@pytest.mark.parametrize(
    ("nc_year", "wanted"), [(-2, False), (-1, True), (0, True), (13, True), (14, False), (None, False)]
)
def test_nursery_to_year_13_have_a_pep(nc_year, wanted):
    assert rules.needs_pep(nc_year) is wanted


def test_status_on_and_after_the_due_date():
    due_on = date(2026, 11, 27)
    assert rules.status_of("planned", due_on, due_on) is rules.Status.DUE
    assert rules.status_of("planned", due_on, due_on + timedelta(days=1)) is rules.Status.OVERDUE
    assert rules.status_of("submitted", due_on, date(2027, 1, 1)) is rules.Status.HELD
    assert rules.tag_of(rules.Status.COMPLETE) == ("Complete", "green")

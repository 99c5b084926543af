"""Whose summer a GCSE scheme is."""

from datetime import date

import pytest

from incentives import rules

TODAY = date(2026, 11, 23)


def test_the_year_group_of_a_summer_today():
    assert rules.nc_year_now(2027, TODAY) == 11
    assert rules.nc_year_now(2028, TODAY) == 10
    assert rules.nc_year_now(2010, date(2009, 12, 1)) == 11


@pytest.mark.parametrize(("nc_year", "summer"), [(11, 2027), (10, 2028), (9, None), (12, None), (None, None)])
def test_the_summer_of_a_young_person(nc_year, summer):
    assert rules.assessment_year_for(nc_year, TODAY) == summer


def test_a_scheme_is_opened_for_this_summer_or_the_next():
    assert [y for y in range(2024, 2032) if rules.can_open_for(y, TODAY)] == [2027, 2028]


def test_usual_dates():
    assert rules.usual_letters_due_on(2027) == date(2026, 12, 31)
    assert rules.usual_payments_due_on(2027) == date(2027, 9, 30)


def test_after_its_summer_a_scheme_is_counted_on_31_august():
    assert rules.counted_on(2027, TODAY) == TODAY
    assert rules.counted_on(2026, TODAY) == date(2026, 8, 31)

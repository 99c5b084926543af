"""The limits on exclusions, and what must happen after one."""

from datetime import date

import pytest

from core.rules import default_terms, school_days
from provision import rules
from provision.rules import Category

FROM_FRIDAY_13TH = [d for d in school_days(default_terms(2026)) if d >= date(2026, 11, 13)]


@pytest.mark.parametrize(("sessions", "text"), [(1, "0.5 days"), (2, "1 day"), (3, "1.5 days"), (90, "45 days")])
def test_half_days_in_words(sessions, text):
    assert rules.days_text(sessions) == text


def test_forty_five_days_in_a_school_year_and_no_more():
    assert rules.over_limit(earlier=80, new=10) == ""
    refusal = rules.over_limit(earlier=80, new=11)
    assert "With these 5.5 days it would be 45.5 days: 40 days are recorded already." in refusal


@pytest.mark.parametrize(
    ("in_term", "in_year", "words"),
    [
        (10, 10, []),
        (11, 11, ["must meet if asked"]),
        (30, 30, ["must meet if asked"]),
        (31, 31, ["the governors must meet."]),
        (12, 60, ["must meet if asked", "15 days are left by law"]),
    ],
)
def test_totals_set_off_warnings(in_term, in_year, words):
    found = rules.warnings(in_term=in_term, in_year=in_year)
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_a_long_suspension_needs_education_from_the_sixth_day():
    duties = rules.duties(category=Category.SUSPENSION, sessions=12, school_days=FROM_FRIDAY_13TH)
    assert [d.on for d in duties] == [date(2026, 11, 13), date(2026, 11, 13), date(2026, 11, 20), date(2026, 11, 23)]


def test_a_short_suspension_ends_with_the_way_back():
    duties = rules.duties(category=Category.SUSPENSION, sessions=3, school_days=FROM_FRIDAY_13TH)
    assert [d.on for d in duties] == [date(2026, 11, 13), date(2026, 11, 13), date(2026, 11, 17)]


def test_after_a_permanent_exclusion_the_council_arranges_education():
    duties = rules.duties(category=Category.PERMANENT, sessions=0, school_days=FROM_FRIDAY_13TH)
    assert any("council" in d.text and d.on == date(2026, 11, 20) for d in duties)


def test_a_lunchtime_takes_no_teaching():
    assert len(rules.duties(category=Category.LUNCHTIME, sessions=1, school_days=FROM_FRIDAY_13TH)) == 1


def test_beyond_the_known_calendar_no_day_is_promised():
    assert rules.back_on(200, FROM_FRIDAY_13TH[:3]) is None
    assert rules.duties(category=Category.PERMANENT, sessions=0, school_days=[])[0].on is None

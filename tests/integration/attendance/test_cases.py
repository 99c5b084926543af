"""The worked attendance cases of the reference, from a file to the command line."""

import itertools
import json
from datetime import date
from pathlib import Path

import pytest

from core.rules import default_terms, school_days

pytestmark = pytest.mark.django_db

DATA = json.loads((Path(__file__).parents[2] / "data/indicator_cases.json").read_text(encoding="utf-8"))
CASES = [case for case in DATA["attendance_cases"] if case["id"] != "T26"]
"""T26 sums a whole authority's published counts: a unit test."""
YEAR_OF = {"2009": 2008, "2024": 2025}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_marks_become_the_figures_of_the_case(case, child, write, take, figures):
    year = YEAR_OF[case["code_list"]]
    pupil = child(1, dob=date(year - 14, 3, 4))
    sessions = [(day, s) for day in school_days(default_terms(year)) for s in ("AM", "PM")]
    marks = list(itertools.chain.from_iterable([code] * n for code, n in case["marks"].items()))
    assert len(marks) <= len(sessions)
    rows = [
        (pupil.upn, "", day.isoformat(), session, mark) for (day, session), mark in zip(sessions, marks, strict=False)
    ]
    outcome = take("b2b", write("UPN,LAESTAB,Date,Session,Mark", rows))
    assert outcome.rows["applied"] == len(rows)

    last = sessions[len(marks) - 1][0]
    document = figures(sessions[0][0].isoformat(), last.isoformat())
    expected, total = case["expected"], document["total"]
    assert {name: total[name] for name in ("possible", "present", "authorised", "unauthorised")} == {
        name: expected[name] for name in ("possible", "present", "authorised", "unauthorised")
    }
    assert total["approved_educational_activity"] == expected["approved_educational_activity"]
    assert total["attendance_percent"] == expected["attendance_pct"]
    assert total["absence_percent"] == expected["overall_absence_pct"]
    assert total["unmarked"] == expected.get("unmarked", 0) + len(marks) % 2
    [row] = document["pupils"]
    assert row["severe"] is expected["severe_50"]
    if year >= 2015:
        assert row["persistent"] is expected["persistent_10"]


@pytest.mark.parametrize(
    ("year", "absent", "last", "persistent"),
    [
        (2008, 63, "2009-07-21", False),  # T22
        (2008, 64, "2009-07-21", True),
        (2010, 37, "2011-04-08", False),
        (2010, 38, "2011-04-08", True),  # T25
    ],
)
def test_persistent_absence_of_the_earlier_years(*, year, absent, last, persistent, child, write, take, figures):
    pupil = child(1, dob=date(year - 14, 3, 4))
    sessions = [(day, s) for day in school_days(default_terms(year)) for s in ("AM", "PM")][:250]
    rows = [
        (pupil.upn, "", day.isoformat(), session, "O" if n < absent else "/")
        for n, (day, session) in enumerate(sessions)
    ]
    take("b2b", write("UPN,LAESTAB,Date,Session,Mark", rows))
    document = figures(f"{year}-09-01", last)
    assert document["pupils"][0]["persistent"] is persistent
    assert document["total"]["persistent"] == int(persistent)


def test_absence_after_the_may_half_term_does_not_count_for_the_old_annual_rule(child, write, take, figures):
    pupil = child(1, dob=date(1994, 3, 4))
    days = [day for day in school_days(default_terms(2008)) if day >= date(2009, 6, 1)]
    rows = [(pupil.upn, "", d.isoformat(), s, "O") for d in days for s in ("AM", "PM")]
    take("b2b", write("UPN,LAESTAB,Date,Session,Mark", rows))
    document = figures("2008-09-01", "2009-07-31")
    assert document["total"]["unauthorised"] == len(rows) >= 64
    assert document["total"]["persistent"] == 0
    assert document["total"]["severe"] == 1

"""The rows P1 to P14 on a real calendar, by the command that other programs call."""

import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.deadlines.registry import all_rules
from core.models import Calendar
from core.rules import default_terms
from peps import cycle
from tests import factories as make

pytestmark = pytest.mark.django_db


def deadlines(trigger: str, on: str, **options: str) -> dict[str, Any]:
    out = io.StringIO()
    given = [f"--{name}={value}" for name, value in options.items()]
    call_command("deadlines", f"--trigger={trigger}", f"--on={on}", *given, "--json", stdout=out)
    return {row["code"]: row for row in json.loads(out.getvalue())["deadlines"]}


@pytest.mark.parametrize(
    ("trigger", "on", "due"),
    [
        ("became-looked-after", "2026-12-18", {"P1": "2027-01-06", "P2": "2027-01-20"}),
        ("became-looked-after", "2026-12-11", {"P1": "2026-12-29", "P2": "2027-01-13"}),
        # Good Friday and Easter Monday of 2027 are 26 and 29 March.
        ("became-looked-after", "2027-03-19", {"P1": "2027-04-06", "P2": "2027-04-20"}),
        # Half-term holidays are working days.
        ("new-school", "2026-10-16", {"P3": "2026-11-13"}),
        ("new-placement", "2027-04-30", {"P4": "2027-06-01"}),
        ("term-start", "2026-09-01", {"P5": "2026-11-27"}),
        ("previous-pep", "2026-08-31", {"P6": "2027-02-28"}),
        ("meeting", "2027-01-06", {"P8": "2026-12-11", "P9": "2026-12-29", "P10": "2027-01-20"}),
        ("submission", "2026-12-23", {"P11": "2027-01-11"}),
        ("returned", "2026-12-23", {"P12": "2027-01-04"}),
        ("approval", "2026-12-19", {"P13": "2026-12-29", "P14": "2026-12-21"}),
        # The spring term ends on Thu 25 Mar 2027, the summer term on Thu 22 Jul.
        ("term-start", "2027-01-04", {"P5": "2027-03-04"}),
        ("term-start", "2027-04-12", {"P5": "2027-07-01"}),
        # Over Easter: 26 and 29 March do not count, the school's holidays do.
        ("meeting", "2027-04-14", {"P8": "2027-03-22", "P9": "2027-04-07", "P10": "2027-04-28"}),
        ("submission", "2027-03-24", {"P11": "2027-04-09"}),
        ("returned", "2027-03-25", {"P12": "2027-04-05"}),
        ("approval", "2027-03-26", {"P13": "2027-04-05", "P14": "2027-03-30"}),
        ("new-school", "2027-04-12", {"P3": "2027-05-11"}),
        # Over Christmas: 25 and 28 December and 1 January do not count.
        ("new-placement", "2026-12-14", {"P4": "2027-01-14"}),
        ("previous-pep", "2026-12-23", {"P6": "2027-06-23"}),
        # Over the half-term of May: 31 May does not count.
        ("became-looked-after", "2027-05-21", {"P1": "2027-06-07", "P2": "2027-06-21"}),
        ("approval", "2027-05-28", {"P13": "2027-06-07", "P14": "2027-05-28"}),
        # Easter of 2010 by the old rules: school began again on 19 April, 3 May was a bank holiday.
        ("became-looked-after", "2010-03-26", {"P1": "2010-04-13", "P2": "2010-05-11", "P7": "2010-04-23"}),
        # The rules of 2009: 20 school days, and the first review after 28 days.
        ("became-looked-after", "2009-12-11", {"P1": "2009-12-29", "P2": "2010-01-22", "P7": "2010-01-08"}),
    ],
)
def test_what_a_day_makes_due(trigger: str, on: str, due: dict[str, str]) -> None:
    assert {code: row["due_on"] for code, row in deadlines(trigger, on).items()} == due


def test_every_row_of_practice_is_there() -> None:
    assert {rule.code for rule in all_rules()} >= {*(f"P{n}" for n in range(1, 15)), "P1s"}


def test_a_review_brings_the_first_pep_forward() -> None:
    row = deadlines("became-looked-after", "2026-12-11", review="2027-01-06")["P2"]
    assert row["due_on"] == "2027-01-04"
    assert "the first care review on Wed 6 Jan 2027" in row["explanation"]
    assert deadlines("became-looked-after", "2026-12-11", review="2027-02-01")["P2"]["due_on"] == "2027-01-13"


def test_a_school_with_its_own_terms() -> None:
    """The county's autumn term of 2026 ends on 18 December; this school's a week earlier, with a day closed before."""
    calendar = Calendar.objects.create(name="Downland schools")
    for term in default_terms(2026):
        ends_on = date(2026, 12, 11) if term.name == "Term 2" else term.ends_on
        calendar.terms.create(
            academic_year=2026, season=term.season, half=term.half, name=term.name, starts_on=term.starts_on,
            ends_on=ends_on,
        )  # fmt: skip
    calendar.closures.create(on=date(2026, 12, 4), reason="Staff training")
    school = make.SchoolFactory(calendar=calendar)
    row = deadlines("term-start", "2026-09-02", school=school.urn)["P5"]
    assert row["due_on"] == "2026-11-19"
    assert row["explanation"].endswith("skipping 4 Dec (the term dates of Downland schools): Thu 19 Nov 2026.")
    assert deadlines("term-start", "2026-09-02", school=make.SchoolFactory().urn)["P5"]["due_on"] == "2026-11-27"


@pytest.mark.parametrize("on", [date(2026, 9, 1), date(2026, 11, 26), date(2027, 1, 4), date(2027, 6, 1)])
def test_the_cut_off_of_the_term_is_that_of_the_list_of_peps(on: date) -> None:
    assert deadlines("term-start", f"{on}")["P5"]["due_on"] == cycle.current_term(on).cut_off_on.isoformat()


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(CommandError, match="--on"):
        deadlines("meeting", "31/02/2027")
    with pytest.raises(SystemExit):
        deadlines("meeting", "2027-01-06", school="999999")

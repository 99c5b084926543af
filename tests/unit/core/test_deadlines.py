"""The deadline engine against counting on fingers, and its words."""

from datetime import date, timedelta
from itertools import count as numbers

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import rules as time_rules
from core.deadlines import registry
from core.deadlines.rules import Anchor, Cap, Days, Rule, Trigger, Unit, add_months, count, deadline_of
from core.roles import Role

ON = st.dates(date(2009, 1, 1), date(2031, 12, 31))
OFFSETS = st.integers(-60, 60).filter(bool)
CLOSED = {date(2026, 11, 27), date(2026, 11, 30)}


def school_day(on: date) -> bool:
    terms = time_rules.default_terms(time_rules.academic_year_of(on))
    return time_rules.is_school_day(on, terms, CLOSED)


def term_end(on: date) -> date:
    year = time_rules.academic_year_of(on)
    ends = [
        time_rules.season_period(time_rules.default_terms(y), season).last_on
        for y in (year, year + 1)
        for season in time_rules.Season
    ]
    return min(end for end in ends if end is not None and end >= on)


DAYS = Days(is_school_day=school_day, term_end=term_end)


def rule(**fields: object) -> Rule:
    values = {"code": "X1", "title": "Test", "trigger": Trigger.MEETING, "offset": 10, "unit": Unit.WORKING_DAY}
    return Rule(**({**values, "owner": Role.ADVISER} | fields))  # type: ignore[arg-type]


def slowly(on: date, offset: int, unit: Unit) -> date:
    """The oracle: list every day from here on, strike out those that do not count, take the nth that is left."""
    direction = 1 if offset > 0 else -1
    left = []
    for n in numbers(1):
        day = on + timedelta(days=direction * n)
        is_weekend = day.strftime("%a") in {"Sat", "Sun"}
        is_holiday = day in time_rules.bank_holidays(day.year)
        struck = {
            Unit.CALENDAR_DAY: False,
            Unit.WORKING_DAY: is_weekend or is_holiday,
            Unit.SCHOOL_DAY: not school_day(day),
        }[unit]
        if not struck:
            left.append(day)
        if len(left) == abs(offset):
            return left[-1]
    raise AssertionError


class TestCounting:
    @given(ON, OFFSETS, st.sampled_from([Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.SCHOOL_DAY]))
    def test_as_on_fingers(self, on: date, offset: int, unit: Unit) -> None:
        assert count(on, offset, unit, DAYS).due_on == slowly(on, offset, unit)

    @given(ON, st.integers(1, 60))
    def test_what_is_skipped_and_what_is_counted_make_the_whole(self, on: date, offset: int) -> None:
        counted = count(on, offset, Unit.WORKING_DAY, DAYS)
        weekdays = [on + timedelta(days=n) for n in range(1, (counted.due_on - on).days + 1)]
        weekdays = [d for d in weekdays if d.weekday() < 5]
        assert len(weekdays) == offset + len(counted.skipped)
        assert all(time_rules.is_bank_holiday(d) for d in counted.skipped)

    @given(ON, st.integers(-30, 30))
    def test_months_keep_the_day_or_end_with_the_month(self, on: date, months: int) -> None:
        found = add_months(on, months)
        assert (found.year * 12 + found.month) - (on.year * 12 + on.month) == months
        assert found.day == on.day or (found.day < on.day and (found + timedelta(days=1)).day == 1)

    def test_nothing_added_is_the_day_itself_or_the_next_that_counts(self) -> None:
        assert count(date(2026, 12, 18), 0, Unit.WORKING_DAY, DAYS).due_on == date(2026, 12, 18)
        assert count(date(2026, 12, 25), 0, Unit.WORKING_DAY, DAYS).due_on == date(2026, 12, 29)

    def test_a_calendar_without_school_days_is_told(self) -> None:
        never = Days(is_school_day=lambda on: False, term_end=lambda on: on)
        with pytest.raises(ValueError, match="No school day was found"):
            count(date(2026, 11, 2), 1, Unit.SCHOOL_DAY, never)


class TestWords:
    @pytest.mark.parametrize(
        ("fields", "on", "due_on", "words"),
        [
            (
                {"offset": 20}, date(2026, 12, 11), date(2027, 1, 13),
                ("20 working days after the meeting on Fri 11 Dec 2026, counted from Mon 14 Dec, skipping 25 and 28 "
                "Dec and 1 Jan: Wed 13 Jan 2027."),
            ),
            (
                {"offset": -5}, date(2027, 4, 1), date(2027, 3, 23),
                ("5 working days before the meeting on Thu 1 Apr 2027, counted back from Wed 31 Mar, skipping 26 and "
                "29 Mar: Tue 23 Mar 2027."),
            ),
            (
                {"offset": 1}, date(2026, 12, 31), date(2027, 1, 4),
                ("1 working day after the meeting on Thu 31 Dec 2026, counted from Mon 4 Jan 2027, skipping 1 Jan: Mon "
                "4 Jan 2027."),
            ),
            (
                {"offset": 10, "unit": Unit.SCHOOL_DAY}, date(2026, 12, 11), date(2027, 1, 8),
                ("10 school days after the meeting on Fri 11 Dec 2026, counted from Mon 14 Dec, skipping 21 Dec to 1 "
                "Jan (the county's term dates): Fri 8 Jan 2027."),
            ),
            (
                {"offset": 28, "unit": Unit.CALENDAR_DAY}, date(2009, 12, 11), date(2010, 1, 8),
                "28 calendar days after the meeting on Fri 11 Dec 2009, counted from Sat 12 Dec: Fri 8 Jan 2010.",
            ),
            (
                {"offset": 6, "unit": Unit.MONTH, "warn_offset": 4}, date(2026, 10, 31), date(2027, 4, 30),
                ("6 months after the meeting on Sat 31 Oct 2026: Fri 30 Apr 2027 (the month has no such day). A "
                "warning comes 4 months after it, on Sun 28 Feb 2027."),
            ),
            (
                {"offset": 0}, date(2026, 12, 26), date(2026, 12, 29),
                "At once on the meeting on Sat 26 Dec 2026, which is no working day: Tue 29 Dec 2026.",
            ),
        ],
    )  # fmt: skip
    def test_a_due_date_says_why(self, fields: dict[str, object], on: date, due_on: date, words: str) -> None:
        found = deadline_of(rule(**fields), on, days=DAYS)
        assert (found.due_on, found.explanation) == (due_on, words)

    def test_days_when_the_school_is_closed_are_named(self) -> None:
        found = deadline_of(rule(offset=3, unit=Unit.SCHOOL_DAY), date(2026, 11, 26), days=DAYS)
        assert found.due_on == date(2026, 12, 3)
        assert "skipping 27 and 30 Nov" in found.explanation

    def test_counted_back_from_the_end_of_the_term(self) -> None:
        before_end = rule(offset=-15, unit=Unit.SCHOOL_DAY, anchor=Anchor.TERM_END)
        for on in (date(2026, 9, 1), date(2026, 12, 18)):
            found = deadline_of(before_end, on, days=DAYS)
            assert found.due_on == slowly(date(2026, 12, 18), -15, Unit.SCHOOL_DAY) == date(2026, 11, 25)
            assert found.explanation.startswith("15 school days before the end of term on Fri 18 Dec 2026")


class TestCap:
    CAPPED = rule(offset=20, cap=Cap("review_on", -2, Unit.WORKING_DAY, "the first care review"))

    @given(ON, st.integers(0, 60))
    def test_the_earlier_of_the_two(self, on: date, later: int) -> None:
        review_on = on + timedelta(days=later)
        found = deadline_of(self.CAPPED, on, days=DAYS, facts={"review_on": review_on})
        assert found.due_on == min(slowly(on, 20, Unit.WORKING_DAY), slowly(review_on, -2, Unit.WORKING_DAY))

    def test_without_the_fact_it_says_nothing(self) -> None:
        assert deadline_of(self.CAPPED, date(2026, 12, 11), days=DAYS).due_on == date(2027, 1, 13)

    def test_it_names_both(self) -> None:
        found = deadline_of(self.CAPPED, date(2026, 12, 11), days=DAYS, facts={"review_on": date(2027, 1, 6)})
        assert found.explanation == (
            "2 working days before the first care review on Wed 6 Jan 2027: Mon 4 Jan 2027, because that is earlier "
            "than 20 working days after the meeting (Wed 13 Jan 2027)."
        )


class TestRegistry:
    def test_a_code_stands_once_on_a_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "_rules", [])
        registry.register(rule(until_on=date(2011, 4, 1)), rule(from_on=date(2011, 4, 1)))
        with pytest.raises(ValueError, match="X1 stands twice"):
            registry.register(rule(from_on=date(2012, 1, 1)))

    def test_rows_hold_for_their_days_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "_rules", [])
        old, new = rule(until_on=date(2011, 4, 1), offset=1), rule(from_on=date(2011, 4, 1), offset=2)
        registry.register(old, new, rule(code="X2", switched_on=False), rule(code="X3", trigger=Trigger.APPROVAL))
        assert registry.rules_for(Trigger.MEETING, date(2011, 3, 31)) == [old]
        assert registry.rules_for(Trigger.MEETING, date(2011, 4, 1)) == [new]

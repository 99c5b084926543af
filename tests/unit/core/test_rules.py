"""Academic years, terms, working days and half-open periods."""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import rules
from core.rules import KeyStage, Period, Season

DATA = Path(__file__).parents[2] / "data"
CASES = json.loads((DATA / "indicator_cases.json").read_text(encoding="utf-8"))
DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2035, 12, 31))


def uk(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007


class TestAcademicYears:
    @pytest.mark.parametrize(
        ("on", "year"),
        [("31/08/2009", 2008), ("01/09/2009", 2009), ("30/09/2009", 2009), ("31/12/2009", 2009)],
    )
    def test_a_year_begins_on_1_september(self, on: str, year: int) -> None:
        assert rules.academic_year_of(uk(on)) == year

    @pytest.mark.parametrize(("year", "label"), [(2009, "2009/10"), (1999, "1999/00"), (2008, "2008/09")])
    def test_label(self, year: int, label: str) -> None:
        assert rules.academic_year_label(year) == label
        assert rules.parse_academic_year(label) == year

    @pytest.mark.parametrize("text", ["2009/10", "2009-10", " 2009/2010 ", "2009–10"])
    def test_parse(self, text: str) -> None:
        assert rules.parse_academic_year(text) == 2009

    @pytest.mark.parametrize("text", ["2009", "2009/11", "09/10", "2009/2009", "", "2009-10-01"])
    def test_parse_refuses(self, text: str) -> None:
        with pytest.raises(ValueError, match="2009/10"):
            rules.parse_academic_year(text)

    def test_assessment_year_is_named_after_its_summer(self) -> None:
        assert rules.assessment_year_of(dt.date(2009, 6, 1)) == 2009
        assert rules.assessment_year_of(dt.date(2009, 9, 1)) == 2010

    @given(DAYS)
    def test_every_day_lies_in_its_own_year(self, on: dt.date) -> None:
        assert rules.academic_year_period(rules.academic_year_of(on)).contains(on)


class TestYearGroups:
    @pytest.mark.parametrize("case", CASES["year_group_cases"], ids=lambda c: c["id"])
    def test_cases(self, case: dict) -> None:
        nc_year = rules.nc_year_for(uk(case["dob"]), case["academic_year_start"])
        assert nc_year == case["nc_year"]
        if "label" in case:
            assert rules.year_group_label(nc_year) == case["label"]

    @pytest.mark.parametrize("case", CASES["academic_year_of_date_cases"], ids=lambda c: c["id"])
    def test_academic_year_cases(self, case: dict) -> None:
        year = rules.academic_year_of(uk(case["on"]))
        assert year == case["academic_year_start"]
        assert rules.nc_year_for(uk(case["dob"]), year) == case["nc_year"]

    @given(DAYS, st.integers(2000, 2030), st.integers(-2, 14))
    def test_birth_period_is_the_inverse(self, dob: dt.date, year: int, nc_year: int) -> None:
        assert rules.birth_period_for(nc_year, year).contains(dob) == (rules.nc_year_for(dob, year) == nc_year)

    @pytest.mark.parametrize(
        ("text", "nc_year"),
        [
            ("R", 0),
            ("N1", -2),
            ("n2", -1),
            ("6", 6),
            ("Year 11", 11),
            ("Y9", 9),
            ("-1", -1),
            ("10.0", 10),
            ("yr 7", 7),
        ],
    )
    def test_parse_nc_year(self, text: str, nc_year: int) -> None:
        assert rules.parse_nc_year(text) == nc_year

    @pytest.mark.parametrize("text", ["Leaver", "X", "E1", "15", "", "6b"])
    def test_parse_nc_year_refuses(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a year group"):
            rules.parse_nc_year(text)

    @pytest.mark.parametrize(
        ("nc_year", "label", "stage"),
        [
            (-1, "Nursery", KeyStage.EYFS), (0, "Reception", KeyStage.EYFS), (2, "Year 2", KeyStage.KS1),
            (6, "Year 6", KeyStage.KS2), (7, "Year 7", KeyStage.KS3), (11, "Year 11", KeyStage.KS4),
            (13, "Year 13", KeyStage.KS5), (14, "After Year 13", None), (None, "Not known", None),
            (-5, "Under 2", None),
        ],
    )  # fmt: skip
    def test_labels_and_stages(self, nc_year: int | None, label: str, stage: KeyStage | None) -> None:
        assert rules.year_group_label(nc_year) == label
        assert rules.key_stage_of(nc_year) is stage

    def test_age_turns_on_the_birthday(self) -> None:
        assert rules.age_on(dt.date(2000, 2, 29), dt.date(2001, 2, 28)) == 0
        assert rules.age_on(dt.date(2000, 2, 29), dt.date(2001, 3, 1)) == 1


class TestWorkingDays:
    def test_bank_holidays_are_the_official_ones(self) -> None:
        """On weekdays, of every year that the official list has in full."""
        events = json.loads((DATA / "calendar/bank-holidays.json").read_text(encoding="utf-8"))
        official = {dt.date.fromisoformat(e["date"]) for e in events["england-and-wales"]["events"]}
        for year in range(2012, 2029):
            ours = {on for on in rules.bank_holidays(year) if on.weekday() < 5}
            assert ours == {on for on in official if on.year == year and on.weekday() < 5}, year

    def test_a_working_day_after_a_holiday_weekend(self) -> None:
        assert rules.add_working_days(dt.date(2010, 4, 1), 1) == dt.date(2010, 4, 6)
        assert rules.add_working_days(dt.date(2010, 4, 6), -1) == dt.date(2010, 4, 1)
        assert rules.add_working_days(dt.date(2010, 4, 3), 0) == dt.date(2010, 4, 6)

    @given(DAYS, st.integers(-30, 30))
    def test_adding_and_counting_agree(self, on: dt.date, days: int) -> None:
        there = rules.add_working_days(on, days)
        assert rules.is_working_day(there)
        if days > 0:
            assert rules.working_days_between(on, there) == days
        if days < 0 and rules.is_working_day(on):
            assert rules.working_days_between(on, there) == days


class TestPeriods:
    def test_the_end_day_is_out(self) -> None:
        period = Period.through(dt.date(2009, 9, 1), dt.date(2009, 9, 30))
        assert period.to_on == dt.date(2009, 10, 1)
        assert period.last_on == dt.date(2009, 9, 30)
        assert period.contains(dt.date(2009, 9, 30))
        assert not period.contains(dt.date(2009, 10, 1))
        assert len(list(period.days())) == 30

    def test_touching_periods_do_not_overlap(self) -> None:
        first = Period(dt.date(2009, 1, 1), dt.date(2009, 2, 1))
        assert not first.overlaps(Period(dt.date(2009, 2, 1)))
        assert first.overlaps(Period(dt.date(2009, 1, 31)))

    def test_an_open_period_runs_on(self) -> None:
        period = Period(dt.date(2009, 1, 1))
        assert period.contains(dt.date(2999, 1, 1))
        assert period.last_on is None
        with pytest.raises(ValueError, match="still running"):
            list(period.days())

    @pytest.mark.parametrize("days", [0, -1])
    def test_it_must_end_after_it_starts(self, days: int) -> None:
        start = dt.date(2009, 1, 1)
        with pytest.raises(ValueError, match="must end after"):
            Period(start, start + dt.timedelta(days=days))

    @given(st.data())
    def test_intersection_has_the_days_of_both(self, data: st.DataObject) -> None:
        few = st.dates(dt.date(2009, 1, 1), dt.date(2009, 1, 20))
        periods = []
        for _ in range(2):
            start, end = data.draw(few), data.draw(st.none() | few)
            periods.append(Period(start, end if end is None or end > start else start + dt.timedelta(days=1)))
        a, b = periods
        both = a.intersection(b)
        assert both == b.intersection(a)
        for n in range(25):
            on = dt.date(2009, 1, 1) + dt.timedelta(days=n)
            assert (a.contains(on) and b.contains(on)) == (both is not None and both.contains(on))


def published_terms() -> dict[str, dict[str, tuple[dt.date, dt.date]]]:
    found: dict[str, dict[str, tuple[dt.date, dt.date]]] = {}
    with (DATA / "calendar/kent_term_dates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["label"].startswith("Term"):
                dates = (dt.date.fromisoformat(row["start"]), dt.date.fromisoformat(row["end"]))
                found.setdefault(row["academic_year"], {})[row["label"]] = dates
    return found


class TestTerms:
    @pytest.mark.parametrize("year", range(1990, 2040))
    def test_the_pattern_holds_in_every_year(self, year: int) -> None:
        terms = rules.default_terms(year)
        assert [(t.season, t.half) for t in terms] == [(s, h) for s in Season for h in (1, 2)]
        edges = [day for t in terms for day in (t.starts_on, t.ends_on)]
        assert edges == sorted(set(edges))
        assert all(rules.is_working_day(day) for day in edges)
        assert edges[0] >= dt.date(year, 9, 1)
        assert dt.date(year + 1, 7, 20) <= edges[-1] <= dt.date(year + 1, 7, 22)
        assert 188 <= len(rules.school_days(terms)) <= 198

    @pytest.mark.parametrize("year", ["2024/25", "2025/26", "2026/27"])
    def test_the_pattern_is_near_what_kent_schools_publish(self, year: str) -> None:
        """Kent's October break is two weeks now; every other edge lies within two days."""
        ours = {t.name: t for t in rules.default_terms(rules.parse_academic_year(year))}
        for name, (starts_on, ends_on) in published_terms()[year].items():
            if name != "Term 2":
                assert abs((ours[name].starts_on - starts_on).days) <= 2, name
            if name != "Term 1":
                assert abs((ours[name].ends_on - ends_on).days) <= 2, name

    def test_half_term_is_the_week_of_the_spring_bank_holiday(self) -> None:
        terms = rules.default_terms(2011)  # in 2012 the holiday moved to 4 June
        assert terms[4].ends_on == dt.date(2012, 6, 1)
        assert terms[5].starts_on == dt.date(2012, 6, 11)
        assert rules.may_half_term_on(terms) == dt.date(2012, 6, 1)

    @pytest.mark.parametrize(
        ("code", "year", "season"),
        [
            ("2009-autumn", 2009, Season.AUTUMN),
            ("2010-spring", 2009, Season.SPRING),
            ("2010-summer", 2009, Season.SUMMER),
        ],
    )
    def test_term_codes(self, code: str, year: int, season: Season) -> None:
        assert rules.parse_term_code(code) == (year, season)
        assert rules.term_code(year, season) == code

    @pytest.mark.parametrize("text", ["autumn", "2009", "2009-winter", "2009/10-autumn"])
    def test_term_code_refuses(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a term"):
            rules.parse_term_code(text)

    def test_term_label(self) -> None:
        assert rules.term_label(2009, Season.SPRING) == "Spring term 2010"

    def test_season_period_spans_the_half_term_break(self) -> None:
        period = rules.season_period(rules.default_terms(2009), Season.AUTUMN)
        assert (period.from_on, period.last_on) == (dt.date(2009, 9, 1), dt.date(2009, 12, 18))
        with pytest.raises(ValueError, match="No summer term"):
            rules.season_period(rules.default_terms(2009)[:2], Season.SUMMER)

    def test_school_days_skip_weekends_holidays_breaks_and_closures(self) -> None:
        terms = rules.default_terms(2009)
        closed = {dt.date(2009, 9, 1)}
        assert not rules.is_school_day(dt.date(2009, 9, 1), terms, closed)
        assert rules.is_school_day(dt.date(2009, 9, 2), terms, closed)
        assert not rules.is_school_day(dt.date(2009, 9, 5), terms, closed)  # a Saturday
        assert not rules.is_school_day(dt.date(2009, 10, 28), terms, closed)  # half term
        assert not rules.is_school_day(dt.date(2010, 5, 3), terms, closed)  # early May bank holiday, in term

    @given(st.integers(1995, 2035), st.sets(DAYS, max_size=3))
    def test_listing_and_asking_agree(self, year: int, closures: set[dt.date]) -> None:
        terms = rules.default_terms(year)
        october = Period(dt.date(year, 10, 1), dt.date(year, 11, 15))
        listed = rules.school_days(terms, closures, within=october)
        assert listed == tuple(on for on in october.days() if rules.is_school_day(on, terms, closures))


class TestTermsAsEntered:
    TERMS = rules.default_terms(2026)

    def test_the_usual_pattern_has_no_problem_in_any_year(self) -> None:
        for year in range(1990, 2100):
            assert rules.term_problems(year, rules.default_terms(year)) == []
            assert len(rules.school_days(rules.default_terms(year))) in rules.USUAL_SCHOOL_DAYS

    def test_terms_of_another_year_lie_outside(self) -> None:
        problems = rules.term_problems(2025, self.TERMS)
        assert len(problems) == 12
        assert problems[0].message.endswith("give a day from 1 September 2025 to 31 August 2026")

    @given(st.lists(st.dates(dt.date(2026, 8, 1), dt.date(2027, 9, 30)), min_size=12, max_size=12))
    def test_what_is_taken_is_in_order_and_inside_the_year(self, days: list[dt.date]) -> None:
        pairs = zip(days[::2], days[1::2], self.TERMS, strict=True)
        terms = [rules.TermDates(a, b, t.season, t.half, t.name) for a, b, t in pairs]
        in_order = all(a <= b for a, b in zip(days[::2], days[1::2], strict=True)) and all(
            a < b for a, b in zip(days[1::2], days[2::2], strict=False)
        )
        inside = all(rules.academic_year_of(day) == 2026 for day in days)
        assert (rules.term_problems(2026, terms) == []) == (in_order and inside)

    @pytest.mark.parametrize(
        ("on", "why"),
        [
            ("28/11/2026", "is a Saturday"),
            ("25/12/2026", "is Christmas Day"),
            ("28/10/2026", "lies in no term"),
            ("27/11/2026", ""),
        ],
    )
    def test_why_no_school_day(self, on: str, why: str) -> None:
        assert rules.why_no_school_day(uk(on), self.TERMS) == why

    @pytest.mark.parametrize(
        ("on", "years"),
        [
            ("01/09/2026", (2026,)),
            ("31/05/2027", (2026,)),
            ("01/06/2027", (2026, 2027)),
            ("31/08/2027", (2026, 2027)),
            ("01/09/2027", (2027,)),
        ],
    )
    def test_the_next_years_dates_are_wanted_from_june(self, on: str, years: tuple[int, ...]) -> None:
        assert rules.years_needing_terms(uk(on)) == years

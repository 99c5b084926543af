"""Codes by date, counts, persistence by year, and which of several marks counts."""

import csv
import datetime as dt
import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance import rules
from attendance.rules import AttendanceCounts, Category, CategoryNumber, EffectiveMark
from core.rules import Period, default_terms

DATA = Path(__file__).parents[2] / "data"
CASES = json.loads((DATA / "indicator_cases.json").read_text(encoding="utf-8"))
LIST_DAYS = {"2009": dt.date(2009, 6, 1), "2024": dt.date(2024, 11, 4)}
Y2009, Y2025 = dt.date(2009, 11, 2), dt.date(2025, 11, 3)
SYMBOLS = st.sampled_from([*rules.CODE_OF_SYMBOL, " ", "?"])


class TestCases:
    @pytest.mark.parametrize("case", CASES["attendance_cases"], ids=lambda c: c["id"])
    def test_attendance(self, case: dict) -> None:
        counts = rules.count_codes(case["marks"], LIST_DAYS[case["code_list"]])
        got = {
            "possible": counts.possible,
            "present": counts.present,
            "approved_educational_activity": counts.aea,
            "authorised": counts.authorised,
            "unauthorised": counts.unauthorised,
            "attendance_pct": counts.attendance_percent,
            "overall_absence_pct": counts.absence_percent,
            "days_missed": float(counts.days_missed),
            "persistent_10": counts.persistent_10,
            "severe_50": counts.severe,
            "missed_25_days": counts.missed_25_days,
            "unmarked": counts.unmarked,
        }
        assert got == {"unmarked": 0} | case["expected"]

    @pytest.mark.parametrize("case", CASES["persistent_absence_2009_cases"], ids=lambda c: c["id"])
    def test_persistent(self, case: dict) -> None:
        year = int(case["year"][:4])
        last_on = dt.date(year + 1, 7, 31) if case["period"].startswith("annual") else dt.date(year + 1, 4, 17)
        rule = rules.persistence_rule(dt.date(year, 9, 1), last_on, terms=default_terms(year))
        counts = AttendanceCounts(present=300 - case["absent_sessions"], authorised=case["absent_sessions"])
        assert rules.persistent_absence(counts, rule) is case["persistent"]


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "on", "category"),
        [
            ("J", "2024-08-18", Category.AEA), ("J", "2024-08-19", None), ("J1", "2024-08-18", None),
            ("J1", "2024-08-19", Category.AUTHORISED), ("D", "2010-08-31", Category.AEA),
            ("D", "2010-09-01", Category.NOT_POSSIBLE), ("D", "2025-01-01", Category.NOT_POSSIBLE),
            ("F", "2013-08-31", Category.AUTHORISED), ("F", "2013-09-01", None),
            ("H", "2024-08-18", Category.AUTHORISED), ("H", "2024-09-02", None),
            ("Y", "2012-01-01", Category.NOT_POSSIBLE), ("Y", "2024-09-02", None),
            ("K", "2009-11-02", None), ("Q", "2025-01-01", Category.NOT_POSSIBLE),
            ("I01", "2021-01-11", Category.AUTHORISED), ("X07", "2021-01-11", Category.NOT_POSSIBLE),
            ("I01", "2009-11-02", None), ("X01", "2025-01-01", None),
            ("C2", "2024-09-02", Category.AUTHORISED),
            ("#", "2009-11-02", Category.NOT_COLLECTED), ("Z", "2025-01-01", Category.NOT_COLLECTED),
            ("-", "2025-01-01", None), ("QQ", "2025-01-01", None),
        ],
    )  # fmt: skip
    def test_category_by_date(self, code: str, on: str, category: Category | None) -> None:
        assert rules.category_of(code, dt.date.fromisoformat(on)) is category

    def test_the_public_list_agrees(self) -> None:
        groups = {
            "attending": Category.PRESENT,
            "approved educational activity": Category.AEA,
            "authorised": Category.AUTHORISED,
            "unauthorised": Category.UNAUTHORISED,
        }
        with (DATA / "attendance/attendance_codes.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                then = rules.category_of(row["code"], dt.date(2019, 11, 4))
                now = rules.category_of(row["code"], Y2025)
                assert (then is not None) == (row["in_census_2015_2023"] == "yes"), row
                assert (now is not None) == (row["in_census_2024_on"] == "yes"), row
                left_out = {Category.NOT_POSSIBLE, Category.NOT_COLLECTED}
                assert {then, now} - {None} <= {groups.get(row["statistical_group"])} | left_out, row

    def test_each_code_has_its_own_symbol_of_one_byte(self) -> None:
        symbols = list(rules.SYMBOL_OF_CODE.values())
        assert len(set(symbols)) == len(symbols)
        assert all(len(symbol) == 1 and ord(symbol) < 128 for symbol in symbols)
        assert {rules.BLANK, rules.UNKNOWN_CODE_SYMBOL}.isdisjoint(symbols)
        assert all(code == symbol for code, symbol in rules.SYMBOL_OF_CODE.items() if len(code) == 1)

    def test_spans_of_one_code_do_not_overlap(self) -> None:
        for day in [dt.date(2008, 1, 1), *rules.TABLE_CHANGES_ON]:
            valid = [c.code for c in rules.ATTENDANCE_CODES if c.is_valid_on(day)]
            assert len(valid) == len(set(valid))

    @pytest.mark.parametrize(
        ("text", "symbol"),
        [
            (" i ", "I"),
            ("c1", "c"),
            ("Y7", "7"),
            ("i02", "h"),
            ("", " "),
            ("\u00a0", " "),
            ("-", "-"),
            ("A", None),
            ("C3", None),
        ],
    )
    def test_symbol_for(self, text: str, symbol: str | None) -> None:
        assert rules.symbol_for(text) == symbol


class TestTables:
    @given(SYMBOLS, st.dates(dt.date(2007, 9, 1), dt.date(2027, 8, 31)))
    def test_table_and_function_agree(self, symbol: str, on: dt.date) -> None:
        number = rules.category_table(on)[ord(symbol)]
        category = rules.category_of_symbol(symbol, on)
        if symbol in " -":
            assert number == CategoryNumber.UNMARKED
        else:
            assert number == (rules.CATEGORY_NUMBERS[category] if category else CategoryNumber.NOT_VALID)

    def test_tables_of_a_year_in_which_the_list_changed(self) -> None:
        parts = rules.category_tables(Period(dt.date(2023, 9, 1), dt.date(2024, 9, 1)))
        assert [p.from_on for p, _ in parts] == [dt.date(2023, 9, 1), dt.date(2024, 8, 19)]
        assert parts[0][1][ord("J")] == CategoryNumber.AEA
        assert parts[1][1][ord("J")] == CategoryNumber.NOT_VALID
        assert len(rules.category_tables(Period(dt.date(2009, 9, 1), dt.date(2010, 9, 1)))) == 1

    def test_numpy_counts(self) -> None:
        marks = np.frombuffer(b"/\\/\\II- ?DB", np.uint8)
        table = np.frombuffer(rules.category_table(Y2009), np.uint8)
        tally = np.bincount(table[marks], minlength=8)
        assert rules.counts_from_categories(tally) == AttendanceCounts(4, 2, 2, 0, 2)


class TestCounts:
    def test_nothing_possible_is_not_applicable(self) -> None:
        counts = AttendanceCounts(unmarked=4)
        rule = rules.persistence_rule(dt.date(2008, 9, 1), dt.date(2009, 7, 31), terms=default_terms(2008))
        flags = [counts.attendance_percent, counts.absence_percent, counts.authorised_percent]
        flags += [counts.unauthorised_percent, counts.missed_25_days, counts.persistent_10, counts.severe]
        flags += [rules.severe_absence(counts), rules.persistent_absence(counts, rule)]
        assert flags == [None] * 9

    def test_schools_add_up(self) -> None:
        a, b = AttendanceCounts(1, 2, 3, 4, 5), AttendanceCounts(10, 20, 30, 40, 50)
        assert a + b == AttendanceCounts(11, 22, 33, 44, 55)
        assert ((a + b).authorised_percent, (a + b).unauthorised_percent) == ("30.0", "40.0")


class TestPersistence:
    @pytest.mark.parametrize(
        ("first", "last", "sessions", "percent", "counted_to"),
        [
            ("2008-09-01", "2009-07-31", 64, None, "2009-05-22"),
            ("2008-09-01", "2009-05-22", 64, None, "2009-05-22"),
            ("2008-09-01", "2009-05-21", 52, None, "2009-04-03"),
            ("2008-09-01", "2009-04-03", 52, None, "2009-04-03"),
            ("2008-09-01", "2009-04-02", None, 20, "2009-04-02"),
            ("2009-01-05", "2009-07-31", None, 20, "2009-07-31"),
            ("2009-09-01", "2010-07-31", 64, None, "2010-05-28"),
            ("2010-09-01", "2011-07-31", 46, None, "2011-05-27"),
            ("2010-09-01", "2011-04-22", 38, None, "2011-04-08"),
            ("2010-09-01", "2010-12-01", None, 15, "2010-12-01"),
            ("2014-09-01", "2015-07-31", 46, None, "2015-05-22"),
            ("2015-09-01", "2016-07-31", None, 10, "2016-07-31"),
            ("2008-09-01", "2010-07-31", None, 20, "2010-07-31"),
        ],
    )
    def test_rule_of_a_range(
        self, first: str, last: str, sessions: int | None, percent: int | None, counted_to: str
    ) -> None:
        first_on, last_on = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        rule = rules.persistence_rule(first_on, last_on, terms=default_terms(first_on.year))
        assert (rule.sessions, rule.percent) == (sessions, percent)
        assert rule.counted == Period.through(first_on, dt.date.fromisoformat(counted_to))
        assert str(sessions or percent) in rule.words

    @pytest.mark.parametrize(("absent", "persistent"), [(9, False), (10, True)])
    def test_ten_per_cent_is_reached_exactly(self, absent: int, persistent: bool) -> None:
        rule = rules.persistence_rule(dt.date(2025, 9, 1), dt.date(2025, 12, 1), terms=default_terms(2025))
        assert rule.is_persistent(AttendanceCounts(present=100 - absent, unauthorised=absent)) is persistent


class TestPrecedence:
    @pytest.mark.parametrize(
        ("marks", "on", "chosen"),
        [
            ("D/", Y2025, "/"), ("D/", Y2009, "/"), ("X#", Y2025, "X"), ("#Z", Y2025, "Z"),
            ("-#", Y2025, "#"), (" -", Y2025, "-"), ("7I", Y2025, "I"), ("?I", Y2025, "I"),
            ("JI", Y2025, "I"), ("?X", Y2025, "?"), ("XD", Y2009, "D"), ("/\\", Y2009, "/"),
            ("Ii", dt.date(2021, 1, 11), "I"), ("", Y2009, " "), ("CC", Y2009, "C"),
        ],
    )  # fmt: skip
    def test_which_mark_counts(self, marks: str, on: dt.date, chosen: str) -> None:
        assert rules.effective_mark(marks, on) == EffectiveMark(chosen)

    @pytest.mark.parametrize("marks", ["/I", "IO", "L/", "JI", "/DI"])
    def test_two_physical_marks_that_differ_are_a_conflict(self, marks: str) -> None:
        first = next(m for m in marks if m != "D")
        assert rules.effective_mark(marks, Y2009) == EffectiveMark(first, is_conflict=True)

    @given(st.lists(SYMBOLS, max_size=4))
    def test_the_order_of_sources_changes_no_conflict_and_no_rank(self, symbols: list[str]) -> None:
        ranks = rules.rank_table(Y2009)
        results = [rules.effective_mark(order, Y2009) for order in permutations(symbols)]
        assert len({r.is_conflict for r in results}) == 1
        assert len({ranks[ord(r.symbol)] for r in results}) == 1

    def test_who_is_believed_first_when_marks_differ(self) -> None:
        def candidate(number: int, source: str, *, school: int | None = 7, own: bool = True) -> rules.Candidate:
            return rules.Candidate(number, "/", source, school, own)

        ranked = rules.in_order_of_trust(
            [
                candidate(1, "b2b", own=False),
                candidate(2, "welfare-call"),
                candidate(3, "welfare-call", school=None),
                candidate(4, "b2b", school=9),
                candidate(5, "b2b"),
            ]
        )
        assert [c.register for c in ranked] == [5, 4, 2, 3, 1]


@pytest.mark.parametrize(
    ("possible", "unmarked", "words"),
    [
        (79_215, 9_499, "89% of expected sessions marked"),
        (10, 0, "100% of expected sessions marked"),
        (9_999, 1, "over 99% of expected sessions marked"),
        (0, 5, "0% of expected sessions marked"),
        (0, 0, ""),
    ],
)
def test_on_how_much_a_rate_rests(possible, unmarked, words):
    assert rules.coverage_words(possible, unmarked) == words

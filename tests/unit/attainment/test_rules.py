"""KS2 outcomes, qualifications, five A*-C and the National Indicators beyond the worked cases."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attainment import rules
from attainment.rules import ClosedSeries, Entry, GradeScheme, NiCode, ResultFlag
from pupils.rules import CohortDecision, CohortReason, CohortStatus, Flag, YearGroup

IN = CohortDecision(CohortStatus.IN, CohortReason.ALL_YEAR, "Looked after all year.")
REVIEW = CohortDecision(CohortStatus.REVIEW, CohortReason.X1_GAP, "A gap.", (Flag.X1_GAP,))
YEAR_6, YEAR_11 = YearGroup(6, 6, None), YearGroup(11, 11, None)


def entry(subject: str, grade: str, qualification: str = "GCSE", year: int = 2009, **more: object) -> Entry:
    return Entry(subject, rules.find_qualification(qualification), grade, year, **more)  # type: ignore[arg-type]


def decide(*entries: Entry, year: int = 2009) -> rules.Ks4Decision:
    return rules.achieves_5ac_em(entries, assessment_year=year)


THREE = (entry("Science", "C"), entry("History", "B"), entry("Art", "C"))
ENGLISH, MATHS = entry("English", "C"), entry("Mathematics", "C")


class TestKs2:
    @pytest.mark.parametrize(("text", "level"), [("4", 4), ("4b", 4), ("4C", 4), ("Level 5", 5), ("L3", 3), (" 6 ", 6)])
    def test_level(self, text: str, level: int) -> None:
        outcome = rules.ks2_outcome(text)
        assert (outcome.level, outcome.in_numerator) == (level, level >= 4)

    @pytest.mark.parametrize("text", [*"ABDNTFWM", "a", None, "", "100", "EXS", "4.5", "0", "9"])
    def test_in_the_denominator_only(self, text: str | None) -> None:
        outcome = rules.ks2_outcome(text)
        assert (outcome.in_denominator, outcome.in_numerator, outcome.level) == (True, False, None)

    @pytest.mark.parametrize("text", ["L", "P", "p"])
    def test_left_and_past_leave_the_denominator_with_a_flag(self, text: str) -> None:
        outcome = rules.ks2_outcome(text)
        assert (outcome.in_denominator, outcome.flags) == (False, (ResultFlag.NOT_ELIGIBLE,))

    def test_an_unlisted_outcome_is_flagged(self) -> None:
        assert rules.ks2_outcome("EXS").flags == (ResultFlag.OUTCOME_UNKNOWN,)

    def test_the_best_of_several_rows(self) -> None:
        assert rules.best_ks2_outcome(["N", "4", "3"]).level == 4
        assert rules.best_ks2_outcome(["L", "A"]).in_denominator
        assert not rules.best_ks2_outcome(["L"]).in_denominator

    def test_teacher_assessment_counts_only_by_the_setting(self) -> None:
        assert not rules.best_ks2_outcome([], ["4"]).in_numerator
        outcome = rules.best_ks2_outcome(["A"], ["3", "4"], teacher_assessment_counts=True)
        assert (outcome.in_numerator, outcome.flags) == (True, (ResultFlag.TEACHER_ASSESSMENT,))
        assert not rules.best_ks2_outcome(["3"], ["4"], teacher_assessment_counts=True).in_numerator
        assert not rules.best_ks2_outcome(["A"], ["W"], teacher_assessment_counts=True).in_numerator


class TestQualifications:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("GCSE", "GCSE_FULL"),
            ("gcse short course", "GCSE_SHORT"),
            ("GCSE (Double Award)", "GCSE_DOUBLE"),
            ("BTEC First Certificate", "BTEC_FIRST_CERTIFICATE"),
            ("BTEC first diploma", "BTEC_FIRST_DIPLOMA"),
            ("OCR National", "OCR_NATIONAL_1"),
            ("GNVQ", "GNVQ_INTERMEDIATE"),
            ("iGCSE", "IGCSE"),
            ("IGCSE", "IGCSE"),
            ("KS2 test", "KS2_TEST"),
            ("KS2 Teacher Assessment", "KS2_TA"),
        ],
    )
    def test_found_by_name(self, text: str, code: str) -> None:
        spec = rules.find_qualification(text)
        assert spec is not None
        assert spec.code == code

    def test_unknown_ones_are_for_mapping(self) -> None:
        assert rules.find_qualification("ASDAN Bronze") is None

    def test_names_and_aliases_are_used_once(self) -> None:
        keys = [
            key
            for spec in rules.QUALIFICATIONS
            for key in {rules.qualification_key(t) for t in (spec.code, spec.name, *spec.aliases)}
        ]
        assert len(keys) == len(set(keys))

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Maths", "mathematics"),
            ("MATHEMATICS", "mathematics"),
            ("Religious Studies (short)", "religious studies"),
            ("R.E.", "religious studies"),
            ("RE", "religious studies"),
            ("Art & Design", "art and design"),
            ("Art", "art and design"),
            ("English Language", "english"),
            ("Eng. Lit", "english literature"),
            ("Science double award", "science"),
        ],
    )
    def test_subject_key(self, text: str, key: str) -> None:
        assert rules.subject_key(text) == key

    @pytest.mark.parametrize(
        ("text", "scheme", "parts"),
        [
            ("a*", GradeScheme.LETTER, ("A*",)),
            (" C ", GradeScheme.LETTER, ("C",)),
            ("U", GradeScheme.LETTER, ("U",)),
            ("CC", GradeScheme.LETTER, ()),
            ("5", GradeScheme.LETTER, ()),
            ("", GradeScheme.LETTER, ()),
            ("CC", GradeScheme.DOUBLE, ("C", "C")),
            ("C-D", GradeScheme.DOUBLE, ("C", "D")),
            ("A*A", GradeScheme.DOUBLE, ("A*", "A")),
            ("c c", GradeScheme.DOUBLE, ("C", "C")),
            ("B/C", GradeScheme.DOUBLE, ("B", "C")),
            ("C", GradeScheme.DOUBLE, ()),
            ("Pass", GradeScheme.WORDS, ("P",)),
            ("distinction *", GradeScheme.WORDS, ("D*",)),
            ("Merit", GradeScheme.WORDS, ("M",)),
            ("fail", GradeScheme.WORDS, ("U",)),
            ("C", GradeScheme.WORDS, ()),
        ],
    )
    def test_parse_grade(self, text: str, scheme: GradeScheme, parts: tuple[str, ...]) -> None:
        assert rules.parse_grade(text, scheme) == parts


class TestFiveGoodGrades:
    def test_five_with_both(self) -> None:
        decision = decide(ENGLISH, MATHS, *THREE)
        assert decision.achieved
        assert decision.total == 5
        assert decision.reason == "5 GCSEs or equivalent at A*-C, with GCSE English and mathematics."

    def test_english_language_is_english_and_counted_once_with_it(self) -> None:
        decision = decide(entry("English Language", "C"), ENGLISH, MATHS, *THREE[:2])
        assert decision.english
        assert decision.total == 4
        assert [line.words for line in decision.lines].count("Subject counted once already") == 1

    def test_a_resit_counts_once_with_its_best_grade(self) -> None:
        decision = decide(entry("Maths", "D"), MATHS, ENGLISH, *THREE)
        assert decision.achieved
        assert decision.total == 5

    def test_one_letter_of_a_double_award_below_c_fails_both(self) -> None:
        double = entry("Applied Science", "CD", "GCSE double award")
        assert decide(ENGLISH, MATHS, *THREE[:2], double).total == 4

    def test_a_double_award_goes_before_the_single_of_its_subject(self) -> None:
        assert decide(entry("Science", "B"), entry("Science", "C-C", "GCSE double award")).total == 2

    def test_equivalents_do_not_stand_in_for_english_or_maths(self) -> None:
        diploma = entry("Mathematics", "Distinction", "BTEC First Diploma")
        decision = decide(ENGLISH, diploma, *THREE)
        assert (decision.total, decision.mathematics, decision.achieved) == (8, False, False)
        assert decision.reason.endswith("without GCSE mathematics.")

    def test_a_short_course_is_no_gcse_in_the_subject(self) -> None:
        assert not decide(entry("English", "A*", "GCSE short course")).english

    @pytest.mark.parametrize(("year", "counts"), [(2009, False), (2010, True)])
    def test_igcse_counts_from_2010(self, year: int, counts: bool) -> None:
        igcse = entry("Mathematics", "B", "iGCSE", year)
        decision = decide(ENGLISH, igcse, *THREE, year=year)
        assert (decision.mathematics, decision.achieved, decision.total == 5) == (counts, counts, counts)

    @pytest.mark.parametrize(("sat_on", "counts"), [("2008-06-20", True), ("2009-08-31", True), ("2009-09-01", False)])
    def test_sat_by_31_august(self, sat_on: str, counts: bool) -> None:
        assert decide(entry("Maths", "C", sat_on=dt.date.fromisoformat(sat_on))).mathematics is counts

    def test_a_later_year_does_not_count(self) -> None:
        assert not decide(entry("Maths", "C", year=2010)).mathematics

    def test_numbers_are_never_turned_into_letters(self) -> None:
        decision = decide(entry("Maths", "7", year=2016), year=2016)
        assert (decision.total, decision.flags) == (0, (ResultFlag.NUMBER_GRADE,))

    def test_overrides_of_size_and_pass(self) -> None:
        assert decide(entry("ICT", "Pass", "OCR National", size=Decimal(4))).total == 4
        assert decide(entry("ICT", "?", "OCR National", level2_pass=True)).total == 1
        assert decide(entry("ICT", "Pass", "OCR National", level2_pass=False)).total == 0

    def test_an_unknown_qualification_counts_nothing_and_is_flagged(self) -> None:
        unknown = entry("Life skills", "Pass", "ASDAN", size=Decimal(4), level2_pass=True)
        decision = decide(unknown)
        assert (decision.total, decision.flags) == (0, (ResultFlag.QUALIFICATION_UNKNOWN,))
        assert unknown.gcses == 4
        assert entry("Life skills", "Pass", "ASDAN").gcses == 0

    def test_an_unreadable_grade_is_flagged(self) -> None:
        assert decide(entry("Art", "Q")).flags == (ResultFlag.GRADE_UNREADABLE,)

    def test_foundation_gnvq_is_level_1(self) -> None:
        assert decide(entry("Leisure", "Distinction", "GNVQ Foundation")).total == 0

    @given(
        st.lists(
            st.builds(
                entry,
                st.sampled_from(["English", "Maths", "English Literature", "Art", "PE", "RE", "ICT", "Science"]),
                st.sampled_from(["A*", "C", "D", "CC", "CD", "Pass", "U", "5"]),
                st.sampled_from(["GCSE", "GCSE short course", "GCSE double award", "BTEC First Diploma", "?"]),
            ),
            max_size=10,
        ),
        st.randoms(),
    )
    def test_order_does_not_matter_and_more_never_harms(self, entries: list[Entry], random: object) -> None:
        decision = decide(*entries)
        shuffled = sorted(entries, key=lambda _: random.random())  # type: ignore[attr-defined]
        again = decide(*shuffled)
        assert (again.achieved, again.total) == (decision.achieved, decision.total)
        assert decision.total == sum(line.counts for line in decision.lines)
        more = decide(*entries, entry("Music", "C"))
        assert more.total == decision.total + 1
        assert more.achieved or not decision.achieved


class TestNi:
    @pytest.mark.parametrize(("code", "last"), [(NiCode.NI_99, 2015), (NiCode.NI_100, 2015), (NiCode.NI_101, 2016)])
    def test_closed_series_refuse(self, code: NiCode, last: int) -> None:
        rules.check_series_open(code, last)
        with pytest.raises(ClosedSeries, match="closed series"):
            rules.check_series_open(code, last + 1)
        with pytest.raises(ClosedSeries):
            rules.ni_status(code, assessment_year=last + 1, cohort=IN, year_group=YEAR_6)

    def test_a_child_for_review_is_not_counted(self) -> None:
        status = rules.ni_status(NiCode.NI_99, assessment_year=2009, cohort=REVIEW, year_group=YEAR_6, ks2_tests=["5"])
        assert (status.status, status.in_denominator, status.flags) == (
            CohortStatus.REVIEW,
            False,
            ("X1_GAP",),
        )
        assert status.reason == "A gap."

    def test_the_unmatched_leave_only_when_asked(self) -> None:
        for matched_only in (False, True):
            status = rules.ni_status(
                NiCode.NI_101,
                assessment_year=2010,
                cohort=IN,
                year_group=YEAR_11,
                is_matched=False,
                matched_only=matched_only,
            )
            assert status.in_denominator is not matched_only
            assert status.flags == ("NOT_MATCHED",)
            assert status.status is CohortStatus.IN

    def test_reasons_say_why(self) -> None:
        status = rules.ni_status(NiCode.NI_100, assessment_year=2009, cohort=IN, year_group=YearGroup(5, 5, None))
        assert status.reason == "Year 5 in 2008/09, not Year 6."
        status = rules.ni_status(NiCode.NI_100, assessment_year=2009, cohort=IN, year_group=YEAR_6, ks2_tests=["4b"])
        assert (status.in_numerator, status.reason) == (True, "Level 4 in the test.")
        status = rules.ni_status(NiCode.NI_101, assessment_year=2009, cohort=IN, year_group=YEAR_11)
        assert (status.in_denominator, status.reason) == (True, "No results are known.")

"""B2B: one row a session mark, and strings of marks."""

from datetime import date

import pytest

from attendance.models import EffectiveRegister, Mark, MarkNote, Register
from attendance.register.places import place_of

pytestmark = pytest.mark.django_db

ROWS = "UPN,LAESTAB,Date,Session,Mark"
STRING = "UPN,LAESTAB,start_date,marks"
WEEK = "/\\/\\/\\/\\/\\####"


class TestRows:
    def test_marks_go_to_their_sessions(self, child, school, write, take, found):
        here = school(1)
        pupil = child(1, at=here)
        rows = [
            (pupil.upn, "9904001", "2026-11-10", "AM", "/"), (pupil.upn, "9904001", "2026-11-10", "PM", "I"),
            (pupil.upn, "9904001", "11/11/2026", "1", "L"), (pupil.upn, "9904001", "11/11/2026", "2", "/"),
        ]  # fmt: skip
        outcome = take("b2b", write(ROWS, rows))
        assert (outcome.rows["applied"], found(outcome)) == (4, [])
        register = Register.objects.get()
        at = place_of(date(2026, 11, 10), "AM")
        assert (register.school, register.marks[at : at + 4]) == (here, "/IL\\")
        assert take("b2b", write(ROWS, rows)).rows["unchanged"] == 4

    @pytest.mark.parametrize("first", ["/", "\\"])
    def test_either_stroke_means_present_in_either_session(self, first, child, write, take):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-10", s, first) for s in ("AM", "PM")]
        take("b2b", write(ROWS, rows))
        assert Register.objects.get().marks.strip() == "/\\"

    @pytest.mark.parametrize(
        "headings",
        ["STUD_UPN,DfE Number,Mark Date,AMPM,Code", "Unique Pupil Number,LAEstab,Session Date,Session Name,AttCode",
         "UPN,School,AttendanceDate,Period,Register Mark", "upn,BASE_ID,date,session,attendance code"],
    )  # fmt: skip
    def test_aliases(self, headings, child, school, write, take):
        here, pupil = school(1), child(1)
        outcome = take("b2b", write(headings, [(pupil.upn, "9904001", "2026-11-10", "1", "/")]))
        assert outcome.rows["applied"] == 1
        assert Register.objects.get().school == here

    def test_authority_and_establishment_in_two_columns(self, child, school, write, take):
        here, pupil = school(1, laestab="3904001"), child(1)
        school(2, laestab="9904001")
        take("b2b", write("UPN,LEA,Estab,Date,Session,Mark", [(pupil.upn, "390", "4001", "2026-11-10", "AM", "/")]))
        assert Register.objects.get().school == here

    def test_a_former_upn_finds_the_child(self, child, write, take):
        pupil = child(1)
        pupil.former_upns.create(upn="A990000000999")
        rows = [("A990000000999", "", "2026-11-10", "AM", "/")]
        assert take("b2b", write(ROWS, rows)).rows["applied"] == 1

    def test_a_pupil_number_of_the_school_alone_names_nobody(self, child, write, take):
        child(1)
        outcome = take(
            "b2b", write("UPN,Student ID,LAESTAB,Date,Session,Mark", [("", "7", "", "2026-11-10", "AM", "/")])
        )
        assert outcome.rows["held"] == 1
        assert "school's own pupil number" in outcome.problems[0].message

    @pytest.mark.parametrize(
        ("session", "mark", "code"),
        [("EVE", "/", "BAD_SESSION"), ("", "/", "BAD_SESSION"), ("AM", "PRESENT", "BAD_MARK")],
    )
    def test_rows_that_cannot_be_used_are_held(self, *, session, mark, code, child, write, take, found):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-10", session, mark), (pupil.upn, "", "2026-11-10", "PM", "/")]
        outcome = take("b2b", write(ROWS, rows))
        assert (outcome.rows["held"], outcome.rows["applied"], found(outcome)) == (1, 1, [code])

    @pytest.mark.parametrize("gone", ["UPN", "LAESTAB", "Date", "Session", "Mark"])
    def test_a_missing_heading_is_named(self, gone, child, write, take):
        headings = [h for h in ROWS.split(",") if h != gone]
        outcome = take("b2b", write(headings, [["x"] * 4]))
        assert outcome.status == "refused"
        assert [p.column for p in outcome.problems] == [gone.lower()]

    def test_two_files_of_one_delivery_that_differ_hold_both_rows(self, child, write, take):
        pupil = child(1)
        one, two = (
            write(ROWS, [(pupil.upn, "", "2026-11-10", "AM", mark)], name=f"{n}.csv") for n, mark in enumerate("/I")
        )
        outcome = take("b2b", one, two)
        assert (outcome.status, outcome.rows["held"]) == ("unchanged", 2)
        assert {p.file for p in outcome.problems} == {"0.csv", "1.csv"}
        assert "of 1.csv" in next(p.message for p in outcome.problems if p.file == "0.csv")

    def test_an_unmarked_row_beside_a_marked_one_contradicts_nothing(self, child, write, take):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-10", "AM", mark) for mark in ("-", "/")]
        assert take("b2b", write(ROWS, rows)).rows == {
            "read": 2, "applied": 1, "unchanged": 0, "held": 0, "ignored": 1,
        }  # fmt: skip

    def test_minutes_and_comment_are_kept(self, child, write, take):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-10", "AM", "L", "12", "bus")]
        take("b2b", write(ROWS + ",Late Mins,Reason", rows))
        assert list(MarkNote.objects.values_list("minutes_late", "comment")) == [(12, "bus")]

    def test_one_row_a_mark_in_the_view(self, child, school, write, take):
        here, pupil = school(1), child(1)
        marks = [("AM", "C1"), ("PM", "Q9")]
        take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-10", s, m) for s, m in marks]))
        take("b2b", write(ROWS, [(pupil.upn, "9904001", "2013-11-11", "AM", "C1")]))
        rows = Mark.objects.order_by("on", "session").values_list(
            "pupil", "school", "on", "session", "code", "category"
        )
        who = (pupil.pk, here.pk)
        assert list(rows) == [
            (*who, date(2013, 11, 11), "AM", "C1", None),
            (*who, date(2026, 11, 10), "AM", "C1", "authorised absence"),
            (*who, date(2026, 11, 10), "PM", "Q9", None),
        ]


class TestStrings:
    def test_two_weeks_from_a_monday(self, *, child, school, write, take, figures, found):
        here = school(1)
        pupil = child(1, at=here)
        path = write(STRING, [(pupil.upn, "9904001", "2026-11-02", WEEK + "/\\/I--/\\//    ")])
        outcome = take("b2b", path)
        assert (outcome.rows, found(outcome)) == (
            {"read": 1, "applied": 1, "unchanged": 0, "held": 0, "ignored": 0}, [],
        )  # fmt: skip
        total = figures("2026-11-02", "2026-11-15")["total"]
        assert (total["present"], total["authorised"], total["unmarked"]) == (17, 1, 2)
        assert take("b2b", path).status == "unchanged"

    def test_blanks_at_the_start_keep_their_place(self, child, write, take):
        pupil = child(1)
        take("b2b", write(STRING, [(pupil.upn, "", "2026-11-02", "    /\\" + " " * 8)]))
        register = Register.objects.get()
        at = place_of(date(2026, 11, 4), "AM")
        assert register.marks[at : at + 2] == "/\\"
        assert len(register.marks.strip()) == 2

    def test_a_string_over_the_new_year_of_schools_makes_two_registers(self, child, write, take):
        pupil = child(1)
        take("b2b", write(STRING, [(pupil.upn, "", "2026-08-31", WEEK)]))
        assert list(Register.objects.order_by("academic_year").values_list("academic_year", flat=True)) == [2025, 2026]

    @pytest.mark.parametrize("marks", ["/\\/\\C1/\\/\\####", "Y7/\\/\\/\\/\\####", "/\\/\\/\\/\\/J1####"])
    def test_two_character_codes_refuse_the_file(self, marks, child, write, take):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-02", WEEK), (pupil.upn, "", "2026-11-09", marks)]
        outcome = take("b2b", write(STRING, rows))
        assert outcome.status == "refused"
        [problem] = outcome.problems
        assert (problem.code, problem.row, problem.value) == ("TWO_CHARACTER_CODE", 3, marks)
        assert "one character" in problem.message
        assert "one row a mark" in problem.advice
        assert not Register.objects.exists()

    @pytest.mark.parametrize(
        ("start", "marks", "code"),
        [
            ("2026-11-02", WEEK[:-1], "BAD_LENGTH"), ("2026-11-02", WEEK[:10] + WEEK[:10], "BAD_LENGTH"),
            ("2026-11-03", WEEK, "NOT_A_MONDAY"), ("2026-11-16", WEEK + WEEK, "FUTURE_DATE"),
            ("2000-01-03", WEEK, "BEFORE_BIRTH"), ("2026-13-02", WEEK, "BAD_DATE"),
        ],
    )  # fmt: skip
    def test_rows_that_cannot_be_used_are_held(self, *, start, marks, code, child, write, take, found):
        one, two = child(1), child(2)
        rows = [(one.upn, "", start, marks), (two.upn, "", "2026-11-02", WEEK)]
        outcome = take("b2b", write(STRING, rows))
        assert (outcome.rows["held"], outcome.rows["applied"], found(outcome)) == (1, 1, [code])

    @pytest.mark.parametrize("days", [1, 2, 3, 4, 5, 6])
    def test_a_last_week_may_end_early(self, *, days, child, write, take, found):
        """An export in mid-week: what the string lacks at its end is not yet reported, on whichever day it is made."""
        pupil = child(1)
        path = write(STRING, [(pupil.upn, "", "2026-11-09", WEEK + WEEK[: 2 * days])])
        outcome = take("b2b", path)
        assert (outcome.rows["applied"], outcome.rows["held"], found(outcome)) == (1, 0, [])
        at = place_of(date(2026, 11, 9), "AM")
        assert Register.objects.get().marks[at : at + 28].rstrip() == (WEEK + WEEK[: 2 * days])
        longer = write(STRING, [(pupil.upn, "", "2026-11-09", WEEK + WEEK)])
        assert take("b2b", longer).rows["held"] == 0

    def test_what_is_not_yet_marked_in_the_rest_of_the_week_is_no_fault(self, child, write, take, found):
        pupil = child(1)
        rows = [(pupil.upn, "", "2026-11-23", "/\\--------####")]
        outcome = take("b2b", write(STRING, rows))
        assert (outcome.rows["applied"], found(outcome)) == (1, [])
        assert Register.objects.get().marks.strip() == "/\\"

    def test_an_unknown_character_is_kept_and_told_of(self, child, write, take):
        pupil = child(1)
        outcome = take("b2b", write(STRING, [(pupil.upn, "", "2026-11-02", "/\\€\\/\\/\\/\\####")]))
        [problem] = [p for p in outcome.problems if p.code == "UNKNOWN_CODE"]
        assert "Tuesday 3 November" in problem.message or "€" in problem.message
        assert MarkNote.objects.get().code_text == "€"

    def test_leap_years_have_their_day(self, child, write, take):
        pupil = child(1)
        take("b2b", write(STRING, [(pupil.upn, "", "2024-02-26", WEEK)]))
        register = EffectiveRegister.objects.get()
        assert len(register.marks) == 732
        assert register.marks[place_of(date(2024, 2, 29), "AM")] == "/"

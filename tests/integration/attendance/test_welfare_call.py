"""Welfare Call: one row a child and day."""

from datetime import date

import pytest

from attendance.models import EffectiveRegister, MarkCorrection, MarkNote, Register
from attendance.register.places import place_of

pytestmark = pytest.mark.django_db

HEADINGS = "Child ID,UPN,Surname,Forename,DOB,School,LAESTAB,Year,Date,AM,AM Reason,PM,PM Reason,Comments"
SHORT = "Child ID,Date,AM,PM"


def mark(register, on, session):
    return register.marks[place_of(on, session)]


def test_the_sample_of_the_layout(child, school, write, take, found):
    here = school(1)
    one, two = child(1, at=here), child(2)
    rows = [
        ("C001", one.upn, "Example", "Alex", "04/03/2012", "Example Primary", "9904001", "6", "10/11/2026", "/", "",
         "I", "Sent home unwell", "Carer told 13:10"),
        ("C002", "", "Sample", "Sam", "04/03/2012", "Example Academy", "", "11", "10/11/2026", "N",
         "No reply from carer", "N", "", ""),
    ]  # fmt: skip
    outcome = take("welfare-call", write(HEADINGS, rows))
    assert (outcome.status, outcome.rows["applied"], found(outcome)) == ("applied", 2, [])
    register = Register.objects.get(pupil=one)
    assert (register.school, register.academic_year, register.source) == (here, 2026, "welfare-call")
    assert len(register.marks) == 730
    on = date(2026, 11, 10)
    assert (mark(register, on, "AM"), mark(register, on, "PM")) == ("/", "I")
    note = MarkNote.objects.get(register=register)
    assert (note.place, note.reason, note.comment) == (
        place_of(on, "PM"), "Sent home unwell", "Carer told 13:10",
    )  # fmt: skip
    assert Register.objects.get(pupil=two).school is None
    assert MarkNote.objects.get(register__pupil=two).reason == "No reply from carer"


def test_without_apply_nothing_changes(child, write, take):
    child(1)
    outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "/", "/")]), apply=False)
    assert (outcome.status, outcome.rows["applied"]) == ("ready", 1)
    assert not Register.objects.exists()


def test_the_same_file_again_changes_nothing(child, write, take):
    child(1)
    path = write(
        HEADINGS.replace("UPN,", ""), [("C001", "", "", "", "", "", "", "10/11/2026", "ZZ", "?", "N", "x", "c")]
    )
    assert take("welfare-call", path).status == "applied"
    before = list(Register.objects.values()), list(MarkNote.objects.values())
    again = take("welfare-call", path)
    assert (again.status, again.rows["unchanged"]) == ("unchanged", 1)
    assert (list(Register.objects.values()), list(MarkNote.objects.values())) == before
    assert not MarkCorrection.objects.exists()


def test_a_later_mark_replaces_and_leaves_a_correction(child, write, take):
    pupil = child(1)
    take("welfare-call", write("Child ID,Date,AM,AM Reason,PM", [("C001", "10/11/2026", "N", "No reply", "/")]))
    outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "I", "")]))
    assert outcome.rows["applied"] == 1
    register = Register.objects.get(pupil=pupil)
    on = date(2026, 11, 10)
    assert (mark(register, on, "AM"), mark(register, on, "PM")) == ("I", "\\")
    correction = MarkCorrection.objects.get()
    assert (correction.before, correction.after, correction.before_text) == ("N", "I", "No reply")
    assert correction.run_id == outcome.run_id
    assert not MarkNote.objects.exists()


@pytest.mark.parametrize("later", ["", "-", " "])
def test_a_blank_or_unmarked_cell_never_replaces(later, child, write, take):
    pupil = child(1)
    take("welfare-call", write(SHORT, [("C001", "10/11/2026", "I", "/")]))
    outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", later, "/")]))
    assert outcome.status == "unchanged"
    assert mark(Register.objects.get(pupil=pupil), date(2026, 11, 10), "AM") == "I"


def test_blank_means_not_reported_and_unmarked_is_kept(child, write, take, figures):
    child(1)
    rows = [("C001", "09/11/2026", "", ""), ("C001", "10/11/2026", "-", "/")]
    outcome = take("welfare-call", write(SHORT, rows))
    assert outcome.rows == {"read": 2, "applied": 1, "unchanged": 0, "held": 0, "ignored": 1}
    total = figures("2026-11-09", "2026-11-10")["total"]
    assert (total["possible"], total["present"], total["unmarked"]) == (1, 1, 3)


def test_the_same_key_twice(child, write, take, found):
    child(1), child(2)
    rows = [
        ("C001", "10/11/2026", "/", "/"), ("C001", "10/11/2026", "/", "/"),
        ("C002", "10/11/2026", "/", "/"), ("C002", "10/11/2026", "/", "I"),
    ]  # fmt: skip
    outcome = take("welfare-call", write(SHORT, rows))
    assert outcome.rows == {"read": 4, "applied": 1, "unchanged": 0, "held": 2, "ignored": 1}
    assert found(outcome) == ["TWO_MARKS", "TWO_MARKS"]
    assert sorted(p.row for p in outcome.problems if p.code == "TWO_MARKS") == [4, 5]
    assert {p.column for p in outcome.problems if p.code == "TWO_MARKS"} == {"PM"}
    assert Register.objects.count() == 1


class TestWords:
    def test_words_without_a_map_refuse_a_file_of_words(self, child, write, take):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "Present", "Absent")]))
        assert outcome.status == "refused"
        [problem] = outcome.problems
        assert problem.code == "WORDS_WITHOUT_MAP"
        assert problem.value == "Present, Absent"
        assert "--codes present=/" in problem.advice
        assert not Register.objects.exists()

    def test_a_stray_word_holds_its_row(self, child, write, take, found):
        child(1), child(2)
        rows = [("C001", "10/11/2026", "Late", "/"), ("C002", "10/11/2026", "/", "/")]
        outcome = take("welfare-call", write(SHORT, rows))
        assert (outcome.rows["held"], outcome.rows["applied"]) == (1, 1)
        assert found(outcome) == ["WORD_WITHOUT_MAP"]

    def test_the_map_is_used_before_the_code_list(self, child, write, take, figures):
        child(1)
        rows = [("C001", "09/11/2026", "Present", "absent"), ("C001", "10/11/2026", "School  Closed", "P")]
        outcome = take("welfare-call", write(SHORT, rows), codes="present=/, ABSENT=N,school closed=#,P=/")
        assert outcome.rows["applied"] == 2
        total = figures("2026-11-09", "2026-11-10")["total"]
        assert (total["present"], total["unauthorised"], total["approved_educational_activity"]) == (2, 1, 0)
        assert Register.objects.get().marks.count("\\") == 1

    def test_p_and_a_files_need_a_map(self, child, write, take):
        child(1)
        path = write(SHORT, [("C001", "10/11/2026", "P", "A")])
        assert take("welfare-call", path).problems[0].code == "WORDS_WITHOUT_MAP"
        assert take("welfare-call", path, codes="P=/,A=N").status == "applied"

    def test_p_is_a_real_code(self, child, write, take, figures, found):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "P", "/")]))
        assert found(outcome) == []
        assert figures("2026-11-10", "2026-11-10")["total"]["approved_educational_activity"] == 1

    @pytest.mark.parametrize("text", ["present", "present=", "=/", "present=QQ"])
    def test_a_map_that_cannot_be_read_is_refused(self, text, child, write, take):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "/", "/")]), codes=text)
        assert (outcome.status, outcome.problems[0].code) == ("refused", "BAD_CODE_MAP")


class TestCodes:
    def test_an_unknown_code_is_kept_reported_and_left_out(self, child, write, take, figures, found):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "Q9", "/")]))
        assert (outcome.rows["applied"], found(outcome)) == (1, ["UNKNOWN_CODE"])
        assert MarkNote.objects.get().code_text == "Q9"
        total = figures("2026-11-10", "2026-11-10")["total"]
        assert (total["possible"], total["unmarked"]) == (1, 0)

    def test_another_unknown_code_is_a_correction(self, child, write, take):
        child(1)
        take("welfare-call", write(SHORT, [("C001", "10/11/2026", "Q9", "")]))
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "Q8", "")]))
        assert outcome.status == "applied"
        assert MarkNote.objects.get().code_text == "Q8"
        assert MarkCorrection.objects.get().before_text == "Q9"

    @pytest.mark.parametrize(
        ("code", "day", "counted"),
        [
            ("H", "10/11/2026", None), ("H", "10/11/2009", "authorised"), ("C1", "10/11/2009", None),
            ("J", "19/08/2024", None), ("J1", "10/11/2026", "authorised"), ("c2", "10/11/2026", "authorised"),
            ("J", "10/11/2009", "approved_educational_activity"), ("D", "10/11/2009", "approved_educational_activity"),
            ("D", "10/11/2010", None), ("Y5", "10/11/2026", None), ("i02", "10/11/2020", "authorised"),
        ],
    )  # fmt: skip
    def test_codes_count_by_the_list_of_their_day(self, *, code, day, counted, child, write, take, figures):
        child(1, dob=date(2004, 3, 4))
        on = "-".join(reversed(day.split("/")))
        outcome = take("welfare-call", write(SHORT, [("C001", day, code, "")]))
        assert outcome.rows["applied"] == 1
        total = figures(on, on)["total"]
        assert total["possible"] == (1 if counted else 0)
        if counted:
            assert total[counted] == 1

    def test_a_code_of_another_time_is_told_of(self, child, write, take, found):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "H", "D")]))
        assert found(outcome) == ["CODE_NOT_VALID"]


class TestDays:
    def test_the_future_and_days_before_birth_are_held(self, child, write, take, found):
        child(1)
        rows = [("C001", "24/11/2026", "/", "/"), ("C001", "01/03/2012", "/", "/"), ("C001", "23/11/2026", "/", "/")]
        outcome = take("welfare-call", write(SHORT, rows))
        assert (outcome.rows["held"], outcome.rows["applied"]) == (2, 1)
        assert found(outcome) == ["BEFORE_BIRTH", "FUTURE_DATE"]

    @pytest.mark.parametrize(("text", "code"), [("31/02/2026", "BAD_DATE"), ("", "NO_DATE"), ("soon", "BAD_DATE")])
    def test_a_row_without_a_date_is_held(self, *, text, code, child, write, take, found):
        child(1)
        rows = [("C001", text, "/", "/"), ("C001", "10/11/2026", "/", "/")]
        outcome = take("welfare-call", write(SHORT, rows))
        assert (outcome.rows["held"], found(outcome)) == (1, [code])

    def test_a_weekend_mark_is_kept_with_a_warning_and_does_not_count(self, child, write, take, figures, found):
        child(1)
        rows = [("C001", "07/11/2026", "/", "#"), ("C001", "08/11/2026", "-", "")]
        outcome = take("welfare-call", write(SHORT, rows))
        assert (outcome.rows["applied"], found(outcome)) == (2, ["NO_SESSION"])
        total = figures("2026-11-07", "2026-11-08")["total"]
        assert (total["possible"], total["unmarked"]) == (0, 0)
        assert "/" in Register.objects.get().marks
        assert "/" not in EffectiveRegister.objects.get().marks

    def test_a_bank_holiday_is_no_session(self, child, write, take, figures, found):
        child(1)
        outcome = take("welfare-call", write(SHORT, [("C001", "04/05/2026", "/", "/")]))
        assert found(outcome) == ["NO_SESSION", "NO_SESSION"]
        assert figures("2026-05-04", "2026-05-04")["total"]["possible"] == 0


class TestWho:
    def test_upn_and_child_id_of_two_children_hold_the_row(self, child, write, take, found):
        child(1)
        other = child(2)
        outcome = take("welfare-call", write("Child ID,UPN,Date,AM,PM", [("C001", other.upn, "10/11/2026", "/", "/")]))
        assert (outcome.rows["held"], found(outcome)) == (1, ["TWO_CHILDREN"])

    def test_an_unknown_child_is_held_and_name_and_birth_only_propose(self, child, write, take):
        child(1, forename="Alex", surname="Example")
        headings = "Child ID,Surname,Forename,DOB,Date,AM,PM"
        outcome = take(
            "welfare-call", write(headings, [("X9", "Example", "Alex", "04/03/2012", "10/11/2026", "/", "/")])
        )
        assert outcome.rows["held"] == 1
        [problem] = outcome.problems
        assert (problem.code, problem.row) == ("UNKNOWN_CHILD", 2)
        assert "C001" in problem.advice

    def test_another_date_of_birth_is_told_of(self, child, write, take, found):
        child(1)
        outcome = take(
            "welfare-call", write("Child ID,DOB,Date,AM,PM", [("C001", "05/03/2012", "10/11/2026", "/", "/")])
        )
        assert (outcome.rows["applied"], found(outcome)) == (1, ["DOB_DIFFERS"])

    def test_an_unknown_school_is_not_stated(self, child, write, take, found):
        child(1)
        outcome = take(
            "welfare-call", write("Child ID,LAESTAB,Date,AM,PM", [("C001", "9904444", "10/11/2026", "/", "/")])
        )
        assert (outcome.rows["applied"], found(outcome)) == (1, ["UNKNOWN_SCHOOL"])
        assert Register.objects.get().school is None

    @pytest.mark.parametrize(
        ("headings", "value"), [("Estab", "4001"), ("DfE No", "990/4001"), ("School URN", "990001")]
    )
    def test_schools_are_read_by_any_number(self, *, headings, value, child, school, write, take):
        here = school(1)
        child(1)
        take("welfare-call", write(f"Child ID,{headings},Date,AM,PM", [("C001", value, "10/11/2026", "/", "/")]))
        assert Register.objects.get().school == here

    def test_a_laestab_of_two_schools_means_the_one_open_that_day(self, child, school, write, take):
        old = school(1, closed_on=date(2012, 9, 1), is_open=False)
        new = school(2, laestab="9904001", opened_on=date(2012, 9, 1))
        child(1, dob=date(2000, 1, 1))
        rows = [("C001", "9904001", day, "/", "/") for day in ("10/11/2010", "12/11/2012")]
        take("welfare-call", write("Child ID,LAESTAB,Date,AM,PM", rows))
        assert list(Register.objects.order_by("academic_year").values_list("school", flat=True)) == [old.pk, new.pk]

    def test_children_without_a_mark_are_listed(self, child, school, write, take):
        child(1), child(2), child(3, dob=date(2024, 1, 1)), child(4, dec=date(2026, 11, 1))
        outcome = take("welfare-call", write(SHORT, [("C001", "10/11/2026", "/", "/")]))
        [notice] = outcome.problems
        assert (notice.code, notice.severity, notice.value) == ("CHILDREN_WITHOUT_MARK", "notice", "1")
        assert notice.message.endswith("no mark in this file: C002.")

    def test_a_sunday_from_a_mistyped_row_is_no_day_to_miss_children_on(self, child, write, take):
        child(1), child(2), child(3)
        rows = [(f"C00{n}", "10/11/2026", "/", "/") for n in (1, 2)] + [("C003", "22/11/2026", "/", "/")]
        outcome = take("welfare-call", write(SHORT, rows))
        [notice] = [p for p in outcome.problems if p.code == "CHILDREN_WITHOUT_MARK"]
        assert "10 November 2026 has no mark in this file: C003." in notice.message

    def test_a_few_corrections_tell_of_nobody(self, child, write, take):
        for number in range(1, 7):
            child(number)
        first = [(f"C00{n}", "10/11/2026", "/", "N") for n in range(1, 7)]
        take("welfare-call", write(SHORT, first))
        outcome = take(
            "welfare-call", write(SHORT, [("C001", "10/11/2026", "/", "I"), ("C002", "10/11/2026", "/", "I")])
        )
        assert outcome.problems == []

    def test_a_source_answers_for_the_children_it_has_sent_only(self, child, write, take):
        for number in range(1, 7):
            child(number)
        take("welfare-call", write(SHORT, [(f"C00{n}", "09/11/2026", "/", "/") for n in (1, 2, 3)]))
        outcome = take("welfare-call", write(SHORT, [(f"C00{n}", "10/11/2026", "/", "/") for n in (1, 2)]))
        [notice] = outcome.problems
        assert notice.message.endswith("no mark in this file: C003.")


class TestHeadings:
    def test_missing_columns_are_named(self, child, write, take):
        outcome = take("welfare-call", write("Surname,Date,AM", [("x", "10/11/2026", "/")]))
        assert outcome.status == "refused"
        assert {(p.code, p.column) for p in outcome.problems} == {
            ("MISSING_COLUMN", "upn"),
            ("MISSING_COLUMN", "pm_code"),
        }

    @pytest.mark.parametrize(
        "headings",
        ["ChildID,Attendance Date,AM Mark,PM Mark", "lac-id,register_date,Morning,Afternoon",
         "WC Ref,Day,Session 1,Session 2", "Mosaic ID,SESSION DATE,AM Code,PM.Code"],
    )  # fmt: skip
    def test_aliases(self, headings, child, write, take):
        child(1)
        assert take("welfare-call", write(headings, [("C001", "10/11/2026", "/", "/")])).rows["applied"] == 1

    def test_minutes_late_and_exclusion_come_with_the_mark(self, child, write, take, found):
        child(1)
        headings = "Child ID,Date,AM,PM,Mins Late,Exclusion"
        rows = [("C001", "09/11/2026", "/", "L", "15", ""), ("C001", "10/11/2026", "E", "E", "", "SUSP"),
                ("C001", "11/11/2026", "L", "/", "soon", "N")]  # fmt: skip
        outcome = take("welfare-call", write(headings, rows))
        assert found(outcome) == ["BAD_MINUTES"]
        notes = list(MarkNote.objects.order_by("place").values_list("minutes_late", "comment"))
        assert notes == [(15, ""), (None, "Exclusion: SUSP")]

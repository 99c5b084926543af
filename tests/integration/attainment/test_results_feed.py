"""The results feed: what is kept, what replaces what, what is held and why."""

from datetime import date
from decimal import Decimal

import pytest

from attainment.models import Qualification, Result
from core.feeds import services
from core.feeds.base import SourceFile
from pupils.models import FormerUPN, Pupil

pytestmark = pytest.mark.django_db

HEAD = "child_id,upn,assessment_year,stage,subject,qualification,grade,size,level2_pass,sat_on"
TODAY = date(2026, 11, 23)


@pytest.fixture
def children():
    return {
        "W1": Pupil.objects.create(child_id="W1", upn="B801200005001"),
        "W2": Pupil.objects.create(child_id="W2", upn="P207000016049"),
    }


@pytest.fixture
def send(tmp_path):
    """Apply (or preview) one file of these lines; gives the outcome."""

    def run(*lines, head=HEAD, apply=True, name="results.csv"):
        path = tmp_path / name
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        sources = [SourceFile(name=name, path=path)]
        if apply:
            return services.apply_sources(kind="results", sources=sources, actor=None, today=TODAY)
        return services.preview(kind="results", sources=sources, today=TODAY)

    return run


def codes(outcome, severity="error"):
    return [p.code for p in outcome.problems if p.severity == severity]


def test_first_file_is_kept_and_the_same_file_changes_nothing(children, send):
    lines = [
        "W1,,2009,KS2,English,KS2 test,4b,,,",
        "W1,,2009,KS2,Maths,KS2 teacher assessment,3,,,",
        ",P207000016049,2009,KS4,English,GCSE,C,,,15/06/2009",
        "W2,P207000016049,2009,KS4,Sport,BTEC First Diploma,Pass,4,y,2009-06-01",
    ]
    first = send(*lines)
    assert first.status == "applied"
    assert first.rows == {"read": 4, "applied": 4, "unchanged": 0, "held": 0, "ignored": 0}
    assert first.problems == []
    sport = Result.objects.get(subject="Sport")
    assert (sport.pupil, sport.size, sport.level2_pass) == (children["W2"], Decimal(4), True)
    assert (sport.sat_on, sport.run_id) == (date(2009, 6, 1), first.run_id)
    assert Result.objects.get(subject="Maths").subject_key == "mathematics"
    again = send(*lines)
    assert again.status == "unchanged"
    assert again.rows == {"read": 4, "applied": 0, "unchanged": 4, "held": 0, "ignored": 0}
    assert Result.objects.count() == 4


def test_without_apply_nothing_changes(children, send):
    outcome = send("W1,,2009,KS2,English,KS2 test,4,,,", apply=False)
    assert outcome.status == "ready"
    assert not Result.objects.exists()


def test_later_row_replaces_and_blank_cell_changes_nothing(children, send):
    send("W1,,2009,KS4,Sport,BTEC First Diploma,Pass,4,y,")
    replaced = send("W1,,2009,KS4,SPORT,BTEC first diploma,Merit,,,")
    assert replaced.rows["applied"] == 1
    result = Result.objects.get()
    assert (result.grade, result.size, result.level2_pass) == ("Merit", Decimal(4), True)
    blank = send("W1,,2009,KS4,Sport,BTEC First Diploma,,,,")
    assert blank.rows["unchanged"] == 1
    assert Result.objects.get().grade == "Merit"


def test_absent_row_ends_nothing(children, send):
    send("W1,,2009,KS2,English,KS2 test,4,,,", "W1,,2009,KS2,Maths,KS2 test,4,,,")
    send("W1,,2009,KS2,English,KS2 test,4,,,")
    assert Result.objects.count() == 2


def test_resit_in_another_sitting_is_another_row(children, send):
    send("W1,,2009,KS4,Maths,GCSE,D,,,2008-11-10")
    send("W1,,2009,KS4,Maths,GCSE,C,,,2009-06-10")
    assert list(Result.objects.order_by("sat_on").values_list("grade", flat=True)) == ["D", "C"]


def test_row_without_sitting_meets_the_only_one(children, send):
    send("W1,,2009,KS4,Maths,GCSE,D,,,2009-06-10")
    send("W1,,2009,KS4,Maths,GCSE,C,,,")
    result = Result.objects.get()
    assert (result.grade, result.sat_on) == ("C", date(2009, 6, 10))


def test_row_with_sitting_meets_the_one_stored_without(children, send):
    send("W1,,2009,KS4,Maths,GCSE,D,,,")
    send("W1,,2009,KS4,Maths,GCSE,C,,,2009-06-10")
    result = Result.objects.get()
    assert (result.grade, result.sat_on) == ("C", date(2009, 6, 10))


def test_two_dated_rows_and_one_stored_without_a_date(children, send):
    send("W1,,2009,KS4,Maths,GCSE,C,,,")
    lines = ["W1,,2009,KS4,Maths,GCSE,D,,,2008-11-10", "W1,,2009,KS4,Maths,GCSE,C,,,2009-06-10"]
    send(*lines)
    kept = Result.objects.order_by("sat_on").values_list("sat_on", "grade")
    assert list(kept) == [(date(2008, 11, 10), "D"), (date(2009, 6, 10), "C")]
    assert send(*lines).status == "unchanged"


def test_row_without_sitting_among_several_is_held_unless_it_says_what_is_known(children, send):
    send("W1,,2009,KS4,Maths,GCSE,D,,,2008-11-10", "W1,,2009,KS4,Maths,GCSE,C,,,2009-06-10")
    assert send("W1,,2009,KS4,Maths,GCSE,C,,,").rows["unchanged"] == 1
    outcome = send("W1,,2009,KS4,Maths,GCSE,B,,,")
    assert codes(outcome) == ["WHICH_SITTING"]
    assert outcome.rows["held"] == 1


def test_repeats_in_one_file(children, send):
    outcome = send(
        "W1,,2009,KS2,English,KS2 test,4,,,",
        "W1,,2009,KS2,english,KS2 Test,4,,,",
        "W1,,2009,KS2,Maths,KS2 test,4,,,",
        "W1,,2009,KS2,Maths,KS2 test,5,,,",
        "W2,,2009,KS2,Maths,KS2 test,3,,,",
    )
    assert outcome.rows == {"read": 5, "applied": 2, "unchanged": 0, "held": 2, "ignored": 1}
    assert codes(outcome) == ["ROWS_DISAGREE", "ROWS_DISAGREE"]
    assert sorted(p.row for p in outcome.problems) == [3, 4, 5]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("W1,,2009,KS4,Maths,GCSE,C,,,2009-09-01", "SAT_TOO_LATE", "sat_on"),
        ("W1,,2009,KS4,Maths,GCSE,C,,,2009-11", "SAT_TOO_LATE", "sat_on"),
        ("W1,,2009,KS4,Maths,GCSE,C,,,2030-01-01", "SAT_IN_FUTURE", "sat_on"),
        ("W1,,2009,KS4,Maths,GCSE,C,,,soon", "BAD_DATE", "sat_on"),
        ("W1,,2031,KS4,Maths,GCSE,C,,,", "YEAR_TO_COME", "assessment_year"),
        ("W1,,11,KS4,Maths,GCSE,C,,,", "BAD_YEAR", "assessment_year"),
        ("W1,,,KS4,Maths,GCSE,C,,,", "MISSING_VALUE", "assessment_year"),
        ("W1,,2009,KS3,Maths,GCSE,C,,,", "BAD_STAGE", "stage"),
        ("W1,,2009,,Maths,GCSE,C,,,", "MISSING_VALUE", "stage"),
        ("W1,,2009,KS4,,GCSE,C,,,", "MISSING_VALUE", "subject"),
        ("W1,,2009,KS4,Maths,,C,,,", "MISSING_VALUE", "qualification"),
        ("W1,,2009,KS4,Maths,GCSE,,,,", "NO_GRADE", "grade"),
        ("W1,,2009,KS2,Maths,GCSE,C,,,", "WRONG_STAGE", "qualification"),
        ("W1,,2009,KS4,Maths,KS2 test,4,,,", "WRONG_STAGE", "qualification"),
        ("W1,,2009,KS4,Maths,GCSE,C,big,,", "BAD_NUMBER", "size"),
        ("W1,,2009,KS4,Maths,GCSE,C,-1,,", "BAD_SIZE", "size"),
        ("W1,,2009,KS4,Maths,GCSE,C,,perhaps,", "BAD_YES_NO", "level2_pass"),
        ("W9,,2009,KS4,Maths,GCSE,C,,,", "UNKNOWN_CHILD", "child_id"),
        (",,2009,KS4,Maths,GCSE,C,,,", "NO_CHILD", "child_id"),
        ("W1,P207000016049,2009,KS4,Maths,GCSE,C,,,", "TWO_CHILDREN", "upn"),
    ],
)
def test_held_with_the_reason(children, send, line, code, column):
    outcome = send(line, "W1,,2009,KS2,Science,KS2 test,4,,,")
    assert outcome.rows == {"read": 2, "applied": 1, "unchanged": 0, "held": 1, "ignored": 0}
    problem = next(p for p in outcome.problems if p.severity == "error")
    assert (problem.code, problem.row, problem.column) == (code, 2, column)
    assert problem.message
    assert problem.advice
    assert Result.objects.get().subject == "Science"


def test_sat_on_31_august_is_in_time(children, send):
    assert send("W1,,2009,KS4,Maths,GCSE,C,,,31/08/2009").rows["applied"] == 1


def test_unknown_qualification_is_kept_and_listed(children, send):
    line = "W1,,2009,KS4,Life skills,Certificate of Effort,Gold,,,"
    outcome = send(line)
    assert outcome.rows["applied"] == 1
    assert codes(outcome, "warning") == ["QUALIFICATION_UNKNOWN"]
    new = Qualification.objects.get(mapped=False)
    assert (new.name, new.size, new.spec) == ("Certificate of Effort", None, None)
    assert Result.objects.get().qualification == new
    assert send(line).status == "unchanged"
    assert Qualification.objects.filter(mapped=False).count() == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GCSE_FULL", "GCSE"),
        ("gcse (short)", "GCSE short course"),
        ("GCSE_DOUBLE", "GCSE double award"),
        ("IGCSE", "iGCSE"),
        ("International GCSE", "iGCSE"),
        ("BTEC_FIRST_CERTIFICATE", "BTEC First Certificate"),
        ("OCR National Level 2", "OCR National"),
        ("Intermediate GNVQ", "GNVQ Intermediate"),
    ],
)
def test_qualification_by_other_names(children, send, text, name):
    assert send(f"W1,,2009,KS4,Art,{text},C,,,").rows["applied"] == 1
    assert Result.objects.get().qualification.name == name


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("W1,,2009,KS2,Maths,KS2 test,4b,,,", False),
        ("W1,,2009,KS2,Maths,KS2 test,Level 4,,,", False),
        *((f"W1,,2009,KS2,Maths,KS2 test,{code},,,", False) for code in "ABDNTFWLPM"),
        ("W1,,2009,KS2,Maths,KS2 test,103,,,", True),
        ("W1,,2019,KS2,Maths,KS2 test,103,,,", False),
        ("W1,,2009,KS2,Maths,KS2 test,Z,,,", True),
        ("W1,,2009,KS4,Science,GCSE double award,CC,,,", False),
        ("W1,,2009,KS4,Science,GCSE double award,C-C,,,", False),
        ("W1,,2009,KS4,Science,GCSE double award,C C,,,", False),
        ("W1,,2009,KS4,Science,GCSE double award,A*A,,,", False),
        ("W1,,2009,KS4,Science,GCSE,CC,,,", True),
        ("W1,,2009,KS4,Science,GCSE,5,,,", True),
        ("W1,,2018,KS4,Science,GCSE,5,,,", False),
        ("W1,,2009,KS4,Sport,BTEC First Diploma,Distinction,,,", False),
        ("W1,,2009,KS4,Sport,BTEC First Diploma,Superb,,,", True),
        ("W1,,2009,KS4,Sport,BTEC First Diploma,Superb,,y,", False),
    ],
)
def test_grade_of_unknown_meaning_is_kept_with_a_warning(children, send, line, warned):
    outcome = send(line)
    assert outcome.rows["applied"] == 1
    assert codes(outcome, "warning") == (["GRADE_UNKNOWN"] if warned else [])


def test_former_upn_and_wrong_check_letter(children, send):
    FormerUPN.objects.create(pupil=children["W1"], upn="M80120000500A")
    outcome = send(
        ",M80120000500A,2009,KS2,English,KS2 test,4,,,",
        "W2,A801200005001,2009,KS2,English,KS2 test,4,,,",
        "W2,A801200005001,2009,KS2,Maths,KS2 test,4,,,",
    )
    assert outcome.rows["applied"] == 3
    assert codes(outcome, "warning") == ["UPN_INVALID"]


def test_headings_in_other_words_order_and_extra_columns(children, send):
    outcome = send(
        "4;Maths;KS2 Test;Key Stage 2;Summer 2009;x;W1",
        "5;English;ks2 test;2;2008/09;x;W1",
        head="Result;Subject name;Qualification Type;Key Stage;Year;Remark;CHILD",
    )
    assert outcome.rows["applied"] == 2
    assert codes(outcome, "notice") == ["EXTRA_COLUMN"]
    assert set(Result.objects.values_list("assessment_year", flat=True)) == {2009}


def test_neither_child_id_nor_upn_refuses_the_file(children, send):
    outcome = send("2009,KS2,Maths,KS2 test,4", head="assessment_year,stage,subject,qualification,grade")
    assert outcome.status == "refused"
    assert codes(outcome) == ["MISSING_COLUMN"]


def test_headings_only_are_refused(children, send):
    assert send().status == "refused"


def test_changed_result_leaves_its_history(children, send):
    send("W1,,2009,KS4,Maths,GCSE,D,,,")
    send("W1,,2009,KS4,Maths,GCSE,C,,,")
    event = Result.objects.get().events.get()
    assert event.grade == "D"


def test_built_in_list_survives_an_emptied_table(children, send):
    Qualification.objects.all().delete()
    assert send("W1,,2009,KS4,Maths,GCSE,C,,,").rows["applied"] == 1
    assert Qualification.objects.get().spec.is_gcse


def test_template_has_the_columns_that_are_read():
    from attainment.feeds.reading import COLUMNS
    from core.feeds.registry import get_kind

    assert get_kind("results").template_columns == tuple(column.name for column in COLUMNS)

"""The roll file: facts, UPNs, schools, year groups and staff; what is held, kept and listed."""

from datetime import date
from pathlib import Path

import pytest

from core.roles import Role
from pupils.feeds import RollFeed
from pupils.feeds.roll.columns import TEMPLATE_COLUMNS
from pupils.models import Allocation, CareEpisode, FormerUPN, Pupil, SchoolPlace, YearGroup
from schools.models import School, SchoolLink
from tests.integration.pupils.conftest import TODAY, Row, Send, codes, upn_for, with_code

HEADINGS = RollFeed.template_columns


@pytest.fixture
def child(db: None) -> Pupil:
    pupil = Pupil.objects.create(child_id="A1", dob=date(2012, 3, 4), sex="F")
    CareEpisode.objects.create(pupil=pupil, decom=date(2020, 5, 1), ls="C2", place="U4")
    return pupil


@pytest.fixture
def school(db: None) -> School:
    return School.objects.create(urn="990001", laestab="9904001", name="Northgate School", is_open=True)


@pytest.fixture
def send_roll(write, send: Send):
    """send_roll(row, row, ...) with every row about child A1 unless it says otherwise."""

    def run(*rows: Row, **options: object):
        path = write("roll.csv", HEADINGS, [{"child_id": "A1"} | row for row in rows])
        return send("roll", path, **options)

    return run


def places(child_id: str = "A1") -> list[tuple[str, date, date | None, str]]:
    rows = SchoolPlace.objects.filter(pupil__child_id=child_id).order_by("from_on")
    return list(rows.values_list("school__urn", "from_on", "to_on", "kind"))


def test_the_template_has_the_columns_of_the_layout() -> None:
    assert RollFeed.template_columns == TEMPLATE_COLUMNS
    assert TEMPLATE_COLUMNS[0] == "child_id"
    assert len(TEMPLATE_COLUMNS) == 21


def test_the_authority_that_looks_after_the_child(send_roll, settings, child: Pupil) -> None:
    new = {"child_id": "N1", "surname": "New", "forename": "Kim", "dob": "2014-05-06"}
    outcome = send_roll({"responsible_la": "937"}, new)
    assert dict(Pupil.objects.values_list("child_id", "responsible_la")) == {"A1": "937", "N1": settings.HOME_LA}
    assert "BAD_AUTHORITY" in codes(send_roll({"responsible_la": "Kent"}))
    assert Pupil.objects.get(child_id="A1").is_of_another_authority
    assert outcome.status == "applied"


def test_a_full_row_and_the_same_file_again(send_roll, child: Pupil, school: School, make_user) -> None:
    adviser, worker, iro = (make_user(r) for r in (Role.ADVISER, Role.SOCIAL_WORKER, Role.IRO))
    row = {
        "upn": upn_for(1).lower(), "former_upns": f"{upn_for(8)}; {upn_for(9)}", "uln": "9276308686",
        "surname": "O\u2019Dell", "forename": "Aoife", "known_as": "Fi", "dob": "04/03/2012", "sex": "2",
        "nc_year": "9", "nc_year_in": "2025/26", "school_urn": "990001", "place_from": "2023-09-04",
        "place_to": "", "place_kind": "main", "send": "k", "adviser_email": adviser.email.upper(),
        "social_worker_email": worker.email, "iro_email": iro.email,
    }  # fmt: skip
    first = send_roll(row)
    assert (first.status, first.rows["applied"]) == ("applied", 1)
    assert not first.problems
    pupil = Pupil.objects.get()
    assert (pupil.upn, pupil.uln, pupil.surname, pupil.known_as, pupil.send) == (
        upn_for(1), "9276308686", "O\u2019Dell", "Fi", "K",
    )  # fmt: skip
    assert pupil.sort_name == "odell aoife fi"
    assert set(FormerUPN.objects.values_list("upn", flat=True)) == {upn_for(8), upn_for(9)}
    assert places() == [("990001", date(2023, 9, 4), None, "main")]
    assert YearGroup.objects.get().academic_year == 2025
    assert set(Allocation.objects.values_list("kind", "user", "from_on", "to_on")) == {
        ("adviser", adviser.pk, date(2020, 5, 1), None),
        ("social_worker", worker.pk, date(2020, 5, 1), None),
        ("iro", iro.pk, date(2020, 5, 1), None),
    }
    again = send_roll(row | {"surname": "O'Dell"})
    assert (again.status, again.rows) == (
        "unchanged", {"read": 1, "applied": 0, "unchanged": 1, "held": 0, "ignored": 0},
    )  # fmt: skip


def test_a_blank_cell_changes_nothing(send_roll, child: Pupil) -> None:
    send_roll({"surname": "Moss", "upn": upn_for(1), "send": "E", "nc_year": "9", "nc_year_in": "2025/26"})
    assert send_roll({}).status == "unchanged"
    pupil = Pupil.objects.get()
    assert (pupil.surname, pupil.upn, pupil.send) == ("Moss", upn_for(1), "E")


# ---------------------------------------------------------------- who is meant


def test_a_child_that_no_return_has_named_is_made_and_listed(send_roll) -> None:
    outcome = send_roll({"child_id": "NEW7", "surname": "Moss"}, {"child_id": "NEW7", "forename": "Ben"})
    pupil = Pupil.objects.get()
    assert (pupil.child_id, pupil.surname, pupil.forename) == ("NEW7", "Moss", "Ben")
    assert codes(outcome) == {"NOT_IN_903": 1}
    assert not Pupil.objects.looked_after(on=TODAY).exists()


def test_a_row_without_child_id_is_held(send_roll, child: Pupil) -> None:
    outcome = send_roll({"child_id": "", "upn": upn_for(1)})
    assert (outcome.rows["held"], codes(outcome)["CHILD_MISSING"]) == (1, 1)


def test_a_file_without_the_column_is_refused(send: Send, write, child: Pupil) -> None:
    outcome = send("roll", write("roll.csv", ["Ref", "upn"], [{"upn": upn_for(1)}]))
    assert (outcome.status, outcome.problems[0].code, outcome.problems[0].column) == (
        "refused", "MISSING_COLUMN", "child_id",
    )  # fmt: skip


def test_upn_and_child_id_of_two_children_hold_the_row(send_roll, child: Pupil) -> None:
    Pupil.objects.create(child_id="B2", upn=upn_for(2))
    outcome = send_roll({"upn": upn_for(2), "surname": "Moss"})
    assert codes(outcome)["TWO_CHILDREN"] == 1
    assert not Pupil.objects.filter(surname="Moss").exists()


def test_a_name_that_fits_another_child_is_proposed_and_never_matched(send_roll, child: Pupil) -> None:
    send_roll({"surname": "Moss", "forename": "Ben"})
    outcome = send_roll({"child_id": "A-1", "surname": "Moss", "forename": "Ben", "dob": "04/03/2012"})
    (problem,) = with_code(outcome, "UNKNOWN_CHILD")
    assert "child A1" in problem.message
    assert Pupil.objects.count() == 1


def test_rows_of_a_child_that_disagree_are_named_and_held(send_roll, child: Pupil) -> None:
    outcome = send_roll({"dob": "04/03/2012"}, {"dob": "05/03/2012"}, {"surname": "Moss"})
    assert [p.row for p in with_code(outcome, "CHILD_CONTRADICTS")] == [2, 3, 4]
    assert "(2 and 3 and 4)" in outcome.problems[0].message
    assert outcome.rows["held"] == 3
    assert Pupil.objects.get().surname == ""


def test_children_looked_after_now_whom_the_file_does_not_name_are_listed(send_roll, child: Pupil) -> None:
    Pupil.objects.create(child_id="GONE")
    outcome = send_roll({"child_id": "OTHER"})
    assert [p.value for p in with_code(outcome, "NOT_IN_FILE")] == ["A1"]


# ---------------------------------------------------------------- UPNs


def test_a_permanent_upn_replaces_a_temporary_one_which_stays_findable(send_roll, child: Pupil) -> None:
    send_roll({"upn": "M80120000500A"})
    send_roll({"upn": upn_for(1)})
    assert Pupil.objects.get().upn == upn_for(1)
    assert FormerUPN.objects.get().upn == "M80120000500A"
    outcome = send_roll({"upn": "M80120000500A"})
    assert (outcome.status, codes(outcome)["UPN_OLDER"]) == ("unchanged", 1)


def test_one_upn_for_two_children_of_a_file_names_both_rows(send_roll, child: Pupil) -> None:
    outcome = send_roll({"upn": upn_for(1)}, {"child_id": "B2", "upn": upn_for(1)})
    assert {p.row for p in with_code(outcome, "UPN_TWICE")} == {2, 3}
    assert dict(Pupil.objects.values_list("child_id", "upn")) == {"A1": upn_for(1), "B2": ""}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"uln": "9276308687"}, "ULN_CHECK"),
        ({"uln": "123"}, "BAD_ULN"),
        ({"upn": "A801200005001"}, "UPN_CHECK_LETTER"),
        ({"former_upns": "A801200005001"}, "FORMER_UPN_CHECK_LETTER"),
        ({"sex": "x"}, "UNKNOWN_CODE"),
        ({"nc_year": "Leaver"}, "NC_YEAR_LEAVER"),
        ({"nc_year": "E1"}, "BAD_NC_YEAR"),
        ({"nc_year": "9", "nc_year_in": "2025"}, "BAD_YEAR"),
        ({"adviser_email": "nobody@westmarch.example"}, "STAFF_UNKNOWN"),
    ],
)
def test_what_only_warns(send_roll, child: Pupil, row: Row, code: str) -> None:
    outcome = send_roll(row | {"surname": "Moss"})
    assert [p.severity for p in with_code(outcome, code)] == ["warning"]
    assert outcome.rows["held"] == 0
    assert Pupil.objects.get().surname == "Moss"
    assert not YearGroup.objects.exists()


# ---------------------------------------------------------------- year groups


@pytest.mark.parametrize(("cell", "nc_year"), [("R", 0), ("N1", -2), ("N2", -1), ("Year 11", 11), ("-2", -2)])
def test_a_year_group_without_its_year_means_this_one_and_is_listed(
    send_roll, child: Pupil, cell: str, nc_year: int
) -> None:
    outcome = send_roll({"nc_year": cell})
    assert list(YearGroup.objects.values_list("academic_year", "nc_year")) == [(2026, nc_year)]
    assert codes(outcome)["NC_YEAR_ASSUMED"] == 1


def test_a_year_group_that_is_not_that_of_the_age_is_listed(send_roll, child: Pupil) -> None:
    outcome = send_roll({"nc_year": "8", "nc_year_in": "2025/26"}, {"nc_year": "10", "nc_year_in": "2026/27"})
    (problem,) = with_code(outcome, "NC_YEAR_NOT_BY_AGE")
    assert problem.row == 2
    assert dict(YearGroup.objects.values_list("academic_year", "nc_year")) == {2025: 8, 2026: 10}


# ---------------------------------------------------------------- school places


def test_the_last_day_is_stored_half_open_and_an_absent_place_stays(send_roll, child: Pupil, school: School) -> None:
    School.objects.create(urn="990002", laestab="9904002", name="Southgate School")
    send_roll({"school_urn": "990001", "place_from": "04/09/2023"})
    outcome = send_roll({"school_laestab": "990/4002", "place_from": "2025-09-01", "place_kind": "Main"})
    assert codes(outcome)["TWO_MAIN_PLACES"] == 1
    send_roll({"school_urn": "990001", "place_from": "04/09/2023", "place_to": "22/07/2025"})
    assert places() == [
        ("990001", date(2023, 9, 4), date(2025, 7, 23), "main"),
        ("990002", date(2025, 9, 1), None, "main"),
    ]


def test_a_row_without_a_first_day_means_the_open_place(send_roll, child: Pupil, school: School) -> None:
    assert codes(send_roll({"school_urn": "990001"}))["PLACE_FROM_MISSING"] == 1
    send_roll({"school_urn": "990001", "place_from": "04/09/2023"})
    send_roll({"school_urn": "990001", "place_to": "22/07/2025"})
    assert places() == [("990001", date(2023, 9, 4), date(2025, 7, 23), "main")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"school_urn": "999999", "place_from": "2023-09-04"}, "SCHOOL_UNKNOWN"),
        ({"school_laestab": "9909999", "place_from": "2023-09-04"}, "SCHOOL_UNKNOWN"),
        ({"school_urn": "SC1234", "place_from": "2023-09-04"}, "BAD_URN"),
        ({"school_urn": "990001", "place_from": "38/04/2019"}, "BAD_DATE"),
        ({"school_urn": "990001", "place_from": "2023-09-04", "place_to": "2023-09-03"}, "PLACE_TO_BEFORE_FROM"),
        ({"place_from": "2023-09-04"}, "SCHOOL_MISSING"),
    ],
)
def test_a_place_that_makes_no_sense_holds_its_row_and_not_the_childs_others(
    send_roll, child: Pupil, school: School, row: Row, code: str
) -> None:
    outcome = send_roll(row | {"forename": "Ben"}, {"surname": "Moss"})
    assert [p.row for p in with_code(outcome, code)] == [2]
    assert outcome.rows == {"read": 2, "applied": 1, "unchanged": 0, "held": 1, "ignored": 0}
    pupil = Pupil.objects.get()
    assert (pupil.surname, pupil.forename, places()) == ("Moss", "", [])


def test_the_same_place_twice_is_ignored_and_a_different_one_holds_both(
    send_roll, child: Pupil, school: School
) -> None:
    row = {"school_urn": "990001", "place_from": "2023-09-04"}
    assert send_roll(row, row, apply=False).rows["ignored"] == 1
    outcome = send_roll(row, row | {"place_to": "2024-07-20"})
    assert (outcome.rows["held"], [p.row for p in with_code(outcome, "PLACE_TWICE")]) == (2, [2, 3])


@pytest.fixture
def converted(school: School) -> School:
    """Northgate School closed on 31 August 2024 and became an academy, known by the other side's link."""
    School.objects.filter(pk=school.pk).update(is_open=False, status="Closed", closed_on=date(2024, 8, 31))
    academy = School.objects.create(
        urn="990050", laestab="9904001", name="Northgate School", opened_on=date(2024, 9, 1)
    )
    SchoolLink.objects.create(school=academy, linked_urn="990001", link_type="Predecessor")
    return academy


def test_a_place_at_a_closed_school_goes_on_at_its_successor(send_roll, child: Pupil, converted: School) -> None:
    outcome = send_roll({"school_urn": "990001", "place_from": "2022-09-05"})
    assert codes(outcome)["SCHOOL_SUCCEEDED"] == 1
    assert places() == [
        ("990001", date(2022, 9, 5), date(2024, 9, 1), "main"),
        ("990050", date(2024, 9, 1), None, "main"),
    ]
    assert send_roll({"school_urn": "990001", "place_from": "2022-09-05"}).status == "unchanged"
    named = {"school_urn": "990050", "place_from": "2024-09-01", "place_kind": "main"}
    assert send_roll({"school_urn": "990001", "place_from": "2022-09-05"}, named).status == "unchanged"


def test_a_place_that_begins_after_the_closing_is_at_the_successor(send_roll, child: Pupil, converted: School) -> None:
    send_roll({"school_urn": "990001", "place_from": "2025-09-01", "place_to": "2026-07-20"})
    assert places() == [("990050", date(2025, 9, 1), date(2026, 7, 21), "main")]


def test_a_dfe_number_that_two_schools_had_means_the_one_of_the_time(
    send_roll, child: Pupil, converted: School
) -> None:
    send_roll(
        {"school_laestab": "9904001", "place_from": "2022-09-05", "place_to": "2023-07-21"},
        {"school_laestab": "9904001", "place_from": "2025-09-01"},
    )
    assert [urn for urn, *_ in places()] == ["990001", "990050"]


def test_a_closed_school_without_one_successor_is_kept_and_told(send_roll, child: Pupil, school: School) -> None:
    School.objects.filter(pk=school.pk).update(is_open=False, closed_on=date(2024, 8, 31))
    outcome = send_roll({"school_urn": "990001", "place_from": "2022-09-05"})
    assert codes(outcome)["SCHOOL_CLOSED"] == 1
    assert places() == [("990001", date(2022, 9, 5), None, "main")]


def test_two_schools_that_are_each_others_successor_are_told_and_end_nowhere(
    send_roll, child: Pupil, converted: School
) -> None:
    School.objects.filter(pk=converted.pk).update(is_open=False, closed_on=date(2025, 8, 31))
    SchoolLink.objects.create(school=converted, linked_urn="990001", link_type="Successor")
    outcome = send_roll({"school_urn": "990001", "place_from": "2022-09-05"})
    assert (outcome.status, codes(outcome)["SCHOOL_CLOSED"]) == ("applied", 1)
    assert places() == [
        ("990001", date(2022, 9, 5), date(2024, 9, 1), "main"),
        ("990050", date(2024, 9, 1), None, "main"),
    ]


# ---------------------------------------------------------------- who works with the child


def test_a_new_adviser_begins_today_and_the_old_one_ended(send_roll, child: Pupil, make_user) -> None:
    first, second, third = (make_user(Role.ADVISER) for _ in range(3))
    send_roll({"adviser_email": first.email})
    send_roll({"adviser_email": second.email})
    assert list(Allocation.objects.order_by("from_on").values_list("user", "from_on", "to_on")) == [
        (first.pk, date(2020, 5, 1), TODAY),
        (second.pk, TODAY, None),
    ]
    send_roll({"adviser_email": third.email})
    assert list(Allocation.objects.order_by("from_on").values_list("user", flat=True)) == [first.pk, third.pk]
    assert send_roll({"adviser_email": ""}).status == "unchanged"


def test_a_person_of_another_role_is_not_allocated(send_roll, child: Pupil, make_user) -> None:
    outcome = send_roll({"iro_email": make_user(Role.FINANCE_OFFICER).email})
    assert codes(outcome)["STAFF_ROLE"] == 1
    assert not Allocation.objects.exists()


# ---------------------------------------------------------------- other forms of the file


def test_other_headings_separators_and_encodings(send: Send, child: Pupil, school: School, tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(
        "\r\n;;;;\r\nLast name *;Child-ID;URN;Entry Date;NCyearActual;Shoe size\r\n"
        "Jalape\u00d1o\u2019s\u00a0;a1 ;990001;4/9/2023;9;36\r\n;;;;;\r\n".encode("cp1252")
    )
    outcome = send("roll", path)
    assert outcome.status == "applied"
    assert Pupil.objects.get().surname == "Jalape\u00d1o\u2019s"
    assert places() == [("990001", date(2023, 9, 4), None, "main")]
    (extra,) = with_code(outcome, "EXTRA_COLUMN")
    assert (extra.row, extra.column) == (3, "Shoe size")
    assert [p.row for p in with_code(outcome, "NC_YEAR_ASSUMED")] == [4]


def test_numbers_of_a_workbook_stay_text(send: Send, child: Pupil, school: School, tmp_path: Path) -> None:
    import openpyxl

    Pupil.objects.filter(pk=child.pk).update(child_id="042267")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["child_id", "school_urn", "place_from", "uln"])
    sheet.append(["042267", 990001, date(2023, 9, 4), 9276308686])
    book.save(tmp_path / "roll.xlsx")
    assert send("roll", tmp_path / "roll.xlsx").status == "applied"
    assert places("042267") == [("990001", date(2023, 9, 4), None, "main")]
    assert Pupil.objects.get().uln == "9276308686"


def test_an_error_cell_of_a_workbook_holds_its_row_and_the_rest_is_applied(
    send: Send, child: Pupil, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["child_id", "surname"], ["A1", "Bray"], ["B2", "#N/A"]):
        sheet.append(row)
    sheet["B3"].data_type = "e"
    book.save(tmp_path / "roll.xlsx")
    outcome = send("roll", tmp_path / "roll.xlsx")
    assert (outcome.status, outcome.rows["applied"], outcome.rows["held"]) == ("applied", 1, 1)
    assert [p.row for p in with_code(outcome, "EXCEL_ERROR")] == [3]
    child.refresh_from_db()
    assert child.surname == "Bray"


@pytest.mark.parametrize("bad", ["Z990000000001", "3412"])
def test_bad_values_never_replace_good_ones(send_roll, child: Pupil, bad: str) -> None:
    send_roll({"upn": upn_for(1), "uln": "9276308686"})
    outcome = send_roll({"upn": bad, "uln": "9276308687", "sex": "U"})
    assert outcome.status == "unchanged"
    child.refresh_from_db()
    assert (child.upn, child.uln, child.sex) == (upn_for(1), "9276308686", "F")
    assert not FormerUPN.objects.exists()
    found = codes(outcome)
    assert (found["KEPT_VALID_UPN"], found["KEPT_VALID_ULN"], found["KEPT_KNOWN_SEX"]) == (1, 1, 1)
    (upn,) = with_code(outcome, "KEPT_VALID_UPN")
    assert upn_for(1) in upn.message and bad in upn.message


@pytest.mark.parametrize(
    "cells", [{"child_id": "#N/A"}, {"upn": "#REF!"}, {"surname": "#NAME?"}, {"forename": "=VLOOKUP(A2;B:C;2)"}]
)
def test_a_fault_of_the_spreadsheet_in_a_name_or_number_holds_the_row(send_roll, child: Pupil, cells: Row) -> None:
    outcome = send_roll({"surname": "Bray", "send": "K"} | cells)
    (problem,) = (p for p in outcome.problems if p.severity == "error")
    assert problem.code in {"EXCEL_ERROR", "FORMULA"} and problem.advice
    assert outcome.rows["held"] == 1
    child.refresh_from_db()
    assert (child.surname, child.send) == ("", "")

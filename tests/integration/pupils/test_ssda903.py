"""What a later return means, what is held, and what is only told."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps

from core.feeds.services import Outcome
from core.models import FeedRun
from pupils.models import CareEpisode, FormerUPN, Pupil, ReturnRecord
from tests.integration.pupils.conftest import (
    DATA,
    EPISODES,
    HEADER,
    REVIEWS,
    Send,
    codes,
    episode,
    header,
    upn_for,
    with_code,
)


def spans(child: str) -> list[tuple[date, date | None]]:
    return list(CareEpisode.objects.filter(pupil__child_id=child).order_by("decom").values_list("decom", "dec"))


# ---------------------------------------------------------------- what a later file means


def test_a_return_replaces_from_its_first_episode_on_and_earlier_ones_stay(send_return: Send) -> None:
    send_return(
        [header("A1")],
        [
            episode("A1", "01/05/2007", "01/03/2008", REC="E4A"),
            episode("A1", "01/06/2008", "01/09/2008"),
            episode("A1", "01/09/2008", PLACE="K2"),
        ],
    )
    outcome = send_return([header("A1")], [episode("A1", "01/06/2008", "05/09/2008"), episode("A1", "05/09/2008")])
    assert spans("A1") == [
        (date(2007, 5, 1), date(2008, 3, 1)),
        (date(2008, 6, 1), date(2008, 9, 5)),
        (date(2008, 9, 5), None),
    ]
    assert codes(outcome)["EPISODE_REMOVED"] == 1
    assert outcome.rows["applied"] == 2


def test_only_removing_an_episode_is_a_change(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2008", "01/09/2008"), episode("A1", "01/09/2008")])
    outcome = send_return([header("A1")], [episode("A1", "01/06/2008", "01/09/2008")])
    assert (outcome.status, outcome.rows["applied"]) == ("applied", 0)
    assert spans("A1") == [(date(2008, 6, 1), date(2008, 9, 1))]


def test_an_earlier_episode_that_now_overlaps_is_listed(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2007")])
    outcome = send_return([header("A1")], [episode("A1", "01/06/2008")])
    assert len(spans("A1")) == 2
    (problem,) = with_code(outcome, "OVERLAPS_EARLIER")
    assert (problem.row, problem.file) == (2, "episodes.csv")


def test_other_children_keep_everything_and_are_listed(send_return: Send) -> None:
    send_return([header("A1"), header("B2")], [episode("A1", "01/06/2008"), episode("B2", "01/07/2008")])
    outcome = send_return([header("A1")], [episode("A1", "01/06/2008", "01/09/2008", REC="E4A")])
    assert spans("B2") == [(date(2008, 7, 1), None)]
    assert [p.value for p in with_code(outcome, "NOT_IN_RETURN")] == ["B2"]


@pytest.mark.parametrize("bad", ["Z990000000001", "A99O000000001", "3412"])
def test_a_bad_upn_or_sex_never_replaces_a_good_one(send_return: Send, bad: str) -> None:
    send_return([header("A1", UPN=upn_for(1))], [episode("A1", "01/06/2008")])
    outcome = send_return([header("A1", UPN=bad, SEX="9")], [episode("A1", "01/06/2008")])
    assert outcome.status == "unchanged"
    pupil = Pupil.objects.get()
    assert (pupil.upn, pupil.sex) == (upn_for(1), "M")
    assert not FormerUPN.objects.exists()
    (upn,), (sex,) = with_code(outcome, "KEPT_VALID_UPN"), with_code(outcome, "KEPT_KNOWN_SEX")
    assert (upn.row, upn.column, upn.value, upn.severity) == (2, "UPN", bad, "warning")
    assert upn_for(1) in upn.message and bad in upn.message and upn.advice
    assert (sex.column, sex.value) == ("SEX", "9")


def test_a_bad_upn_is_stored_where_there_is_no_good_one_and_gives_way_to_one(send_return: Send) -> None:
    send_return([header("A1", UPN="Z990000000001")], [episode("A1", "01/06/2008")])
    assert Pupil.objects.get().upn == "Z990000000001"
    send_return([header("A1", UPN=upn_for(1))], [episode("A1", "01/06/2008")])
    assert Pupil.objects.get().upn == upn_for(1)


def test_of_two_years_in_one_delivery_the_good_upn_is_used(write, send: Send) -> None:
    paths = []
    for year, upn in ((2009, upn_for(1)), (2010, "Z990000000001")):
        paths.append(write(f"{year}/header.csv", HEADER, [header("A1", UPN=upn)]))
        paths.append(write(f"{year}/episodes.csv", EPISODES, [episode("A1", f"01/06/{year - 1}")]))
    outcome = send("ssda903", *paths)
    assert Pupil.objects.get().upn == upn_for(1)
    assert codes(outcome)["KEPT_VALID_UPN"] == 1
    assert send("ssda903", *paths).status == "unchanged"


def test_a_blank_cell_of_the_header_changes_nothing(send_return: Send) -> None:
    send_return([header("A1", UPN=upn_for(1))], [episode("A1", "01/06/2008")])
    send_return([header("A1", SEX="", DOB="", ETHNIC="", UPN="")], [episode("A1", "01/06/2008")])
    pupil = Pupil.objects.get(child_id="A1")
    assert (pupil.upn, pupil.sex, pupil.dob, pupil.ethnicity) == (upn_for(1), "M", date(2008, 6, 1), "WBRI")


def test_a_blank_dec_means_that_the_episode_is_open_again(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2008", "01/09/2008", REC="E4A")])
    send_return([header("A1")], [episode("A1", "01/06/2008")])
    assert spans("A1") == [(date(2008, 6, 1), None)]


def test_facts_that_differ_from_last_year_are_told_with_before_and_after(send_return: Send) -> None:
    send_return([header("A1", UPN=upn_for(1))], [episode("A1", "01/06/2008")])
    outcome = send_return(
        [header("A1", SEX="2", DOB="02/06/2008", ETHNIC="MWBC", UPN=upn_for(2))], [episode("A1", "01/06/2008")]
    )
    told = {p.column: p for p in with_code(outcome, "FACT_CHANGED")}
    assert set(told) == {"SEX", "DOB", "ETHNIC", "UPN"}
    assert "2008-06-01" in told["DOB"].message
    assert "2008-06-02" in told["DOB"].message
    pupil = Pupil.objects.get(child_id="A1")
    assert (pupil.sex, pupil.ethnicity, pupil.upn) == ("F", "MWBC", upn_for(2))
    assert list(FormerUPN.objects.values_list("upn", flat=True)) == [upn_for(1)]
    assert pupil.__class__.objects.count() == 1


def test_the_history_keeps_what_was_before(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2008", PLACE="U4")])
    send_return([header("A1")], [episode("A1", "01/06/2008", PLACE="K2")])
    history = apps.get_model("pupils", "CareEpisodeEvent")
    assert list(history.objects.values_list("place", flat=True)) == ["U4"]


# ---------------------------------------------------------------- several years at once


def _two_years(write) -> list[Path]:
    old = [episode("A1", "01/05/2008", "01/11/2008"), episode("A1", "01/11/2008")]
    new = [episode("A1", "01/11/2008", "01/06/2009"), episode("A1", "01/06/2009")]
    return [
        write("2010/header.csv", HEADER, [header("A1", ETHNIC="MWBC")]),
        write("2010/episodes.csv", EPISODES, new),
        write("2009/header.csv", HEADER, [header("A1", ETHNIC="WBRI")]),
        write("2009/episodes.csv", EPISODES, old),
    ]


EXPECTED = [
    (date(2008, 5, 1), date(2008, 11, 1)),
    (date(2008, 11, 1), date(2009, 6, 1)),
    (date(2009, 6, 1), None),
]


def test_several_years_in_any_order_merge_and_the_later_dates_win(send: Send, write) -> None:
    outcome = send("ssda903", *_two_years(write))
    assert spans("A1") == EXPECTED
    assert Pupil.objects.get().ethnicity == "MWBC"
    assert "WBRI" in with_code(outcome, "FACT_CHANGED")[0].message
    assert outcome.rows == {"read": 6, "applied": 4, "unchanged": 0, "held": 0, "ignored": 2}
    again = send("ssda903", *_two_years(write))
    assert (again.status, again.rows["applied"]) == ("unchanged", 0)


def test_years_in_one_folder_and_in_one_zip_and_one_after_another_come_to_the_same(
    send: Send, write, tmp_path: Path
) -> None:
    paths = _two_years(write)
    send("ssda903", paths[2], paths[3])
    send("ssda903", paths[0], paths[1])
    assert spans("A1") == EXPECTED
    assert send("ssda903", tmp_path / "sent").status == "unchanged"
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as handle:
        for path in paths:
            handle.write(path, path.relative_to(tmp_path / "sent"))
        handle.writestr("__MACOSX/2009/._header.csv", b"\0resource fork")
    assert send("ssda903", archive).status == "unchanged"


def test_years_are_told_by_the_name_where_all_lie_in_one_folder(send: Send, write, tmp_path: Path) -> None:
    for name, path in zip(("h2010", "e2010", "h2009", "e2009"), _two_years(write), strict=True):
        path.rename(tmp_path / f"{name}.csv")
    send("ssda903", *sorted(tmp_path.glob("*.csv")))
    assert Pupil.objects.get().ethnicity == "MWBC"
    assert spans("A1") == EXPECTED


# ---------------------------------------------------------------- refused


def test_csv_and_xml_in_one_delivery_are_refused(send: Send, write) -> None:
    path = write("header.csv", HEADER, [header("A1")])
    outcome = send("ssda903", path, DATA / "ssda903/fake_903.xml")
    assert (outcome.status, codes(outcome)) == ("refused", {"MIXED_FORMS": 1})
    assert not Pupil.objects.exists()


def test_the_folder_of_the_public_files_holds_both_forms_and_is_refused(send: Send) -> None:
    assert codes(send("ssda903", DATA / "ssda903"))["MIXED_FORMS"] == 1


@pytest.mark.parametrize(("old", "new"), [("DECOM", "START"), ("URN", ""), ("CHILD", "Ref")])
def test_a_renamed_or_missing_column_refuses_all_and_is_named(send: Send, write, old: str, new: str) -> None:
    headings = [new if h == old else h for h in EPISODES if new or h != old]
    paths = [write("header.csv", HEADER, [header("A1")]), write("episodes.csv", headings, [{}, {"LS": "C2"}])]
    outcome = send("ssda903", *paths)
    (problem,) = outcome.problems
    assert (outcome.status, problem.code, problem.column) == ("refused", "MISSING_COLUMN", old)
    assert f"missing: {old}." in problem.message
    assert (new or "none") in problem.message
    assert not Pupil.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "wrong_type/BAR_cin_2022.xml",
        "wrong_type/CIN2rows.xml",
        "dirty/class_malformed.csv",
        "dirty/class_empty.csv",
        "dirty/class_valid_with_bom.csv",
        "schools/kent_schools_2020.csv",
    ],
)
def test_what_is_no_return_is_refused_before_any_write(send: Send, name: str) -> None:
    outcome = send("ssda903", DATA / name)
    assert outcome.status == "refused"
    assert outcome.rows["read"] == 0
    assert all(p.severity == "error" and p.message and p.advice for p in outcome.problems)
    assert not Pupil.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"\n\n,,,\n", "EMPTY_FILE"),
        (b"CHILD,DOB,REVIEW,REVIEW_CODE\n", "NO_ROWS"),
        (b"<EXPSSDA903><CHILD><HEADER>", "MALFORMED"),
        (b"<EXPSSDA903/>", "NO_ROWS"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><EXPSSDA903>&e;</EXPSSDA903>', "XML_DOCTYPE"),
    ],
)
def test_empty_and_broken_files_are_refused_with_the_reason(
    send: Send, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / ("file.xml" if content.startswith(b"<") else "file.csv")
    path.write_bytes(content)
    outcome = send("ssda903", path)
    assert (outcome.status, list(codes(outcome))) == ("refused", [code])


# ---------------------------------------------------------------- the XML form


def test_the_xml_may_have_a_namespace_comments_repeated_and_empty_blocks(send: Send, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(
        """<?xml version="1.0" encoding="utf-8"?><!-- note --><?pi x?>
        <EXPSSDA903 xmlns="urn:x"><CHILD><EPISODE><PL>U4</PL><DECOM>2008-06-01</DECOM><DEC/></EPISODE>
        <!-- the header may come last -->
        <EPISODE/><HEADER><DOB>01/06/2008</DOB><AREVIEW/><CHILDID> a1 </CHILDID><SEX>2</SEX><UASC>1</UASC>
        <AREVIEW><REVIEW>01/07/2009</REVIEW><REVIEW_CODE>PN0</REVIEW_CODE></AREVIEW><SURPRISE>1</SURPRISE>
        </HEADER></CHILD><CHILD/></EXPSSDA903>"""
    )
    outcome = send("ssda903", path)
    assert outcome.status == "applied"
    assert spans("A1") == [(date(2008, 6, 1), None)]
    assert CareEpisode.objects.get().place == "U4"
    assert set(ReturnRecord.objects.values_list("table", flat=True)) == {"reviews", "uasc"}
    assert codes(outcome)["ELEMENT_IGNORED"] == 1
    assert outcome.rows == {"read": 3, "applied": 3, "unchanged": 0, "held": 0, "ignored": 0}


# ---------------------------------------------------------------- rows held


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"DECOM": "38/04/2019"}, "BAD_DATE"),
        ({"DEC": "01/13/2019", "REC": "X1"}, "BAD_DATE"),
        ({"DECOM": "01/06/19"}, "BAD_DATE"),
        ({"DECOM": ""}, "DECOM_MISSING"),
        ({"CHILD": ""}, "CHILD_MISSING"),
        ({"CHILD": "X" * 21}, "CHILD_TOO_LONG"),
    ],
)
def test_an_unusable_episode_is_held_and_the_rest_is_used(send_return: Send, cells: dict[str, str], code: str) -> None:
    outcome = send_return(
        [header("A1"), header("B2")], [episode("A1", "01/06/2008"), episode("B2", "01/06/2008") | cells]
    )
    assert outcome.rows["held"] == 1
    (problem,) = with_code(outcome, code)
    assert (problem.severity, problem.row) == ("error", 3)
    assert spans("A1") == [(date(2008, 6, 1), None)]
    assert spans("B2") == []


def test_a_held_row_never_removes_what_is_stored(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2008", "01/09/2008"), episode("A1", "01/09/2008")])
    outcome = send_return(
        [header("A1")], [episode("A1", "01/06/2008", "01/09/2008"), episode("A1", "01/09/2008", "31/02/2009")]
    )
    assert len(spans("A1")) == 2
    assert codes(outcome)["REMOVAL_WAITS"] == 1
    held = send_return(
        [header("A1"), header("A1", SEX="2")], [episode("A1", "01/06/2008"), episode("B2", "01/06/2008")]
    )
    assert (held.rows["held"], len(spans("A1"))) == (3, 2)
    assert codes(held)["NOT_IN_RETURN"] == 0


@pytest.mark.parametrize("cells", [{"DOB": "02/06/2008"}, {"SEX": "2"}])
def test_a_child_with_contradicting_header_rows_is_held_whole(send: Send, write, cells: dict[str, str]) -> None:
    outcome = send(
        "ssda903",
        write("header.csv", HEADER, [header("A1"), header("B2"), header("A1", **cells)]),
        write("episodes.csv", EPISODES, [episode("A1", "01/06/2008"), episode("B2", "01/06/2008")]),
        write("reviews.csv", REVIEWS, [{"CHILD": "A1", "REVIEW": "01/07/2009", "REVIEW_CODE": "PN1"}]),
    )
    assert outcome.rows == {"read": 6, "applied": 2, "unchanged": 0, "held": 4, "ignored": 0}
    contradiction = with_code(outcome, "CHILD_CONTRADICTS")
    assert [p.row for p in contradiction] == [2, 4]
    assert "row 2 and header.csv row 4" in contradiction[0].message
    assert codes(outcome)["CHILD_HELD"] == 2
    assert list(Pupil.objects.values_list("child_id", flat=True)) == ["B2"]


def test_the_same_episode_twice_is_ignored_and_a_different_one_holds_both(send_return: Send) -> None:
    outcome = send_return(
        [header("A1"), header("B2")],
        [
            episode("A1", "01/06/2008"),
            episode("A1", "01/06/2008"),
            episode("B2", "01/06/2008", PLACE="U4"),
            episode("B2", "01/06/2008", PLACE="K2"),
        ],
    )
    assert (outcome.rows["ignored"], outcome.rows["held"]) == (1, 2)
    assert [p.row for p in with_code(outcome, "EPISODE_TWICE")] == [4, 5]
    assert (len(spans("A1")), len(spans("B2"))) == (1, 0)


# ---------------------------------------------------------------- rows kept and told


def test_facts_that_cannot_be_so_are_kept_as_sent_and_told(send_return: Send) -> None:
    outcome = send_return(
        [header("A1"), header("B2"), header("C3")],
        [
            episode("A1", "01/06/2009", "01/06/2008"),
            episode("B2", "01/06/2009", "01/06/2009"),
            episode("C3", "01/06/2000"),
        ],
    )
    found = codes(outcome)
    assert found["DEC_BEFORE_DECOM"] == found["ONE_DAY_EPISODE"] == found["DECOM_BEFORE_BIRTH"] == 1
    assert outcome.rows["held"] == 0
    assert CareEpisode.objects.count() == 3


def test_codes_are_read_in_any_case_or_with_a_label_and_unknown_ones_kept(send_return: Send) -> None:
    outcome = send_return(
        [header("A1", SEX="b) Female")],
        [
            episode("a1 ", "01/06/2008", "01/07/2008", RNE="s", LS="E1: Placement order", PLACE="u4"),
            episode("A1", "01/07/2008", RNE="*DUMMY*", PLACE="Z11", CIN="q) 6: Police"),
        ],
    )
    first, second = CareEpisode.objects.order_by("decom")
    assert (first.rne, first.ls, first.place) == ("S", "E1", "U4")
    assert (second.rne, second.place, second.cin) == ("*DUMMY*", "Z11", "6")
    unknown = with_code(outcome, "UNKNOWN_CODE")
    assert {(p.row, p.column) for p in unknown} == {(3, "RNE"), (3, "PLACE"), (3, "CIN")}
    assert all(p.severity == "warning" for p in unknown)
    assert Pupil.objects.get().sex == "F"


def test_a_code_outside_its_time_is_kept_and_told(send_return: Send) -> None:
    outcome = send_return(
        [header("A1"), header("B2")],
        [
            episode("A1", "27/10/2023", PLACE="H5"),
            episode("B2", "28/10/2023", PLACE="H5"),
            episode("C3", "01/02/2018", "31/03/2018", REC="E43"),
            episode("D4", "01/02/2018", "01/04/2018", REC="E43"),
        ],
    )
    assert [(p.row, p.column) for p in with_code(outcome, "CODE_OUT_OF_TIME")] == [(3, "PLACE"), (5, "REC")]
    assert set(CareEpisode.objects.values_list("place", flat=True)) == {"H5", "U4"}


def test_the_real_dirty_files_load_with_their_faults_told(send: Send) -> None:
    outcome = send("ssda903", DATA / "dirty/SSDA903_2020_episodes.csv")
    assert (outcome.status, outcome.rows["applied"]) == ("applied", 5)
    found = codes(outcome)
    assert found["EXTRA_COLUMN"] == 1
    assert found["OVERLAP"] == 2
    half = [p for p in with_code(outcome, "POSTCODE") if p.value == "2TR"]
    assert "first half" in half[0].message
    assert CareEpisode.objects.filter(pl_post="C25 1YT").count() == 2
    with_years = send("ssda903", DATA / "dirty/SSDA903_episodes_for_testing_fixes_INPUT.csv")
    assert with_years.status == "applied"
    assert {p.column for p in with_code(with_years, "EXTRA_COLUMN")} == {"LA", "YEAR"}


@pytest.mark.parametrize(
    ("cell", "stored", "code"),
    [
        (upn_for(7).lower() + " ", upn_for(7), None),
        ("M80120000500A", "M80120000500A", None),
        ("A801200005001", "A801200005001", "UPN_CHECK_LETTER"),
        ("O013219285333", "O013219285333", "UPN_SHAPE"),
        ("3412", "", "UPN_SHAPE"),
        ("UN7", "", "UPN_SHAPE"),
    ],
)
def test_a_wrong_upn_warns_and_never_blocks(send_return: Send, cell: str, stored: str, code: str | None) -> None:
    outcome = send_return([header("A1", UPN=cell)], [episode("A1", "01/06/2008")])
    assert outcome.status == "applied"
    assert Pupil.objects.get().upn == stored
    assert {p.code for p in outcome.problems if p.column == "UPN"} == ({code} if code else set())


@pytest.mark.parametrize(("born", "reason"), [("01/06/2024", "UN1"), ("01/06/2012", "")])
def test_un1_is_never_a_upn_and_not_believed_at_school_age(send_return: Send, born: str, reason: str) -> None:
    outcome = send_return([header("A1", UPN="UN1", DOB=born)], [episode("A1", "01/06/2025")])
    pupil = Pupil.objects.get()
    assert (pupil.upn, pupil.upn_unknown_reason) == ("", reason)
    assert bool(with_code(outcome, "UN1_AT_SCHOOL_AGE")) == (reason == "")


def test_one_upn_on_two_children_names_both_rows_and_keeps_both_children(send_return: Send) -> None:
    outcome = send_return(
        [header("A1", UPN=upn_for(1)), header("B2", UPN=upn_for(1))],
        [episode("A1", "01/06/2008"), episode("B2", "01/06/2008")],
    )
    assert [p.row for p in with_code(outcome, "UPN_TWICE")] == [3, 2]
    assert dict(Pupil.objects.values_list("child_id", "upn")) == {"A1": upn_for(1), "B2": ""}
    assert outcome.rows["held"] == 0


def test_one_child_on_two_upns_names_both_rows(send_return: Send) -> None:
    outcome = send_return([header("A1", UPN=upn_for(1)), header("A1", UPN=upn_for(2))], [episode("A1", "01/06/2008")])
    assert [p.row for p in with_code(outcome, "CHILD_TWO_UPNS")] == [2, 3]
    assert Pupil.objects.get().upn == upn_for(1)


def test_a_upn_may_pass_from_one_child_to_another(send_return: Send) -> None:
    rows = [episode("A1", "01/06/2008"), episode("B2", "01/06/2008")]
    send_return([header("A1", UPN=upn_for(1)), header("B2", UPN=upn_for(2))], rows)
    send_return([header("A1", UPN=upn_for(2)), header("B2", UPN=upn_for(1))], rows)
    assert dict(Pupil.objects.values_list("child_id", "upn")) == {"A1": upn_for(2), "B2": upn_for(1)}


@pytest.mark.parametrize("by", [1, 2])
def test_a_column_of_upns_that_slipped_changes_no_upn_and_names_every_row(send_return: Send, by: int) -> None:
    children = [f"S{n}" for n in range(1, 6)]
    rows = [episode(child, "01/06/2008") for child in children]
    send_return([header(child, UPN=upn_for(n)) for n, child in enumerate(children, 1)], rows)
    before = dict(Pupil.objects.values_list("child_id", "upn"))
    slipped = [header(child, UPN=upn_for(max(n - by, 1))) for n, child in enumerate(children, 1)]
    outcome = send_return(slipped, rows)
    assert outcome.status in {"applied", "unchanged"}
    assert dict(Pupil.objects.values_list("child_id", "upn")) == before
    refused = {p.row for p in with_code(outcome, "UPN_TWICE") if "was not stored" in p.message}
    assert refused == set(range(3, 7))


def test_a_temporary_upn_never_replaces_a_permanent_one(send_return: Send) -> None:
    send_return([header("A1", UPN=upn_for(1))], [episode("A1", "01/06/2008")])
    outcome = send_return([header("A1", UPN="M80120000500A")], [episode("A1", "01/06/2008")])
    assert Pupil.objects.get().upn == upn_for(1)
    assert codes(outcome)["UPN_OLDER"] == 1
    assert list(FormerUPN.objects.values_list("upn", flat=True)) == ["M80120000500A"]


def test_child_without_episode_and_episode_without_header_are_allowed_and_listed(send_return: Send) -> None:
    outcome = send_return([header("A1")], [episode("B2", "01/06/2008")])
    assert set(Pupil.objects.values_list("child_id", flat=True)) == {"A1", "B2"}
    assert codes(outcome)["NO_EPISODE"] == codes(outcome)["NO_HEADER"] == 1
    assert outcome.rows["applied"] == 2


def test_headings_in_any_order_and_case_with_a_mark_at_the_front_and_blank_columns(send: Send, write) -> None:
    rows = [{h.lower(): v for h, v in episode("A1", "2008-06-01").items()}]
    path = write("E.CSV", [h.lower() for h in reversed(EPISODES)] + ["", " "], rows, encoding="utf-8-sig")
    header_path = write("H.csv", HEADER, [header("A1")], encoding="utf-16")
    assert send("ssda903", path, header_path).status == "applied"
    assert spans("A1") == [(date(2008, 6, 1), None)]


def test_blank_dates_left_by_other_systems_stay_blank(send_return: Send) -> None:
    send_return([header("A1")], [episode("A1", "01/06/2008") | {"DEC": "NaT"}])
    assert spans("A1") == [(date(2008, 6, 1), None)]


def test_dates_are_day_first_and_excel_numbers_are_dates(send_return: Send) -> None:
    send_return([header("A1", DOB="07/05/2008")], [episode("A1", "44629")])
    assert Pupil.objects.get().dob == date(2008, 5, 7)
    assert spans("A1") == [(date(2022, 3, 9), None)]


def test_reviews_on_one_day_are_all_kept_and_a_code_that_does_not_fit_the_age_is_told(send_return: Send) -> None:
    reviews = [
        {"CHILD": "A1", "DOB": "01/06/2008", "REVIEW": "01/07/2015", "REVIEW_CODE": code} for code in ("PN0", "PN1")
    ]
    outcome = send_return([header("A1")], [episode("A1", "01/06/2014")], reviews)
    assert sorted(ReturnRecord.objects.values_list("key", flat=True)) == ["2015-07-01", "2015-07-01#2"]
    assert [p.value for p in with_code(outcome, "REVIEW_CODE_AGE")] == ["PN0"]
    assert send_return([header("A1")], [episode("A1", "01/06/2014")], reviews[::-1]).status == "unchanged"


def test_the_columns_of_an_older_year_are_enough(send: Send, write) -> None:
    older = [h for h in EPISODES if h not in {"PLACE_PROVIDER", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"}]
    paths = [write("h.csv", HEADER[:5], [header("A1")]), write("e.csv", older, [episode("A1", "01/06/2008")])]
    outcome = send("ssda903", *paths)
    assert (outcome.status, codes(outcome)["OLDER_LAYOUT"]) == ("applied", 2)


def test_a_workbook_may_hold_a_table_on_each_sheet(send: Send, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes of the care team"])
    for title, headings, row in (
        ("Header", HEADER, header("042267", UPN=upn_for(1))),
        ("Episodes", EPISODES, episode("042267", "01/06/2008")),
    ):
        sheet = book.create_sheet(title)
        sheet.append(list(headings))
        sheet.append([row.get(h, "") for h in headings])
    book.save(tmp_path / "return.xlsx")
    outcome = send("ssda903", tmp_path / "return.xlsx")
    assert outcome.rows["applied"] == 2
    assert Pupil.objects.get().upn == upn_for(1)
    assert spans("042267") == [(date(2008, 6, 1), None)]


def test_a_heading_twice_refuses_the_delivery(send: Send, write) -> None:
    outcome = send("ssda903", write("header.csv", [*HEADER, "Dob"], [header("A1")]))
    assert (outcome.status, codes(outcome), outcome.problems[0].column) == ("refused", {"COLUMN_TWICE": 1}, "DOB")


def test_an_error_of_the_spreadsheet_holds_who_and_when_and_else_leaves_the_cell_out(send_return: Send) -> None:
    outcome = send_return(
        [header("A1", ETHNIC="#N/A"), header("#N/A"), header("=A2"), header("B2", UPN="#REF!")],
        [episode("A1", "01/06/2008", PL_POST="#VALUE!"), episode("A1", "01/07/2008", DEC="#N/A")],
    )
    assert set(Pupil.objects.values_list("child_id", flat=True)) == {"A1"}
    found = {(p.code, p.severity, p.column, p.row) for p in outcome.problems if p.code in {"EXCEL_ERROR", "FORMULA"}}
    assert found == {
        ("EXCEL_ERROR", "warning", "ETHNIC", 2), ("EXCEL_ERROR", "error", "CHILD", 3), ("FORMULA", "error", "CHILD", 4),
        ("EXCEL_ERROR", "error", "UPN", 5), ("EXCEL_ERROR", "warning", "PL_POST", 2),
        ("EXCEL_ERROR", "error", "DEC", 3),
    }  # fmt: skip
    assert outcome.rows["held"] == 4
    assert Pupil.objects.get().ethnicity == ""


def summary(outcome: Outcome) -> list[str]:
    return FeedRun.objects.get(pk=outcome.run_id).difference["summary"] if outcome.run_id else []


def test_the_preview_says_who_joins_and_who_leaves_the_roll_today(send_return: Send) -> None:
    headers = [header(child, DOB="01/06/2015") for child in ("A1", "B2", "C3")]
    first = send_return(headers, [episode("A1", "01/06/2020"), episode("B2", "01/06/2020")])
    assert summary(first) == ["2 children join the roll today."]
    ended = episode("A1", "01/06/2020", "01/06/2026", REC="E4A")
    second = send_return(headers, [ended, episode("B2", "01/06/2020"), episode("C3", "01/06/2020")])
    assert summary(second) == ["1 child joins the roll today.", "1 child leaves the roll today."]
    again = send_return(headers, [ended, episode("B2", "01/06/2020"), episode("C3", "01/06/2020")])
    assert (again.status, summary(again)) == ("unchanged", [])


def test_an_open_episode_of_somebody_of_eighteen_is_warned_of(send_return: Send) -> None:
    outcome = send_return(
        [header("A1", DOB="23/11/2008"), header("B2", DOB="24/11/2008"), header("C3", DOB="01/01/2000")],
        [episode("A1", "01/06/2012"), episode("B2", "01/06/2012"), episode("C3", "01/06/2012", "01/06/2016")],
    )
    (found,) = with_code(outcome, "OVER_18_OPEN")
    assert (found.row, found.column, found.severity) == (2, "DEC", "warning")


def test_an_unknown_child_without_header_who_joins_the_roll_is_a_warning(send_return: Send) -> None:
    outcome = send_return(
        [header("A1")],
        [
            episode("A1", "01/06/2012"),
            episode("B2", "01/06/2012"),
            episode("C3", "01/06/2012", "01/06/2016", REC="E4A"),
        ],
    )
    assert [(p.severity, p.value) for p in with_code(outcome, "NO_HEADER")] == [("warning", "B2"), ("notice", "C3")]

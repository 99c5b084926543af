"""UPN, ULN, school numbers, child numbers, postcodes, sex and SEND as files write them."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import upn as stdnum_upn

from pupils import rules
from pupils.rules import Send, Sex, UpnProblem

DATA = Path(__file__).parents[2] / "data"
CASES = json.loads((DATA / "indicator_cases.json").read_text(encoding="utf-8"))


def vectors(name: str) -> list[dict[str, str]]:
    with (DATA / "identifiers" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestUpn:
    @pytest.mark.parametrize("case", CASES["upn_cases"], ids=lambda c: c["id"])
    def test_cases(self, case: dict) -> None:
        check = rules.check_upn(case["upn"])
        assert check.is_valid is case["valid"]
        assert check.is_temporary is case["temporary"]
        assert check.value == case.get("normalised", case["upn"])
        if "ssda903_unknown_code" in case:
            assert rules.is_upn_unknown_code(case["upn"]) is case["ssda903_unknown_code"]

    @pytest.mark.parametrize("row", vectors("upn_vectors.csv"), ids=lambda r: r["value"])
    def test_vectors(self, row: dict[str, str]) -> None:
        check, said = rules.check_upn(row["value"]), row["recomputed"]
        if said == "check ok":
            assert check.is_valid
        elif said.startswith("check letter"):
            assert not check.is_valid
            if check.has_shape:
                assert check.problem is UpnProblem.CHECK_LETTER
                assert rules.upn_check_letter(check.value[1:]) == said[-1]
        elif said == "(default code)":
            assert rules.is_upn_unknown_code(row["value"]) is (row["value"] != "UN7")
            assert not check.is_valid
        elif row["value"].strip().islower() or row["value"] == "g80120000101a ":
            assert check.has_shape  # the vector was not put into upper case
        else:
            assert check.problem is UpnProblem.SHAPE

    def test_a_letter_typed_small_with_a_blank_is_read(self) -> None:
        check = rules.check_upn("g80120000101a ")
        assert (check.value, check.is_valid, check.is_temporary) == ("G80120000101A", True, True)

    @pytest.mark.parametrize("text", ["\u00a0B801 2000 05001", "'B801200005001", "b801200005001\n"])
    def test_normalise(self, text: str) -> None:
        assert rules.normalise_upn(text) == "B801200005001"

    @pytest.mark.parametrize("la", [201, 838, 839, 840, 886, 940, 941, 942, 943, 990])
    def test_known_authorities_are_not_warned_of(self, la: int) -> None:
        rest = f"{la}200005001"
        assert rules.check_upn(rules.upn_check_letter(rest) + rest).problem is None

    def test_an_unknown_authority_only_warns(self) -> None:
        check = rules.check_upn("R900400001001")
        assert check.is_valid
        assert check.problem is UpnProblem.UNKNOWN_LA

    def test_messages_never_repeat_the_number(self) -> None:
        for text in ("A801200005001", "B8012", "R900400001001"):
            assert text not in rules.check_upn(text).message

    @given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUVWXYZ"))
    def test_check_letter_agrees_with_python_stdnum(self, digits: str, last: str) -> None:
        letter = rules.upn_check_letter(digits + last)
        assert letter == stdnum_upn.calc_check_digit(digits + last)
        assert rules.check_upn(letter + digits + last).is_valid

    @given(st.text(max_size=20))
    def test_any_text_is_judged_without_a_crash(self, text: str) -> None:
        check = rules.check_upn(text)
        assert check.has_shape or not check.is_valid


class TestNumbers:
    @pytest.mark.parametrize("case", CASES["uln_cases"], ids=lambda c: c["id"])
    def test_uln_cases(self, case: dict) -> None:
        assert rules.is_valid_uln(case["uln"]) is case["valid"]

    def test_uln(self) -> None:
        assert rules.is_valid_uln("9276308686")
        assert rules.is_valid_uln(" 92763 08686 ")
        # One public package accepts this one; 6.2 forbids a 0 in the first place.
        assert not rules.is_valid_uln("0000000042")

    @pytest.mark.parametrize("case", CASES["laestab_cases"], ids=lambda c: c["id"])
    def test_laestab_cases(self, case: dict) -> None:
        laestab = rules.normalise_laestab(case["raw"])
        assert laestab == case["normalised"]
        if laestab:
            assert rules.split_laestab(laestab) == (case["la"], case["estab"])

    @pytest.mark.parametrize("raw", ["9384000", "9384000.0", "938-4000", " 938/4000 "])
    def test_laestab(self, raw: str) -> None:
        assert rules.normalise_laestab(raw) == "9384000"

    @pytest.mark.parametrize(
        ("raw", "urn"), [("118920", "118920"), ("118920.0", "118920"), ("SC1234567", None), ("11892", None)]
    )
    def test_urn(self, raw: str, urn: str | None) -> None:
        assert rules.normalise_urn(raw) == urn

    @pytest.mark.parametrize(
        ("raw", "child_id"),
        [
            (" 00123a ", "00123A"),
            ("\u00a0ab1", "AB1"),
            ("'0042", "0042"),
            ("", None),
            ("  ", None),
            ("1" * 21, None),
            ("1" * 20, "1" * 20),
        ],
    )
    def test_child_id_stays_text(self, raw: str, child_id: str | None) -> None:
        assert rules.normalise_child_id(raw) == child_id


class TestNormaliserVectors:
    @pytest.mark.parametrize(
        "row",
        [r for r in vectors("normaliser_vectors.csv") if r["kind"] == "postcode"],
        ids=lambda r: r["input"],
    )
    def test_postcode(self, row: dict[str, str]) -> None:
        expected = None if row["expected"].startswith("ERROR") else row["expected"]
        assert rules.normalise_postcode(row["input"]) == expected

    @pytest.mark.parametrize(
        "row",
        [r for r in vectors("normaliser_vectors.csv") if r["kind"].startswith("sex")],
        ids=lambda r: r["input"],
    )
    def test_sex(self, row: dict[str, str]) -> None:
        expected = {"ERROR": None, "Not stated": Sex.UNKNOWN}.get(row["expected"], row["expected"])
        assert rules.normalise_sex(row["input"]) == expected

    @pytest.mark.parametrize(
        ("raw", "sex"),
        [("1.0", "M"), ("2", "F"), ("female", "F"), ("m", "M"), ("u", "U"), ("3", None), ("", None)],
    )
    def test_more_sexes(self, raw: str, sex: str | None) -> None:
        assert rules.normalise_sex(raw) == sex

    @pytest.mark.parametrize(
        ("raw", "send"),
        [
            ("K", Send.SUPPORT),
            ("e", Send.PLAN),
            (" N ", Send.NONE),
            ("S - Statement", Send.STATEMENT),
            ("Kept", None),
            ("", None),
        ],
    )
    def test_send(self, raw: str, send: Send | None) -> None:
        assert rules.normalise_send(raw) == send


def test_sen_support_has_the_name_of_its_time():
    assert rules.send_support_label(date(2009, 12, 1)) == "School Action or School Action Plus"
    assert rules.send_support_label(date(2014, 8, 31)) != rules.send_support_label(date(2014, 9, 1)) == "SEN support"

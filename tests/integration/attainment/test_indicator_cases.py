"""Every indicator case of the reference, from files to figure: import, compute, read."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from attainment import indicators
from attainment.rules import NiCode
from core.feeds import services
from core.feeds.base import SourceFile
from pupils.models import Pupil, YearGroup
from pupils.rules import Basis

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "data" / "indicator_cases.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))["indicator_cases"]
TODAY = date(2026, 11, 23)
UPN = "B801200005001"
HEADER = ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"]
EPISODES = [
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
    "HOME_POST", "PL_POST", "URN",
]  # fmt: skip
RESULTS = [
    "child_id", "upn", "assessment_year", "stage", "subject", "qualification", "grade", "size", "level2_pass",
    "sat_on",
]  # fmt: skip
QUALIFICATIONS = {
    "GCSE_FULL": "GCSE",
    "GCSE_SHORT": "GCSE short course",
    "GCSE_DOUBLE": "GCSE double award",
    "IGCSE": "iGCSE",
    "BTEC_FIRST_DIPLOMA": "BTEC First Diploma",
    "BTEC_FIRST_CERTIFICATE": "BTEC First Certificate",
}
HELD = {"I55": 1}
"""The maths of I55 was sat after Key Stage 4: its row is held."""


def write(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return SourceFile(name=path.name, path=path)


def care_files(case, folder):
    header = {"CHILD": case["id"], "SEX": "1", "DOB": case["dob"], "ETHNIC": "WBRI", "UPN": UPN}
    episodes = [
        {"CHILD": case["id"], **{key: value or "" for key, value in episode.items()}} for episode in case["episodes"]
    ]
    return [
        write(folder / "header.csv", HEADER, [header]),
        write(folder / "episodes.csv", EPISODES, episodes),
    ]


def result_rows(case):
    year = case["assessment_year_end"]
    common = {"child_id": case["id"], "assessment_year": year}
    for subject, outcome in case["results"].get("ks2", {}).items():
        for kind, qualification in (("test", "KS2 test"), ("ta", "KS2 teacher assessment")):
            if outcome[kind] is not None:
                yield {
                    **common, "stage": "KS2", "subject": subject.capitalize(),
                    "qualification": qualification, "grade": outcome[kind],
                }  # fmt: skip
    for entry in case["results"].get("ks4", []):
        passed = entry.get("level2_pass")
        yield {
            **common, "stage": "KS4", "subject": entry["subject"], "size": entry["size"],
            "qualification": QUALIFICATIONS[entry["qual"]], "grade": entry["grade"],
            "level2_pass": "" if passed is None else "y" if passed else "n", "sat_on": f"{entry['sat']}-15",
        }  # fmt: skip


def load(case, folder):
    outcome = services.apply_sources(kind="ssda903", sources=care_files(case, folder), actor=None, today=TODAY)
    assert outcome.status == "applied"
    assert outcome.rows["held"] == 0
    rows = list(result_rows(case))
    if rows:
        file = write(folder / "results.csv", RESULTS, rows)
        outcome = services.apply_sources(kind="results", sources=[file], actor=None, today=TODAY)
        assert outcome.status == "applied"
        assert outcome.rows["held"] == HELD.get(case["id"], 0)


def code_of(case):
    return NiCode(f"NI {case['indicator'][2:]}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case, tmp_path):
    load(case, tmp_path)
    pupil = Pupil.objects.get()
    if case["nc_year_actual"] is not None:
        YearGroup.objects.create(
            pupil=pupil, academic_year=case["assessment_year_end"] - 1, nc_year=case["nc_year_actual"]
        )
    basis = Basis(case["basis"].lower().replace("_", "-"))
    [computed] = indicators.compute(
        case["assessment_year_end"],
        basis=basis,
        matched_only=case["matched_to_ks_data"] is False,
        codes=[code_of(case)],
    )
    expected = case["expected"]
    assert f"{computed.window.as_at:%d/%m/%Y}" == case["as_at"]
    assert computed.numerator == int(expected["in_numerator"])
    assert computed.denominator == int(expected["in_denominator"])
    assert computed.review == int(expected["cohort_status"] == "REVIEW")
    # The cohort is decided whatever the year group.
    decision = indicators.cohort_of(computed.window)[pupil.pk]
    assert decision.status == expected["cohort_status"].lower()
    listed = {child.child_id: child for child in computed.children}
    if expected["year_group"] != computed.spec.nc_year:
        assert not listed
        return
    child = listed[pupil.child_id]
    assert child.status == expected["cohort_status"].lower()
    assert (child.in_denominator, child.in_numerator) == (
        expected["in_denominator"],
        expected["in_numerator"],
    )
    assert child.reason.endswith(".")
    assert set(expected["anomalies"]) <= set(child.flags)


def test_the_command_prints_the_case_as_one_document(tmp_path, capsys):
    case = next(case for case in CASES if case["id"] == "I22")
    load(case, tmp_path)
    call_command("indicators", "--year", "2009", "--pupils", "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["year"] == 2009
    ni_99 = document["indicators"][0]
    pupils = ni_99.pop("pupils")
    assert ni_99 == {
        "code": "NI 99",
        "basis": "oc2-30sep",
        "as_at": "2009-09-30",
        "numerator": 1,
        "denominator": 1,
        "percent": "100.0",
        "review": 0,
        "unmatched": 0,
    }
    assert pupils == [
        {
            "child_id": "I22",
            "upn": UPN,
            "status": "in",
            "in_denominator": True,
            "in_numerator": True,
            "reason": "Level 4 in the test.",
            "flags": ["X1_GAP"],
        }
    ]
    assert [one["code"] for one in document["indicators"]] == ["NI 99", "NI 100", "NI 101"]
    assert document["indicators"][2]["percent"] is None

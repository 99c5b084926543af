"""Every worked NI case through the rules alone: cohort, year group, denominator and numerator."""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from attainment import rules
from attainment.rules import NiCode
from pupils.rules import Basis, continuously_looked_after, year_group_in

CASES = json.loads((Path(__file__).parents[2] / "data/indicator_cases.json").read_text(encoding="utf-8"))
CODES = {"NI99": NiCode.NI_99, "NI100": NiCode.NI_100, "NI101": NiCode.NI_101}
SUBJECTS = {NiCode.NI_99: "english", NiCode.NI_100: "mathematics"}


@dataclass
class Ep:
    decom: dt.date
    dec: dt.date | None
    rne: str | None
    ls: str | None
    rec: str | None


def uk(text: str | None) -> dt.date | None:
    return dt.datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007


def entry(row: dict, assessment_year: int) -> rules.Entry:
    spec = rules.find_qualification(row["qual"])
    assert spec is not None
    assert spec.size == Decimal(str(row["size"])), "the built-in size is the case's"
    year, month = map(int, row["sat"].split("-"))
    return rules.Entry(
        row["subject"],
        spec,
        row["grade"],
        assessment_year,
        level2_pass=row.get("level2_pass"),
        sat_on=dt.date(year, month, 15),
    )


@pytest.mark.parametrize("case", CASES["indicator_cases"], ids=lambda c: c["id"])
def test_case(case: dict) -> None:
    code, year, expected = CODES[case["indicator"]], case["assessment_year_end"], case["expected"]
    basis = Basis[case["basis"]]
    assert basis.as_at(year) == uk(case["as_at"])
    episodes = [Ep(uk(e["DECOM"]) or dt.date.max, uk(e["DEC"]), e["RNE"], e["LS"], e["REC"]) for e in case["episodes"]]
    cohort = continuously_looked_after(episodes, as_at=basis.as_at(year))
    year_group = year_group_in(year - 1, dob=uk(case["dob"]), recorded=case["nc_year_actual"])
    ks2 = case["results"].get("ks2", {}).get(SUBJECTS.get(code, ""), {})
    matched = case["matched_to_ks_data"]
    status = rules.ni_status(
        code,
        assessment_year=year,
        cohort=cohort,
        year_group=year_group,
        ks2_tests=[ks2["test"]] if ks2.get("test") else [],
        ks4_entries=[entry(row, year) for row in case["results"].get("ks4", [])],
        is_matched=matched is not False,
        matched_only=matched is not None,
    )
    assert cohort.status.name == status.status.name == expected["cohort_status"]
    assert (cohort.status == "in") is expected["in_12m_cohort"]
    assert year_group.nc_year == expected["year_group"]
    assert status.in_denominator is expected["in_denominator"]
    assert status.in_numerator is expected["in_numerator"]
    assert list(cohort.flags) == expected["anomalies"]
    assert status.reason.endswith(".")


def test_every_case_of_the_file_is_here() -> None:
    assert len(CASES["indicator_cases"]) == 37

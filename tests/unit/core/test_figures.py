"""How figures are printed."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import Figure, n_of_d, percent, sum_figures

CASES = json.loads((Path(__file__).parents[2] / "data/indicator_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["aggregate_cases"], ids=lambda c: c["id"])
def test_aggregate_cases(case: dict) -> None:
    figure = Figure(case["numerator"], case["denominator"])
    assert figure.percent(1) == case["expect_1dp"]
    assert figure.percent(0) == case["expect_0dp"]
    assert figure.percent(2) == case["expect_2dp"]
    assert figure.public_percent(0) == case["publish_hansard_rule"]


def test_text() -> None:
    assert Figure(1, 3).text() == "1 of 3 (33.3%)"
    assert Figure(1200, 2000).text(0) == "1,200 of 2,000 (60%)"
    assert Figure(0, 0).text() == n_of_d(0, 0) == Figure(0, 0).percent_label() == "n/a"


def test_halves_go_up() -> None:
    assert Figure(1, 16).percent() == "6.3"  # 6.25 exactly
    assert Figure(57, 400).percent() == "14.3"  # 14.25 exactly


@pytest.mark.parametrize(("n", "d"), [(2, 1), (-1, 3), (1, 0)])
def test_a_figure_is_a_share(n: int, d: int) -> None:
    with pytest.raises(ValueError, match="0 <= n <= d"):
        Figure(n, d)


def test_a_group_is_the_sum_of_its_figures() -> None:
    assert sum_figures([Figure(1, 2), Figure(1, 10)]) == Figure(2, 12)
    assert sum_figures([]) == Figure(0, 0)


@given(st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 3))
def test_percent_is_the_exact_fraction_rounded_once(n: int, d: int, places: int) -> None:
    expected = (Decimal(100 * n) / Decimal(d)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert percent(n, d, places) == str(expected)

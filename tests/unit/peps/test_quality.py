"""Pre-checks say what is not there, the overall grade follows the setting."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peps.rules.quality import Criterion, Facts, Grade, OverallRule, agreement, overall, pre_checks
from peps.rules.targets import Draft, How

TARGET = Draft(
    outcome="read 60 words a minute", measure_to="60", owner="Helen Lowe", due_on=date(2027, 3, 12), cost=Decimal(350)
)
FULL = How("Paired reading", "Mondays", "Library", "Ms Lowe", "weekly")
FACTS = Facts(
    voice_answers=4, voice_changed_something=True, unreviewed_targets=0, attainment_answered=True, needs_answered=True,
    targets=(TARGET,) * 3, interventions=(FULL,), carer_answers=2, money_asked=True, costed_targets=1,
    transition_due=True, transition_answers=2, attendees=4, next_date_set=True,
)  # fmt: skip
GRADES = st.lists(st.sampled_from(Grade), min_size=1, max_size=10)


def grades(facts: Facts) -> dict[Criterion, Grade]:
    return {check.criterion: check.grade for check in pre_checks(facts)}


def test_nothing_is_red_where_all_is_there() -> None:
    assert Grade.RED not in grades(FACTS).values()
    assert set(grades(FACTS)) == set(Criterion)


@pytest.mark.parametrize(
    ("changes", "criterion", "grade"),
    [
        ({"voice_answers": 0}, Criterion.VOICE, Grade.RED),
        ({"voice_changed_something": False}, Criterion.VOICE, Grade.AMBER),
        ({"unreviewed_targets": 1}, Criterion.PREVIOUS, Grade.RED),
        ({"targets": (TARGET,) * 2}, Criterion.TARGETS, Grade.RED),
        ({"targets": (TARGET, TARGET, replace(TARGET, owner=""))}, Criterion.TARGETS, Grade.RED),
        ({"interventions": ()}, Criterion.INTERVENTIONS, Grade.RED),
        ({"interventions": (How("Paired reading", who="Ms Lowe"),)}, Criterion.INTERVENTIONS, Grade.AMBER),
        ({"interventions": (FULL, How("Reading"))}, Criterion.INTERVENTIONS, Grade.RED),
        ({"carer_answers": 0}, Criterion.CARER, Grade.RED),
        ({"costed_targets": 0}, Criterion.MONEY, Grade.RED),
        ({"transition_answers": 0}, Criterion.TRANSITION, Grade.RED),
        ({"next_date_set": False}, Criterion.MEETING, Grade.RED),
    ],
)
def test_what_is_missing(changes: dict[str, object], criterion: Criterion, grade: Grade) -> None:
    assert grades(replace(FACTS, **changes))[criterion] is grade  # type: ignore[arg-type]


def test_criteria_that_do_not_apply_are_left_out() -> None:
    found = grades(replace(FACTS, money_asked=False, transition_due=False))
    assert not {Criterion.MONEY, Criterion.TRANSITION} & set(found)


@pytest.mark.parametrize(
    ("given", "rule", "grade"),
    [
        ("ggggg", OverallRule.ANY_RED, "green"),
        ("gggga", OverallRule.ANY_RED, "green"),
        ("gggaa", OverallRule.ANY_RED, "amber"),
        ("ggggr", OverallRule.ANY_RED, "red"),
        ("ggggr", OverallRule.MORE_THAN_ONE_RED, "amber"),
        ("gggrr", OverallRule.MORE_THAN_ONE_RED, "red"),
        ("gggrr", OverallRule.MOST_RED, "amber"),
        ("ggrrr", OverallRule.MOST_RED, "red"),
    ],
)
def test_overall(given: str, rule: OverallRule, grade: str) -> None:
    letters = {grade.value[0]: grade for grade in Grade}
    assert overall([letters[g] for g in given], rule) == grade


@given(GRADES, st.sampled_from(OverallRule))
def test_a_better_grade_never_makes_the_whole_worse(found: list[Grade], rule: OverallRule) -> None:
    order = list(Grade)
    better = [order[min(order.index(g) + 1, 2)] for g in found]
    assert order.index(overall(better, rule)) >= order.index(overall(found, rule))


def test_agreement_of_two_assessors() -> None:
    pairs = [(Grade.GREEN, Grade.GREEN), (Grade.AMBER, Grade.GREEN), (Grade.RED, Grade.RED)]
    assert agreement(pairs) == (2, 3)

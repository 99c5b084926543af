"""The form: what the law wants is asked in every variant, and each circumstance brings what it should."""

import copy
import itertools

import pytest

from peps.form.version_1 import DEFINITION
from peps.rules.form import (
    STATUTORY_ITEMS,
    WITHOUT_SCHOOL,
    Circumstance,
    FormFaulty,
    Phase,
    circumstances_of,
    missing_in,
    phase_of,
    read_form,
    statutory_trace,
)
from peps.rules.workflow import Contributor

FORM = read_form(DEFINITION)
VARIANTS = [
    (phase, given) for phase in Phase for size in (0, 1, 2) for given in itertools.combinations(Circumstance, size)
]


def codes(phase: Phase, *given: Circumstance) -> str:
    return "".join(s.code for s in FORM.sections_for(phase, given))


@pytest.mark.parametrize(("phase", "given"), VARIANTS)
def test_each_statutory_item_has_a_required_field_in_every_variant(phase, given):
    required = {
        item
        for section in FORM.sections_for(phase, given)
        for field in section.fields
        for item in field.law
        if field.required
    }
    assert required == set(STATUTORY_ITEMS)


def test_the_trace_names_section_and_field():
    trace = statutory_trace(FORM)
    assert trace["S4"] == [("C", "interests")]
    assert ("D", "home_support") in trace["S5"]


def test_circumstances_bring_their_sections():
    assert codes(Phase.EARLY_YEARS) == "ABCDEFIKLMOQ"
    assert "G" in codes(Phase.PRIMARY)
    assert "P" in codes(Phase.POST_16)
    assert "P" not in codes(Phase.SECONDARY)
    assert "H" in codes(Phase.SECONDARY, Circumstance.EXAM_YEARS)
    assert "N" in codes(Phase.PRIMARY, Circumstance.TRANSITION_DUE)


@pytest.mark.parametrize("circumstance", sorted(WITHOUT_SCHOOL))
def test_without_a_school_the_virtual_school_writes(circumstance):
    with_school = {s.by for s in FORM.sections_for(Phase.SECONDARY, ())}
    without = {s.by for s in FORM.sections_for(Phase.SECONDARY, (circumstance,))}
    assert Contributor.TEACHER in with_school
    assert Contributor.TEACHER not in without


@pytest.mark.parametrize(
    ("nc_year", "phase"),
    [
        (-1, "early_years"),
        (0, "early_years"),
        (1, "primary"),
        (6, "primary"),
        (7, "secondary"),
        (11, "secondary"),
        (12, "post_16"),
    ],
)
def test_phases(nc_year, phase):
    assert phase_of(nc_year) == phase


def test_what_the_roll_tells():
    told = circumstances_of(nc_year=11, is_first=True, has_ehcp=True, on_roll=False, season="spring")
    assert told == {
        Circumstance.INITIAL,
        Circumstance.EHCP,
        Circumstance.NOT_ON_ROLL,
        Circumstance.EXAM_YEARS,
        Circumstance.TRANSITION_DUE,
    }
    assert circumstances_of(nc_year=6, is_first=False, has_ehcp=False, on_roll=True, season="autumn") == frozenset()


def test_missing_follows_the_answers():
    section = FORM.section("A")
    gaps = {gap.field for gap in missing_in(section, {"interpreter_needed": "yes"})}
    assert {"interpreter_language", "first_language"} <= gaps
    assert "interpreter_language" not in {g.field for g in missing_in(section, {"interpreter_needed": "no"})}


def test_three_of_the_childs_questions():
    voice = FORM.section("C")
    answers = {"how_obtained": "written", "interests": "Football", "going_well": "Art"}
    assert [gap.text for gap in missing_in(voice, answers)] == ["At least 3 of the questions, 2 so far"]
    assert missing_in(voice, {**answers, "next": "Be a vet"}) == []


def test_rows_without_text_are_no_answer():
    actions = FORM.section("Q")
    empty = {"actions": [{"action": "", "owner": " "}], "distribution": "All"}
    assert [gap.field for gap in missing_in(actions, empty)] == ["actions"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d["sections"].append(d["sections"][0]), "stands twice"),
        (lambda d: d["sections"][0]["fields"].append(d["sections"][0]["fields"][0]), "field key stands twice"),
        (lambda d: d["sections"][0]["fields"][0].update(kind="colour"), "Section A: 'colour'"),
        (lambda d: d["sections"][0]["fields"][0].update(law=["S9"]), "names S9"),
        (lambda d: d["sections"][0]["fields"][0].update(kind="choice"), "has no choices"),
        (
            lambda d: d["sections"][0]["fields"][0].update(required_if={"field": "x", "is": ["y"]}),
            "depends on x, which is not there",
        ),
    ],
)
def test_a_faulty_definition_says_where(spoil, message):
    broken = copy.deepcopy(DEFINITION)
    spoil(broken)
    with pytest.raises(FormFaulty, match=message):
        read_form(broken)

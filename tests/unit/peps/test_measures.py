"""PEP-1 to PEP-7: who counts, who meets it, and the reason in a sentence."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.rules import working_days_between
from peps.rules.measures import Child, Measure, Plan, days_to_approval, measures_of
from peps.rules.quality import Grade

FIRST, AS_AT = date(2026, 9, 1), date(2026, 11, 23)
ALL_THREE = frozenset({"Social worker", "Carer", "Designated teacher", "Child or young person"})


def plan(number: int, **more: object) -> Plan:
    return Plan(pep_id=number, pupil_id=number, **more)  # type: ignore[arg-type]


def of(code: str, *plans: Plan, children: tuple[Child, ...] = ()) -> Measure:
    found = {m.code: m for m in measures_of(children, plans, first_on=FIRST, as_at=AS_AT)}
    return found[code]


def whys(measure: Measure) -> list[str]:
    return [line.why for line in measure.lines]


def test_pep_1_asks_about_children_long_enough_in_care_and_of_age() -> None:
    approved = plan(1, held_on=date(2026, 10, 1), submitted_on=date(2026, 10, 5), approved_on=date(2026, 10, 12))
    waiting = plan(2, held_on=date(2026, 10, 1), submitted_on=date(2026, 10, 5))
    children = (
        Child(pupil_id=1, working_days=50, of_age=True, plan=approved),
        Child(pupil_id=2, working_days=20, of_age=True, plan=waiting),
        Child(pupil_id=3, working_days=50, of_age=True),
        Child(pupil_id=4, working_days=19, of_age=True),
        Child(pupil_id=5, working_days=50, of_age=False),
    )
    one = of("PEP-1", children=children)
    assert (one.figure.numerator, one.figure.denominator) == (1, 3)
    assert whys(one) == [
        "Approved on 12 Oct 2026",
        "Submitted, not approved yet",
        "No plan was opened this term",
        "Looked after on 19 working days of the term, less than 20",
        "Not from Nursery to Year 13, or year group not known",
    ]


def test_pep_2_gives_twenty_working_days_and_waits_for_them() -> None:
    came = date(2026, 10, 1)  # the twentieth working day after it is 29 October
    found = of(
        "PEP-2",
        plan(1, initial=True, care_from=came, submitted_on=date(2026, 10, 29)),
        plan(2, initial=True, care_from=came, submitted_on=date(2026, 10, 30)),
        plan(3, initial=True, care_from=date(2026, 11, 10)),
        plan(4, initial=True, care_from=date(2021, 1, 12)),
        plan(5, initial=False, care_from=came),
    )
    assert [(x.counts, x.met) for x in found.lines] == [(True, True), (True, False), (False, False), (False, False)]
    assert whys(found)[1] == "Handed in on 30 Oct 2026, due 29 Oct 2026"


def test_the_others_count_only_what_was_recorded() -> None:
    full = plan(
        1, held_on=date(2026, 10, 1), submitted_on=date(2026, 10, 6), approved_on=date(2026, 10, 15), returned=True,
        grade=Grade.GREEN, has_voice=True, child_attended="part", came=ALL_THREE, reviews=("achieved", "partly", ""),
    )  # fmt: skip
    poor = plan(
        2, held_on=date(2026, 10, 1), submitted_on=date(2026, 10, 6), grade=Grade.AMBER, child_attended="no",
        came=frozenset({"Carer"}), reviews=("not_relevant",),
    )  # fmt: skip
    empty = plan(3, reviews=("",))
    figures = {
        m.code: (m.figure.numerator, m.figure.denominator)
        for m in measures_of((), (full, poor, empty), first_on=FIRST, as_at=AS_AT)
    }
    assert figures == {
        "PEP-1": (0, 0), "PEP-2": (0, 0), "PEP-3": (1, 2), "PEP-4a": (1, 2), "PEP-4b": (1, 2), "PEP-5": (1, 2),
        "PEP-6a": (3, 4), "PEP-6b": (1, 2), "PEP-7a": (1, 1), "PEP-7b": (1, 2),
    }  # fmt: skip
    assert "Not there: social worker, designated teacher" in whys(of("PEP-5", poor))
    assert of("PEP-7a", full).text == "10 working days (median of 1)"
    assert of("PEP-7a", empty).text == "n/a"


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(-30, 90))
def test_days_to_approval_are_working_days_and_never_negative(held_on: date, later: int) -> None:
    approved_on = held_on + timedelta(days=later)
    assert days_to_approval(held_on, approved_on) == max(0, working_days_between(held_on, approved_on))

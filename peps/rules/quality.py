"""Quality assurance of a PEP: criteria, what can be checked by machine, and the overall grade (practice.md 1.8).

Plain Python. The criteria are Lancashire's as practice.md gives them. A machine can say that something is not there;
only a person says that it is good, so a pre-check never proposes better than amber unless the criterion is one of
presence alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from peps.rules import targets as target_rules


class Grade(StrEnum):
    """Red is returned, amber is to be better next time."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


GRADE_LABELS: Mapping[Grade, str] = {
    Grade.RED: "Red: to be mended",
    Grade.AMBER: "Amber: better next time",
    Grade.GREEN: "Green: good",
}


class Criterion(StrEnum):
    """What is judged."""

    VOICE = "voice"
    PREVIOUS = "previous"
    NEEDS = "needs"
    TARGETS = "targets"
    INTERVENTIONS = "interventions"
    CARER = "carer"
    MONEY = "money"
    TRANSITION = "transition"
    MEETING = "meeting"


CRITERION_LABELS: Mapping[Criterion, str] = {
    Criterion.VOICE: "The child’s voice",
    Criterion.PREVIOUS: "Previous targets and attainment",
    Criterion.NEEDS: "Additional needs",
    Criterion.TARGETS: "Targets",
    Criterion.INTERVENTIONS: "Interventions",
    Criterion.CARER: "The carer’s part",
    Criterion.MONEY: "Money",
    Criterion.TRANSITION: "Transition",
    Criterion.MEETING: "Who was there, and the next date",
}

CRITERION_SECTIONS: Mapping[Criterion, tuple[str, ...]] = {
    Criterion.VOICE: ("C",),
    Criterion.PREVIOUS: ("E", "J"),
    Criterion.NEEDS: ("I",),
    Criterion.TARGETS: ("J",),
    Criterion.INTERVENTIONS: ("L",),
    Criterion.CARER: ("D",),
    Criterion.MONEY: ("K", "J"),
    Criterion.TRANSITION: ("N",),
    Criterion.MEETING: ("R",),
}
"""Which sections go back when a criterion is red; J are the targets, R the meeting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the checks look at; counts, no text of the child's."""

    voice_answers: int
    voice_changed_something: bool
    unreviewed_targets: int
    attainment_answered: bool
    needs_answered: bool
    targets: Sequence[target_rules.Draft]
    interventions: Sequence[target_rules.How]
    carer_answers: int
    money_asked: bool
    costed_targets: int
    transition_due: bool
    transition_answers: int
    attendees: int
    next_date_set: bool


@dataclass(frozen=True, slots=True)
class Check:
    """What the machine found for one criterion: the best grade it can propose, and why in words."""

    criterion: Criterion
    grade: Grade
    why: str


def pre_checks(facts: Facts) -> list[Check]:
    """A proposal for each criterion that applies, worst reasons first said."""
    found = [_voice(facts), _previous(facts), _needs(facts), _targets(facts), _interventions(facts), _carer(facts)]
    if facts.money_asked:
        found.append(_money(facts))
    if facts.transition_due:
        found.append(_transition(facts))
    return [*found, _meeting(facts)]


def _voice(f: Facts) -> Check:
    if not f.voice_answers:
        return Check(Criterion.VOICE, Grade.RED, "Nothing from the child")
    if f.voice_changed_something:
        return Check(Criterion.VOICE, Grade.GREEN, "A target says what changed because of what the child said")
    return Check(Criterion.VOICE, Grade.AMBER, "There, but no target says what changed because of it")


def _previous(f: Facts) -> Check:
    if f.unreviewed_targets:
        return Check(Criterion.PREVIOUS, Grade.RED, f"{f.unreviewed_targets} earlier targets not reviewed")
    if not f.attainment_answered:
        return Check(Criterion.PREVIOUS, Grade.RED, "Nothing on progress")
    return Check(Criterion.PREVIOUS, Grade.AMBER, "Reviewed; read whether it says what came of them")


def _needs(f: Facts) -> Check:
    if f.needs_answered:
        return Check(Criterion.NEEDS, Grade.AMBER, "Said; read whether it fits the child")
    return Check(Criterion.NEEDS, Grade.RED, "Not said")


def _targets(f: Facts) -> Check:
    if not f.targets:
        return Check(Criterion.TARGETS, Grade.RED, "No targets")
    complete = [t for t in f.targets if t.measure_to.strip() and t.due_on is not None and t.owner.strip()]
    if len(f.targets) < target_rules.AT_LEAST:
        return Check(Criterion.TARGETS, Grade.RED, f"{len(f.targets)} of at least {target_rules.AT_LEAST} targets")
    if len(complete) < len(f.targets):
        lacking = len(f.targets) - len(complete)
        return Check(Criterion.TARGETS, Grade.RED, f"{lacking} without a measure, a named person or a day")
    return Check(Criterion.TARGETS, Grade.AMBER, "Each has a measure, a person and a day; read whether they stretch")


def _interventions(f: Facts) -> Check:
    if not f.interventions:
        return Check(Criterion.INTERVENTIONS, Grade.RED, "None")
    least = min(how.said for how in f.interventions)
    if least == 5:
        return Check(Criterion.INTERVENTIONS, Grade.GREEN, "Each says what, when, where, by whom and how often")
    if least >= 2:
        return Check(
            Criterion.INTERVENTIONS, Grade.AMBER, "Some do not say all of what, when, where, by whom, how often"
        )
    return Check(Criterion.INTERVENTIONS, Grade.RED, "One says less than two of what, when, where, by whom, how often")


def _carer(f: Facts) -> Check:
    if f.carer_answers:
        return Check(Criterion.CARER, Grade.GREEN, "Said")
    return Check(Criterion.CARER, Grade.RED, "Nothing from the carer")


def _money(f: Facts) -> Check:
    if not f.costed_targets:
        return Check(Criterion.MONEY, Grade.RED, "Money is asked for, and no target has a cost")
    return Check(Criterion.MONEY, Grade.AMBER, "Costed at targets; read whether it is for this child alone")


def _transition(f: Facts) -> Check:
    if not f.transition_answers:
        return Check(Criterion.TRANSITION, Grade.RED, "A transition is due and nothing is planned")
    return Check(Criterion.TRANSITION, Grade.AMBER, "Planned; read whether it is specific")


def _meeting(f: Facts) -> Check:
    if f.attendees and f.next_date_set:
        return Check(Criterion.MEETING, Grade.GREEN, "Recorded")
    lacking = [*([] if f.attendees else ["who was there"]), *([] if f.next_date_set else ["the next date"])]
    return Check(Criterion.MEETING, Grade.RED, f"Not recorded: {' and '.join(lacking)}")


class OverallRule(StrEnum):
    """How the grades of the criteria make one: a setting, since councils differ (practice.md 1.8)."""

    ANY_RED = "any_red"
    MORE_THAN_ONE_RED = "more_than_one_red"
    MOST_RED = "most_red"


OVERALL_RULE_LABELS: Mapping[OverallRule, str] = {
    OverallRule.ANY_RED: "Red when any criterion is red",
    OverallRule.MORE_THAN_ONE_RED: "Red when more than one criterion is red",
    OverallRule.MOST_RED: "Red when most criteria are red",
}


def overall(grades: Sequence[Grade], rule: OverallRule) -> Grade:
    """One grade of all; green when all but one are green and that one is amber (St Helens' rule for green).

    ValueError without any grade.
    """
    if not grades:
        raise ValueError("Nothing was graded.")
    red = sum(g is Grade.RED for g in grades)
    limit = {OverallRule.ANY_RED: 1, OverallRule.MORE_THAN_ONE_RED: 2, OverallRule.MOST_RED: len(grades) // 2 + 1}[rule]
    if red >= limit:
        return Grade.RED
    amber = sum(g is Grade.AMBER for g in grades)
    return Grade.GREEN if red == 0 and amber <= 1 else Grade.AMBER


def agreement(pairs: Sequence[tuple[Grade, Grade]]) -> tuple[int, int]:
    """(n, d): of the PEPs that two people graded, how many got the same overall grade from both."""
    return sum(one is other for one, other in pairs), len(pairs)

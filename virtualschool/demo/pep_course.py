"""How a PEP of the demo went: on which days it was held, submitted, returned, approved, and where it stands today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from core.rules import add_working_days
from peps.models import PEP
from peps.rules import Term
from peps.rules.form import Circumstance
from peps.rules.quality import Criterion, Grade, OverallRule, overall
from peps.rules.workflow import State
from virtualschool.demo.pep_words import RETURN_REASONS

SECTION_CRITERION = {
    "C": Criterion.VOICE,
    "J": Criterion.TARGETS,
    "E": Criterion.PREVIOUS,
    "L": Criterion.INTERVENTIONS,
    "I": Criterion.NEEDS,
}


@dataclass
class Course:
    """The days of a plan; `gradings` are (version, day, red)."""

    state: State = State.PLANNED
    held_on: date | None = None
    submissions: list[date] = field(default_factory=list)
    returned_on: date | None = None
    returned_for: dict[str, str] = field(default_factory=dict)
    approved_on: date | None = None
    locked_on: date | None = None
    gradings: list[tuple[int, date, bool]] = field(default_factory=list)

    @property
    def submitted_on(self) -> date | None:
        """The last time."""
        return self.submissions[-1] if self.submissions else None


def course_of(pep: PEP, chance: Random, *, today: date, term: Term, current: bool) -> Course:
    """What became of a plan until yesterday. One of the present term keeps the day its meeting was held on."""
    course = Course(state=State(pep.state), held_on=pep.held_on)
    if not current:
        if chance.random() < 0.03:
            return Course(state=State.NOT_REQUIRED)
        early = chance.choices([chance.randrange(1, 30), -chance.randrange(1, 8)], weights=[9, 1])[0]
        on = add_working_days(max(pep.due_on - timedelta(days=early), term.first_on), 0)
        course = Course(state=State.MEETING_HELD, held_on=min(on, term.last_on))
    if course.held_on is None:
        roll = chance.random()
        course.state = State.OPEN if roll < 0.5 else State.NOT_REQUIRED if roll < 0.515 else State.PLANNED
        return course
    _go_on(course, chance, today)
    return course


def _go_on(course: Course, chance: Random, today: date) -> None:
    """From the meeting on, one day after the other, as far as yesterday."""
    assert course.held_on is not None
    on = add_working_days(course.held_on, chance.choice([1, 2, 3, 4, 5, 6, 8, 9, 10, 10, 13, 17]))
    if on >= today:
        return
    course.submissions.append(on)
    course.state = State.SUBMITTED
    if chance.random() < 0.16:
        on = add_working_days(on, chance.randrange(2, 8))
        if on >= today:
            return
        codes = chance.sample(sorted(RETURN_REASONS), chance.choice([1, 1, 2]))
        course.returned_on, course.returned_for = on, {code: RETURN_REASONS[code] for code in codes}
        course.state = State.RETURNED
        course.gradings.append((1, on, True))
        on = add_working_days(on, chance.randrange(2, 9))
        if on >= today:
            return
        course.submissions.append(on)
        course.state = State.SUBMITTED
    on = add_working_days(on, chance.choice([2, 3, 4, 5, 6, 7, 8, 9, 13]))
    if on >= today:
        return
    course.gradings.append((len(course.submissions), on, False))
    course.approved_on, course.state = on, State.APPROVED
    on = add_working_days(on, 5)
    if on < today:
        course.locked_on, course.state = on, State.LOCKED


def grades_of(pep: PEP, chance: Random, *, red: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], str]:
    """({criterion: {grade, comment}}, overall) of one reader; `red` are the sections that failed, with why."""
    asked = [c for c in Criterion if c is not Criterion.TRANSITION or Circumstance.TRANSITION_DUE in pep.circumstances]
    failed = {SECTION_CRITERION[code]: why for code, why in red.items()}
    careful = chance.random() < 0.55
    found = {}
    for criterion in asked:
        green = chance.random() < (0.97 if careful else 0.6)
        grade = Grade.RED if criterion in failed else Grade.GREEN if green else Grade.AMBER
        found[criterion.value] = {"grade": grade.value, "comment": failed.get(criterion, "")}
    return found, overall([Grade(one["grade"]) for one in found.values()], OverallRule.ANY_RED).value

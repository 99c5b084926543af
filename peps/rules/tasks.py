"""What a person has to do for a PEP now, in the order in which it is wanted.

Plain Python. The list, the counts above it and the links are all made from these tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from peps.rules.targets import AT_LEAST
from peps.rules.workflow import IN_WORK, Contributor, State, may_write


class Kind(StrEnum):
    """What is to be done; most urgent first."""

    MEND = "mend"
    ARRANGE = "arrange"
    MEETING = "meeting"
    WRITE = "write"
    REVIEW = "review"
    TARGETS = "targets"
    SUBMIT = "submit"
    SIGN = "sign"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Part:
    """One section as somebody finds it: by whom it is written, what it lacks."""

    code: str
    title: str
    by: Contributor
    missing: int
    returned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A plan as the tasks ask about it."""

    state: State
    due_on: date
    parts: Sequence[Part]
    targets: int
    unreviewed: int
    signed: frozenset[str]
    targets_returned: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: the words, and the section where it is done ("" for the plan as a whole)."""

    kind: Kind
    text: str
    section: str = ""


SETS_TARGETS = frozenset({Contributor.TEACHER, Contributor.ADVISER})


def tasks_of(plan: Plan, writer: Contributor, today: date) -> list[Task]:
    """What is the writer's to do now; nothing once the plan is approved."""
    own = [
        part
        for part in plan.parts
        if part.by is writer or (part.by in {Contributor.CHILD, Contributor.CARER} and writer is Contributor.TEACHER)
    ]
    found = [Task(Kind.MEND, f"Mend “{part.title}”", part.code) for part in own if part.returned]
    if plan.state is State.RETURNED and plan.targets_returned and writer in SETS_TARGETS:
        found.append(Task(Kind.MEND, "Mend the targets", "J"))
    late = ": its day has passed" if plan.due_on < today else ""
    if plan.state is State.PLANNED:
        found.append(Task(Kind.ARRANGE, f"Set the meeting{late}"))
    if plan.state is State.OPEN and writer is not Contributor.SOCIAL_WORKER:
        found.append(Task(Kind.MEETING, f"Hold the meeting, then record it{late}"))
    found += _writing(plan, own, writer)
    if plan.state in {State.OPEN, State.MEETING_HELD} and writer in SETS_TARGETS:
        found += _targets(plan)
    if writer in SETS_TARGETS and _may_submit(plan):
        found.append(Task(Kind.SUBMIT, "Submit it: nothing is missing"))
    if plan.state is State.SUBMITTED and writer is Contributor.ADVISER:
        found.append(Task(Kind.READ, "Read and grade it"))
    if plan.state in IN_WORK and writer.value not in plan.signed:
        found.append(Task(Kind.SIGN, "Sign it off"))
    return found


def _writing(plan: Plan, own: Sequence[Part], writer: Contributor) -> list[Task]:
    """The sections that lack something; one line with the first of them."""
    lacking = [
        part
        for part in own
        if part.missing and not part.returned and may_write(plan.state, writer, part.by, returned=False)
    ]
    if not lacking or plan.state not in {State.OPEN, State.MEETING_HELD}:
        return []
    first, more = lacking[0], len(lacking) - 1
    and_more = f" and {more} more section{'s' if more > 1 else ''}" if more else ""
    return [Task(Kind.WRITE, f"Write “{first.title}”{and_more}", first.code)]


def _targets(plan: Plan) -> list[Task]:
    found = []
    if plan.unreviewed:
        word = "target" if plan.unreviewed == 1 else "targets"
        found.append(Task(Kind.REVIEW, f"Review {plan.unreviewed} {word} of the last PEP", "J"))
    if plan.targets < AT_LEAST and plan.state is State.MEETING_HELD:
        found.append(Task(Kind.TARGETS, f"Set targets: {plan.targets} of at least {AT_LEAST}", "J"))
    return found


def _may_submit(plan: Plan) -> bool:
    whole = not any(part.missing for part in plan.parts) and plan.targets >= AT_LEAST and not plan.unreviewed
    mended = not any(part.returned for part in plan.parts) and not plan.targets_returned
    return whole and (plan.state is State.MEETING_HELD or (plan.state is State.RETURNED and mended))

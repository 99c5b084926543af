"""The life of a PEP: its states, the steps between them, and who may write what in each (practice.md 1.7).

Plain Python. The table STEPS is the only place where a step is described; the diagram in the docs is made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.roles import Role


class State(StrEnum):
    """Where a PEP stands."""

    PLANNED = "planned"
    OPEN = "open"
    MEETING_HELD = "meeting_held"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    LOCKED = "locked"
    SUPERSEDED = "superseded"
    NOT_REQUIRED = "not_required"


STATE_LABELS: Mapping[State, str] = {
    State.PLANNED: "Planned",
    State.OPEN: "In preparation",
    State.MEETING_HELD: "Meeting held",
    State.SUBMITTED: "Submitted",
    State.RETURNED: "Returned",
    State.APPROVED: "Approved",
    State.LOCKED: "Locked",
    State.SUPERSEDED: "Superseded",
    State.NOT_REQUIRED: "Not required",
}

STATE_COLOURS: Mapping[State, str] = {
    State.PLANNED: "grey",
    State.OPEN: "yellow",
    State.MEETING_HELD: "blue",
    State.SUBMITTED: "purple",
    State.RETURNED: "orange",
    State.APPROVED: "green",
    State.LOCKED: "green",
    State.SUPERSEDED: "grey",
    State.NOT_REQUIRED: "grey",
}

WAITS_FOR_MEETING = frozenset({State.PLANNED, State.OPEN})
IN_WORK = frozenset({State.MEETING_HELD, State.SUBMITTED, State.RETURNED})
FINISHED = frozenset({State.APPROVED, State.LOCKED, State.SUPERSEDED})


class Contributor(StrEnum):
    """Who writes a section. Child and carer write by a link of their own, or an adult writes with them."""

    SOCIAL_WORKER = "social_worker"
    TEACHER = "designated_teacher"
    CHILD = "child"
    CARER = "carer"
    ADVISER = "adviser"


CONTRIBUTOR_LABELS: Mapping[Contributor, str] = {
    Contributor.SOCIAL_WORKER: "Social worker",
    Contributor.TEACHER: "Designated teacher",
    Contributor.CHILD: "Child or young person",
    Contributor.CARER: "Carer",
    Contributor.ADVISER: "Virtual School adviser",
}

WRITES_AS: Mapping[Role, Contributor] = {
    Role.SOCIAL_WORKER: Contributor.SOCIAL_WORKER,
    Role.DESIGNATED_TEACHER: Contributor.TEACHER,
    Role.SCHOOL_COLLEAGUE: Contributor.TEACHER,
    Role.ADVISER: Contributor.ADVISER,
    Role.VSH: Contributor.ADVISER,
}
"""As whom a person of a role writes; roles that are not here read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A way from states to a state: what the button says, who may press it, whether it needs a reason.

    `by` is empty where the system takes the step. `back` are the states to which it leads back instead of `target`,
    where one of them was left.
    """

    name: str
    label: str
    sources: frozenset[State]
    target: State
    by: frozenset[Role] = frozenset()
    needs_reason: bool = False
    back: frozenset[State] = frozenset()


SCHOOL_OR_TEAM = frozenset({Role.DESIGNATED_TEACHER, Role.SCHOOL_COLLEAGUE, Role.ADVISER, Role.VSH})
ALL_WHO_ARRANGE = SCHOOL_OR_TEAM | {Role.SOCIAL_WORKER}
TEAM = frozenset({Role.ADVISER, Role.VSH})
HEAD = frozenset({Role.VSH})

STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step(name="arrange", label="Set the meeting", sources=WAITS_FOR_MEETING, target=State.OPEN, by=ALL_WHO_ARRANGE),
        Step(
            name="hold",
            label="Record that the meeting was held",
            sources=WAITS_FOR_MEETING | {State.MEETING_HELD, State.RETURNED},
            target=State.MEETING_HELD,
            by=SCHOOL_OR_TEAM,
        ),
        Step(
            name="submit",
            label="Submit to the Virtual School",
            sources=frozenset({State.MEETING_HELD, State.RETURNED}),
            target=State.SUBMITTED,
            by=SCHOOL_OR_TEAM,
        ),
        Step(
            name="return",
            label="Return sections to be mended",
            sources=frozenset({State.SUBMITTED}),
            target=State.RETURNED,
            by=TEAM,
            needs_reason=True,
        ),
        Step(name="approve", label="Approve", sources=frozenset({State.SUBMITTED}), target=State.APPROVED, by=TEAM),
        Step(name="lock", label="Lock", sources=frozenset({State.APPROVED}), target=State.LOCKED, by=TEAM),
        Step(
            name="reopen",
            label="Reopen",
            sources=frozenset({State.APPROVED, State.LOCKED}),
            target=State.MEETING_HELD,
            by=HEAD,
            needs_reason=True,
        ),
        Step(
            name="supersede",
            label="A later PEP was approved",
            sources=frozenset({State.APPROVED, State.LOCKED}),
            target=State.SUPERSEDED,
        ),
        Step(
            name="set_aside",
            label="Say that it is not required",
            sources=WAITS_FOR_MEETING | IN_WORK,
            target=State.NOT_REQUIRED,
            by=HEAD,
            needs_reason=True,
        ),
        Step(
            name="take_up",
            label="Take it up again",
            sources=frozenset({State.NOT_REQUIRED}),
            target=State.PLANNED,
            by=HEAD,
            needs_reason=True,
            back=WAITS_FOR_MEETING | IN_WORK,
        ),
    )
}


def steps_from(state: State, role: Role) -> list[Step]:
    """What a person of a role may do next with a PEP, in the order of the table."""
    return [step for step in STEPS.values() if state in step.sources and role in step.by]


def why_not(step: Step, state: State, role: Role | None) -> str:
    """Why the step cannot be taken from a state by a role (None: the system itself), as a sentence; else nothing."""
    if state not in step.sources:
        return f"This PEP is {STATE_LABELS[state].lower()}: “{step.label}” is not possible now."
    if role is not None and role not in step.by:
        return f"“{step.label}” is not part of your role."
    return ""


def may_write(state: State, writer: Contributor, section_by: Contributor, *, returned: bool) -> bool:
    """Whether a person may write a section.

    The Virtual School writes in every section until it approves; others in their own while the PEP is in preparation
    and after the meeting, and in a section that was returned to them. An adult of the school or the social worker may
    write what the child or the carer says.
    """
    if writer is Contributor.ADVISER:
        return state in WAITS_FOR_MEETING | IN_WORK
    own = section_by is writer or (
        section_by in {Contributor.CHILD, Contributor.CARER}
        and writer in {Contributor.TEACHER, Contributor.SOCIAL_WORKER}
    )
    if state in {State.OPEN, State.MEETING_HELD}:
        return own
    return own and state is State.RETURNED and returned


def state_diagram() -> str:
    """The states and steps as a Mermaid diagram for the docs."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.PLANNED}"]
    for step in STEPS.values():
        sources, targets = (
            [state for state in State if state in those] for those in (step.sources, {step.target} | step.back)
        )
        lines += [f"    {source} --> {target}: {step.label}" for source in sources for target in targets]
    lines += [f"    {state} --> [*]" for state in (State.LOCKED, State.SUPERSEDED, State.NOT_REQUIRED)]
    return "\n".join(lines)

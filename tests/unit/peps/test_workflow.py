"""Steps, roles and who may write: the tables and their diagram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.roles import Role
from peps.rules import workflow
from peps.rules.workflow import STEPS, Contributor, State


def test_every_state_can_be_reached_and_has_words():
    assert {step.target for step in STEPS.values()} | {State.PLANNED} == set(State)
    assert set(workflow.STATE_LABELS) == set(workflow.STATE_COLOURS) == set(State)
    assert workflow.WAITS_FOR_MEETING | workflow.IN_WORK | workflow.FINISHED | {State.NOT_REQUIRED} == set(State)


@pytest.mark.parametrize(
    ("state", "role", "steps"),
    [
        (State.PLANNED, Role.SOCIAL_WORKER, ["arrange"]),
        (State.OPEN, Role.DESIGNATED_TEACHER, ["arrange", "hold"]),
        (State.MEETING_HELD, Role.DESIGNATED_TEACHER, ["hold", "submit"]),
        (State.SUBMITTED, Role.DESIGNATED_TEACHER, []),
        (State.SUBMITTED, Role.ADVISER, ["return", "approve"]),
        (State.APPROVED, Role.ADVISER, ["lock"]),
        (State.LOCKED, Role.VSH, ["reopen"]),
        (State.NOT_REQUIRED, Role.VSH, ["take_up"]),
        (State.OPEN, Role.IRO, []),
    ],
)
def test_who_may_do_what_next(state, role, steps):
    assert [step.name for step in workflow.steps_from(state, role)] == steps


@given(st.sampled_from(State), st.sampled_from(Contributor), st.sampled_from(Contributor), st.booleans())
def test_nobody_writes_in_a_finished_plan(state, writer, section_by, returned):
    may = workflow.may_write(state, writer, section_by, returned=returned)
    if state in workflow.FINISHED | {State.NOT_REQUIRED}:
        assert not may
    if may and writer is not Contributor.ADVISER:
        assert state in {State.OPEN, State.MEETING_HELD, State.RETURNED}


def test_a_returned_plan_is_open_in_its_returned_sections_only():
    teacher = Contributor.TEACHER
    assert workflow.may_write(State.RETURNED, teacher, teacher, returned=True)
    assert not workflow.may_write(State.RETURNED, teacher, teacher, returned=False)
    assert not workflow.may_write(State.OPEN, teacher, Contributor.SOCIAL_WORKER, returned=False)
    assert workflow.may_write(State.OPEN, teacher, Contributor.CHILD, returned=False)


def test_the_diagram_has_every_step():
    drawn = workflow.state_diagram()
    assert all(step.label in drawn for step in STEPS.values())
    assert drawn.startswith("stateDiagram-v2\n    [*] --> planned")

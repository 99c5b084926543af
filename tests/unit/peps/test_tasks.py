"""What is whose to do, in which state."""

from datetime import date

from peps.rules.tasks import Kind, Part, Plan, tasks_of
from peps.rules.workflow import Contributor, State

TODAY = date(2026, 11, 23)
TEACHER, WORKER, ADVISER = Contributor.TEACHER, Contributor.SOCIAL_WORKER, Contributor.ADVISER
PARTS = (
    Part("A", "Identity and care", WORKER, 2),
    Part("B", "School and provision", TEACHER, 1),
    Part("C", "What the child says", Contributor.CHILD, 1),
)


def plan(state: State, **more: object) -> Plan:
    values = {"due_on": date(2026, 12, 1), "parts": PARTS, "targets": 0, "unreviewed": 0, "signed": frozenset()} | more
    return Plan(state=state, **values)  # type: ignore[arg-type]


def said(state: State, writer: Contributor, **more: object) -> list[str]:
    return [task.text for task in tasks_of(plan(state, **more), writer, TODAY)]


def test_in_preparation_each_writes_their_own() -> None:
    assert said(State.OPEN, WORKER) == ["Write “Identity and care”"]
    assert said(State.OPEN, TEACHER, unreviewed=1) == [
        "Hold the meeting, then record it",
        "Write “School and provision” and 1 more section",
        "Review 1 target of the last PEP",
    ]
    assert said(State.PLANNED, TEACHER, due_on=date(2026, 11, 20)) == ["Set the meeting: its day has passed"]
    assert said(State.PLANNED, WORKER) == ["Set the meeting"]


def test_it_is_submitted_only_when_nothing_is_missing() -> None:
    ready = tuple(Part(p.code, p.title, p.by, 0) for p in PARTS)
    signed = frozenset({TEACHER.value})
    assert said(State.MEETING_HELD, TEACHER, parts=ready, targets=3, signed=signed) == ["Submit it: nothing is missing"]
    for lack in ({"targets": 2}, {"unreviewed": 1}, {"parts": PARTS}):
        given = {"parts": ready, "targets": 3, "signed": signed} | lack
        assert "Submit it: nothing is missing" not in said(State.MEETING_HELD, TEACHER, **given)


def test_what_was_returned_comes_first_and_only_to_its_writer() -> None:
    parts = (Part("A", "Identity and care", WORKER, 0, returned=True), *PARTS[1:])
    tasks = tasks_of(plan(State.RETURNED, parts=parts), WORKER, TODAY)
    assert [(t.kind, t.section) for t in tasks] == [(Kind.MEND, "A"), (Kind.SIGN, "")]
    assert said(State.RETURNED, TEACHER, parts=parts, targets_returned=True)[0] == "Mend the targets"


def test_after_submission_the_adviser_reads_and_after_approval_nobody_has_to_do_anything() -> None:
    assert said(State.SUBMITTED, ADVISER) == ["Read and grade it", "Sign it off"]
    assert said(State.SUBMITTED, TEACHER) == ["Sign it off"]
    for writer in (TEACHER, WORKER, ADVISER):
        assert said(State.APPROVED, writer) == []

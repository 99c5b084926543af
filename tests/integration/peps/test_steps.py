"""The life of a PEP from the meeting to the approval, with its traces."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import AccessEvent
from core.roles import Role
from peps.models import PEP, FormVersion, PEPStep, PEPVersion, SignOff, Target
from peps.rules.form import Kind, Section
from peps.rules.quality import Grade
from peps.rules.workflow import Contributor
from peps.services import meetings, quality, signing, steps, writing
from tests.factories import MembershipFactory, PEPFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


@pytest.fixture
def head():
    return UserFactory(role=Role.VSH.value)


@pytest.fixture
def pep(teacher):
    child = looked_after(school=teacher.school_memberships.get().school)
    return PEPFactory(
        pupil=child, form=FormVersion.objects.get(), phase="secondary", state="meeting_held", held_on=TODAY
    )


def answer_all(section: Section) -> dict[str, object]:
    """Something for every question, the first of each choice."""
    found: dict[str, object] = {}
    for field in section.fields:
        if field.kind is Kind.ROWS:
            found[field.key] = [{key: "said" for key, _ in field.columns}]
        elif field.kind in {Kind.CHOICE, Kind.MANY}:
            found[field.key] = field.choices[0][0]
        else:
            by_kind = {Kind.YES_NO: "yes", Kind.DATE: "2026-12-01", Kind.NUMBER: "25"}
            found[field.key] = by_kind.get(field.kind, "Said")
    return found


def fill(pep: PEP, actor) -> None:
    for section in pep.form_sections:
        pep.sections.update_or_create(code=section.code, defaults={"answers": answer_all(section)})
    for number in (1, 2, 3):
        Target.objects.create(
            pep=pep, number=number, kind="academic", need="Reads slowly", outcome=f"Read {number}0 words a minute",
            why="To follow lessons", how=[{"what": "Paired reading"}], measure="Words a minute", measure_to="60",
            owner_name="Ms Lowe", due_on=date(2027, 3, 12),
        )  # fmt: skip


def grade_and_sign(pep: PEP, adviser, grade: Grade = Grade.GREEN) -> None:
    criteria = [check.criterion for check in quality.pre_checks(pep)]
    given = quality.Given(grades=dict.fromkeys(criteria, grade), comments=dict.fromkeys(criteria, "Say more"))
    quality.assess(pep=pep, given=given, actor=adviser, now=NOW)
    for party in Contributor:
        signing.sign(
            pep=pep, party=party, name="Somebody", method=SignOff.Method.VERBAL, on=TODAY, note="", actor=adviser,
            today=TODAY,
        )  # fmt: skip


def test_nothing_is_submitted_with_gaps(pep, teacher):
    with pytest.raises(steps.NotComplete) as refusal:
        steps.submit(pep=pep, actor=teacher)
    gaps = {(gap.section, gap.field) for gap in refusal.value.missing}
    assert {("A", "first_language"), ("D", "home_support"), ("J", "")} <= gaps
    assert PEP.objects.get().state == "meeting_held"
    assert not PEPStep.objects.exists()


def test_from_submission_to_approval_with_a_return(pep, teacher, adviser):
    fill(pep, teacher)
    steps.submit(pep=pep, actor=teacher)
    with pytest.raises(PermissionDenied):
        writing.save_answers(
            pep=PEP.objects.get(), section=pep.form_sections[1], answers={"key_adult": "X"}, seen={}, actor=teacher,
            now=None,
        )  # fmt: skip
    steps.return_sections(pep=pep, reasons={"B": "Which hours?", "C": " "}, actor=adviser)
    pep.refresh_from_db()
    assert pep.sections.get(code="B").returned_because == "Which hours?"
    assert pep.sections.get(code="C").returned_because == ""
    steps.submit(pep=pep, actor=teacher)
    assert not pep.sections.exclude(returned_because="").exists()
    grade_and_sign(pep, adviser)
    steps.approve(pep=pep, actor=adviser)
    assert PEP.objects.get().approved_at is not None
    log = list(PEPStep.objects.values_list("name", "source", "target", "by_id", "reason", "sections"))
    assert log == [
        ("submit", "meeting_held", "submitted", teacher.pk, "", []),
        ("return", "submitted", "returned", adviser.pk, "B: Which hours?", ["B"]),
        ("submit", "returned", "submitted", teacher.pk, "", []),
        ("approve", "submitted", "approved", adviser.pk, "", []),
    ]
    assert list(PEPVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    decided = AccessEvent.objects.filter(action="decided", subject_id=pep.pupil_id)
    assert [e.detail["step"] for e in decided.order_by("pk") if "step" in e.detail] == [
        "submit",
        "return",
        "submit",
        "approve",
    ]


def test_an_approval_supersedes_the_one_before(pep, teacher, adviser):
    old = PEPFactory(
        pupil=pep.pupil, academic_year=2025, season="summer", state="approved", held_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
    )  # fmt: skip
    fill(pep, teacher)
    steps.submit(pep=pep, actor=teacher)
    grade_and_sign(pep, adviser)
    steps.approve(pep=pep, actor=adviser)
    old.refresh_from_db()
    assert old.state == "superseded"


def test_an_unreviewed_target_holds_the_next_pep_back(pep, teacher):
    old = PEPFactory(
        pupil=pep.pupil, academic_year=2025, season="summer", state="approved", held_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
    )  # fmt: skip
    fill(old, teacher)
    fill(pep, teacher)
    with pytest.raises(steps.NotComplete) as refusal:
        steps.submit(pep=pep, actor=teacher)
    assert [gap.text for gap in refusal.value.missing] == ["3 targets of the last PEP are not reviewed"]
    old.targets.update(result="achieved", reviewed_on=TODAY)
    assert steps.submit(pep=pep, actor=teacher).state == "submitted"


def test_no_approval_without_grades_and_all_five(pep, teacher, adviser):
    fill(pep, teacher)
    steps.submit(pep=pep, actor=teacher)
    with pytest.raises(ValidationError) as refusal:
        steps.approve(pep=pep, actor=adviser)
    assert refusal.value.messages == [
        "Nobody has graded it yet: quality assurance comes first.",
        (
            "Not signed off, and no reason recorded: social worker, designated teacher, child or young person, carer, "
            "virtual school adviser."
        ),
    ]
    grade_and_sign(pep, adviser, Grade.RED)
    with pytest.raises(ValidationError, match="graded red"):
        steps.approve(pep=pep, actor=adviser)


@pytest.mark.parametrize("step", ["reopen", "set_aside", "take_up"])
def test_the_heads_steps_want_a_reason_and_the_head(pep, head, adviser, step):
    state = {"reopen": "approved", "set_aside": "meeting_held", "take_up": "not_required"}[step]
    PEP.objects.update(state=state)
    pep.refresh_from_db()
    take = getattr(steps, step)
    with pytest.raises(PermissionDenied):
        take(pep=pep, reason="Because", actor=adviser)
    with pytest.raises(ValidationError, match="Say why"):
        take(pep=pep, reason=" ", actor=head)
    assert take(pep=pep, reason="The child moved", actor=head).state != state
    assert PEPStep.objects.get().reason == "The child moved"


def test_a_plan_that_is_taken_up_again_goes_on_where_it_was_left(pep, head):
    PEP.objects.update(state="meeting_held", held_on=TODAY)
    pep.refresh_from_db()
    steps.set_aside(pep=pep, reason="Left care", actor=head)
    assert steps.take_up(pep=pep, reason="Came back", actor=head).state == "meeting_held"


def test_a_plan_is_not_set_aside_while_people_are_asked_to_its_meeting(pep, head):
    PEP.objects.update(state="open")
    pep.refresh_from_db()
    meeting = pep.meetings.create(starts_at=timezone.now() + timedelta(days=3), venue="School")
    with pytest.raises(ValidationError, match="cancel it and tell those who were asked"):
        steps.set_aside(pep=pep, reason="Left care", actor=head)
    meetings.cancel(meeting=meeting, reason="Left care", actor=head)
    assert steps.set_aside(pep=pep, reason="Left care", actor=head).state == "not_required"


def test_no_step_from_where_it_does_not_start(pep, adviser, head):
    for step in (steps.approve, lambda **given: steps.return_sections(reasons={"B": "x"}, **given)):
        with pytest.raises(ValidationError, match="is not possible now"):
            step(pep=pep, actor=adviser)


def test_the_page_lists_what_is_missing_with_links(client, pep, teacher):
    client.force_login(teacher)
    text = client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
    assert "What is missing before it can be submitted" in text
    assert f"{reverse('peps:section', args=[pep.pk, 'A'])}#id_first_language" in text
    answer = client.post(reverse("peps:submit", args=[pep.pk]), follow=True).content.decode()
    assert "things are missing before this PEP can be submitted" in answer


def test_the_page_keeps_its_number_of_queries(client, pep, teacher, django_assert_max_num_queries):
    fill(pep, teacher)
    client.force_login(teacher)
    client.get(reverse("peps:pep", args=[pep.pk]))
    with django_assert_max_num_queries(60):
        client.get(reverse("peps:pep", args=[pep.pk]))

"""What two readers of the PEP found: each was wrong once, on the pages or in what was kept."""

import io
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from core.roles import Role
from core.sections import Section
from peps.facts import facts_of
from peps.indicators.measures import measures_for
from peps.models import PEP, ContributorLink, FormVersion, PEPSection, SignOff
from peps.permissions import why_due
from peps.rules.workflow import Contributor
from peps.services import circumstances, cycle, links, meetings, presenting, steps
from peps.services.content import content_of
from pupils.duplicates import services as merging
from pupils.duplicates.planning import plan_of
from tests.factories import (
    DelegationFactory,
    MembershipFactory,
    PEPFactory,
    PupilFactory,
    UserFactory,
    YearGroupFactory,
    looked_after,
    upn_of,
)
from tests.integration.peps.test_steps import fill, grade_and_sign
from tests.integration.peps.test_targets import make as add_target

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEP_ONLY = [Section.PEPS.value]


@pytest.fixture(autouse=True)
def today(time_machine, settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path
    time_machine.move_to(NOW)


@pytest.fixture
def post():
    return MembershipFactory()


@pytest.fixture
def teacher(post):
    return post.user


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


@pytest.fixture
def head():
    return UserFactory(role=Role.VSH.value)


@pytest.fixture
def pep(post):
    form = FormVersion.objects.get()
    return PEPFactory(
        pupil=looked_after(school=post.school, upn=upn_of(77)),
        form=form,
        phase="secondary",
        state="meeting_held",
        held_on=TODAY,
    )


@pytest.fixture
def colleague(post, pep):
    return DelegationFactory(pupil=pep.pupil, membership=post, sections=PEP_ONLY).colleague


def approved(pep: PEP, teacher, adviser) -> PEP:
    fill(pep, teacher)
    steps.submit(pep=pep, actor=teacher)
    grade_and_sign(pep, adviser)
    PEPSection.objects.filter(pep=pep, code="C").update(answers={"going_well": "Added by the adviser"})
    steps.approve(pep=pep, actor=adviser)
    return PEP.objects.get(pk=pep.pk)


def test_what_is_approved_is_what_was_read(pep, teacher, adviser):
    version = approved(pep, teacher, adviser).versions.get()
    assert version.content["sections"]["C"] == {"going_well": "Added by the adviser"}


def test_nobody_has_signed_what_is_written_after_a_reopening(pep, teacher, adviser, head):
    plan = approved(pep, teacher, adviser)
    assert plan.sign_offs.count() == 5
    steps.reopen(pep=plan, reason="A wrong school", actor=head)
    assert not SignOff.objects.exists()
    assert len(plan.versions.get().content["around"]["signed"]) == 5


def test_the_kept_pdf_opens_no_part_that_is_shut(pep, teacher, adviser, colleague):
    plan = approved(pep, teacher, adviser)
    whole = presenting.adult_pdf(plan, reader=adviser, today=TODAY)
    part = presenting.adult_pdf(plan, reader=colleague, today=TODAY)
    said = [" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages) for pdf in (whole, part)]
    assert pep.pupil.upn in said[0]
    assert pep.pupil.upn not in said[1]
    assert "Added by the adviser" in said[1]
    again = presenting.version_pdf(plan.versions.get(), reader=colleague, today=TODAY)
    assert pep.pupil.upn not in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(again)).pages)


def test_facts_and_reasons_are_of_the_parts_that_are_open(pep, teacher, colleague):
    names = ["identity", "attendance", "exclusions", "attainment", "school"]
    assert [g.title for g in facts_of(names, colleague, pep.pupil, TODAY)] == ["School"]
    assert len(facts_of(names, teacher, pep.pupil, TODAY)) == 5
    assert (why_due(colleague, pep), why_due(teacher, pep)) == ("", pep.due_because)


def test_a_voluntary_plan_outlasts_a_change_of_term_dates(adviser):
    child = YearGroupFactory(academic_year=2026, nc_year=9).pupil
    plan = circumstances.open_by_hand(pupil=child, today=TODAY, actor=adviser)
    assert cycle.refit_due_dates() == 0
    assert PEP.objects.get() == plan
    assert {one.figure.denominator for one in measures_for(cycle.cycle.current_term(TODAY), as_at=TODAY)} == {0}


def test_a_returned_meeting_is_mended(pep, teacher, adviser):
    fill(pep, teacher)
    steps.submit(pep=pep, actor=teacher)
    steps.return_sections(pep=pep, reasons={"R": "Who was there?"}, actor=adviser)
    steps.record_meeting(pep=pep, held_on=date(2026, 11, 20), today=TODAY, actor=teacher)
    steps.submit(pep=pep, actor=teacher)
    assert PEP.objects.get().held_on == date(2026, 11, 20)


def test_a_school_that_bears_the_childs_name_hides_no_name(teacher, post):
    post.school.name = "Kent College"
    post.school.save()
    child = looked_after(school=post.school, forename="Jo", surname="Kent", known_as="")
    plan = PEPFactory(pupil=child, state="planned")
    room = meetings.Plan(starts_at=datetime(2026, 12, 1, 10, tzinfo=UTC), minutes=60, venue="Kent College, for Jo Kent")
    with pytest.raises(ValidationError, match="name out"):
        meetings.arrange(pep=plan, plan=room, today=TODAY, actor=teacher)
    library = meetings.Plan(starts_at=room.starts_at, minutes=60, venue="Kent College, library")
    made = meetings.arrange(pep=plan, plan=library, today=TODAY, actor=teacher)
    PEP.objects.filter(pk=plan.pk).update(state="submitted", held_on=TODAY)
    made.refresh_from_db()
    with pytest.raises(ValidationError, match="was held"):
        meetings.answer(meeting=made, response="coming", actor=teacher)


def test_a_link_is_withdrawn_in_whatever_state_the_plan_is(pep, teacher):
    link, _ = links.make_link(pep=pep, party=Contributor.CARER, actor=teacher, now=NOW)
    PEP.objects.update(state="submitted")
    link = ContributorLink.objects.select_related("pep").get(pk=link.pk)
    assert links.withdraw_link(link=link, actor=teacher, now=NOW)


def test_a_merge_mixes_no_words_and_versions_of_two_plans(pep, teacher):
    """The further plan stays with its own; of the other the second version has no twin, and goes all the same."""
    other = PupilFactory()
    theirs = PEPFactory(pupil=other, form=pep.form, phase="secondary", state="planned")
    for plan, numbers in ((pep, (1,)), (theirs, (1, 2))):
        for number in numbers:
            plan.versions.create(number=number, content=content_of(plan), made_at=NOW, made_by=teacher)
    theirs.sections.create(code="D", answers={"worries": "None"})
    plan = plan_of(pep.pupil, other, {})
    dropped = {(type(one.row).__name__, one.row.pk) for one in plan.drops}
    assert {("PEPVersion", v.pk) for v in theirs.versions.all()} <= dropped
    assert ("PEPSection", theirs.sections.get().pk) in dropped
    assert not any(label in plan.moved for label in ("peps.PEPVersion", "peps.PEPSection"))


def test_a_merge_adds_no_target_to_a_plan_that_was_signed(pep, teacher):
    """A later plan that stepped one of them down keeps its own, without the step."""
    other = PupilFactory()
    theirs = PEPFactory(pupil=other, form=pep.form, phase="secondary", state="planned")
    add_target(pep)
    gone = [add_target(theirs) for _ in range(2)]
    later = add_target(PEPFactory(pupil=other, form=pep.form, season="spring"), stepped_from=gone[1])
    choices = merging.Choices(reason="One child twice")
    merging.merge_children(
        kept=pep.pupil, other=other, choices=choices, now=NOW, actor=UserFactory(role=Role.VSH.value)
    )
    assert list(pep.targets.values_list("number", flat=True)) == [1]
    later.refresh_from_db()
    assert (later.pep.pupil_id, later.stepped_from_id) == (pep.pupil_id, None)


def test_the_kept_pdf_of_a_plan_that_gave_way_goes_with_the_record(pep, teacher):
    other = PupilFactory()
    theirs = PEPFactory(pupil=other, form=pep.form, phase="secondary", state="planned")
    theirs.versions.create(number=1, content=content_of(theirs), made_at=NOW, made_by=teacher, pdf_key="peps/9/1.pdf")
    choices = merging.Choices(reason="One child twice")
    merging.merge_children(
        kept=pep.pupil, other=other, choices=choices, now=NOW, actor=UserFactory(role=Role.VSH.value)
    )
    assert [path.name for path in presenting.files_about(pep.pupil_id)] == ["1.pdf"]

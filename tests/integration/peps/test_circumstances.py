"""Variants: what the roll proposes, what a choice brings and takes, and each variant filled in to the end."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.roles import Role
from peps.models import PEP, FormVersion, PEPSection
from peps.rules.form import Circumstance, Phase
from peps.services import circumstances, cycle, steps, writing
from tests.factories import (
    MembershipFactory,
    PEPFactory,
    PupilFactory,
    UserFactory,
    YearGroupFactory,
    looked_after,
)
from tests.integration.peps.test_steps import answer_all, fill

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
C = Circumstance
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
def pep(teacher):
    child = looked_after(school=teacher.school_memberships.get().school)
    return PEPFactory(pupil=child, form=FormVersion.objects.get(), phase="secondary", state="open")


def codes(pep):
    return [s.code for s in PEP.objects.get(pk=pep.pk).form_sections]


@pytest.mark.parametrize(
    "variant",
    [
        (Phase.EARLY_YEARS, [], "O", "GHP"),
        (Phase.POST_16, [C.EXAM_YEARS], "PH", "O"),
        (Phase.POST_16, [C.NEET], "P", "OH"),
    ],
)
def test_each_variant_can_be_filled_in_and_submitted(pep, teacher, adviser, variant):
    """By those who write in it: without a school the Virtual School writes the school's sections."""
    phase, given, has, lacks = variant
    circumstances.set_circumstances(pep=pep, phase=phase, given=given, actor=adviser)
    pep.refresh_from_db()
    assert set(has) <= set(codes(pep)) and not set(lacks) & set(codes(pep))
    school = adviser if C.NEET in given else teacher
    setting = next(s for s in pep.form_sections if s.code == "B")
    told = {k: v for k, v in answer_all(setting).items() if isinstance(v, str)}
    writing.save_answers(pep=pep, section=setting, answers=told, seen={}, actor=school, now=NOW)
    if C.NEET in given:
        with pytest.raises(PermissionDenied):
            writing.save_answers(pep=pep, section=setting, answers={"key_adult": "X"}, seen={}, actor=teacher, now=NOW)
    fill(pep, school)
    steps.record_meeting(pep=pep, held_on=TODAY, today=TODAY, actor=school)
    steps.submit(pep=pep, actor=school)
    assert set(PEP.objects.get().versions.get().content["sections"]) == set(codes(pep))


def test_what_was_written_comes_back_with_its_section(pep, teacher, adviser):
    PEPSection.objects.create(pep=pep, code="G", answers={"conduct": "Calm"}, ready_at=NOW, ready_by=teacher)
    words = {c.section.code: c.words for c in circumstances.changes_between(pep, Phase.EARLY_YEARS, [])}
    assert words["G"] == "Goes away. What was written in it is kept, out of sight."
    assert words["O"].startswith("Comes in, for the designated teacher to write.")
    circumstances.set_circumstances(pep=pep, phase=Phase.EARLY_YEARS, given=[], actor=teacher)
    assert "G" not in codes(pep)
    pep.refresh_from_db()
    back = {c.section.code: c.words for c in circumstances.changes_between(pep, Phase.PRIMARY, [])}
    assert "is there again" in back["G"]
    circumstances.set_circumstances(pep=pep, phase=Phase.PRIMARY, given=[], actor=teacher)
    row = PEPSection.objects.get(pep=pep, code="G")
    assert row.answers == {"conduct": "Calm"}
    assert row.ready_at is None, "it lacks what is asked"


def test_not_after_it_was_handed_in(pep, teacher):
    PEP.objects.update(state="submitted", held_on=TODAY)
    with pytest.raises(ValidationError, match="its sections stand"):
        circumstances.set_circumstances(pep=pep, phase=Phase.PRIMARY, given=[], actor=teacher)


def test_the_roll_proposes(adviser):
    child = PupilFactory(dob=date(2009, 10, 1))
    YearGroupFactory(pupil=child, nc_year=12)
    told = circumstances.proposed(pupil=child, academic_year=2026, season="autumn", is_first=True, today=TODAY)
    assert told.phase is Phase.POST_16
    assert told.circumstances == {C.INITIAL, C.NEET, C.EXAM_YEARS, C.EDGE_OF_CARE}


class TestPages:
    def test_seen_before_it_is_saved(self, client, pep, teacher):
        client.force_login(teacher)
        url = reverse("peps:circumstances", args=[pep.pk])
        assert url in client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
        choice = {"phase": "secondary", "circumstances": ["ehcp"]}
        page = client.post(url, choice)
        assert "Asks besides: Next annual review" in page.content.decode()
        assert PEP.objects.get().circumstances == []
        confirmed = page.context["form"].data["confirmed"]
        assert client.post(url, {**choice, "phase": "primary", "confirmed": confirmed}).status_code == 200
        assert client.post(url, {**choice, "confirmed": confirmed}).status_code == 302
        assert PEP.objects.get().circumstances == ["ehcp"]

    def test_a_plan_on_the_edge_of_care(self, client, adviser):
        """Of a child without any care episode; it stands in the list and in no figure of the statutory ones."""
        child = PupilFactory(dob=date(2014, 10, 1))
        client.force_login(adviser)
        url = reverse("peps:open_by_hand", args=[child.pk])
        assert url in client.get(reverse("peps:child", args=[child.pk])).content.decode()
        assert client.post(url).status_code == 302
        pep = PEP.objects.get()
        assert "edge_of_care" in pep.circumstances and pep.form is not None and pep.phase == "secondary"
        assert PEP.objects.wanted(TODAY).get() == pep
        page = client.get(reverse("peps:list"))
        assert child.sort_name in page.content.decode() or page.context["rows"]
        assert page.context["figure"].denominator == 0
        assert "On the edge of care." in client.get(reverse("pupils:detail", args=[child.pk])).content.decode()
        assert "has a plan" in client.post(url, follow=True).content.decode()
        assert url not in client.get(reverse("peps:child", args=[child.pk])).content.decode()

    def test_only_the_virtual_school_opens_by_hand(self, client, pep, teacher):
        client.force_login(teacher)
        PEP.objects.all().delete()
        assert client.post(reverse("peps:open_by_hand", args=[pep.pupil_id])).status_code == 403


def test_what_a_person_said_outlasts_the_setting_of_the_meeting(pep, adviser):
    """Setting the meeting takes phase and circumstances from the roll anew, but not over what was said."""
    PEP.objects.filter(pk=pep.pk).update(state="planned")
    pep.refresh_from_db()
    fixed = cycle.fixed_at_opening(pep, TODAY)
    assert {"phase", "circumstances"} <= set(fixed)
    circumstances.set_circumstances(pep=pep, phase=Phase.POST_16, given=[C.NEET, C.EHCP], actor=adviser)
    pep.refresh_from_db()
    assert set(cycle.fixed_at_opening(pep, TODAY)) == {"form"}

"""Grades by criterion, the machine's proposals, moderation, and who signs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.roles import Role
from peps.models import FormVersion, QualityCheck, SignOff
from peps.rules.quality import Criterion, Grade
from peps.rules.workflow import Contributor
from peps.services import quality, signing
from tests.factories import AllocationFactory, MembershipFactory, PEPFactory, UserFactory, looked_after

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
def pep(teacher):
    child = looked_after(school=teacher.school_memberships.get().school)
    return PEPFactory(pupil=child, form=FormVersion.objects.get(), phase="secondary", state="submitted", held_on=TODAY)


def given(pep, grade=Grade.GREEN, **changes):
    criteria = [check.criterion for check in quality.pre_checks(pep)]
    values = {"grades": dict.fromkeys(criteria, grade), "comments": dict.fromkeys(criteria, "Say more")} | changes
    return quality.Given(**values)


def assess(pep, actor, grade=Grade.GREEN, **changes):
    return quality.assess(pep=pep, given=given(pep, grade, **changes), actor=actor, now=NOW)


def test_the_machine_finds_what_is_not_there(pep):
    found = {check.criterion: check.grade for check in quality.pre_checks(pep)}
    assert {found[c] for c in (Criterion.VOICE, Criterion.TARGETS, Criterion.CARER, Criterion.MEETING)} == {Grade.RED}
    pep.sections.create(code="C", answers={"going_well": "Art"})
    pep.sections.create(code="D", answers={"home_support": "Reads with her"})
    found = {check.criterion: check.grade for check in quality.pre_checks(pep)}
    assert (found[Criterion.VOICE], found[Criterion.CARER]) == (Grade.AMBER, Grade.GREEN)


def test_grades_are_kept_beside_the_proposals(pep, adviser):
    made = assess(pep, adviser, to_teacher="Thank you")
    assert (made.overall, made.moderation, made.to_teacher) == ("green", False, "Thank you")
    assert made.proposed["voice"]["grade"] == "red"


def test_only_red_criteria_go_back(pep, adviser):
    checks = {check.criterion: Grade.GREEN for check in quality.pre_checks(pep)} | {Criterion.VOICE: Grade.RED}
    made = assess(pep, adviser, grades=checks, comments={Criterion.VOICE: "Ask her"})
    assert made.overall == "red"
    assert quality.reasons_of(made) == {"C": "Ask her"}


def test_red_wants_words_and_an_override_its_reason(pep, adviser):
    with pytest.raises(ValidationError) as refusal:
        assess(pep, adviser, Grade.RED, comments={})
    assert "comment_voice" in refusal.value.message_dict
    with pytest.raises(ValidationError, match="differs from the rule"):
        assess(pep, adviser, override=Grade.AMBER)
    assert assess(pep, adviser, override=Grade.AMBER, because="No evidence of work").overall == "amber"


def test_the_setting_makes_the_whole(pep, adviser, settings):
    settings.PEP_OVERALL_RULE = "more_than_one_red"
    checks = {check.criterion: Grade.GREEN for check in quality.pre_checks(pep)} | {Criterion.VOICE: Grade.RED}
    assert assess(pep, adviser, grades=checks, comments={Criterion.VOICE: "Ask"}).overall == "amber"


def test_moderation_is_anothers_and_once(pep, adviser):
    assess(pep, adviser)
    with pytest.raises(ValidationError, match="already"):
        assess(pep, adviser)
    second = assess(pep, UserFactory(role=Role.VSH.value), Grade.AMBER)
    assert second.moderation
    with pytest.raises(ValidationError, match="two people"):
        assess(pep, UserFactory(role=Role.ADVISER.value))
    assert quality.agreement(QualityCheck.objects.all()) == (0, 1)


def test_the_sample_is_about_one_in_ten_and_always_the_same():
    chosen = [quality.in_sample(n, "2026-autumn") for n in range(2_000)]
    assert 120 < sum(chosen) < 280
    assert chosen == [quality.in_sample(n, "2026-autumn") for n in range(2_000)]


def test_who_grades(pep, teacher):
    with pytest.raises(PermissionDenied):
        assess(pep, teacher)


def test_a_pep_in_work_is_not_graded(pep, adviser):
    pep.state = "meeting_held"
    pep.save()
    with pytest.raises(ValidationError, match="submitted"):
        assess(pep, adviser)


class TestSigning:
    def sign(self, pep, actor, party, method="verbal", **changes):
        values = {"name": "Kay Marsh", "on": TODAY, "note": ""} | changes
        return signing.sign(pep=pep, party=party, method=SignOff.Method(method), actor=actor, today=TODAY, **values)

    def test_oneself_in_the_system_others_by_word(self, pep, teacher):
        assert self.sign(pep, teacher, Contributor.TEACHER, "in_system", name="").name == teacher.name
        assert self.sign(pep, teacher, Contributor.CHILD).method == "verbal"
        with pytest.raises(ValidationError, match="in person"):
            self.sign(pep, teacher, Contributor.CARER, "in_system")

    def test_a_refusal_says_why(self, pep, teacher):
        with pytest.raises(ValidationError, match="Say why"):
            self.sign(pep, teacher, Contributor.CHILD, "declined")
        self.sign(pep, teacher, Contributor.CHILD, "declined", note="Wants another school")
        assert Contributor.CHILD not in signing.missing_parties(pep)

    def test_corrected_not_doubled(self, pep, teacher):
        self.sign(pep, teacher, Contributor.CARER)
        self.sign(pep, teacher, Contributor.CARER, name="Kay Marshall")
        assert SignOff.objects.get().name == "Kay Marshall"

    def test_who_may(self, pep):
        officer = AllocationFactory(pupil=pep.pupil).user
        for person in (officer, MembershipFactory().user):
            with pytest.raises(PermissionDenied):
                self.sign(pep, person, Contributor.CHILD)

    def test_not_tomorrow(self, pep, teacher):
        with pytest.raises(ValidationError, match="today or earlier"):
            self.sign(pep, teacher, Contributor.CARER, on=TODAY + timedelta(days=1))


class TestPages:
    def test_graded_red_leads_to_the_return_with_its_reasons(self, client, pep, adviser):
        client.force_login(adviser)
        url = reverse("peps:quality", args=[pep.pk])
        form = client.get(url).context["form"]
        data = {f"grade_{c.criterion}": "green" for c in form.checks} | {
            "grade_voice": "red",
            "comment_voice": "Ask her",
        }
        answer = client.post(url, data, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("peps:return", args=[pep.pk])
        assert answer.context["form"].initial == {"reason_C": "Ask her"}
        assert "A section left empty stays as it is." in answer.content.decode()

    def test_the_school_sees_the_list_before_it_submits_and_the_words_after(self, client, pep, teacher, adviser):
        client.force_login(teacher)
        assert (
            "What the quality check would say now"
            not in client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
        )
        pep.state = "meeting_held"
        pep.save()
        text = client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
        assert "Nothing from the child" in text
        pep.state = "submitted"
        pep.save()
        assess(pep, adviser, to_teacher="Lovely voice section")
        assert "Lovely voice section" in client.get(reverse("peps:pep", args=[pep.pk])).content.decode()

    def test_sign_off_in_the_browser(self, client, pep, teacher):
        client.force_login(teacher)
        url = reverse("peps:sign_off", args=[pep.pk])
        day = {"on_0": "20", "on_1": "11", "on_2": "2026"}
        assert "Enter the name" in client.post(url, {"party": "carer", "method": "verbal", **day}).content.decode()
        answer = client.post(url, {"party": "carer", "method": "verbal", "name": "Kay Marsh", **day}, follow=True)
        assert "Kay Marsh" in answer.content.decode()

"""A version of the form from draft to in force, and the plans that keep the one before."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.roles import Role
from peps.models import PEP, FormVersion
from peps.services import cycle, form_versions
from tests.factories import PEPFactory, UserFactory, YearGroupFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def head():
    return UserFactory(role=Role.VSH.value)


def changed(head, **changes):
    version = form_versions.draft(actor=head)
    return form_versions.change_question(
        version=version, code="C", key="hard", changes=changes or {"hint": "Anything"}, actor=head
    )


def said(**more):
    return {"group": "iros", "on": TODAY, "comment": "Shorter", "outcome": "Kept: it is asked by law", **more}


def agreed(version, head):
    form_versions.consult(version=version, actor=head)
    form_versions.record_comment(version=version, said=said(), today=TODAY, actor=head)
    for body in ("kcpg", "ccb", "cicc"):
        form_versions.approve(version=version, body=body, on=TODAY, today=TODAY, actor=head)
    version.refresh_from_db()
    return version


def test_only_the_head_changes_the_form():
    for role in (Role.ADVISER, Role.DATA_OFFICER, Role.DESIGNATED_TEACHER):
        with pytest.raises(PermissionDenied):
            form_versions.draft(actor=UserFactory(role=role.value))


def test_one_version_is_worked_on_at_a_time_and_none_in_force_is_changed(head):
    version = changed(head)
    assert (version.number, version.state) == (2, "draft")
    with pytest.raises(ValidationError, match="Version 2 is being worked on"):
        form_versions.draft(actor=head)
    with pytest.raises(ValidationError, match="in force: its questions stand"):
        form_versions.remove_question(version=FormVersion.objects.get(number=1), code="D", key="reading", actor=head)


def test_a_draft_that_is_given_up_stays_readable_and_makes_room(head, client):
    version = changed(head)
    client.force_login(head)
    client.post(reverse("peps:form_give_up", args=[version.number]))
    version.refresh_from_db()
    assert version.state == "given_up"
    assert "Given up" in client.get(reverse("peps:form", args=[version.number])).content.decode()
    after = form_versions.draft(actor=head)
    assert after.number == 3
    assert form_versions.before(after).number == 1
    with pytest.raises(ValidationError, match="Only a draft"):
        form_versions.give_up(version=FormVersion.objects.get(number=1), actor=head)


def test_in_force_only_with_three_approvals_and_every_outcome(head):
    version = changed(head)
    form_versions.consult(version=version, actor=head)
    comment = form_versions.record_comment(version=version, said=said(outcome=""), today=TODAY, actor=head)
    for body in ("kcpg", "ccb"):
        form_versions.approve(version=version, body=body, on=TODAY, today=TODAY, actor=head)
    with pytest.raises(ValidationError) as refusal:
        form_versions.put_in_force(version=version, from_on=TODAY, today=TODAY, actor=head)
    assert refusal.value.messages == [
        "Not approved yet: Children in Care Council.",
        "1 of 1 comments have no outcome.",
    ]
    with pytest.raises(ValidationError, match="Withdraw the approval"):
        form_versions.remove_question(version=version, code="D", key="reading", actor=head)
    form_versions.record_comment(version=version, said=said(), today=TODAY, actor=head, comment=comment)
    form_versions.approve(version=version, body="cicc", on=TODAY, today=TODAY, actor=head)
    assert form_versions.put_in_force(version=version, from_on=TODAY, today=TODAY, actor=head).state == "in_force"
    assert FormVersion.objects.get(number=1).state == "retired"


def test_no_version_without_what_the_law_asks(head):
    version = agreed(changed(head, required=False), head)
    assert form_versions.reasons_against(version) == ["Nothing is new against the version before."]
    FormVersion.objects.filter(pk=version.pk).update(state="draft")
    version.approvals.all().delete()
    form_versions.remove_question(version=version, code="C", key="interests", actor=head)
    version = agreed(FormVersion.objects.get(pk=version.pk), head)
    with pytest.raises(ValidationError, match="S4 has no required question"):
        form_versions.put_in_force(version=version, from_on=TODAY, today=TODAY, actor=head)


def test_a_version_holds_for_plans_opened_from_its_day_on(head):
    old = PEPFactory(pupil=looked_after(), form=FormVersion.objects.get(number=1), phase="secondary", state="open")
    version = agreed(changed(head), head)
    with pytest.raises(ValidationError, match="today or a later day"):
        form_versions.put_in_force(version=version, from_on=TODAY - timedelta(days=1), today=TODAY, actor=head)
    tomorrow = TODAY + timedelta(days=1)
    assert form_versions.put_in_force(version=version, from_on=tomorrow, today=TODAY, actor=head).state == "agreed"
    children = [looked_after(), looked_after()]
    YearGroupFactory(pupil=children[0], nc_year=8)
    cycle.open_due_peps(today=TODAY, actor=None)
    YearGroupFactory(pupil=children[1], nc_year=8)
    PEP.objects.filter(pupil=children[1]).delete()
    cycle.open_due_peps(today=tomorrow, actor=None)
    numbers = [PEP.objects.get(pupil=child).form.number for child in (old.pupil, *children)]
    assert numbers == [1, 1, 2]
    assert PEP.objects.get(pk=old.pk).form_sections[2].field("hard").hint == ""


class TestPages:
    def test_a_file_out_and_in(self, client, head):
        client.force_login(head)
        client.post(reverse("peps:form_draft"))
        document = json.loads(client.get(reverse("peps:form_export", args=[2])).content)
        document["sections"][0]["title"] = "Who I am"
        url = reverse("peps:form_import", args=[2])

        def send(text):
            return client.post(url, {"file_sent": io.BytesIO(text)}, follow=True).content.decode()

        assert "line 1, column 2" in send(b"{oops}")
        assert "NaN is no number" in send(b'{"sections": NaN}')
        assert "must be an object with a list named" in send(b"[]")
        assert FormVersion.objects.get(number=2).form.sections[0].title == "Identity and care"
        assert "Title, before: “Identity and care”" in send(json.dumps(document).encode())

    def test_questions_by_forms(self, client, head):
        client.force_login(head)
        client.post(reverse("peps:form_draft"))
        page = client.get(reverse("peps:form_question", args=[2, "C", "hard"]))
        assert page.context["form"]["words_ks2"].value() == "What is hard for you at school?"
        client.post(
            reverse("peps:form_question", args=[2, "C", "hard"]),
            {"label": "What is hard?", "words_ks2": "What is tricky?", "required": "on"},
        )
        client.post(reverse("peps:form_question_new", args=[2, "D"]), {"label": "Which pets?", "kind": "text"})
        client.post(reverse("peps:form_question_remove", args=[2, "D", "reading"]))
        form = FormVersion.objects.get(number=2).form
        hard = form.section("C").field("hard")
        assert (hard.required, dict(hard.words)) == (True, {"ks2": "What is tricky?"})
        assert form.section("D").field("which_pets").label == "Which pets?"
        assert "reading" not in [f.key for f in form.section("D").fields]
        text = client.get(reverse("peps:form", args=[2])).content.decode()
        assert "now required" in text.lower() and "Reading at home" in text

    def test_who_reads(self, client, head):
        client.force_login(head)
        client.post(reverse("peps:form_draft"))
        client.force_login(UserFactory(role=Role.DATA_OFFICER.value))
        text = client.get(reverse("peps:form", args=[2])).content.decode()
        assert "Record a comment" not in text and "/sections/" not in text

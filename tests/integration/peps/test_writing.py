"""Writing together: nothing is lost, nothing is overwritten without a word."""

import json
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.roles import Role
from peps.models import PEP, FormVersion, PEPSection
from peps.services import writing
from tests.factories import AllocationFactory, MembershipFactory, PEPFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def pep(teacher):
    child = looked_after(school=teacher.school_memberships.get().school)
    return PEPFactory(pupil=child, form=FormVersion.objects.get(), phase="secondary", state="open")


@pytest.fixture
def worker(pep):
    return AllocationFactory(pupil=pep.pupil, kind="social_worker", user=UserFactory(role="social_worker")).user


def section(pep: PEP, code: str):
    return next(s for s in pep.form_sections if s.code == code)


def save(pep, code, answers, actor, seen=()):
    return writing.save_answers(
        pep=pep,
        section=section(pep, code),
        answers=answers,
        seen={k: writing.mark_of(v) for k, v in dict(seen).items()},
        actor=actor,
        now=NOW,
    )


def answers(pep, code):
    return PEPSection.objects.get(pep=pep, code=code).answers


def test_two_people_in_two_sections(pep, teacher, worker):
    save(pep, "B", {"key_adult": "Ms Lowe"}, teacher)
    save(pep, "A", {"first_language": "English"}, worker)
    assert answers(pep, "B") == {"key_adult": "Ms Lowe"}
    assert answers(pep, "A") == {"first_language": "English"}


def test_two_people_in_two_fields_of_one_section(pep, teacher, worker):
    save(pep, "C", {"hard": "Spelling"}, teacher)
    saved = save(pep, "C", {"going_well": "Art"}, worker)
    assert saved.clashes == []
    assert answers(pep, "C") == {"hard": "Spelling", "going_well": "Art"}


def test_two_people_in_one_field_are_told(pep, teacher, worker):
    save(pep, "C", {"hard": "Spelling"}, teacher)
    saved = save(pep, "C", {"hard": "Maths", "next": "A vet"}, worker)
    assert [(c.field, c.theirs, c.by) for c in saved.clashes] == [("hard", "Spelling", teacher.name)]
    assert answers(pep, "C") == {"hard": "Spelling", "next": "A vet"}
    again = save(pep, "C", {"hard": "Spelling and maths"}, worker, {"hard": "Spelling"})
    assert again.clashes == []
    assert answers(pep, "C")["hard"] == "Spelling and maths"


def test_the_same_words_are_no_clash(pep, teacher, worker):
    save(pep, "C", {"hard": "Spelling"}, teacher)
    assert save(pep, "C", {"hard": "Spelling"}, worker).clashes == []


@pytest.mark.parametrize(
    ("code", "answers", "message"),
    [
        ("B", {"shoe_size": "4"}, "has no field"),
        ("I", {"send": "sometimes"}, "select one of the options"),
        ("B", {"history_right": "perhaps"}, "select one of the options"),
        ("B", {"key_adult": "x" * 20_001}, "at most 20,000 characters"),
        ("Q", {"actions": "none"}, "could not be read"),
    ],
)
def test_what_cannot_be_kept_is_refused(pep, teacher, code, answers, message):
    with pytest.raises(ValidationError, match=message):
        save(pep, code, answers, teacher)
    assert not PEPSection.objects.exclude(answers={}).exists()


def test_rows_keep_their_columns_only(pep, teacher):
    save(pep, "Q", {"actions": [{"action": "Read daily", "owner": "Ms Lowe", "x": "y"}, {"action": " "}]}, teacher)
    assert answers(pep, "Q")["actions"] == [{"action": "Read daily", "owner": "Ms Lowe", "due": ""}]


def test_each_in_the_own_sections_only(pep, teacher, worker):
    with pytest.raises(PermissionDenied, match="written by the social worker"):
        save(pep, "A", {"first_language": "English"}, teacher)
    with pytest.raises(PermissionDenied, match="written by the designated teacher"):
        save(pep, "B", {"key_adult": "X"}, worker)
    with pytest.raises(PermissionDenied, match="not open to you"):
        save(pep, "B", {"key_adult": "X"}, MembershipFactory().user)
    officer = AllocationFactory(pupil=pep.pupil).user
    with pytest.raises(PermissionDenied, match="reads PEPs"):
        save(pep, "C", {"hard": "X"}, officer)


def test_ready_wants_what_is_required_and_ends_with_the_next_change(pep, teacher):
    with pytest.raises(ValidationError, match="Still to answer"):
        writing.mark_ready(pep=pep, section=section(pep, "Q"), actor=teacher, now=NOW)
    save(pep, "Q", {"actions": [{"action": "Read"}], "distribution": "All"}, teacher)
    assert writing.mark_ready(pep=pep, section=section(pep, "Q"), actor=teacher, now=NOW).ready_by == teacher
    save(pep, "Q", {"distribution": "The carer"}, teacher, {"distribution": "All"})
    assert PEPSection.objects.get(pep=pep, code="Q").ready_at is None


class TestPages:
    def url(self, pep, code, name="section"):
        return reverse(f"peps:{name}", args=[pep.pk, code])

    def test_saved_as_typed_and_told_what_is_wrong(self, client, pep, teacher):
        client.force_login(teacher)
        answer = client.post(self.url(pep, "I", "save"), {"send": "support", "needs": "Speech", "was": "{}"}).json()
        assert (answer["revision"], answer["at"], answer["clashes"], answer["faults"]) == (1, "09:00", [], {})
        told = client.post(self.url(pep, "B", "save"), {"hours_offered": "many", "key_adult": "Ms Lowe"})
        assert told.json()["faults"] == {
            "hours_offered": "Hours of education offered each week must be a number, like 12.5"
        }
        assert answers(pep, "B")["key_adult"] == "Ms Lowe"

    def test_only_what_was_changed_is_sent_on(self, client, pep, teacher, worker):
        """Without scripts the whole form comes back: fields that the writer left alone are no clash."""
        save(pep, "C", {"hard": "Spelling", "going_well": "Art"}, teacher)
        was = json.dumps({"hard": writing.mark_of("Reading"), "going_well": writing.mark_of("Art")})
        save(pep, "C", {"hard": "Maths"}, worker, {"hard": "Spelling"})
        client.force_login(teacher)
        page = client.post(self.url(pep, "C"), {"hard": "Reading", "going_well": "Art and music", "was": was})
        assert page.status_code == 302
        assert answers(pep, "C")["hard"] == "Maths"
        assert answers(pep, "C")["going_well"] == "Art and music"

    def test_a_clash_is_shown_with_both_and_saved_the_second_time(self, client, pep, teacher, worker):
        save(pep, "C", {"hard": "Maths"}, worker)
        client.force_login(teacher)
        page = client.post(self.url(pep, "C"), {"hard": "Reading", "was": "{}"})
        text = page.content.decode()
        assert f"{worker.name} changed this meanwhile to: “Maths”" in text
        assert ">\nReading</textarea>" in text
        was = page.context["form"].data["was"]
        assert client.post(self.url(pep, "C"), {"hard": "Maths, reading", "was": was}).status_code == 302
        assert answers(pep, "C")["hard"] == "Maths, reading"

    def test_who_does_not_write_reads(self, client, pep, teacher, worker):
        save(pep, "B", {"key_adult": "Ms Lowe", "history_right": "yes"}, teacher)
        client.force_login(worker)
        text = client.get(self.url(pep, "B")).content.decode()
        assert "Ms Lowe" in text
        assert "This section is written by the designated teacher." in text
        assert "<textarea" not in text
        assert client.post(self.url(pep, "B"), {"key_adult": "X"}).status_code == 403

    def test_facts_flow_in(self, client, pep, teacher):
        client.force_login(teacher)
        text = client.get(self.url(pep, "B")).content.decode()
        assert pep.pupil.school_places.get().school.name in text
        assert "From: The roll and the schools register" in text

    def test_a_section_that_the_variant_does_not_have(self, client, pep, teacher):
        client.force_login(teacher)
        assert client.get(self.url(pep, "P")).status_code == 404

    def test_the_key_of_a_draft_is_each_persons_own(self, client, pep, teacher, worker):
        keys = set()
        for person in (teacher, worker):
            client.force_login(person)
            keys.add(client.get(self.url(pep, "C")).context["draft_key"])
        assert len(keys) == 2


def test_roles_that_read_no_peps(client, pep):
    client.force_login(UserFactory(role=Role.DATA_OFFICER.value))
    assert client.get(reverse("peps:pep", args=[pep.pk])).status_code == 403

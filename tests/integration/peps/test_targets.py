"""Targets are set with all they need, reviewed at the next PEP, stepped down when they failed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from peps.models import FormVersion, Target
from peps.services import targets
from tests.factories import AllocationFactory, MembershipFactory, PEPFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
VALUES = {
    "kind": "academic", "horizon": "short", "need": "Reads 32 words a minute", "why": "To follow lessons",
    "outcome": "read 60 words a minute", "how": [{"what": "Paired reading", "who": "Ms Lowe"}],
    "measure": "Words a minute", "measure_from": "32", "measure_to": "60", "owner_name": "Helen Lowe",
    "due_on": date(2027, 3, 12), "cost": None, "cost_words": "", "child_view": "", "from_voice": False,
}  # fmt: skip


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
def old(pep):
    return PEPFactory(
        pupil=pep.pupil, academic_year=2025, season="summer", state="approved", held_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
    )  # fmt: skip


def make(pep, **changes):
    return Target.objects.create(pep=pep, number=pep.targets.count() + 1, **(VALUES | changes))


def save(pep, actor, **changes):
    return targets.save_target(pep=pep, values=VALUES | changes, actor=actor, today=TODAY)


def review(pep, target, actor, **changes):
    given = {"result": "achieved", "evidence": "61 on 20 November", "money_impact": ""} | changes
    return targets.review_target(pep=pep, target=target, actor=actor, today=TODAY, **given)


def test_numbers_follow(pep, teacher):
    assert [save(pep, teacher).number, save(pep, teacher, outcome="swim 25 metres without help").number] == [1, 2]


def test_vague_is_refused_with_its_hint(pep, teacher):
    with pytest.raises(ValidationError) as refusal:
        save(pep, teacher, outcome="improve maths", owner_name="School")
    assert set(refusal.value.message_dict) == {"outcome", "owner_name"}
    assert not Target.objects.exists()


def test_who_sets_targets(pep, teacher):
    worker = AllocationFactory(pupil=pep.pupil, kind="social_worker", user=UserFactory(role="social_worker")).user
    for person in (worker, MembershipFactory().user):
        with pytest.raises(PermissionDenied):
            save(pep, person)
    pep.state, pep.held_on = "submitted", TODAY
    pep.save()
    with pytest.raises(PermissionDenied, match="submitted"):
        save(pep, teacher)
    assert save(pep, UserFactory(role="adviser"))


def test_review_wants_evidence_and_what_money_did(pep, old, teacher):
    target = make(old, cost=Decimal(350))
    with pytest.raises(ValidationError, match="what shows it"):
        review(pep, target, teacher, evidence=" ")
    with pytest.raises(ValidationError, match="Money was given"):
        review(pep, target, teacher)
    done = review(pep, target, teacher, money_impact="Ten sessions, 29 words a minute more")
    assert (done.result, done.reviewed_on, done.reviewed_by) == ("achieved", TODAY, teacher)


def test_only_earlier_targets_of_the_same_child(pep, old, teacher):
    with pytest.raises(ValidationError, match="earlier PEPs"):
        review(pep, make(pep), teacher)
    with pytest.raises(ValidationError, match="earlier PEPs"):
        review(pep, make(PEPFactory(due_on=date(2026, 7, 1))), teacher)


def test_a_failed_target_is_stepped_down_not_copied(client, pep, old, teacher):
    target = make(old)
    review(pep, target, teacher, result="not_achieved")
    with pytest.raises(ValidationError, match="smaller step"):
        save(pep, teacher)
    client.force_login(teacher)
    url = reverse("peps:target_new", args=[pep.pk])
    assert "A smaller step towards a target that was not met" in client.get(f"{url}?from={target.pk}").content.decode()
    day = {"due_on_0": "12", "due_on_1": "3", "due_on_2": "2027"}
    rows = {"how-0-what": "Paired reading", "how-0-often": "daily"}
    sent = {k: v for k, v in VALUES.items() if k not in {"how", "due_on", "cost", "from_voice"}}
    answer = client.post(f"{url}?from={target.pk}", {**sent, **day, **rows, "outcome": "read 45 words a minute"})
    assert answer.status_code == 302
    made = pep.targets.get()
    assert made.stepped_from == target
    assert made.how == [{"what": "Paired reading", "when": "", "where": "", "who": "", "often": "daily"}]


def test_the_sentence_comes_while_it_is_written(client, pep, teacher):
    client.force_login(teacher)
    url = reverse("peps:target_sentence", args=[pep.pk])
    text = client.post(url, {"outcome": "improve maths", "owner_name": ""}).content.decode()
    assert f"{pep.pupil.known_as or pep.pupil.forename} will improve maths." in text
    assert "not “improve reading”" in text
    assert "Name the person" not in text


def test_advice_stays_when_a_question_was_left_empty(client, pep, teacher):
    client.force_login(teacher)
    url = reverse("peps:target_new", args=[pep.pk])
    text = client.post(url, {"outcome": "improve maths", "need": ""}).content.decode()
    assert "There is a problem" in text
    assert text.count("not “improve reading”") == 1
    assert "Cost in pounds, if it needs money (optional)" in text
    assert "Who sees to it? (optional)" not in text


def test_the_list_shows_what_to_review(client, pep, old, teacher):
    make(old)
    client.force_login(teacher)
    text = client.get(reverse("peps:targets", args=[pep.pk])).content.decode()
    assert "To review" in text
    assert reverse("peps:target_review", args=[pep.pk, Target.objects.get().pk]) in text
    assert client.get(reverse("peps:target_edit", args=[pep.pk, Target.objects.get().pk])).status_code == 404

"""The demo's PEPs hold against the rules that the services would have applied."""

from collections import Counter
from datetime import date

import pytest

from attainment.models import TermAssessment
from core.roles import Role
from peps.models import PEP, QualityCheck, Target
from peps.rules.quality import Grade
from peps.rules.targets import hints_for
from peps.rules.workflow import FINISHED, State
from peps.services.content import content_of, missing_before_submission
from peps.services.steps import reasons_against_approval
from tests.factories import AllocationFactory, MembershipFactory, UserFactory, looked_after
from virtualschool.demo_collection import load_collection
from virtualschool.demo_peps import load_peps
from virtualschool.demo_thin import load_thin

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
BIRTHS = [date(2023, 1, 9), date(2018, 5, 2), date(2011, 3, 4), date(2009, 10, 1)]


@pytest.fixture
def county(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")
    UserFactory(role=Role.VSH.value)
    adviser, post = UserFactory(role=Role.ADVISER.value), MembershipFactory()
    for number in range(60):
        send = "E" if number % 9 == 0 else "N"
        child = looked_after(child_id=f"D{number:03d}", dob=BIRTHS[number % 4], school=post.school, send=send)
        AllocationFactory(pupil=child, user=adviser, kind="adviser")
    load_thin(TODAY)
    assert load_peps(TODAY) > 60


def test_each_plan_keeps_the_rules_of_its_state(county) -> None:
    now = PEP.objects.filter(academic_year=2026)
    states = Counter(now.values_list("state", flat=True))
    assert {"planned", "open", "meeting_held", "submitted", "locked"} <= set(states)
    handed_in = now.filter(state__in=[State.SUBMITTED, *FINISHED])
    assert {p.pk: missing_before_submission(p) for p in handed_in if missing_before_submission(p)} == {}
    done = now.filter(state__in=FINISHED)
    assert {p.pk: reasons_against_approval(p) for p in done if reasons_against_approval(p)} == {}
    assert all(p.versions.first().content == content_of(p) for p in PEP.objects.filter(submitted_at__isnull=False))
    assert {c.overall for c in QualityCheck.objects.filter(pep__in=done, version=1)} <= {g.value for g in Grade}


def test_the_targets_are_good_examples(county) -> None:
    targets = Target.objects.filter(pep__academic_year=2026).select_related("pep")
    hints = [hints_for(t.draft, today=t.pep.held_on) for t in targets]
    assert hints
    assert [h for h in hints if h] == []
    assert Target.objects.exclude(result="").exists()


def test_a_second_run_adds_nothing(county) -> None:
    assert load_peps(TODAY) == 0


def test_the_collection_of_last_term_is_whole_and_of_this_term_in_part(county) -> None:
    first = load_collection(TODAY)
    assert load_collection(TODAY) == 0
    assert TermAssessment.objects.count() == first
    pairs = set(TermAssessment.objects.values_list("season", "pupil"))
    children = Counter(season for season, _ in pairs)
    assert children["summer"] == 60
    assert 0 < children["autumn"] < 60
    assert not TermAssessment.objects.filter(working_at="").exists()

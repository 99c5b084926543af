"""The demo's first rows of the thin apps: made through the services, the same each time, once."""

from datetime import date

import pytest

from core.roles import Role
from incentives.models import SchemeLetter
from peps.models import PEP
from pledge.models import CommitmentRecord
from provision.models import Exclusion
from tests.factories import AllocationFactory, SchoolFactory, UserFactory, looked_after
from virtualschool.demo_thin import load_thin

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def county():
    UserFactory(role=Role.VSH.value)
    iro = UserFactory(role=Role.IRO.value)
    school = SchoolFactory()
    for number in range(24):
        child = looked_after(child_id=f"D{number:03d}", dob=date(2011, 3, 4), school=school)
        AllocationFactory(pupil=child, user=iro)


def test_something_of_each_and_nothing_twice(county):
    made = load_thin(TODAY)
    assert made["peps_opened"] == 24
    assert set(PEP.objects.values_list("state", flat=True)) == {"due", "held", "complete"}
    assert made["pledge_answers"] == CommitmentRecord.objects.count() > 0
    assert 0 < made["letters"] == SchemeLetter.objects.count() < 24
    assert made["exclusions"] == Exclusion.objects.count() == 14
    assert set(load_thin(TODAY).values()) == {0}


def test_without_accounts_nothing_is_made():
    looked_after()
    assert load_thin(TODAY) == {}

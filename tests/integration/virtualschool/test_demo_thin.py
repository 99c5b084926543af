"""The demo's first rows of the thin apps: made through the services, the same each time, once."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from attendance.models import EffectiveRegister
from attendance.register.places import place_of
from core.models import User
from core.roles import Role
from incentives.models import SchemeLetter
from peps.models import PEP
from pledge.models import CommitmentRecord
from provision.models import Exclusion
from tests.factories import AllocationFactory, SchoolFactory, UserFactory, looked_after
from virtualschool.demo_thin import load_thin, suspensions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", [["demo", "--load"], ["demo_run"]])
def test_accounts_with_a_published_password_are_not_made_where_others_reach_them(settings, command: list[str]) -> None:
    settings.LOOPBACK_ONLY = False
    with pytest.raises(CommandError, match="published password"):
        call_command(*command)
    assert not User.objects.exists()


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
        # Friday 20 November and the Monday after it, one suspension over the weekend; for some an earlier half day.
        marks = [" "] * 732
        for on, half in [(date(2026, 11, 20), "PM"), (date(2026, 11, 23), "AM")]:
            marks[place_of(on, half)] = "E"
        if number % 2:
            marks[place_of(date(2026, 10, 5), "AM")] = "E"
            marks[place_of(date(2026, 10, 5), "PM")] = "/"
        EffectiveRegister.objects.create(pupil=child, academic_year=2026, marks="".join(marks))


def test_something_of_each_and_nothing_twice(county):
    made = load_thin(TODAY)
    assert made["peps_opened"] == 24
    assert set(PEP.objects.values_list("state", flat=True)) == {"planned", "meeting_held"}
    assert made["pledge_answers"] == CommitmentRecord.objects.count() > 0
    assert 0 < made["letters"] == SchemeLetter.objects.count() < 24
    assert made["exclusions"] == Exclusion.objects.count() >= 15
    assert Exclusion.objects.values("pupil").distinct().count() == 15
    assert set(Exclusion.objects.values_list("from_on", "sessions")) == {
        (date(2026, 11, 20), 2), (date(2026, 10, 5), 1),
    }  # fmt: skip
    assert set(load_thin(TODAY).values()) == {0}


def test_without_accounts_nothing_is_made():
    looked_after()
    assert load_thin(TODAY) == {}


def test_runs_of_suspension_in_a_register():
    marks = [" "] * 732
    days = {date(2026, 9, 10): "EE", date(2026, 9, 11): "E/", date(2026, 9, 14): "EE", date(2026, 9, 25): "EE"}
    for on, both in days.items():
        marks[place_of(on, "AM")], marks[place_of(on, "PM")] = both
    runs = [(date(2026, 9, 10), 3), (date(2026, 9, 14), 2), (date(2026, 9, 25), 2)]
    assert suspensions("".join(marks), 2026, until=TODAY) == runs
    assert suspensions("".join(marks), 2026, until=date(2026, 9, 14)) == runs[:2]

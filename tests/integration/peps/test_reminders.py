"""Reminders and escalation by a real mail server: each once, tried again when it failed, no child named."""

from datetime import date

import pytest

from core.models import User
from core.roles import Role
from peps import tasks
from peps.models import ReminderSent
from peps.services import reminders
from pupils.models import CareEpisode
from tests.factories import AllocationFactory, CoverFactory, MembershipFactory, PEPFactory, UserFactory, looked_after
from tests.smtp import mail_server

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-20T07:00:00Z")


@pytest.fixture
def server(settings):
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def teacher():
    return MembershipFactory(user__email="teacher@school.example").user


@pytest.fixture
def pep(teacher):
    """Its term's cut-off is Fri 27 Nov 2026: 5 working days before are Fri 20, 1 is Thu 26 Nov."""
    child = looked_after(
        school=teacher.school_memberships.get().school, forename="Samira", surname="Quillfeather", known_as="Mira"
    )
    return PEPFactory(pupil=child, state="open")


def run(time_machine, on: date) -> reminders.Run:
    time_machine.move_to(f"{on}T07:00:00Z")
    return reminders.send_digests(today=on)


def test_a_reminder_comes_once_and_names_no_child(server, teacher, pep, time_machine):
    # The first reminder of P5 is 15 working days ahead; its day passed, and the one of today is told in its place.
    assert tasks.send_reminders() == 1
    assert run(time_machine, FRIDAY) == run(time_machine, date(2026, 11, 24)) == reminders.Run(0, 0)
    assert run(time_machine, date(2026, 11, 26)).sent == 1
    first, second = server.to(teacher.email)
    assert first["Subject"] == second["Subject"] == "PEPs: 1 due soon"
    text = first.get_content()
    assert f"Fri 27 Nov 2026: PEP of the term (M.Q., PEP {pep.pk})" in text
    assert f"/peps/{pep.pk}/" in text
    for name in ("Quillfeather", "Samira", "Mira"):
        assert name.encode() not in b"".join(server.raw)
    assert set(ReminderSent.objects.values_list("kind", flat=True)) == {"reminder-5", "reminder-1"}


def test_lateness_is_told_to_the_owner_then_to_adviser_and_head(server, teacher, pep, time_machine):
    adviser = AllocationFactory(pupil=pep.pupil, kind="adviser").user
    head = UserFactory(role=Role.VSH.value)
    due_on = date(2026, 11, 27)
    assert run(time_machine, due_on).sent == 1
    assert run(time_machine, date(2026, 11, 30)).sent == 2
    assert [m["Subject"] for m in server.to(adviser.email)] == ["PEPs: 1 late"]
    assert "PEP of the term, designated teacher (M.Q." in server.to(adviser.email)[0].get_content()
    assert not server.to(head.email)
    # 5 working days after Fri 27 Nov.
    assert run(time_machine, date(2026, 12, 3)).sent == 0
    assert run(time_machine, date(2026, 12, 4)).sent == 1
    assert len(server.to(head.email)) == 1
    assert run(time_machine, date(2026, 12, 7)).sent == 0


def test_a_mail_that_failed_is_tried_again(server, teacher, pep, time_machine):
    server.refusing = True
    assert run(time_machine, FRIDAY) == reminders.Run(0, 1)
    assert not ReminderSent.objects.exists()
    server.refusing = False
    assert run(time_machine, FRIDAY) == reminders.Run(1, 0)
    assert len(server.taken) == 1


def test_a_server_that_is_down_does_no_harm(settings, teacher, pep):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert reminders.send_digests(today=FRIDAY) == reminders.Run(0, 1)
    assert not ReminderSent.objects.exists()


def test_one_mail_a_day_holds_everything(server, teacher, pep, time_machine):
    for _ in range(2):
        PEPFactory(pupil=looked_after(school=teacher.school_memberships.get().school), state="open")
    assert run(time_machine, FRIDAY).sent == 1
    assert server.taken[0]["Subject"] == "PEPs: 3 due soon"
    PEPFactory(pupil=looked_after(school=teacher.school_memberships.get().school), state="open")
    assert run(time_machine, FRIDAY).sent == 0
    assert run(time_machine, MONDAY).sent == 1


def test_nothing_at_the_weekend_nor_when_care_has_ended(server, teacher, pep, time_machine):
    assert run(time_machine, date(2026, 11, 21)).sent == 0
    CareEpisode.objects.update(dec=date(2026, 11, 19), rec="E4")
    assert run(time_machine, MONDAY).sent == 0


def test_cover_gets_the_mail_of_who_is_away_and_the_head_that_of_nobody(server, pep, time_machine):
    away = AllocationFactory(pupil=pep.pupil, kind="adviser").user
    cover = UserFactory(role=Role.ADVISER.value)
    CoverFactory(absent=away, covering=cover, from_on=date(2026, 11, 30), made_by=UserFactory(role=Role.VSH.value))
    User.objects.filter(role=Role.DESIGNATED_TEACHER).update(is_active=False)
    run(time_machine, date(2026, 11, 30))
    assert {m["To"] for m in server.taken} == {cover.email, User.objects.get(role=Role.VSH.value).email}

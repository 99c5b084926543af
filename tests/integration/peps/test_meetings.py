"""PEP meetings from the first date to the record, with invitations by a real mail server."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.roles import Role
from peps.models import FormVersion, Invitee, Meeting
from peps.services import invitations, meetings
from peps.services.meetings import Plan, Record
from pupils.models import ReturnRecord
from tests.factories import (
    AllocationFactory,
    EpisodeFactory,
    MembershipFactory,
    PEPFactory,
    UserFactory,
    looked_after,
)
from tests.smtp import mail_server

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def worker():
    return UserFactory(role=Role.SOCIAL_WORKER.value, email="worker@westmarch.example")


@pytest.fixture
def teacher():
    return MembershipFactory(user__email="teacher@school.example").user


@pytest.fixture
def pep(worker, teacher):
    child = looked_after(
        school=teacher.school_memberships.get().school, forename="Samira", surname="Quillfeather", known_as="Mira"
    )
    AllocationFactory(pupil=child, user=worker, kind="social_worker")
    return PEPFactory(pupil=child, state="planned")


def plan(day: int = 1, **fields) -> Plan:
    given = {"starts_at": datetime(2026, 12, day, 10, 30, tzinfo=UTC), "minutes": 60, "venue": "School library"}
    return Plan(**(given | fields))


def arranged(pep, actor) -> Meeting:
    return meetings.arrange(pep=pep, plan=plan(), today=TODAY, actor=actor)


def test_a_date_opens_the_pep_with_the_form_in_force_and_who_works_with_the_child(pep, worker, teacher):
    arranged(pep, worker)
    pep.refresh_from_db()
    assert (pep.state, pep.phase, pep.form) == ("open", "secondary", FormVersion.objects.get())
    assert set(pep.circumstances) == {"initial", "exam_years"}
    assert pep.steps.get().name == "arrange"
    asked = {(one.role, one.email) for one in Invitee.objects.all()}
    assert asked == {
        ("Social worker", worker.email), ("Designated teacher", teacher.email), ("Child or young person", ""),
        ("Carer", ""),
    }  # fmt: skip


def test_who_may_not_set_a_meeting(pep, worker):
    for stranger in (UserFactory(role=Role.SOCIAL_WORKER.value), MembershipFactory().user):
        with pytest.raises(PermissionDenied, match="not open to you"):
            arranged(pep, stranger)
    officer = AllocationFactory(pupil=pep.pupil, kind="iro").user
    with pytest.raises(PermissionDenied, match="arranged by the social worker"):
        arranged(pep, officer)
    arranged(pep, worker)
    with pytest.raises(ValidationError, match="has a meeting already"):
        arranged(pep, worker)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("on", {"starts_at": datetime(2026, 11, 20, 10, tzinfo=UTC)}),
        ("minutes", {"minutes": 5}),
        ("venue", {"venue": ""}),
        ("venue", {"venue": "14 Rose Lane, ME99 1ZZ"}),
        ("venue", {"venue": "At the house of the Quillfeather family"}),
        ("link", {"link": "https://meet.example/quillfeather", "venue": "Library"}),
        ("link", {"mode": "online", "venue": ""}),
    ],
)
def test_what_is_no_meeting_or_must_not_be_mailed(pep, worker, field, fields):
    with pytest.raises(ValidationError) as refusal:
        meetings.arrange(pep=pep, plan=plan(**fields), today=TODAY, actor=worker)
    assert set(refusal.value.error_dict) == {field}


def test_the_postcode_of_a_school_may_be_given(pep, worker, teacher):
    school = teacher.school_memberships.get().school
    school.postcode = "ME99 2ZZ"
    school.save()
    assert meetings.arrange(pep=pep, plan=plan(venue="Room 4, ME99 2ZZ"), today=TODAY, actor=worker).pk


def test_invitations_their_update_and_the_cancellation_by_mail(pep, worker, teacher, settings):
    EpisodeFactory(pupil=pep.pupil, decom=date(2026, 1, 1), pl_post="ME99 3PL", home_post="ME99 4HM")
    meeting = meetings.arrange(
        pep=pep, plan=plan(interpreter="Tigrinya", chair="Aunt Quillfeather"), today=TODAY, actor=worker
    )
    with mail_server(settings) as server:
        assert invitations.send(meeting=meeting, actor=worker) == invitations.Sent(2, 0)
        assert invitations.send(meeting=meeting, actor=worker) == invitations.Sent(0, 0)
        moved = meetings.move(meeting=meeting, plan=plan(day=3), reason="The carer is ill", actor=teacher)
        assert invitations.send(meeting=moved, actor=teacher).sent == 2
        off = meetings.cancel(meeting=moved, reason="Left care", actor=worker)
        assert invitations.send(meeting=off, actor=worker) == invitations.Sent(2, 0)
        assert invitations.send(meeting=off, actor=worker) == invitations.Sent(0, 0)
    mails = server.to(teacher.email)
    assert [m["Subject"] for m in mails] == [
        f"PEP meeting: M.Q., PEP {pep.pk}", f"New time: PEP meeting: M.Q., PEP {pep.pk}",
        f"Cancelled: PEP meeting: M.Q., PEP {pep.pk}",
    ]  # fmt: skip
    assert [m["Reply-To"] for m in mails] == [worker.email, teacher.email, teacher.email]
    calendars = [next(p for p in m.walk() if p.get_content_type() == "text/calendar") for m in mails]
    assert [c.get_param("method") for c in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    texts = [c.get_content() for c in calendars]
    assert [f"SEQUENCE:{n}" in text for n, text in enumerate(texts)] == [True] * 3
    uids = {line for text in texts for line in text.splitlines() if line.startswith("UID:")}
    assert len(uids) == 1
    assert "DTSTART:20261203T103000Z" in texts[1]
    everything = "\n".join(str(p.get_content()) for m in server.taken for p in m.walk() if not p.is_multipart())
    everything += "\n".join(f"{m.items()}" for m in server.taken)
    for secret in ("Quillfeather", "Samira", "Mira", "ME99", "Tigrinya", "carer is ill", "Left care"):
        assert secret.lower() not in everything.lower()


def test_a_mail_that_fails_is_sent_the_next_time_only_to_who_was_not_reached(pep, worker, settings):
    meeting = arranged(pep, worker)
    with mail_server(settings) as server:
        server.refusing = True
        assert invitations.send(meeting=meeting, actor=worker) == invitations.Sent(0, 2)
        server.refusing = False
        Invitee.objects.filter(user=worker).update(invited_at=datetime(2026, 11, 23, 9, tzinfo=UTC))
        assert invitations.send(meeting=meeting, actor=worker) == invitations.Sent(1, 0)
    assert [m["To"] for m in server.taken] == ["teacher@school.example"]


def test_a_moved_meeting_keeps_its_old_day_the_reason_and_by_whom(pep, worker, teacher):
    old = arranged(pep, worker)
    new = meetings.move(meeting=old, plan=plan(day=3), reason="The carer is ill", actor=teacher)
    old.refresh_from_db()
    assert (old.moved_to, old.moved_because, old.arranged_by, new.arranged_by) == (
        new, "The carer is ill", worker, teacher,
    )  # fmt: skip
    assert old.starts_at.day == 1
    assert pep.meetings.standing().get() == new
    with pytest.raises(ValidationError, match="moved or cancelled"):
        meetings.cancel(meeting=old, reason="x", actor=worker)


def test_the_one_who_was_asked_answers(pep, worker, teacher):
    meeting = arranged(pep, worker)
    meetings.answer(meeting=meeting, response="coming", actor=teacher)
    assert meeting.invitees.get(user=teacher).response == "coming"
    with pytest.raises(PermissionDenied, match="were not asked"):
        meetings.answer(meeting=meeting, response="coming", actor=UserFactory(role=Role.VSH.value))


def test_the_record_of_an_arranged_meeting(pep, worker, teacher, time_machine):
    meeting = arranged(pep, worker)
    time_machine.move_to("2026-12-02T09:00:00Z")
    came = {str(meeting.invitees.get(user=worker).pk): "apologies", str(meeting.invitees.get(user=teacher).pk): "came"}
    said = Record(attendance=came, child_attended="part", next_on=date(2027, 3, 2))
    given = {"pep": pep, "held_on": date(2026, 12, 1), "today": date(2026, 12, 2), "actor": teacher}
    with pytest.raises(ValidationError, match="why the child was not there"):
        meetings.record(record=Record(child_attended="no"), **given)
    assert meetings.record(record=said, **given).state == "meeting_held"
    meeting.refresh_from_db()
    assert (meeting.child_attended, meeting.next_on) == ("part", date(2027, 3, 2))
    assert meeting.invitees.get(user=worker).attendance == "apologies"


def test_the_record_of_a_meeting_that_nobody_arranged_and_its_next_day(client, pep, teacher):
    client.force_login(teacher)
    page = reverse("peps:record_meeting", args=[pep.pk])
    assert "Designated teacher" in client.get(page).content.decode()
    keys = {one.role: key for key, one in meetings.expected(pep, TODAY)}
    data = {f"held_on_{n}": v for n, v in enumerate((23, 11, 2026))}
    data |= {f"next_on_{n}": v for n, v in enumerate((1, 3, 2027))} | {f"came_{keys['Designated teacher']}": "came"}
    assert client.post(page, data).status_code == 302
    held = pep.meetings.get()
    assert [(one.user, one.attendance) for one in held.invitees.exclude(attendance="")] == [(teacher, "came")]
    later = PEPFactory(pupil=pep.pupil, season="spring", due_on=date(2027, 3, 5), state="planned")
    text = client.get(reverse("peps:arrange", args=[later.pk])).content.decode()
    assert "Mon 1 Mar 2027, as agreed in the last meeting" in text
    assert 'value="2027"' in text


def test_a_care_review_nearby_is_suggested(pep):
    pep.due_on = date(2026, 11, 27)
    for on in (date(2021, 2, 1), date(2021, 5, 1), date(2026, 6, 10)):
        ReturnRecord.objects.create(pupil=pep.pupil, table="reviews", key=str(on), on=on)
    assert [s.words for s in meetings.suggested_days(pep, TODAY)] == [
        "By Thu 10 Dec 2026 the care review is due: one day could serve both"
    ]


def test_the_pages_from_the_pep_to_the_answer(client, pep, worker, teacher):
    client.force_login(worker)
    url = reverse("peps:arrange", args=[pep.pk])
    assert url in client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
    data = {"on_0": 8, "on_1": 12, "on_2": 2026, "time": "2:15pm", "minutes": 45, "mode": "in_person"}
    assert "Say where the meeting is" in client.post(url, data).content.decode()
    answer = client.post(url, data | {"venue": "Library"}, follow=True)
    text = answer.content.decode()
    assert "14:15, 45 minutes" in text
    assert "after Fri 4 Dec 2026" in text
    meeting = pep.meetings.get()
    client.force_login(teacher)
    page = reverse("peps:meeting", args=[pep.pk, meeting.pk])
    assert "I am coming" in client.get(page).content.decode()
    client.post(reverse("peps:meeting_answer", args=[pep.pk, meeting.pk]), {"response": "coming"})
    assert "Your answer: <strong>Coming" in client.get(page).content.decode()
    file = client.get(reverse("peps:meeting_file", args=[pep.pk, meeting.pk]))
    assert file.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"Quillfeather" not in file.content

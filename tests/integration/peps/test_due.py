"""What is due of a PEP, from coming into care to the copies, worked out by hand; gone when care ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Calendar
from core.roles import Role
from core.rules import default_terms
from peps.due import due_of
from peps.models import PEP, FormVersion
from peps.rules.form import Phase
from pupils.models import CareEpisode, ReturnRecord
from tests.factories import (
    EpisodeFactory,
    MembershipFactory,
    PEPFactory,
    PlaceFactory,
    SchoolFactory,
    UserFactory,
    looked_after,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
P5 = ("P5", date(2026, 11, 27))


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


def due(pep: PEP, on: date = TODAY) -> list[tuple[str, date]]:
    return [(d.code, d.due_on) for d in due_of([pep], on)[pep.pk]]


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def test_a_child_who_came_into_care_this_term():
    pep = PEPFactory(pupil=looked_after(since=date(2026, 11, 6)), state="planned")
    # 10 and 20 working days from Mon 9 Nov.
    assert due(pep) == [("P1", date(2026, 11, 20)), P5, ("P2", date(2026, 12, 4))]
    pep.state = "open"
    assert due(pep) == [P5, ("P2", date(2026, 12, 4))]
    ReturnRecord.objects.create(pupil=pep.pupil, table="reviews", key="1", on=date(2026, 12, 1))
    assert due(pep) == [("P2", date(2026, 11, 27)), P5]


def test_a_child_of_long_standing_who_moved_in_mid_term():
    child = looked_after(since=date(2021, 1, 12), school=SchoolFactory())
    pep = PEPFactory(pupil=child, state="open")
    assert due(pep) == [P5]
    last = PEPFactory(
        pupil=child, academic_year=2025, season="summer", state="approved", held_on=date(2026, 6, 11),
        due_on=date(2026, 7, 1),
    )  # fmt: skip
    assert due(pep) == [P5, ("P6", date(2026, 12, 11))]
    child.school_places.update(to_on=date(2026, 11, 9))
    PlaceFactory(pupil=child, from_on=date(2026, 11, 9))
    EpisodeFactory(pupil=child, decom=date(2026, 11, 2), rne="P")
    # 20 working days from 10 Nov, and from 3 Nov.
    assert due(pep) == [P5, ("P4", date(2026, 11, 30)), ("P3", date(2026, 12, 7)), ("P6", date(2026, 12, 11))]
    last.delete()
    assert due(pep) == [P5, ("P4", date(2026, 11, 30)), ("P3", date(2026, 12, 7))]


def test_a_school_with_its_own_terms():
    calendar = Calendar.objects.create(name="Downland schools")
    for term in default_terms(2026):
        ends_on = date(2026, 12, 11) if term.name == "Term 2" else term.ends_on
        calendar.terms.create(
            academic_year=2026, season=term.season, half=term.half, name=term.name, starts_on=term.starts_on,
            ends_on=ends_on,
        )  # fmt: skip
    child = looked_after(school=SchoolFactory(calendar=calendar))
    pep = PEPFactory(pupil=child, state="planned")
    # 15 school days back from Fri 11 Dec.
    assert due(pep) == [("P5", date(2026, 11, 20))]
    assert "Downland" not in due_of([pep], TODAY)[pep.pk][0].explanation
    child.school_places.update(to_on=date(2026, 11, 20))
    assert due(pep) == [P5]


def test_around_the_meeting():
    form = FormVersion.objects.get()
    pep = PEPFactory(pupil=looked_after(), state="open", form=form, phase="secondary")
    meeting = pep.meetings.create(starts_at=at(date(2026, 12, 31)), venue="Library")
    # Back from 31 Dec without 28 and 25 Dec: 5 days are 30, 29, 24, 23, 22; 15 end on 8 Dec.
    assert due(pep) == [P5, ("P8", date(2026, 12, 8)), ("P9", date(2026, 12, 22))]
    meeting.papers_sent_on = TODAY
    meeting.save()
    for section in form.form.sections_for(Phase.SECONDARY, []):
        if section.by == "social_worker" and section.before_meeting:
            pep.sections.create(code=section.code, ready_at=at(TODAY))
    assert due(pep) == [P5]


@pytest.mark.parametrize(
    ("state", "fields", "steps", "expected"),
    [
        ("meeting_held", {"held_on": date(2026, 12, 18)}, [], [("P10", date(2027, 1, 6))]),
        ("submitted", {"held_on": TODAY, "submitted_at": at(date(2026, 12, 18))}, [], [("P11", date(2027, 1, 6))]),
        (
            "returned", {"held_on": TODAY}, [("return", date(2026, 12, 1)), ("return", date(2026, 12, 22))],
            [("P12", date(2026, 12, 31))],
        ),
        (
            "approved", {"held_on": TODAY, "approved_at": at(date(2027, 3, 24))}, [],
            [("P13", date(2027, 4, 2))],
        ),
        ("locked", {"held_on": TODAY, "approved_at": at(TODAY)}, [], []),
        ("not_required", {}, [], []),
    ],
)  # fmt: skip
def test_after_the_meeting(state, fields, steps, expected):
    pep = PEPFactory(pupil=looked_after(), state=state, **fields)
    for name, on in steps:
        pep.steps.create(name=name, source="submitted", target="returned", at=at(on))
    assert due(pep) == expected


@pytest.mark.parametrize("state", ["planned", "open", "meeting_held", "submitted", "returned"])
def test_when_care_ends_nothing_more_is_due(client, state):
    pep = PEPFactory(pupil=looked_after(), state=state, held_on=TODAY if state not in {"planned", "open"} else None)
    pep.steps.create(name="return", source="submitted", target="returned", at=at(TODAY))
    pep.submitted_at = at(TODAY)
    pep.save()
    assert due(pep)
    CareEpisode.objects.update(dec=TODAY - timedelta(days=1), rec="E4")
    assert due(pep) == []
    client.force_login(UserFactory(role=Role.VSH.value))
    text = client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
    assert "Not looked after any more" in text
    assert "Say that it is not required" in text


def test_the_page_says_what_is_due_and_why(client):
    pep = PEPFactory(pupil=looked_after(since=date(2026, 11, 6)), state="planned")
    client.force_login(UserFactory(role=Role.VSH.value))
    text = client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
    assert "10 working days after coming into care on Fri 6 Nov 2026, counted from Mon 9 Nov: Fri 20 Nov 2026." in text
    assert "Overdue" in text


def test_a_move_is_told_to_those_only_who_see_placements(client):
    post = MembershipFactory()
    pep = PEPFactory(pupil=looked_after(school=post.school), state="open")
    EpisodeFactory(pupil=pep.pupil, decom=date(2026, 11, 2), rne="P")
    for user, told in ((UserFactory(role=Role.VSH.value), True), (post.user, False)):
        client.force_login(user)
        text = client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
        assert ("Full PEP after the move" in text, "PEP of the term" in text) == (told, True)


def test_many_peps_are_asked_in_as_many_queries_as_one():
    def queries() -> int:
        peps = PEP.objects.select_related("form")
        with CaptureQueriesContext(
            connection,
        ) as found:
            due_of(peps, TODAY)
        return len(found)

    def more() -> None:
        states = ("planned", "open", "meeting_held", "submitted")
        for state in states:
            child = looked_after(school=SchoolFactory(), since=date(2026, 11, 6))
            pep = PEPFactory(
                pupil=child, state=state, form=FormVersion.objects.get(), phase="secondary",
                held_on=TODAY if state not in {"planned", "open"} else None,
            )  # fmt: skip
            pep.meetings.create(starts_at=at(date(2026, 12, 3)))

    more()
    few = queries()
    more()
    more()
    assert queries() == few <= 16

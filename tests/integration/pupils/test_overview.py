"""A child's overview: what is due next, who works with the child, how many have looked."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.roles import Role
from incentives import services as schemes
from pupils.models import Pupil
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        yield date(2026, 11, 23)


@pytest.fixture
def look(client, make_user):
    """look(role, pupil) -> (what is due next, the page's text)."""

    def go(role: Role, pupil: Pupil):
        client.force_login(make_user(role))
        page = client.get(reverse("pupils:detail", args=[pupil.pk]))
        cards = {c["template"]: c["context"] for c in page.context["cards"]}
        return cards.get("pupils/cards/next.html"), page.content.decode()

    return go


def test_what_is_due_next_in_the_order_of_its_days(look, make_user, today):
    pupil = make.looked_after(dob=date(2011, 3, 4))
    make.PEPFactory(pupil=pupil, due_on=date(2027, 2, 2), due_because="Each term has a meeting")
    schemes.open_scheme(
        assessment_year=2027, budget=Decimal(10_000), letters_due_on=date(2026, 12, 31),
        payments_due_on=date(2027, 9, 30), today=today, actor=make_user(Role.VSH),
    )  # fmt: skip
    card, page = look(Role.ADVISER, pupil)
    assert [(s.text.split(",")[0], s.on) for s in card["steps"]] == [
        ("Letter about the GCSE scheme of summer 2027", date(2026, 12, 31)),
        ("PEP meeting", date(2027, 2, 2)),
        ("No school place", None),
    ]
    assert "Each term has a meeting" in page
    card, _ = look(Role.DATA_OFFICER, pupil)
    assert [s.text for s in card["steps"]] == ["No school place"]


def test_nothing_is_due_for_a_child_who_left(look):
    pupil = make.looked_after()
    pupil.episodes.update(dec=date(2026, 3, 1), rec="E4A")
    card, _ = look(Role.VSH, pupil)
    assert card is None


def test_a_school_without_a_designated_teacher_is_said_with_its_telephone(look):
    school = make.SchoolFactory(name="Larkfield Academy", telephone="01632960001")
    pupil = make.looked_after(school=school)
    _, page = look(Role.ADVISER, pupil)
    assert "None recorded. Ask" in page
    assert "01632960001" in page
    teacher = make.MembershipFactory(school=school)
    _, page = look(Role.ADVISER, pupil)
    assert "None recorded. Ask" not in page
    assert teacher.user.email in page
    teacher.user.is_active = False
    teacher.user.save()
    _, page = look(Role.ADVISER, pupil)
    assert teacher.user.email not in page
    assert "None recorded. Ask" in page


def test_how_many_times_somebody_has_looked_stands_on_the_link(look):
    pupil = make.looked_after()
    look(Role.VSH, pupil)
    assert "Who has looked (2)" in look(Role.VSH, pupil)[1]


def test_the_timeline_as_it_stood_on_a_day(client, make_user):
    client.force_login(make_user(Role.VSH))
    pupil = make.looked_after(since=date(2021, 1, 12))
    pupil.episodes.update(dec=date(2025, 3, 1), rec="X1")
    make.EpisodeFactory(pupil=pupil, decom=date(2025, 3, 1))
    url = reverse("pupils:timeline", args=[pupil.pk])
    assert len(client.get(url).context["events"]) == 2
    page = client.get(url, {"until_0": "1", "until_1": "9", "until_2": "2024"})
    assert [(e.on, e.until) for e in page.context["events"]] == [(date(2021, 1, 12), None)]
    assert "As it stood on Sun 1 Sep 2024" in page.content.decode()
    assert (
        "the month must be 1 to 12"
        in client.get(url, {"until_0": "1", "until_1": "99", "until_2": "2024"}).content.decode()
    )

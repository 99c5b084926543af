"""Search: today's children first, the words on the page and nowhere else, near names within scope only."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from core.models import AccessEvent
from core.roles import Role
from core.tasks import clear_sessions
from pupils.models import Allocation, Pupil
from pupils.search import near, sort_name
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, make_user):
    def enter(role: Role):
        user = make_user(role)
        client.force_login(user)
        return user

    return enter


def named(forename: str, surname: str, left_on: date | None = None, **fields) -> Pupil:
    pupil = make.looked_after(forename=forename, surname=surname, known_as="", **fields)
    Pupil.objects.filter(pk=pupil.pk).update(sort_name=sort_name(surname=surname, forename=forename, known_as=""))
    if left_on is not None:
        pupil.episodes.update(dec=left_on, rec="E11")
    return pupil


def search(client, text: str):
    return client.post(reverse("pupils:search"), {"q": text}, follow=True)


def test_children_of_today_stand_before_those_who_left(client, sign_in):
    sign_in(Role.VSH)
    left = named("Ada", "Abbott", left_on=date(2024, 6, 10))
    here = named("Zoe", "Abbott")
    answer = search(client, "abbott")
    assert [pupil.pk for pupil, *_ in answer.context["rows"]] == [here.pk, left.pk]
    page = answer.content.decode()
    assert page.count("Left care 10 Jun 2024") == 1
    assert "“abbott”: 2 children found" in page
    assert "abbott" not in answer.redirect_chain[-1][0].casefold()
    assert "abbott" not in page[: page.index("</title>")].casefold()


def test_the_words_are_forgotten_when_the_list_is_left(client, sign_in):
    sign_in(Role.VSH)
    named("Ada", "Abbott"), named("Zoe", "Abbott")
    search(client, "abbott")
    assert "pupil_search" in client.session
    client.get(reverse("pupils:list"))
    assert "pupil_search" not in client.session
    search(client, "ada abbott")
    assert "pupil_search" not in client.session


def test_near_names_are_offered_within_scope_only(client, sign_in):
    officer = sign_in(Role.IRO)
    mine, others = named("Elsie", "Abbott"), named("Elsie", "Abbot-Hall")
    Allocation.objects.create(pupil=mine, user=officer, kind="iro", from_on=date(2024, 1, 1))
    answer = search(client, "elsei abot")
    page = answer.content.decode()
    assert "Did you mean" in page
    assert reverse("pupils:detail", args=[mine.pk]) in page
    assert reverse("pupils:detail", args=[others.pk]) not in page
    assert AccessEvent.objects.filter(action="searched").latest("at").detail["rows"] == 1


@pytest.mark.parametrize("text", ["qqqqq", "elsie zimmermann", "H801200001001", ""])
def test_nobody_is_near(text):
    named("Elsie", "Abbott")
    assert near(Pupil.objects.all(), text) == []


def test_nobody_works_with_a_child_who_left(client, sign_in):
    user = sign_in(Role.ADVISER)
    pupil = named("Ada", "Abbott", left_on=date(2024, 6, 10))
    Allocation.objects.create(pupil=pupil, user=user, kind="adviser", from_on=date(2020, 1, 1))
    answer = client.get(reverse("pupils:detail", args=[pupil.pk]))
    assert "Nobody now: this child left care on" in answer.content.decode()
    assert f"mailto:{user.email}" not in answer.content.decode()


def test_ended_sessions_are_deleted_at_night():
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=timezone.now() + timedelta(days=1))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]

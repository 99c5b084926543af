"""Qualifications to map, and a child's attainment."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from attainment.models import Qualification
from attainment.services import compute_and_store
from core.models import AccessEvent
from core.panels import HomeNeeds, OverviewCard, TimelineSource, panels_for

pytestmark = pytest.mark.django_db
YEAR_11 = date(1993, 1, 20)


@pytest.fixture
def unknown(child, result):
    row = Qualification.objects.create(name="Award of Effort", key="awardofeffort", mapped=False)
    result(child("U1", dob=YEAR_11), "Life skills", "Gold", qualification="Award of Effort")
    return row


def test_unmapped_come_first_with_what_stands_behind_them(client, person, unknown):
    client.force_login(person("data_officer"))
    page = client.get(reverse("attainment:qualifications"))
    assert page.context["waiting"] == [unknown]
    assert page.context["waiting_results"] == 1
    assert b"1 qualification with 1 result" in page.content


@pytest.mark.parametrize("role", ["adviser", "designated_teacher", "iro", "board_reader", "system_admin"])
def test_only_those_who_may_map(client, person, unknown, role):
    client.force_login(person(role))
    assert client.get(reverse("attainment:qualifications")).status_code == 403
    assert client.post(reverse("attainment:qualification", args=[unknown.pk]), {}).status_code == 403


def test_map_with_a_worth_of_its_own(client, person, unknown):
    client.force_login(person("data_officer"))
    url = reverse("attainment:qualification", args=[unknown.pk])
    assert b"Life skills" in client.get(url).content
    bad = client.post(url, {"name": "Award of Effort"})
    assert {"scheme", "size", "stage"} <= set(bad.context["form"].errors)
    data = {
        "name": "Award of Effort", "stage": "KS4", "scheme": "pass, merit, distinction", "size": "0.5",
        "level2_grades": "p m",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    unknown.refresh_from_db()
    assert (unknown.mapped, unknown.size, unknown.level2_grades) == (True, Decimal("0.5"), "M P")
    assert unknown.key == "awardofeffort"


def test_map_as_worth_the_same_as_another(client, person, unknown):
    client.force_login(person("vsh"))
    diploma = Qualification.objects.get(code="BTEC_FIRST_DIPLOMA")
    url = reverse("attainment:qualification", args=[unknown.pk])
    assert client.post(url, {"name": "Award of Effort", "same_as": diploma.pk}).status_code == 302
    unknown.refresh_from_db()
    assert (unknown.mapped, unknown.size, unknown.scheme) == (True, diploma.size, diploma.scheme)
    assert unknown.code is None


def test_a_name_that_is_taken(client, person, unknown):
    client.force_login(person("vsh"))
    url = reverse("attainment:qualification", args=[unknown.pk])
    page = client.post(url, {"name": "gcse", "same_as": Qualification.objects.get(code="GCSE_FULL").pk})
    assert "name" in page.context["form"].errors


def test_child_page_says_what_each_result_counts_for(client, person, child, result):
    pupil = child("C1", dob=YEAR_11)
    result(pupil, "English", "C", qualification="GCSE", sat_on=date(2009, 6, 1))
    result(pupil, "Maths", "D", qualification="GCSE")
    result(pupil, "English", "4", year=2004)
    compute_and_store(year=2009, actor=None)
    client.force_login(person("adviser"))
    page = client.get(reverse("attainment:child", args=[pupil.pk]))
    text = page.content.decode()
    assert "Key Stage 4, summer 2009" in text
    assert "1 GCSE or equivalent at A*-C, without GCSE mathematics." in text
    assert "D is not a pass at level 2" in text
    assert "Level 4 or above in the test: English." in text
    assert "Counted, not achieved" in text
    assert AccessEvent.objects.filter(action="opened", subject_id=pupil.pk).exists()


def test_child_page_is_out_of_reach_without_the_child(client, person, child):
    pupil = child("C1")
    client.force_login(person("designated_teacher"))
    assert client.get(reverse("attainment:child", args=[pupil.pk])).status_code == 404
    client.force_login(person("finance_officer"))
    assert client.get(reverse("attainment:child", args=[pupil.pk])).status_code == 403


def test_panels(person, child, result, unknown):
    vsh = person("vsh")
    pupil = child("C2")
    result(pupil, "English", "4", sat_on=date(2009, 5, 12))
    today = date(2026, 11, 23)
    needs = [need for source in panels_for(HomeNeeds, vsh) for need in source.needs(vsh, today)]
    assert next(n for n in needs if n.text == "Qualifications to map").count == 1
    cards = [c for c in panels_for(OverviewCard, vsh) if c.template == "attainment/cards/latest.html"]
    context = cards[0].context(vsh, pupil, today)
    assert context["rows"] == [("English", "4")]
    assert cards[0].context(vsh, child("C3"), today) is None
    source = next(s for s in panels_for(TimelineSource, vsh) if s.kind == "results")
    [event] = source.events(vsh, pupil)
    assert (event.on, event.text) == (date(2009, 5, 12), "English 4.")

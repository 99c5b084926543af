"""The menu has six places at most; what finds no room stands on "More", which is then the open one. Home says whose."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.roles import Role
from pupils.models import Allocation
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        yield date(2026, 11, 23)


def menu(client, url: str) -> dict[str, bool]:
    return {entry.label: entry.active for entry in client.get(url).context["service"]["navigation"]}


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_stands_in_the_menu_or_on_more(role, client, make_user):
    client.force_login(make_user(role))
    page = client.get(reverse("more"))
    entries = menu(client, reverse("home"))
    assert len(entries) <= 6
    listed = [entry for group in page.context["groups"].values() for entry, _ in group]
    assert ("More" in entries) == bool(listed)
    assert all(entry.about for entry in listed)
    for entry in listed:
        assert menu(client, reverse(entry.url_name)) == {**dict.fromkeys(entries, False), "More": True}


def test_the_head_finds_all_on_more(client, make_user):
    client.force_login(make_user(Role.VSH))
    assert list(menu(client, reverse("home"))) == ["Home", "Children", "PEPs", "Reports", "Indicators", "More"]
    page = client.get(reverse("more")).content.decode()
    for label in ("Schools", "Feeds", "Pledge", "Exclusions", "Marks received", "GCSE scheme", "Term dates"):
        assert f">{label}</a>" in page
    assert menu(client, reverse("more"))["More"]
    qualifications = client.get(reverse("attainment:qualifications")).content.decode()
    assert f'href="{reverse("more")}"' in qualifications[qualifications.index("govuk-breadcrumbs") :]


def test_a_childs_attendance_opens_no_other_section(client, make_user):
    client.force_login(make_user(Role.VSH))
    pupil = make.looked_after()
    assert not menu(client, reverse("attendance:child", args=[pupil.pk]))["More"]


def test_an_advisers_home_says_what_is_of_the_caseload_and_what_of_the_county(client, make_user):
    adviser = make_user(Role.ADVISER)
    client.force_login(adviser)
    own, other = make.looked_after(), make.looked_after()
    for pupil in (own, other):
        make.PEPFactory(pupil=pupil, due_on=date(2026, 11, 2))
    Allocation.objects.create(pupil=own, user=adviser, kind="adviser", from_on=date(2024, 1, 1))
    page = client.get(reverse("home"))
    groups = {heading: {n.text: n.count for n in lines} for heading, lines in page.context["groups"]}
    assert groups["In my caseload"]["PEP meetings overdue"] == 1
    assert groups["In the whole county"]["School-age children without a school place"] == 2
    assert page.content.decode().count("In the whole county") == 2
    assert "kinds of work wait for you" in page.content.decode()
    client.force_login(make_user(Role.VSH))
    assert "In the whole county" not in client.get(reverse("home")).content.decode()

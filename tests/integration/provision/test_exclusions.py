"""Exclusions are recorded within the limits of law, by those who may, and shown where they matter."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AccessEvent, Calendar, ClosureDay
from core.roles import Role
from provision import services
from provision.models import Exclusion
from provision.rules import Category
from tests.factories import MembershipFactory, PlaceFactory, SchoolFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def child(membership):
    return looked_after(school=membership.school)


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


def exclude(child, school, actor, *, from_on=FRIDAY, sessions=4, category=Category.SUSPENSION):
    return services.record_exclusion(
        pupil=child, school=school, category=category, from_on=from_on, sessions=sessions, today=TODAY, actor=actor
    )


class TestRecording:
    def test_recorded_without_warning(self, child, membership, adviser):
        recorded = exclude(child, membership.school, adviser)
        assert recorded.warnings == []
        assert recorded.exclusion.length == "2 days"

    def test_totals_warn(self, child, membership, adviser):
        exclude(child, membership.school, adviser, from_on=date(2026, 10, 5), sessions=20)
        recorded = exclude(child, membership.school, adviser, sessions=12)
        assert recorded.warnings == ["16 days of suspension this term: the governors must meet."]

    def test_beyond_45_days_is_refused_over_all_schools(self, child, membership, adviser):
        other = PlaceFactory(pupil=child, kind="dual").school
        exclude(child, membership.school, adviser, from_on=date(2026, 10, 5), sessions=80)
        with pytest.raises(ValidationError, match=r"45\.5 days: 40 days are recorded already"):
            exclude(child, other, adviser, sessions=11)
        assert exclude(child, other, adviser, sessions=10).exclusion.pk

    def test_the_next_school_year_begins_anew(self, child, membership, adviser):
        exclude(child, membership.school, adviser, from_on=date(2026, 6, 22), sessions=90)
        assert exclude(child, membership.school, adviser, sessions=20).exclusion.pk

    def test_a_permanent_one_has_no_length(self, child, membership, adviser):
        made = exclude(child, membership.school, adviser, category=Category.PERMANENT, sessions=7).exclusion
        assert made.sessions is None
        assert made.length == "For good"

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"from_on": date(2026, 11, 21)}, "is no school day"),
            ({"from_on": TODAY + timedelta(days=8)}, "days ahead"),
            ({"from_on": date(2023, 6, 5)}, "not on the roll"),
            ({"sessions": None}, "Enter the length"),
            ({"sessions": 0}, "Enter the length"),
        ],
    )
    def test_refused_in_words(self, child, membership, adviser, changes, message):
        with pytest.raises(ValidationError, match=message):
            exclude(child, membership.school, adviser, **changes)
        assert not Exclusion.objects.exists()

    def test_the_schools_own_closure_is_no_school_day(self, child, membership, adviser):
        calendar = Calendar.objects.create(name="Own")
        from core.models import Term

        Term.objects.create(
            calendar=calendar, academic_year=2026, season="autumn", half=1, name="Term 1",
            starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18),
        )  # fmt: skip
        ClosureDay.objects.create(calendar=calendar, on=FRIDAY, reason="Training")
        membership.school.calendar = calendar
        membership.school.save()
        with pytest.raises(ValidationError, match="is no school day"):
            exclude(child, membership.school, adviser)

    def test_one_from_a_day(self, child, membership, adviser):
        exclude(child, membership.school, adviser)
        with pytest.raises(ValidationError, match="recorded already"):
            exclude(child, membership.school, adviser)

    def test_the_database_holds_the_length_too(self, child, membership):
        with pytest.raises(IntegrityError), transaction.atomic():
            Exclusion.objects.create(pupil=child, school=membership.school, category="SUSP", from_on=FRIDAY)

    def test_who_may(self, child, membership):
        assert exclude(child, membership.school, membership.user).exclusion.pk
        other = PlaceFactory(pupil=child, kind="dual").school
        with pytest.raises(PermissionDenied, match="your own school"):
            exclude(child, other, membership.user, from_on=date(2026, 11, 19))
        for person in (MembershipFactory().user, UserFactory(role=Role.IRO.value)):
            with pytest.raises(PermissionDenied):
                exclude(child, membership.school, person, from_on=date(2026, 11, 19))


class TestPages:
    def test_recorded_in_the_browser(self, client, child, membership):
        client.force_login(membership.user)
        url = reverse("provision:new", args=[child.pk])
        data = {
            "school": membership.school.pk, "category": "SUSP", "days": "2.5",
            "from_on_0": "20", "from_on_1": "11", "from_on_2": "2026",
        }  # fmt: skip
        assert "whole or half days" in client.post(url, data | {"days": "2.3"}).content.decode()
        assert "has no length" in client.post(url, data | {"category": "PERM"}).content.decode()
        assert "no school day" in client.post(url, data | {"from_on_0": "21"}).content.decode()
        page = client.post(url, data, follow=True).content.decode()
        assert "The exclusion is recorded." in page
        assert "Back in school" in page
        assert Exclusion.objects.get().sessions == 5
        assert AccessEvent.objects.filter(action="decided", subject_id=child.pk).exists()
        assert "2.5 days" in client.get(reverse("pupils:detail", args=[child.pk])).content.decode()
        assert "Suspension" in client.get(reverse("pupils:timeline", args=[child.pk])).content.decode()

    def test_scope(self, client, child, membership, adviser):
        made = exclude(child, membership.school, adviser).exclusion
        client.force_login(MembershipFactory().user)
        assert client.get(reverse("provision:exclusion", args=[made.pk])).status_code == 404
        assert client.get(reverse("provision:new", args=[child.pk])).status_code == 404
        page = client.get(reverse("provision:list"))
        assert page.context["rows"] == []
        assert "No exclusion this year" in page.content.decode()
        assert membership.school.name not in page.content.decode()
        client.force_login(UserFactory(role=Role.DATA_OFFICER.value))
        assert client.get(reverse("provision:exclusion", args=[made.pk])).status_code == 200
        assert client.get(reverse("provision:new", args=[child.pk])).status_code == 403
        client.force_login(UserFactory(role=Role.FINANCE_OFFICER.value))
        assert client.get(reverse("provision:list")).status_code == 403

    def test_the_list_filters_and_counts(self, client, child, membership, adviser):
        exclude(child, membership.school, adviser)
        exclude(child, membership.school, adviser, from_on=date(2026, 5, 5), category=Category.PERMANENT)
        client.force_login(adviser)
        url = reverse("provision:list")
        assert len(client.get(url).context["rows"]) == 1
        assert len(client.get(url + "?when=2025").context["rows"]) == 1
        assert len(client.get(url + "?when=week&category=PERM").context["rows"]) == 0
        assert len(client.get(url + f"?school={membership.school.pk}&sort=-length").context["rows"]) == 1
        for name in ("provision:export_csv", "provision:export_xlsx"):
            assert client.get(reverse(name)).status_code == 200
        need = next(n for n in client.get("/").context["needs"] if n.text == "Exclusions of the last 7 days")
        assert len(client.get(need.url).context["rows"]) == need.count == 1

    def test_the_same_number_of_queries_for_few_and_many(self, client, adviser):
        client.force_login(adviser)
        school = SchoolFactory()

        def add():
            exclude(looked_after(school=school), school, adviser)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("provision:list")).status_code == 200
            return len(asked)

        add()
        queries()
        few = queries()
        for _ in range(30):
            add()
        assert queries() == few

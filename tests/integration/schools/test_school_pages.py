"""The schools list and page: the register, our children by scope, designated teachers."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from schools import services
from schools.models import School, SchoolLink
from tests.factories import MembershipFactory, PlaceFactory, SchoolFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


def names(page):
    return [row["school"].name for row in page.context["rows"]]


class TestList:
    def test_schools_with_our_children_come_first(self, client, adviser):
        SchoolFactory(name="Aardwick School")
        one, two = SchoolFactory(name="Onewood School"), SchoolFactory(name="Twoford School")
        looked_after(school=one)
        looked_after(school=two)
        child = looked_after(school=two)
        PlaceFactory(pupil=child, school=two, from_on=date(2024, 9, 1), kind="dual")
        client.force_login(adviser)
        page = client.get(reverse("schools:list"))
        assert names(page) == ["Twoford School", "Onewood School", "Aardwick School"]
        assert [row["values"][0][1] for row in page.context["rows"]] == [2, 1, 0]
        assert names(client.get(reverse("schools:list") + "?sort=name"))[0] == "Aardwick School"

    def test_filters(self, client, adviser):
        taught = MembershipFactory(school__name="Taught School").school
        bare = SchoolFactory(name="Bare Primary School", phase="Primary", laestab="9902001")
        SchoolFactory(name="Far School", la_code="886", is_open=False)
        looked_after(school=bare)
        looked_after(school=taught)
        client.force_login(adviser)

        def found(query):
            return sorted(names(client.get(reverse("schools:list") + query)))

        assert found("?children=yes&teacher=no") == ["Bare Primary School"]
        assert found("?teacher=yes") == ["Taught School"]
        assert found("?children=no") == ["Far School"] == found("?status=closed") == found("?county=out")
        assert found("?phase=Primary") == found("?name=primary+bare") == found("?name=990/2001")
        assert found(f"?name={bare.urn}") == ["Bare Primary School"]
        assert (
            "Phase: select one of the options shown"
            in client.get(reverse("schools:list") + "?phase=Nowhere").content.decode()
        )

    def test_the_home_page_names_the_same_number(self, client, adviser):
        looked_after(school=SchoolFactory())
        ended = MembershipFactory(to_on=TODAY).school
        looked_after(school=ended)
        looked_after(school=MembershipFactory().school)
        client.force_login(adviser)
        need = next(n for n in client.get("/").context["needs"] if "no designated teacher" in n.text)
        assert len(names(client.get(need.url))) == need.count == 2

    def test_the_same_number_of_queries_for_few_and_many(self, client, adviser):
        client.force_login(adviser)

        def queries(url):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            return len(asked)

        school = SchoolFactory()
        looked_after(school=school)
        urls = [reverse("schools:list"), reverse("schools:detail", args=[school.pk])]
        few = [queries(url) for url in urls * 2][2:]
        for _ in range(30):
            looked_after(school=school)
            looked_after(school=MembershipFactory().school)
        assert [queries(url) for url in urls] == few

    def test_exports_hold_what_the_filter_shows(self, client, adviser):
        SchoolFactory(name="Kept School", phase="Primary")
        SchoolFactory(name="Other School")
        client.force_login(adviser)
        text = b"".join(client.get(reverse("schools:export_csv") + "?phase=Primary").streaming_content).decode()
        assert "Kept School" in text
        assert "Other School" not in text
        assert client.get(reverse("schools:export_xlsx")).status_code == 200
        assert AccessEvent.objects.filter(action="exported").count() == 2


class TestScope:
    def test_a_teacher_sees_the_own_school_only(self, client):
        membership, other = MembershipFactory(), SchoolFactory(name="Another School")
        SchoolLink.objects.create(
            school=membership.school, linked_urn=other.urn, linked_name=other.name, link_type="Predecessor"
        )
        client.force_login(membership.user)
        assert names(client.get(reverse("schools:list"))) == [membership.school.name]
        assert names(client.get(reverse("schools:list") + "?name=Another")) == []
        assert client.get(reverse("schools:detail", args=[other.pk])).status_code == 404
        page = client.get(reverse("schools:detail", args=[membership.school.pk])).content.decode()
        assert reverse("schools:detail", args=[other.pk]) not in page
        assert "Record a designated teacher" not in page
        url = reverse("schools:appoint_teacher", args=[membership.school.pk])
        assert client.get(url).status_code == 403

    @pytest.mark.parametrize("role", [Role.IRO, Role.SOCIAL_WORKER, Role.FINANCE_OFFICER, Role.BOARD_READER])
    def test_roles_without_schools(self, client, role):
        client.force_login(UserFactory(role=role.value))
        assert client.get(reverse("schools:list")).status_code == 403
        assert client.get(reverse("schools:detail", args=[SchoolFactory().pk])).status_code == 403
        assert not School.objects.visible_to(UserFactory(role=role.value)).exists()


class TestPage:
    def test_what_it_tells(self, client, adviser):
        school = SchoolFactory(name="Old Lane Academy", laestab="9904001")
        before = SchoolFactory(name="Old Lane School", is_open=False)
        SchoolLink.objects.create(
            school=before, linked_urn=school.urn, link_type="Successor", established_on=date(2014, 9, 1)
        )
        child = looked_after(school=school, surname="Quillfeather")
        gone = looked_after(surname="Longgone")
        PlaceFactory(pupil=gone, school=school, to_on=TODAY)
        client.force_login(adviser)
        page = client.get(reverse("schools:detail", args=[school.pk])).content.decode()
        assert "990/4001" in page
        assert "Quillfeather" in page
        assert reverse("pupils:detail", args=[child.pk]) in page
        assert "Longgone" not in page
        assert "Predecessor" in page
        assert "Old Lane School" in page
        assert "Term 6" in page
        assert AccessEvent.objects.filter(subject_type="schools.school", subject_id=school.pk).exists()

    def test_a_teacher_is_recorded_and_ended(self, client, adviser):
        school, teacher = SchoolFactory(), UserFactory(role=Role.DESIGNATED_TEACHER.value, name="Ada Teacher")
        client.force_login(adviser)
        url = reverse("schools:appoint_teacher", args=[school.pk])
        data = {"user": teacher.pk, "from_on_0": "1", "from_on_1": "9", "from_on_2": "2026"}
        assert "Choose the account" in client.post(url, {"from_on_0": "1"}).content.decode()
        assert "Ada Teacher is recorded" in client.post(url, data, follow=True).content.decode()
        assert "already" in client.post(url, data).content.decode()
        assert School.objects.visible_to(teacher).get() == school
        membership = school.memberships.get()
        end = reverse("schools:end_appointment", args=[school.pk, membership.pk])
        early = {"last_on_0": "1", "last_on_1": "8", "last_on_2": "2026"}
        assert "cannot lie before" in client.post(end, early).content.decode()
        yesterday = {"last_on_0": "22", "last_on_1": "11", "last_on_2": "2026"}
        assert client.post(end, yesterday).status_code == 302
        assert not School.objects.visible_to(teacher).exists()
        other = reverse("schools:end_appointment", args=[SchoolFactory().pk, membership.pk])
        assert client.get(other).status_code == 404

    def test_only_teachers_accounts_are_recorded(self, adviser):
        school = SchoolFactory()
        with pytest.raises(ValidationError, match="designated teacher"):
            services.appoint_teacher(school=school, user=adviser, from_on=TODAY, actor=adviser)
        teacher = MembershipFactory(school=school).user
        with pytest.raises(PermissionDenied):
            services.appoint_teacher(school=school, user=teacher, from_on=TODAY + timedelta(days=1), actor=teacher)


def test_a_special_school_shows_its_phase_as_special(client, adviser):
    client.force_login(adviser)
    school = SchoolFactory(name="Fernhill", phase="Not applicable", kind="Community special school")
    page = client.get(reverse("schools:detail", args=[school.pk])).content.decode()
    assert "Special</" in page
    assert "Not applicable" not in page

"""PEPs are opened once, listed, held, and seen by those who may."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.template import Context
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AccessEvent, JobRun
from core.roles import Role
from core.templatetags.ui import applied_filters
from peps import tasks
from peps.cycle import current_term, soon_until
from peps.indicators import held_in_term
from peps.models import PEP
from peps.services import cycle, steps
from pupils.models import CareEpisode, YearGroup
from tests.factories import AllocationFactory, MembershipFactory, SchoolFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
CUT_OFF = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


@pytest.fixture
def teacher_and_child():
    membership = MembershipFactory()
    return membership.user, looked_after(school=membership.school)


def open_all():
    return cycle.open_due_peps(today=TODAY, actor=None)


class TestOpening:
    def test_each_child_gets_one_with_the_reason(self):
        old, new = looked_after(), looked_after(since=date(2026, 11, 6))
        assert open_all() == 2
        assert old.peps.get().due_on == CUT_OFF
        pep = new.peps.get()
        assert (pep.due_on, pep.academic_year, pep.season) == (date(2026, 11, 20), 2026, "autumn")
        assert pep.due_because.startswith("First PEP: 10 working days")

    def test_a_second_run_opens_nothing(self):
        looked_after()
        assert [open_all(), open_all()] == [1, 0]

    def test_who_needs_none(self):
        gone = looked_after()
        CareEpisode.objects.filter(pupil=gone).update(dec=TODAY)
        looked_after(dob=date(2025, 1, 1))
        looked_after(dob=None)
        looked_after(dob=date(2007, 3, 4))
        assert open_all() == 0

    def test_the_recorded_year_group_decides(self):
        child = looked_after(dob=date(2008, 8, 31))
        YearGroup.objects.create(pupil=child, academic_year=2026, nc_year=13)
        assert open_all() == 1

    def test_same_number_of_queries_for_any_number_of_children(self):
        looked_after()
        with CaptureQueriesContext(
            connection,
        ) as few:
            open_all()
        for _ in range(20):
            looked_after()
        with CaptureQueriesContext(connection) as many:
            assert open_all() == 20
        assert len(many) == len(few)

    def test_the_nightly_job_runs_once_a_day(self):
        looked_after()
        assert tasks.open_due() == 1
        looked_after()
        assert tasks.open_due() == 0
        assert JobRun.objects.get(job="peps.open_due", on=TODAY).finished_at is not None


class TestMeetings:
    @pytest.fixture
    def pep(self, teacher_and_child):
        open_all()
        return PEP.objects.get()

    def hold(self, pep, actor, held_on=TODAY):
        return steps.record_meeting(pep=pep, held_on=held_on, today=TODAY, actor=actor)

    def test_held_and_corrected(self, pep, adviser):
        self.hold(pep, adviser)
        assert self.hold(pep, adviser, date(2026, 11, 20)).held_on == date(2026, 11, 20)
        assert PEP.objects.get().state == "meeting_held"

    def test_the_schools_teacher_records_too(self, pep, teacher_and_child):
        assert self.hold(pep, teacher_and_child[0]).state == "meeting_held"

    @pytest.mark.parametrize("role", [Role.IRO, Role.SOCIAL_WORKER, Role.DATA_OFFICER])
    def test_other_roles_may_not(self, pep, role):
        person = UserFactory(role=role.value)
        with pytest.raises(PermissionDenied):
            self.hold(pep, person)

    def test_another_schools_teacher_may_not(self, pep):
        with pytest.raises(PermissionDenied):
            self.hold(pep, MembershipFactory().user)

    def test_not_in_the_future_nor_in_another_term(self, pep, adviser):
        with pytest.raises(ValidationError, match="must have been held"):
            self.hold(pep, adviser, TODAY + timedelta(days=1))
        with pytest.raises(ValidationError, match="belongs to another PEP"):
            self.hold(pep, adviser, date(2026, 7, 1))


class TestWhoSees:
    def test_by_role(self, teacher_and_child):
        open_all()
        child = teacher_and_child[1]
        iro = AllocationFactory(pupil=child).user
        everybody = {role: UserFactory(role=role.value) for role in Role}
        count = lambda user: PEP.objects.visible_to(user).count()  # noqa: E731
        assert count(teacher_and_child[0]) == count(iro) == 1
        assert {role for role, user in everybody.items() if count(user)} == {Role.VSH, Role.ADVISER}

    def test_out_of_scope_is_404_and_not_allowed_is_403(self, client, teacher_and_child, adviser):
        open_all()
        pep = PEP.objects.get()
        client.force_login(MembershipFactory().user)
        assert client.get(reverse("peps:child", args=[pep.pupil_id])).status_code == 404
        assert client.get(reverse("peps:record_meeting", args=[pep.pk])).status_code == 404
        client.force_login(teacher_and_child[0])
        assert client.post(reverse("peps:approve", args=[pep.pk])).status_code == 403
        client.force_login(UserFactory(role=Role.DATA_OFFICER.value))
        assert client.get(reverse("peps:list")).status_code == 403
        assert client.get(reverse("peps:child", args=[pep.pupil_id])).status_code == 403


class TestPages:
    def test_the_list_narrows_and_counts(self, client, adviser, django_assert_num_queries):
        school = SchoolFactory()
        for _ in range(3):
            looked_after(school=school)
        late = looked_after(since=date(2026, 10, 1), school=school)
        open_all()
        steps.record_meeting(pep=PEP.objects.exclude(pupil=late).first(), held_on=TODAY, today=TODAY, actor=adviser)
        client.force_login(adviser)
        page = client.get(reverse("peps:list"))
        assert "Autumn term 2026: 1 of 4 (25.0%) meetings held" in " ".join(page.content.decode().split())
        assert [row["pep"].pupil for row in client.get(reverse("peps:list") + "?status=overdue").context["rows"]] == [
            late
        ]
        waiting = PEP.objects.get(pupil=late)
        assert reverse("peps:record_meeting", args=[waiting.pk]) in page.content.decode()
        assert page.content.decode().count("Record the meeting") == 3
        soon = client.get(reverse("peps:list") + "?status=soon")
        assert len(soon.context["rows"]) == 2
        assert "2 PEPs: Due within" in soon.content.decode()
        assert len(client.get(reverse("peps:list") + "?status=held").context["rows"]) == 1
        own = client.get(reverse("peps:list") + f"?status=soon&adviser={adviser.pk}")
        assert len(own.context["rows"]) == 0
        form = own.context["form"]
        with django_assert_num_queries(0):
            said = [one["text"] for one in applied_filters(Context({"request": own.wsgi_request}), form)]
        assert said[-1] == str(adviser)

    def test_home_says_when_the_last_day_comes_first(self, client, adviser):
        client.force_login(adviser)
        page = client.get(reverse("home")).context
        [need] = [n for n in [*page["needs"], *page["done"]] if "due within" in n.text]
        assert need.hint.startswith("The last day for this term’s meetings is Fri 27 Nov 2026, in 4 days.")

    def test_the_export_leaves_its_trace(self, client, adviser):
        looked_after()
        open_all()
        client.force_login(adviser)
        for name in ("peps:export_csv", "peps:export_xlsx"):
            response = client.get(reverse(name))
            assert response.status_code == 200
        assert AccessEvent.objects.filter(action="exported", screen="peps:export_csv").get().detail["rows"] == 1

    def test_the_same_number_of_queries_for_few_and_many(self, client, adviser):
        client.force_login(adviser)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("peps:list")).status_code == 200
            return len(asked)

        looked_after(school=SchoolFactory())
        open_all()
        queries()
        few = queries()
        for _ in range(30):
            looked_after(school=SchoolFactory())
        open_all()
        assert queries() == few

    def test_a_meeting_is_recorded_in_the_browser(self, client, teacher_and_child):
        open_all()
        pep = PEP.objects.get()
        client.force_login(teacher_and_child[0])
        page = client.get(reverse("peps:child", args=[pep.pupil_id])).content.decode()
        assert "Record the meeting" in page
        url = reverse("peps:record_meeting", args=[pep.pk])
        wrong = client.post(url, {"held_on_0": "1", "held_on_1": "12", "held_on_2": "2026"})
        assert "The meeting must have been held" in wrong.content.decode()
        right = client.post(url, {"held_on_0": "20", "held_on_1": "11", "held_on_2": "2026"}, follow=True)
        assert "is recorded" in right.content.decode()
        assert AccessEvent.objects.filter(action="decided", subject_id=pep.pupil_id).exists()

    def test_who_left_care_needs_no_meeting(self, client, adviser):
        child = looked_after(since=date(2026, 10, 1))
        open_all()
        CareEpisode.objects.filter(pupil=child).update(dec=TODAY)
        assert not PEP.objects.overdue(TODAY).exists()
        term = current_term(TODAY)
        assert held_in_term(adviser, term, TODAY).n_of_d() == "n/a"
        client.force_login(adviser)
        page = client.get(reverse("peps:child", args=[child.pk])).content.decode()
        assert "Not held, no longer looked after" in page

    def test_home_and_roll_show_what_waits(self, client, adviser):
        child = looked_after(since=date(2026, 10, 1))
        AllocationFactory(pupil=child, user=adviser, kind="adviser")
        looked_after(since=date(2026, 10, 1))
        open_all()
        client.force_login(adviser)
        needs = {n.text: n for n in client.get("/").context["needs"]}
        assert needs["PEP meetings overdue"].count == 1
        assert len(client.get(needs["PEP meetings overdue"].url).context["rows"]) == 1
        page = client.get(reverse("pupils:list") + "?pep=overdue&sort=pep")
        assert page.status_code == 200
        assert len(page.context["rows"]) == 2
        page = client.get(reverse("pupils:timeline", args=[child.pk])).content.decode()
        assert '<span class="app-timeline__kind">PEP</span>' in page

    def test_soon_is_ten_school_days_ahead(self):
        assert soon_until(TODAY) == date(2026, 12, 7)

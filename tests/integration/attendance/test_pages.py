"""Pages: a child's year, the conflicts, the completeness grid, and what stands on home and on the roll list."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import panels, rules, tasks
from attendance.indicators.completeness import completeness
from attendance.models import EffectiveRegister, MarkConflict
from core.models import AccessEvent, JobRun
from core.roles import Role
from pupils.models import Allocation, Pupil, SchoolPlace

pytestmark = pytest.mark.django_db
ROWS = "UPN,LAESTAB,Date,Session,Mark"
DAILY = "UPN,LAESTAB,Date,AM,AM Reason,PM"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        yield date(2026, 11, 23)


@pytest.fixture
def sign_in(client, make_user):
    def enter(role: Role, **fields):
        user = make_user(role, **fields)
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def disputed(child, school, write, take):
    """A child of school 1 with four marks and one conflict."""
    pupil = child(1, at=school(1))
    days = [("2026-11-09", "AM", "/"), ("2026-11-09", "PM", "I"), ("2026-11-10", "AM", "/"), ("2026-11-11", "AM", "L")]
    take("b2b", write(ROWS, [(pupil.upn, "9904001", *d) for d in days]))
    take("welfare-call", write(DAILY, [(pupil.upn, "9904001", "2026-11-10", "N", "No reply", "")]))
    return pupil


class TestChildPage:
    def test_shows_figures_heat_map_terms_and_marks(self, disputed, client, sign_in):
        sign_in(Role.ADVISER)
        page = client.get(reverse("attendance:child", args=[disputed.pk])).content.decode()
        assert "75.0%" in page
        assert "3 of 4" in page
        assert "Illness (I)" in page
        assert "Sources differ" in page
        assert "Welfare Call: No reply" in page
        assert "Decide</a>" not in page
        assert AccessEvent.objects.filter(action="opened", subject_id=disputed.pk).exists()

    def test_a_later_mark_shows_what_was_before(self, disputed, client, sign_in, write, take):
        take("b2b", write(ROWS, [(disputed.upn, "9904001", "2026-11-09", "PM", "M")]))
        sign_in(Role.VSH)
        page = client.get(reverse("attendance:child", args=[disputed.pk])).content.decode()
        assert "I (Illness) until 23 Nov 2026, B2B (school system)" in page

    def test_another_year_and_no_marks(self, disputed, client, sign_in):
        sign_in(Role.VSH)
        url = reverse("attendance:child", args=[disputed.pk])
        assert "2024/25" in client.get(url, {"year": "2024"}).content.decode()
        assert client.get(url, {"year": "x"}).status_code == 404

    def test_out_of_scope_is_not_found(self, disputed, client, sign_in, school):
        teacher = sign_in(Role.DESIGNATED_TEACHER)
        teacher.school_memberships.create(school=school(2), from_on=date(2020, 1, 1))
        assert client.get(reverse("attendance:child", args=[disputed.pk])).status_code == 404
        teacher.school_memberships.create(school=disputed.school_places.get().school, from_on=date(2020, 1, 1))
        assert client.get(reverse("attendance:child", args=[disputed.pk])).status_code == 200

    def test_the_same_number_of_queries_whatever_the_marks(
        self, disputed, client, sign_in, django_assert_max_num_queries
    ):
        sign_in(Role.VSH)
        with django_assert_max_num_queries(50):
            client.get(reverse("attendance:child", args=[disputed.pk]))


class TestConflicts:
    def test_one_click_keeps(self, disputed, client, sign_in):
        user = sign_in(Role.DATA_OFFICER)
        page = client.get(reverse("attendance:conflicts")).content.decode()
        assert "1 session to decide" in page
        assert "data-proposal" in page
        assert "No reply" in page
        conflict = MarkConflict.objects.get()
        answer = client.post(reverse("attendance:resolve", args=[conflict.pk]), {"chosen": conflict.second_id})
        assert answer.status_code == 302
        conflict.refresh_from_db()
        assert (conflict.state, conflict.chosen_id, conflict.decided_by) == ("resolved", conflict.second_id, user)
        assert "No marks differ" in client.get(reverse("attendance:conflicts")).content.decode()
        assert AccessEvent.objects.filter(action="decided", subject_id=disputed.pk).exists()

    def test_the_week_is_offered_with_its_number_and_decided_alike(self, disputed, client, sign_in, write, take):
        rows = [(disputed.upn, "9904001", day, "N", "", "") for day in ("2026-11-09", "2026-11-11")]
        take("welfare-call", write(DAILY, rows))
        sign_in(Role.DATA_OFFICER)
        assert "2 more sessions" in client.get(reverse("attendance:conflicts")).content.decode()
        conflict = MarkConflict.objects.first()
        client.post(reverse("attendance:resolve", args=[conflict.pk]), {"chosen": conflict.first_id, "week": "1"})
        assert not MarkConflict.objects.filter(state="open").exists()

    def test_those_of_earlier_years_stand_apart(self, disputed, client, sign_in, today):
        user = sign_in(Role.DATA_OFFICER)
        conflict = MarkConflict.objects.get()
        MarkConflict.objects.update(academic_year=2024, on=date(2024, 11, 11))
        EffectiveRegister.objects.update(academic_year=2024)
        assert [n.count for n in panels._conflict_needs(user, today)] == [0]
        url = reverse("attendance:conflicts")
        page = client.get(url).content.decode()
        assert "data-proposal" not in page
        assert "From earlier school years (1)" in page
        page = client.get(url, {"when": "earlier"}).content.decode()
        assert "1 session to decide from before 2026/27" in page
        answer = client.post(
            reverse("attendance:resolve", args=[conflict.pk]), {"chosen": conflict.second_id, "when": "earlier"}
        )
        assert answer.url == f"{url}?when=earlier"

    def test_twice_is_told(self, disputed, client, sign_in):
        sign_in(Role.VSH)
        conflict = MarkConflict.objects.get()
        url = reverse("attendance:resolve", args=[conflict.pk])
        client.post(url, {"chosen": conflict.first_id})
        page = client.post(url, {"chosen": conflict.second_id}, follow=True).content.decode()
        assert "decided this in the meantime" in page

    @pytest.mark.parametrize("role", [Role.ADVISER, Role.IRO, Role.DESIGNATED_TEACHER, Role.BOARD_READER])
    def test_only_those_who_may(self, role, disputed, client, sign_in):
        sign_in(role)
        conflict = MarkConflict.objects.get()
        assert client.get(reverse("attendance:conflicts")).status_code == 403
        url = reverse("attendance:resolve", args=[conflict.pk])
        assert client.post(url, {"chosen": conflict.first_id}).status_code == 403

    def test_a_register_of_neither_side_is_not_found(self, disputed, client, sign_in):
        sign_in(Role.VSH)
        url = reverse("attendance:resolve", args=[MarkConflict.objects.get().pk])
        assert client.post(url, {"chosen": "0"}).status_code == 404
        assert client.get(url).status_code == 405


class TestCompleteness:
    def test_a_silent_school_stands_first(
        self, *, disputed, child, school, client, sign_in, write, take, make_user, today
    ):
        silent = school(2)
        child(2, at=silent)
        take("b2b", write(ROWS, [(disputed.upn, "9904001", "2026-11-20", "AM", "/")]))
        rows = completeness(make_user(Role.VSH), today=today)
        assert [(r.school.pk, r.is_silent) for r in rows] == [(silent.pk, True), (rows[1].school.pk, False)]
        assert [c.state for c in rows[1].cells[-2:]] == ["nothing", "complete"]
        assert rows[1].cells[-1].sources == ("b2b",)
        sign_in(Role.DATA_OFFICER)
        page = client.get(reverse("attendance:completeness")).content.decode()
        assert "2 schools with children in care, 1 silent" in page

    def test_a_teacher_sees_the_own_school_only(self, disputed, child, school, sign_in, client):
        child(2, at=school(2))
        teacher = sign_in(Role.DESIGNATED_TEACHER)
        teacher.school_memberships.create(school=disputed.school_places.get().school, from_on=date(2020, 1, 1))
        page = client.get(reverse("attendance:completeness")).content.decode()
        assert "School 1" in page
        assert "School 2" not in page


class TestPanels:
    def test_home_needs(self, disputed, child, school, make_user, today):
        child(2, at=school(2))
        user = make_user(Role.DATA_OFFICER)
        [conflicts] = panels._conflict_needs(user, today)
        assert conflicts.count == 1
        silent, *late = panels._completeness_needs(user, today)
        assert (silent.count, silent.hint) == (2, "School 2, School 1")
        assert {(n.text, n.count) for n in late} == {
            ("Feed late: B2B (school system)", 7), ("Feed late: Welfare Call", 8),
        }  # fmt: skip

    def test_children_under_half_are_counted_as_the_roll_list_shows_them(
        self, *, child, school, write, take, client, sign_in, today
    ):
        low, other, full = child(1, at=school(1)), child(2), child(3)
        marks = [(low, "N"), (other, "O"), (full, "/")]
        take("b2b", write(ROWS, [(p.upn, "", "2026-11-09", half, m) for p, m in marks for half in ("AM", "PM")]))
        sign_in(Role.VSH)
        [need] = [n for n in client.get(reverse("home")).context["needs"] if "below 50%" in n.text]
        assert need.urgent
        page = client.get(need.url).content.decode()
        assert need.count == 2 == sum(reverse("pupils:detail", args=[p.pk]) in page for p in (low, other, full))
        adviser = sign_in(Role.ADVISER)
        Allocation.objects.create(pupil=other, user=adviser, kind="adviser", from_on=date(2026, 9, 1))
        [need] = panels._low_needs(adviser, today)
        page = client.get(need.url).content.decode()
        assert need.count == 1
        assert reverse("pupils:detail", args=[other.pk]) in page
        assert reverse("pupils:detail", args=[low.pk]) not in page
        teacher = sign_in(Role.DESIGNATED_TEACHER)
        teacher.school_memberships.create(school=low.school_places.get().school, from_on=date(2020, 1, 1))
        assert [n.count for n in panels._low_needs(teacher, today)] == [1]
        assert list(panels._low_needs(sign_in(Role.DATA_OFFICER), today)) == []

    def test_children_under_half_in_the_same_number_of_queries(self, child, write, take, make_user, today):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                [need] = panels._low_needs(user, today)
            return need.count, len(queries)

        user = make_user(Role.IRO)

        def add(*numbers):
            for number in numbers:
                Allocation.objects.create(pupil=child(number), user=user, kind="iro", from_on=date(2026, 9, 1))
            pupils = Pupil.objects.filter(child_id__in=[f"C{n:03d}" for n in numbers])
            take("b2b", write(ROWS, [(p.upn, "", "2026-11-09", "AM", "O") for p in pupils]))

        add(1)
        few = asked()
        add(*range(2, 12))
        assert few[0] == 1
        assert asked() == (11, few[1])

    def test_column_sort_filter_and_card_agree(self, *, disputed, child, write, take, make_user, today):
        low, none = child(2), child(3)
        days = [(low.upn, "", "2026-11-09", session, mark) for session, mark in (("AM", "/"), ("PM", "O"))]
        take("b2b", write(ROWS, days))
        values = panels._percent_this_year([disputed.pk, low.pk, none.pk], today)
        assert {pk: v[0] for pk, v in values.items()} == {disputed.pk: "75.0%", low.pk: "50.0%"}
        assert values[low.pk][1].chart is not None
        ordered = panels._sort_by_attendance(Pupil.objects.all(), today).order_by("sort_attendance")
        assert [p.pk for p in ordered] == [low.pk, disputed.pk, none.pk]
        bands = {
            band: {p.pk for p in panels._by_band(Pupil.objects.all(), band.value, today)}
            for band in rules.AttendanceBand
        }
        assert bands[rules.AttendanceBand.TO_90] == {disputed.pk, low.pk}
        assert bands[rules.AttendanceBand.NONE] == {none.pk}
        card = panels._week_card(make_user(Role.VSH), today)
        assert card["figure"].n_of_d() == "4 of 6"
        assert card["as_at"] == date(2026, 11, 11)

    def test_the_roll_list_with_the_column(self, disputed, client, sign_in):
        sign_in(Role.VSH)
        page = client.get(reverse("pupils:list"), {"sort": "attendance", "attendance": "50-90"}).content.decode()
        assert "75.0%" in page

    def test_overview_card_and_home_card_are_shown(self, disputed, client, sign_in):
        sign_in(Role.VSH)
        assert "Attendance 2026/27" in client.get(reverse("pupils:detail", args=[disputed.pk])).content.decode()
        assert "Attendance by week" in client.get(reverse("home")).content.decode()


def test_the_nightly_job_derives_anew_once_a_day(disputed):
    EffectiveRegister.objects.all().delete()
    tasks.rebuild_recent()
    assert EffectiveRegister.objects.count() == 1
    EffectiveRegister.objects.all().delete()
    tasks.rebuild_recent()
    assert not EffectiveRegister.objects.exists()
    assert JobRun.objects.get().finished_at is not None


def test_nobody_sees_anything_without_signing_in(disputed, client):
    assert not SchoolPlace.objects.visible_to(AnonymousUser()).exists()
    for name, args in [("child", [disputed.pk]), ("conflicts", []), ("completeness", [])]:
        assert client.get(reverse(f"attendance:{name}", args=args)).status_code == 302

"""The Pledge is recorded by the child's own reviewing officer, tracked, and never shown to a school."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from core.figures import Figure
from core.models import AccessEvent
from core.roles import Role
from pledge import services
from pledge.indicators import kept, standings, tracked
from pledge.models import Commitment, CommitmentRecord
from pledge.rules import State
from tests.factories import AllocationFactory, MembershipFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def child():
    return looked_after()


@pytest.fixture
def iro(child):
    return AllocationFactory(pupil=child).user


def standing_of(pupil, on=TODAY):
    return standings([pupil], today=on)[0]


def record(pupil, actor, answers, on=TODAY):
    return services.record_answers(pupil=pupil, answers=answers, today=on, actor=actor)


def all_kept(pupil, on=TODAY):
    return {c.pk: "kept" for c in standing_of(pupil, on).applicable}


class TestCatalogue:
    def test_for_whom_a_promise_is_meant(self):
        assert Commitment(from_age=0, to_age=0).meant_for == "ages 0 to 0"
        assert Commitment(from_age=16, to_age=None).meant_for == "from age 16"
        assert Commitment(from_age=0, to_age=None, months_in_care=0).meant_for == ""

    def test_every_promise_has_a_theme_and_the_laptop_its_terms(self):
        assert Commitment.objects.count() == 19
        laptop = Commitment.objects.get(code="C3")
        assert (laptop.from_age, laptop.months_in_care) == (11, 6)
        assert laptop.meant_for == "from age 11, after 6 months in care"

    def test_a_baby_and_a_young_person_have_other_promises(self):
        baby = standing_of(looked_after(dob=date(2026, 1, 1), since=date(2026, 2, 1)))
        youth = standing_of(looked_after(dob=date(2009, 9, 1)))
        assert {"C3", "E3", "A5"} <= {c.code for c in youth.applicable}
        assert not {"A4", "C1", "C3", "E3"} & {c.code for c in baby.applicable}


class TestRecording:
    def test_tracked_when_every_promise_has_an_answer(self, child, iro):
        assert standing_of(child).state is State.GAPS
        record(child, iro, all_kept(child))
        assert standing_of(child).state is State.TRACKED
        assert tracked([standing_of(child)]) == Figure(1, 1)
        assert kept([standing_of(child)]).percent() == "100.0"

    def test_tracked_is_not_kept(self, child, iro):
        record(child, iro, {c.pk: "not_kept" for c in standing_of(child).applicable})
        assert tracked([standing_of(child)]) == Figure(1, 1)
        assert kept([standing_of(child)]).numerator == 0

    def test_a_second_answer_on_the_day_replaces_the_first(self, child, iro):
        pk = standing_of(child).applicable[0].pk
        record(child, iro, {pk: "kept"})
        record(child, iro, {pk: "partly"})
        assert CommitmentRecord.objects.get().answer == "partly"

    def test_answers_grow_old(self, child, iro):
        record(child, iro, all_kept(child, date(2026, 5, 22)), on=date(2026, 5, 22))
        found = standing_of(child)
        assert found.state is State.GAPS
        assert found.last_on == date(2026, 5, 22)

    def test_new_in_care_is_listed_apart(self):
        new = looked_after(since=date(2026, 11, 16))
        assert standing_of(new).state is State.NEW
        assert tracked([standing_of(new)]) == Figure(0, 0)

    @pytest.mark.parametrize(
        ("answers", "message"),
        [({}, "at least one"), ({0: "kept"}, "does not apply"), ({None: "perhaps"}, "not known")],
    )
    def test_refused_in_words(self, child, iro, answers, message):
        first = standing_of(child).applicable[0].pk
        with pytest.raises(ValidationError, match=message):
            record(child, iro, {k if k is not None else first: v for k, v in answers.items()})
        assert not CommitmentRecord.objects.exists()

    def test_only_the_childs_own_officer_records(self, child, iro):
        answers = all_kept(child)
        other = AllocationFactory().user
        for person in (other, UserFactory(role=Role.VSH.value), UserFactory(role=Role.ADVISER.value)):
            with pytest.raises(PermissionDenied):
                record(child, person, answers)


class TestPages:
    def test_one_page_saves_what_was_chosen(self, client, child, iro):
        client.force_login(iro)
        url = reverse("pledge:child", args=[child.pk])
        first, second = (c.pk for c in standing_of(child).applicable[:2])
        page = client.post(url, {f"c{first}": "kept", f"c{second}": "declined"}, follow=True)
        assert "2 answers are recorded." in page.content.decode()
        assert AccessEvent.objects.filter(action="decided", subject_id=child.pk).exists()
        again = client.get(url).content.decode()
        assert "Last answer: <strong>Child declined</strong>, 23" in again
        assert " checked" not in again

    def test_nothing_chosen_is_said(self, client, child, iro):
        client.force_login(iro)
        page = client.post(reverse("pledge:child", args=[child.pk]), {"csrfmiddlewaretoken": "x"})
        assert "Choose an answer for at least one promise." in page.content.decode()

    def test_the_head_reads_and_does_not_record(self, client, child):
        client.force_login(UserFactory(role=Role.VSH.value))
        url = reverse("pledge:child", args=[child.pk])
        assert "Save the answers" not in client.get(url).content.decode()
        assert client.post(url, {"c1": "kept"}).status_code == 403

    def test_a_school_never_sees_it(self, client):
        membership = MembershipFactory()
        child = looked_after(school=membership.school)
        record(child, AllocationFactory(pupil=child).user, all_kept(child))
        client.force_login(membership.user)
        assert client.get(reverse("pledge:child", args=[child.pk])).status_code == 403
        assert client.get(reverse("pledge:list")).status_code == 403
        for url in (reverse("pupils:detail", args=[child.pk]), reverse("pupils:timeline", args=[child.pk])):
            assert "Pledge" not in client.get(url).content.decode()
        assert not CommitmentRecord.objects.visible_to(membership.user).exists()

    def test_another_officers_child_is_not_there(self, client, child):
        client.force_login(AllocationFactory().user)
        assert client.get(reverse("pledge:child", args=[child.pk])).status_code == 404

    def test_the_list_says_missing_promises_in_words(self, client, child, iro):
        first, *others = standing_of(child).applicable
        record(child, iro, {c.pk: "kept" for c in others})
        client.force_login(iro)
        page = client.get(reverse("pledge:list")).content.decode()
        assert "1 promise<" in page
        assert escape(first.text) in page
        assert "<abbr" not in page
        page = client.get(reverse("pledge:child", args=[child.pk])).content.decode()
        assert page.count("app-promise--gap") == 1

    def test_the_list_names_gaps_and_filters(self, client, child, iro):
        done = looked_after()
        AllocationFactory(pupil=done, user=iro)
        record(done, iro, all_kept(done))
        client.force_login(iro)
        page = client.get(reverse("pledge:list"))
        assert page.context["tracked"] == Figure(1, 2)
        shown = client.get(reverse("pledge:list") + "?state=gaps&sort=-gaps").context["rows"]
        assert [row["standing"].pupil for row in shown] == [child]
        needs = {n.text: n.count for n in client.get("/").context["needs"]}
        assert needs["Children with Pledge answers missing"] == 1
        for name in ("pledge:export_csv", "pledge:export_xlsx"):
            assert client.get(reverse(name)).status_code == 200

    def test_the_same_number_of_queries_for_few_and_many(self, client, iro):
        client.force_login(iro)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("pledge:list")).status_code == 200
            return len(asked)

        queries()
        few = queries()
        for _ in range(30):
            AllocationFactory(pupil=looked_after(), user=iro)
        assert queries() == few

    def test_a_child_who_left_care(self, client, child, iro):
        child.episodes.update(dec=date(2026, 11, 1))
        client.force_login(iro)
        assert "Not looked after today" in client.get(reverse("pledge:child", args=[child.pk])).content.decode()

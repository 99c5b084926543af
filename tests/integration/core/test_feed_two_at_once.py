"""Two people apply at the same time: one waits or is told, and nothing is done twice."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.feeds import services
from core.feeds.locks import Busy, is_worked_on
from core.models import AccessEvent, FeedRun, User
from core.roles import Role
from core.views import feeds as views
from schools.models import School
from tests.integration.core.feed_files import delivery, sources
from tests.integration.core.holding import InThread, holding, until_waiting_for

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 23)
Status = FeedRun.Status


@pytest.fixture
def two(make_user) -> tuple[User, User]:
    return make_user(Role.DATA_OFFICER), make_user(Role.VSH)


def received(kind: str, folder: Path, actor: User, files: dict[str, str] | None = None) -> FeedRun:
    found = sources(files, folder) if files else delivery(kind, folder)
    run = services.receive(kind=kind, sources=found, actor=actor)
    return services.check_run(run_id=run.pk, today=TODAY)


def applying(run: FeedRun, actor: User) -> InThread:
    return InThread(lambda: services.apply_run(run_id=run.pk, actor=actor, today=TODAY))


def test_two_deliveries_at_once_one_waits_and_both_complete(two, tmp_path: Path) -> None:
    first = received("gias", tmp_path / "a", two[0])
    second = received("gias", tmp_path / "b", two[1], {"s.csv": "URN,EstablishmentName\n990001,Alder Brook Academy\n"})
    with holding("schools_school") as release:
        one = applying(first, two[0])
        until_waiting_for("relation")
        other = applying(second, two[1])
        until_waiting_for("advisory")
        assert services.work_on(second) is services.Work.WORKING
        assert "Another delivery" in services.progress_of(second)["text"]
        release()
        assert one.result().status == Status.APPLIED
        # Checked again after its turn had come: it changes the school that the first one has just made.
        assert other.result().difference["changed"] == 1
    assert School.objects.get(urn="990001").name == "Alder Brook Academy"
    assert not is_worked_on(first.pk)


def test_one_delivery_twice_at_once_is_applied_once(two, tmp_path: Path) -> None:
    run = received("gias", tmp_path, two[0])
    with holding("schools_school") as release:
        one = applying(run, two[0])
        until_waiting_for("relation")
        other = applying(run, two[1])
        until_waiting_for("advisory")
        release()
        assert one.result().applied_by == two[0]
        with pytest.raises(services.RunNotOpen, match=two[0].name):
            other.result()
    assert School.objects.count() == 2
    assert AccessEvent.objects.filter(action="imported").count() == 1


def test_who_does_not_want_to_wait_is_told(two, tmp_path: Path) -> None:
    run = received("gias", tmp_path, two[0])
    with holding("schools_school"):
        one = applying(run, two[0])
        until_waiting_for("relation")
        with pytest.raises(Busy):
            services.apply_run(run_id=run.pk, actor=two[1], today=TODAY, wait_seconds=1)
        with pytest.raises(Busy):
            services.cancel_run(run=run, actor=two[1], wait_seconds=1)
        assert one.is_running()
    assert one.result().status == Status.APPLIED


def test_the_page_of_the_second_person_says_so(two, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(views, "WAIT_SECONDS", 1)
    first = received("gias", tmp_path / "a", two[0])
    second = received("gias", tmp_path / "b", two[1], {"s.csv": "URN,EstablishmentName\n990009,Dell Road School\n"})
    client = Client()
    client.force_login(two[1])
    with holding("schools_school"):
        one = applying(first, two[0])
        until_waiting_for("relation")
        answer = client.post(reverse("feeds:apply", args=[second.pk]))
        assert ["being applied just now" in str(m) for m in get_messages(answer.wsgi_request)] == [True]
        page = client.get(reverse("feeds:run", args=[first.pk])).content.decode()
        assert 'data-poll-url="/feeds/' in page
        assert "Apply " not in page
        assert client.get(reverse("feeds:progress", args=[first.pk])).json()["finished"] is False
    one.result()
    assert client.get(reverse("feeds:progress", args=[first.pk])).json()["finished"] is True
    client.post(reverse("feeds:apply", args=[second.pk]))
    assert School.objects.count() == 3


def test_a_delivery_put_aside_while_another_person_applies(two, tmp_path: Path) -> None:
    run = received("gias", tmp_path, two[0])
    with holding("schools_school") as release:
        one = applying(run, two[0])
        until_waiting_for("relation")
        other = InThread(lambda: services.cancel_run(run=run, actor=two[1]))
        until_waiting_for("advisory")
        release()
        one.result()
        with pytest.raises(services.RunNotOpen):
            other.result()
    run.refresh_from_db()
    assert run.status == Status.APPLIED


def test_many_copies_of_one_file_stored_at_once_are_one(two, tmp_path: Path, settings) -> None:
    files = delivery("gias", tmp_path)
    copies = [InThread(lambda: services.receive(kind="gias", sources=files, actor=two[0])) for _ in range(6)]
    runs = [copy.result() for copy in copies]
    assert len({run.files.get().stored_id for run in runs}) == 1
    assert len([path for path in settings.STORED_FILES_DIR.rglob("*") if path.is_file()]) == 1


def test_a_page_that_hands_a_delivery_to_the_worker_does_not_wait_for_a_running_one(two, tmp_path: Path) -> None:
    run = received("gias", tmp_path, two[0])
    with holding("schools_school"):
        one = applying(run, two[0])
        until_waiting_for("relation")
        for attempt in (
            lambda: services.queue_run(run_id=run.pk, status=Status.APPLYING),
            lambda: services.choose_options(run_id=run.pk, actor=two[1], options={}),
        ):
            with pytest.raises(Busy, match="works on this delivery"):
                attempt()
        assert one.is_running()
    assert one.result().status == Status.APPLIED


def test_how_many_lie_still_is_asked_in_two_queries(two, tmp_path: Path, django_assert_num_queries) -> None:
    for number in range(4):
        services.receive(kind="gias", sources=delivery("gias", tmp_path / str(number)), actor=two[0])
    FeedRun.objects.update(received_at=timezone.now() - timedelta(hours=1))
    with django_assert_num_queries(2):
        assert services.count_stalled(FeedRun.objects.all()) == 4

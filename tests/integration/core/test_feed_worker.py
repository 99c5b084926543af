"""Large deliveries go through Redis to a real worker, which may be killed at any moment."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from core import tasks
from core.actor import acting_as
from core.feeds import services
from core.models import AccessEvent, FeedRun, User
from core.roles import Role
from pupils.models import CareEpisode, Pupil
from schools.models import School
from tests.integration.conftest import Worker, eventually
from tests.integration.core.feed_files import delivery, sources
from tests.integration.core.holding import holding, until_waiting_for

pytestmark = pytest.mark.worker

Status = FeedRun.Status
ROWS = 12_000


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_OFFICER)


@pytest.fixture
def web(officer: User, settings, redis_url: str) -> Client:
    """Signed in, with the cache that the worker writes its progress to."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}}
    client = Client()
    client.force_login(officer)
    return client


def status_of(run: FeedRun) -> str:
    return str(FeedRun.objects.values_list("status", flat=True).get(pk=run.pk))


def becomes(run: FeedRun, status: FeedRun.Status, worker: Worker, seconds: float = 60) -> None:
    assert eventually(lambda: status_of(run) == status, seconds), f"{status_of(run)}\n{worker.log()}"


def ready_return(officer: User, folder: Path) -> FeedRun:
    """A small 903 return, checked; applying it writes the children first and their episodes after."""
    run = services.receive(kind="ssda903", sources=delivery("ssda903", folder), actor=officer)
    return services.check_run(run_id=run.pk, today=run.received_at.date())


def queue(run: FeedRun, officer: User) -> None:
    with acting_as(officer):
        tasks.apply_feed.delay(run_id=run.pk, actor_id=officer.pk)


def nothing_is_there() -> bool:
    return not Pupil.objects.exists() and not CareEpisode.objects.exists()


def all_is_there_once(run: FeedRun, officer: User) -> None:
    run.refresh_from_db()
    assert (run.status, run.applied_by) == (Status.APPLIED, officer)
    assert (Pupil.objects.count(), CareEpisode.objects.count()) == (3, 4)
    assert AccessEvent.objects.filter(action="imported", subject_id=run.pk).count() == 1


def test_a_large_upload_is_checked_and_applied_in_the_worker(
    real_worker: Worker, web: Client, officer: User, tmp_path: Path
) -> None:
    School.objects.create(urn="100000", name="Another Name")
    text = "".join(f"{100_000 + n},School Number {n},{n:090d}\n" for n in range(ROWS))
    large = sources({"large.csv": f"URN,EstablishmentName,Town\n{text}"}, tmp_path / "in")[0]
    with large.path.open("rb") as handle:
        answer = web.post(reverse("feeds:new"), {"kind": "gias", "files_sent": handle})
    run = FeedRun.objects.get()
    assert answer.headers["Location"] == reverse("feeds:run", args=[run.pk])
    becomes(run, Status.READY, real_worker)
    assert School.objects.count() == 1

    progress = reverse("feeds:progress", args=[run.pk])
    with holding("schools_school"):
        answer = web.post(reverse("feeds:apply", args=[run.pk]))
        assert answer.status_code == 302
        until_waiting_for("relation")
        told = web.get(progress).json()
        assert (told["finished"], told["total"], told["detail"]) == (False, 3, "Comparing with the register")
        page = web.get(reverse("feeds:run", args=[run.pk])).content.decode()
        assert "The delivery is being applied" in page
        assert "Apply again" not in page
    becomes(run, Status.APPLIED, real_worker)
    assert web.get(progress).json()["finished"] is True
    assert School.objects.count() == ROWS

    run.refresh_from_db()
    assert run.applied_by == officer
    assert AccessEvent.objects.get(action="imported").user_id == officer.pk
    of_the_row = School.objects.get(urn="100000").events.latest("pgh_id").pgh_context.metadata
    assert of_the_row == {"user": officer.pk, "feed_run": run.pk, "task": "core.apply_feed"}
    of_the_run = {event.pgh_context.metadata["user"] for event in run.events.all() if event.pgh_context}
    assert of_the_run == {officer.pk}


def test_arguments_are_ids_and_the_actor_travels_in_the_headers(
    real_worker: Worker, officer: User, tmp_path: Path
) -> None:
    run = ready_return(officer, tmp_path)
    queue(run, officer)
    becomes(run, Status.APPLIED, real_worker)
    assert "Ashdown" not in real_worker.log()
    event = run.events.latest("pgh_id")
    assert event.pgh_context.metadata["user"] == officer.pk


def test_the_same_message_twice_applies_once(real_worker: Worker, officer: User, tmp_path: Path) -> None:
    run = ready_return(officer, tmp_path)
    for _ in range(5):
        queue(run, officer)
    assert eventually(lambda: real_worker.log().count("succeeded") == 5), real_worker.log()
    all_is_there_once(run, officer)


def test_kill_9_of_the_child_that_applies(real_worker: Worker, officer: User, tmp_path: Path) -> None:
    run = ready_return(officer, tmp_path)
    with holding("pupils_careepisode"):
        queue(run, officer)
        until_waiting_for("relation")  # the children are written and not committed
        for child in real_worker.children():
            os.kill(child, signal.SIGKILL)
        assert eventually(lambda: "WorkerLostError" in real_worker.log()), real_worker.log()
        assert nothing_is_there()
        assert status_of(run) == Status.READY
    becomes(run, Status.APPLIED, real_worker)
    all_is_there_once(run, officer)


def test_kill_9_of_the_whole_worker_then_apply_again_on_the_page(
    real_worker: Worker, web: Client, officer: User, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("core.views.feeds.IN_WORKER_FROM_BYTES", 1)
    run = ready_return(officer, tmp_path)
    apply, page = (reverse(f"feeds:{name}", args=[run.pk]) for name in ("apply", "run"))
    with holding("pupils_careepisode"):
        web.post(apply)
        until_waiting_for("relation")
        real_worker.kill()
        assert nothing_is_there()
    run.refresh_from_db()
    assert eventually(lambda: services.work_on(run) is services.Work.QUEUED)
    assert nothing_is_there()
    monkeypatch.setattr(services, "PATIENCE_WITH_WORKER", timedelta(0))
    shown = web.get(page).content.decode()
    assert "Nobody works on this delivery" in shown
    assert "Apply again" in shown
    real_worker.start()
    web.post(apply)
    becomes(run, Status.APPLIED, real_worker)
    all_is_there_once(run, officer)


def test_a_connection_that_breaks_in_mid_apply_is_tried_again(
    real_worker: Worker, officer: User, tmp_path: Path
) -> None:
    from django.db import connection

    run = ready_return(officer, tmp_path)
    with holding("pupils_careepisode"):
        queue(run, officer)
        until_waiting_for("relation")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
        assert eventually(lambda: status_of(run) == Status.FAILED), real_worker.log()
        assert nothing_is_there()
    becomes(run, Status.APPLIED, real_worker)
    all_is_there_once(run, officer)

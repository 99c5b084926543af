"""The disk is full while a delivery is stored: nothing is stored, it is said clearly, and a retry works."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.feeds import services
from core.feeds.base import FeedRefused, SourceFile
from core.models import FeedRun, StoredFile
from core.roles import Role
from schools.models import School
from tests.integration.core.conftest import Manage
from tests.integration.core.feed_files import sources
from tests.integration.core.small_disk import small_disk
from tests.integration.core.snapshots import changed, snapshot

ROWS = 12_000
HEAD = "URN,EstablishmentName,Town\n"


@pytest.fixture
def large(tmp_path: Path) -> SourceFile:
    """A register of about two megabytes, each row another."""
    text = "".join(f"{100_000 + n},School Number {n} of the County,{n:0120d}\n" for n in range(ROWS))
    return sources({"large.csv": HEAD + text}, tmp_path / "in")[0]


@pytest.fixture
def small(tmp_path: Path) -> SourceFile:
    return sources({"small.csv": HEAD + "990001,Alder Brook School,Westmarch\n"}, tmp_path / "in")[0]


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_nothing_is_stored_not_even_the_files_before(large, small, settings) -> None:
    held = snapshot()
    with small_disk(settings.STORED_FILES_DIR) as make_room:
        with pytest.raises(FeedRefused) as refused:
            services.receive(kind="gias", sources=[small, large], actor=None)
        (problem,) = refused.value.problems
        assert (problem.code, problem.file) == ("DISK_FULL", "large.csv")
        assert "room" in problem.message + problem.advice
        assert left_in(settings.STORED_FILES_DIR) == []
        assert changed(held, snapshot()) == set()
        services.receive(kind="gias", sources=[small], actor=None)
        make_room()
        services.receive(kind="gias", sources=[small, large], actor=None)
        assert len(left_in(settings.STORED_FILES_DIR)) == StoredFile.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_in_the_browser(large, settings, make_user) -> None:
    client = Client()
    client.force_login(make_user(Role.DATA_OFFICER))

    def upload():
        with large.path.open("rb") as handle:
            return client.post(reverse("feeds:new"), {"kind": "gias", "files_sent": handle})

    with small_disk(settings.STORED_FILES_DIR) as make_room:
        answer = upload()
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "There is a problem" in page
        assert "no room on the disk" in page
        assert "Nothing was changed" in page
        assert not FeedRun.objects.exists()
        assert left_in(settings.STORED_FILES_DIR) == []
        make_room()
        assert upload().status_code == 302
        run = FeedRun.objects.get()
        assert (run.status, run.counts["applied"]) == (FeedRun.Status.READY, ROWS)


@pytest.mark.django_db
def test_before_the_upload_reaches_us(tmp_path, settings, make_user) -> None:
    """A large upload is laid down by the framework while the request is read."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(make_user(Role.DATA_OFFICER))
    token = client.get(reverse("feeds:new")).cookies["csrftoken"].value
    with small_disk(settings.FILE_UPLOAD_TEMP_DIR):
        sent = SimpleUploadedFile("large.csv", b"x" * 3_000_000)
        answer = client.post(reverse("feeds:new"), {"kind": "gias", "files_sent": sent, "csrfmiddlewaretoken": token})
    assert answer.status_code == 507
    assert "no room on the disk" in answer.content.decode()
    assert not FeedRun.objects.exists()


def test_on_the_command_line(large, settings, tmp_path, manage: Manage) -> None:
    with small_disk(settings.STORED_FILES_DIR) as make_room:
        refused = manage("feed", "gias", large.path, "--apply", "--json")
        told = json.loads(refused.stdout)
        assert (refused.returncode, told["status"]) == (1, "refused")
        assert [problem["code"] for problem in told["problems"]] == ["DISK_FULL"]
        assert left_in(settings.STORED_FILES_DIR) == []
        assert not School.objects.exists()
        make_room()
        applied = manage("feed", "gias", large.path, "--apply", "--json")
        assert (applied.returncode, json.loads(applied.stdout)["rows"]["applied"]) == (0, ROWS)
    assert School.objects.count() == ROWS


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused) as refused:
        services.receive(kind="gias", sources=[SourceFile(name="gone.csv", path=tmp_path / "gone.csv")], actor=None)
    assert [problem.code for problem in refused.value.problems] == ["NOT_STORED"]

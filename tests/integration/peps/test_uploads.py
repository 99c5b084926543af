"""Files of a PEP: told by content, scanned by a real clamd with a signature of our own, stored, fetched."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import scanning
from core.models import AccessEvent
from core.roles import Role
from peps.models import FormVersion, PEPDocument
from peps.services import uploads
from retention.reach import files_of
from tests.factories import MembershipFactory, PEPFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n" + b"1" * 200_000


CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = """
Foreground yes
LocalSocket {socket}
DatabaseDirectory {signatures}
TemporaryDirectory {folder}
StreamMaxLength 1M
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory) -> Iterator[str]:
    """The socket of a scanner that knows one signature, of the EICAR test string, written by us."""
    assert CLAMD, "install Debian's clamav-daemon: make setup-test does it where it may"
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Own.Eicar:0:*:{EICAR.hex()}\n")
    where = folder / "socket"
    configuration = folder / "clamd.conf"
    configuration.write_text(CONFIGURATION.format(socket=where, signatures=folder / "signatures", folder=folder))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([CLAMD, "-c", str(configuration)], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not where.exists():
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield str(where)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def scanner(clamd, settings) -> None:
    settings.CLAMD = clamd


@pytest.fixture(autouse=True)
def today(time_machine, settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    settings.CLAMD = ""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def pep(teacher):
    child = looked_after(school=teacher.school_memberships.get().school)
    return PEPFactory(pupil=child, form=FormVersion.objects.get(), phase="secondary", state="open")


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.DOCUMENTS_DIR).rglob("*") if path.is_file()]


def add(pep, actor, content=PDF, title="Autumn report"):
    return uploads.add_document(pep=pep, kind="report", title=title, content=content, actor=actor, now=NOW)


def test_a_report_is_added_fetched_and_taken_away(pep, teacher, client, settings, django_capture_on_commit_callbacks):
    client.force_login(teacher)
    sent = {"kind": "report", "title": "Autumn report", "file": SimpleUploadedFile("Sam Smith.exe", PDF)}
    assert client.post(reverse("peps:files", args=[pep.pk]), sent).status_code == 302
    made = PEPDocument.objects.get()
    assert (made.media_type, made.size, made.scanned) == ("application/pdf", len(PDF), False)
    assert "Smith" not in made.path and files_of(pep.pupil_id) == stored(settings)
    page = client.get(reverse("peps:files", args=[pep.pk])).content.decode()
    assert "Autumn report" in page and "not scanned" in page
    answer = client.get(reverse("peps:file", args=[pep.pk, made.pk]))
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Disposition"].endswith('.pdf"')
    assert AccessEvent.objects.filter(action="exported", subject_id=pep.pupil_id, user_id=teacher.pk).count() == 1
    assert add(pep, teacher).pk == made.pk
    worker = UserFactory(role=Role.SOCIAL_WORKER.value)
    with pytest.raises(PermissionDenied):
        uploads.remove_document(document=made, actor=worker)
    stored(settings)[0].write_bytes(b"%PDF-other")
    refused = client.get(reverse("peps:file", args=[pep.pk, made.pk]), follow=True)
    assert "not the one that was added" in refused.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("peps:file_remove", args=[pep.pk, made.pk]))
    assert not PEPDocument.objects.exists() and stored(settings) == []


def test_the_scanner_lets_clean_files_in_and_keeps_infected_ones_out(pep, teacher, scanner, settings):
    assert add(pep, teacher).scanned is True
    with pytest.raises(ValidationError, match="something harmful"):
        add(pep, teacher, b"%PDF-1.7\n" + EICAR)
    assert PEPDocument.objects.count() == 1 and len(stored(settings)) == 1
    with pytest.raises(scanning.Infected, match=r"(?i)eicar"):
        scanning.scan(b"0" * 70_000 + EICAR)


def test_a_file_that_the_scanner_did_not_look_through_stays_out(pep, teacher, scanner, settings):
    with pytest.raises(ValidationError, match="does not answer"):
        add(pep, teacher, PDF + b"2" * 2_000_000)
    assert stored(settings) == []


def test_nothing_comes_in_unscanned_while_the_scanner_is_down(pep, teacher, client, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "nobody.sock")
    client.force_login(teacher)
    sent = {"kind": "work", "title": "Poem", "file": SimpleUploadedFile("poem.pdf", PDF)}
    page = client.post(reverse("peps:files", args=[pep.pk]), sent)
    assert "virus scanner does not answer" in page.content.decode()
    assert not PEPDocument.objects.exists() and stored(settings) == []


def test_a_finished_plan_takes_no_more_files(pep, teacher):
    pep.state, pep.held_on = "approved", NOW.date()
    pep.save()
    with pytest.raises(PermissionDenied):
        add(pep, teacher)

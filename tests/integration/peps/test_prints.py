"""A caseload on paper: made in the worker, one trace for each child, fetched by who asked, gone after a day."""

import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from peps import tasks
from peps.models import PEP, FormVersion, PEPPrint
from peps.services import bulk, presenting
from peps.services.content import content_of
from pupils.models import SchoolPlace
from tests.factories import MembershipFactory, PEPFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(time_machine, settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def peps(teacher):
    school = teacher.school_memberships.get().school
    made = [
        PEPFactory(pupil=looked_after(school=school), form=FormVersion.objects.get(), phase="secondary", state="open")
        for _ in range(3)
    ]
    PEPFactory(pupil=looked_after())
    return made


def test_a_teacher_prints_the_own_children_and_nobody_else_fetches_it(
    peps, teacher, client, django_capture_on_commit_callbacks, time_machine
):
    other = PEPFactory(pupil=looked_after(), form=FormVersion.objects.get(), phase="primary", state="open")
    client.force_login(teacher)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("peps:print_new"), {"edition": "child"})
    row = PEPPrint.objects.get()
    assert answer["Location"] == reverse("peps:print", args=[row.pk])
    assert set(row.peps) == {pep.pk for pep in peps} and other.pk not in row.peps
    assert (row.printed, row.left_out) == (3, [])
    assert cache.get(bulk.progress_key(row.pk)) == {"done": 3, "total": 3, "text": "Ready"}
    assert client.get(reverse("peps:print_progress", args=[row.pk])).json()["finished"] is True
    fetched = client.get(reverse("peps:print_download", args=[row.pk]))
    path = bulk.file_of(row, user=teacher, now=NOW)
    assert b"".join(fetched.streaming_content) == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.read(names[0]).startswith(b"%PDF")
    assert sorted(names) == sorted([*(f"{p.pupil.child_id}-2026-autumn-child.pdf" for p in peps), "manifest.json"])
    printed = AccessEvent.objects.filter(action="printed", screen="peps:print", user_id=teacher.pk)
    assert {e.subject_id for e in printed} == {p.pupil_id for p in peps}

    client.force_login(UserFactory(role=Role.VSH.value))
    assert client.get(reverse("peps:print_download", args=[row.pk])).status_code == 404

    place = SchoolPlace.objects.get(pupil=peps[0].pupil)
    SchoolPlace.objects.filter(pk=place.pk).update(to_on=TODAY)
    with pytest.raises(ValidationError, match="no longer among yours"):
        bulk.file_of(row, user=teacher, now=NOW)
    SchoolPlace.objects.filter(pk=place.pk).update(to_on=None)
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValidationError, match="not the one that was made"):
        bulk.file_of(row, user=teacher, now=NOW)

    assert tasks.clear_prints() == 0
    time_machine.move_to("2026-11-24T09:00:01Z", tick=False)
    assert tasks.clear_prints() == 1
    assert not path.exists()
    with pytest.raises(ValidationError, match="expired"):
        bulk.file_of(PEPPrint.objects.get(), user=teacher, now=datetime(2026, 11, 24, 9, 0, 1, tzinfo=UTC))


def test_a_plan_whose_kept_pdf_was_changed_is_left_out(peps, teacher):
    bad = peps[1]
    version = bad.versions.create(number=1, content=content_of(bad), made_at=NOW)
    PEP.objects.filter(pk=bad.pk).update(state="approved", held_on=TODAY, approved_at=NOW)
    presenting.keep_pdf(version=version, today=TODAY)
    version.refresh_from_db()
    presenting.path_of(version).write_bytes(b"%PDF-other")
    row = bulk.ask(peps=[p.pk for p in peps[:2]], edition=PEPPrint.Edition.ADULT, actor=teacher, now=NOW)
    tasks.make_print(print_id=row.pk)
    row.refresh_from_db()
    assert (row.printed, row.left_out) == (1, [bad.pk])
    sha256 = row.sha256
    tasks.make_print(print_id=row.pk)
    row.refresh_from_db()
    assert row.sha256 == sha256
    assert AccessEvent.objects.filter(action="printed", subject_id=bad.pupil_id).count() == 0


def test_who_may_ask(peps):
    with pytest.raises(PermissionDenied):
        bulk.ask(
            peps=[p.pk for p in peps], edition=PEPPrint.Edition.ADULT, actor=UserFactory(role=Role.SOCIAL_WORKER.value),
            now=NOW,
        )  # fmt: skip
    stranger = MembershipFactory().user
    with pytest.raises(ValidationError):
        bulk.ask(peps=[p.pk for p in peps], edition=PEPPrint.Edition.ADULT, actor=stranger, now=NOW)

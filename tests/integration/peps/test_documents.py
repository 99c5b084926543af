"""A PEP on paper: what is printed and what never, the kept PDF, the lock, addenda."""

import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pikepdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from pypdf import PdfReader

from core.models import AccessEvent, JobRun
from core.roles import Role
from peps import tasks
from peps.models import PEP, FormVersion, PEPStep, SignOff, Target
from peps.services import presenting, steps
from peps.services.content import content_of
from pupils.models import SchoolPlace
from retention.reach import files_of
from tests.factories import EpisodeFactory, MembershipFactory, PEPFactory, PlaceFactory, SchoolFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANSWERS = {
    "A": {"first_language": "Pashto", "contact_restricted": "yes", "contact_restriction": "Mr Zyx must not come",
          "health": "Epilepsy plan", "sdq_on": "2027-02-03", "emergency_contact": "Carer at ct1 2ab"},
    "B": {"key_adult": "Ms Oak", "transport": "Taxi from CT1 2AB"},
    "C": {"how_obtained": "written", "going_well": "Art with Ms Oak", "hard": "Spelling"},
    "D": {"worries": "Carer says: sleeps badly"},
    "I": {"send": "ehcp", "annual_review": "2027-02-03"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(time_machine, settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    time_machine.move_to("2026-11-23T09:00:00Z", tick=False)


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def adviser():
    return UserFactory(role=Role.ADVISER.value)


@pytest.fixture
def pep(teacher):
    school = teacher.school_memberships.get().school
    episode = EpisodeFactory(decom=date(2021, 1, 12), home_post="CT1 2AB", pl_post="ME99 9ZZ")
    PlaceFactory(pupil=episode.pupil, school=school)
    made = PEPFactory(
        pupil=episode.pupil, form=FormVersion.objects.get(), phase="secondary", state="submitted", held_on=TODAY
    )
    for code, answers in ANSWERS.items():
        made.sections.create(code=code, answers=answers)
    Target.objects.create(
        pep=made, number=1, kind="academic", need="Decoding is weak", outcome="Read 60 words a minute", why="History",
        how=[{"what": "Paired reading", "who": "Ms Oak", "often": "every day"}], measure="Words a minute",
        measure_from="32", measure_to="60", owner_name="Ms Oak", due_on=date(2027, 3, 12), child_view="I want to",
    )  # fmt: skip
    made.versions.create(number=1, content=content_of(made), made_at=NOW, made_by=teacher)
    return made


@pytest.fixture
def approved(pep, adviser):
    PEPStep.objects.create(pep=pep, name="approve", source="submitted", target="approved", by=adviser, at=NOW)
    SignOff.objects.create(pep=pep, party="carer", name="Jo Hill", method="verbal", on=TODAY, recorded_by=adviser)
    pep.state, pep.approved_at = "approved", NOW
    pep.save()
    return pep


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_a_draft_says_so_on_each_page_and_prints_no_secret(pep, adviser):
    PEP.objects.update(state="meeting_held")
    pdf = presenting.adult_pdf(PEP.objects.get(), reader=adviser, today=TODAY)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert all("Draft: not submitted" in page for page in pages)
    said = words(pdf)
    assert "Pashto" in said and "3 February 2027" in said and "Page 2 of" in said
    assert pep.pupil.display_name in said and pep.pupil.child_id in said
    for secret in ("Zyx", "Epilepsy", "CT1 2AB", "ct1 2ab", "ME99"):
        assert secret not in said
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert bool(file.Root.MarkInfo.Marked)
        assert str(file.Root.Lang) == "en-GB"
        assert len(file.Root.Outlines.keys()) > 0
        with file.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_childs_edition_speaks_to_the_child_and_tells_nothing_of_adults(approved, adviser):
    said = words(presenting.child_pdf(approved, reader=adviser, today=TODAY))
    wanted = (
        "What you told us", "Art with Ms Oak", "Read 60 words a minute", "Paired reading, every day, with Ms Oak",
        "I want to", "the person you can go to, target 1", "Who helps you", "When we meet again",
    )  # fmt: skip
    for part in wanted:
        assert part in said
    for adult in ("sleeps badly", "Decoding is weak", "Zyx", "Epilepsy", "EHCP", "Jo Hill", "CT1"):
        assert adult not in said
    answers = {**approved.versions.get().content["sections"], "C": {"how_obtained": "declined"}}
    approved.versions.update(content={**approved.versions.get().content, "sections": answers})
    assert "You chose not to say" in words(presenting.child_pdf(approved, reader=adviser, today=TODAY))


def test_the_kept_pdf_is_given_out_as_it_was_kept_or_not_at_all(approved, adviser, teacher, client):
    first = presenting.adult_pdf(approved, reader=teacher, today=TODAY)
    version = approved.versions.get()
    assert "Jo Hill" in words(first) and "approved 23 November 2026" in words(first)
    assert presenting.path_of(version).read_bytes() == first
    assert presenting.adult_pdf(approved, reader=adviser, today=date(2027, 1, 5)) == first
    assert presenting.path_of(version) in files_of(approved.pupil_id)
    client.force_login(teacher)
    page = reverse("peps:version_pdf", args=[approved.pk, 1])
    answer = client.get(page)
    assert answer.content == first and approved.pupil.surname not in answer["Content-Disposition"]
    printed = AccessEvent.objects.filter(action="printed", subject_id=approved.pupil_id)
    assert [e.detail["document"] for e in printed] == ["version-1"]
    presenting.path_of(version).write_bytes(first.replace(b"%%EOF", b"%%EOX"))
    with pytest.raises(presenting.Tampered):
        presenting.adult_pdf(approved, reader=adviser, today=TODAY)
    refused = client.get(page, follow=True)
    assert "is not the one that was kept" in refused.content.decode()
    assert printed.count() == 1


def test_the_system_locks_after_five_working_days_once(approved, time_machine):
    assert tasks.lock_due() == 0
    time_machine.move_to("2026-11-27T02:10:00Z", tick=False)
    assert tasks.lock_due() == 0
    time_machine.move_to("2026-11-30T02:10:00Z", tick=False)
    JobRun.objects.all().delete()
    assert tasks.lock_due() == 1
    assert tasks.lock_due() == 0
    approved.refresh_from_db()
    assert approved.state == "locked" and approved.locked_at is not None
    assert approved.versions.get().pdf_sha256
    assert PEPStep.objects.get(name="lock").by is None


def test_addenda_follow_the_lock_and_are_printed_at_the_end(approved, teacher, adviser, client):
    with pytest.raises(ValidationError):
        presenting.add_addendum(pep=approved, text="Late news", actor=teacher, now=NOW)
    client.force_login(adviser)
    client.post(reverse("peps:lock", args=[approved.pk]))
    approved.refresh_from_db()
    assert approved.state == "locked"
    kept = presenting.read_stored(approved.versions.get())
    with pytest.raises(PermissionDenied):
        presenting.add_addendum(pep=approved, text="X", actor=UserFactory(role=Role.IRO.value), now=NOW)
    client.force_login(teacher)
    client.post(reverse("peps:addenda", args=[approved.pk]), {"text": "The tutor left, see CT1 2AB"})
    said = words(presenting.adult_pdf(PEP.objects.get(), reader=teacher, today=TODAY))
    assert "The tutor left" in said and "CT1 2AB" not in said and "Jo Hill" in said
    assert presenting.read_stored(approved.versions.get()) == kept
    assert "The tutor left" in client.get(reverse("peps:pep", args=[approved.pk])).content.decode()


def test_a_reopened_plan_keeps_its_approved_version(approved, adviser, client):
    head = UserFactory(role=Role.VSH.value)
    steps.reopen(pep=approved, reason="A name is wrong", actor=head)
    assert "approved 23 November 2026" in words(presenting.read_stored(approved.versions.get()))
    client.force_login(adviser)
    page = client.get(reverse("peps:pep", args=[approved.pk])).content.decode()
    assert reverse("peps:version_pdf", args=[approved.pk, 1]) in page
    assert "Draft" in words(presenting.adult_pdf(PEP.objects.get(), reader=adviser, today=TODAY))


def test_the_new_school_reads_the_plan_from_the_first_day_on_roll(approved, time_machine, client):
    new = MembershipFactory(school=SchoolFactory()).user
    place = SchoolPlace.objects.get(pupil=approved.pupil)
    place.to_on = date(2026, 12, 1)
    place.save()
    PlaceFactory(pupil=approved.pupil, school=new.school_memberships.get().school, from_on=date(2026, 12, 1))
    time_machine.move_to("2026-11-30T12:00:00Z", tick=False)
    client.force_login(new)
    assert client.get(reverse("peps:pdf", args=[approved.pk])).status_code == 404
    time_machine.move_to("2026-12-01T07:00:00Z", tick=False)
    client.force_login(new)
    assert client.get(reverse("peps:pdf", args=[approved.pk])).status_code == 200


def test_the_package_follows_the_published_schema_and_its_manifest(approved, adviser, teacher, client, tmp_path):
    approved.state = "locked"
    approved.save()
    presenting.add_addendum(pep=approved, text="Tutor left, see CT1 2AB", actor=teacher, now=NOW)
    client.force_login(adviser)
    answer = client.get(reverse("peps:package", args=[approved.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert package.namelist() == ["plan.pdf", "child.pdf", "pep.json", "manifest.json"]
        for one in json.loads(package.read("manifest.json"))["files"]:
            assert hashlib.sha256(package.read(one["name"])).hexdigest() == one["sha256"]
        raw = package.read("pep.json").decode()
        assert "Tutor left" in words(package.read("plan.pdf"))
    document = json.loads(raw)
    schema = json.loads(Path("docs/schemas/pep-1.json").read_text())
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [error.message for error in checker.iter_errors(document)] == []
    assert document["plan"]["pdf_sha256"] == approved.versions.get().pdf_sha256
    assert document["sections"][0]["answers"][0]["value"] == "Pashto"
    for secret in ("Zyx", "Epilepsy", "CT1 2AB", "ct1 2ab"):
        assert secret not in raw
    exported = AccessEvent.objects.get(action="exported", subject_id=approved.pupil_id)
    assert exported.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    document["plan"]["state"] = "lost"
    assert not checker.is_valid(document)


def test_only_the_virtual_school_makes_a_package(approved, teacher):
    data_officer = UserFactory(role=Role.DATA_OFFICER.value)
    for person in (teacher, data_officer, UserFactory(role=Role.SOCIAL_WORKER.value)):
        with pytest.raises(PermissionDenied):
            presenting.package(pep=approved, actor=person, now=NOW)

"""A request from its receipt to the package, on the database: what is gathered, what is removed, what is in the ZIP."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pypdf import PdfReader

from attendance.models import MarkNote
from core import subject_access
from core.actor import acting_as
from core.audit import Access, record_access
from core.models import AccessEvent, User
from core.roles import Role
from core.subject_access import StoredDocument
from pupils.models import CareEpisode, Pupil
from rights import clock, gathering, package, redaction, services
from rights.models import RequestEntry, RequestMark, SubjectRequest
from rights.rules import Ground, State, StepRefused
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
ROOT = Path(__file__).resolve().parents[3]
CARER = "QP7 7ZZ"
COMMENT = "Sister Wren was ill as well"


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    return make_user(Role.VSH)


@pytest.fixture
def deputy(make_user: Callable[..., User]) -> User:
    return make_user(Role.VSH)


@pytest.fixture
def pupil(head: User) -> Pupil:
    child: Pupil = make.PupilFactory(forename="Robin", surname="Testname", upn=make.upn_of(77))
    make.EpisodeFactory(pupil=child, decom=date(2019, 3, 4), home_post="QH7 7ZZ", pl_post=CARER)
    school = make.SchoolFactory(name="Invented Hill School")
    make.PlaceFactory(pupil=child, school=school)
    make.PEPFactory(pupil=child)
    make.ResultFactory(pupil=child)
    make.ProtectedNoteFactory(pupil=child, kind="contact", protected_text="Uncle Jay must not learn the school")
    make.ProtectedNoteFactory(pupil=child, kind="health", protected_text="Carries an inhaler")
    days = {(date(2026, 11, 16), "AM"): "/", (date(2026, 11, 16), "PM"): "I"}
    register = make.RegisterFactory(pupil=child, school=school, marks=make.marks_of(2026, days))
    make.EffectiveRegisterFactory(pupil=child, marks=make.marks_of(2026, days))
    MarkNote.objects.create(register=register, place=153, comment=COMMENT)
    record_access(None, Access.OPENED, user=head, subject=child, screen="pupils:detail")
    with acting_as(head):
        CareEpisode.objects.filter(pupil=child).update(ls="V2")
    return child


def asked(pupil: Pupil, actor: User, **fields: Any) -> SubjectRequest:
    given = {
        "asked_by": "person", "asker_name": "", "authority": "", "channel": "spoken",
        "received_on": date(2026, 11, 2), "asked_for": "Everything", **fields,
    }  # fmt: skip
    return services.record_request(pupil=pupil, actor=actor, **given)


def gathered(pupil: Pupil, actor: User, now: datetime = NOW) -> SubjectRequest:
    row = asked(pupil, actor)
    row = services.confirm_identity(request=row, confirmed_on=date(2026, 11, 3), how="Known", actor=actor)
    row = services.begin_gathering(request=row, actor=actor)
    return services.gather(request=row, actor=actor, now=now)


def entry_of(row: SubjectRequest, part: str, word: str = "") -> RequestEntry:
    found = [e for e in row.entries.filter(part=part) if word in json.dumps(e.gathered_facts)]
    return found[0]


def remove(
    row: SubjectRequest, entry: RequestEntry, actor: User, field: str = "", ground: Ground | str = Ground.THIRD_PARTY
) -> None:
    services.mark_entry(entry=entry, field=field, ground=ground, note="", now=NOW, actor=actor)


def ready(pupil: Pupil, head: User, deputy: User) -> SubjectRequest:
    """Read, one comment removed, and looked at by the deputy."""
    row = gathered(pupil, head)
    remove(row, entry_of(row, "mark-note"), head, "comment")
    services.mark_read(request=row, entry_ids=redaction.undecided_ids(row), now=NOW, actor=head)
    return services.second_look(request=row, seen=redaction.fingerprint(row), now=NOW, actor=deputy)


# ---------------------------------------------------------------- receipt and clock


def test_somebody_else_needs_authority(pupil: Pupil, head: User) -> None:
    with pytest.raises(ValidationError):
        asked(pupil, head, asked_by="solicitor", asker_name="Pat Example", authority=" ")
    row = asked(pupil, head, asked_by="solicitor", asker_name="Pat Example", authority="Signed form")
    assert (row.asker_name, row.state) == ("Pat Example", State.RECEIVED)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.VSH])
def test_only_the_head_answers(role: Role, pupil: Pupil, head: User, make_user: Callable[..., User]) -> None:
    with pytest.raises(PermissionDenied):
        asked(pupil, make_user(role))
    row = asked(pupil, head)
    assert not SubjectRequest.objects.visible_to(make_user(role)).exists()
    with pytest.raises(PermissionDenied):
        services.confirm_identity(request=row, confirmed_on=TODAY, how="Known", actor=make_user(role))


def test_the_clock_runs_from_identity_and_is_extended_once(pupil: Pupil, head: User) -> None:
    row = asked(pupil, head)
    assert clock.standing(row, TODAY).due is None
    row = services.confirm_identity(request=row, confirmed_on=date(2026, 11, 3), how="Known", actor=head)
    assert clock.standing(row, TODAY).due == date(2026, 12, 3)
    row = services.extend(request=row, because="Two archives", today=date(2026, 12, 3), actor=head)
    assert clock.standing(row, TODAY).due == date(2027, 2, 3)
    with pytest.raises(StepRefused, match="one extension"):
        services.extend(request=row, because="Again", today=TODAY, actor=head)


def test_too_late_to_extend(pupil: Pupil, head: User) -> None:
    row = services.confirm_identity(request=asked(pupil, head), confirmed_on=date(2026, 11, 3), how="Known", actor=head)
    with pytest.raises(StepRefused, match="too late"):
        services.extend(request=row, because="Late", today=date(2026, 12, 4), actor=head)


def test_identity_is_not_confirmed_before_the_request(pupil: Pupil, head: User) -> None:
    with pytest.raises(ValidationError):
        services.confirm_identity(request=asked(pupil, head), confirmed_on=date(2026, 11, 1), how="Known", actor=head)


def test_a_refusal_has_a_ground_and_ends_it(pupil: Pupil, head: User) -> None:
    row = services.close(
        request=asked(pupil, head), state=State.REFUSED, ground="not_entitled", because="Told", today=TODAY, actor=head
    )
    assert (row.state, row.refusal_ground, row.closed_on) == (State.REFUSED, "not_entitled", TODAY)
    with pytest.raises(StepRefused):
        services.confirm_identity(request=row, confirmed_on=TODAY, how="Known", actor=head)


# ---------------------------------------------------------------- gathering


def test_everything_is_gathered_in_the_order_of_days(pupil: Pupil, head: User) -> None:
    other = make.PupilFactory(surname="Elsewhere")
    make.PEPFactory(pupil=other)
    row = gathered(pupil, head)
    assert row.state == State.REDACTING
    entries = list(row.entries.order_by("position"))
    parts = {e.part for e in entries}
    assert {
        "child", "care-episode", "school-place", "protected-note", "register", "attendance-year", "mark-note", "pep",
        "result", "subject-request", "changes", "looks",
    } <= parts  # fmt: skip
    days = [e.on for e in entries if e.on is not None and not e.chapter.startswith("annex")]
    assert days == sorted(days)
    assert entries[0].chapter == gathering.UNDATED
    assert entry_of(row, "care-episode").chapter == "2018/19"
    assert "Elsewhere" not in json.dumps([e.gathered_facts for e in entries])
    assert "Mon 16: / I" in json.dumps(entry_of(row, "register").gathered_facts)
    assert "opened the record" in json.dumps(entry_of(row, "looks").gathered_facts)
    assert head.name in json.dumps(entry_of(row, "changes").gathered_facts)


def test_the_registry_flags_what_tells_of_others(pupil: Pupil, head: User) -> None:
    row = gathered(pupil, head)
    by_name = {o.name: o for o in redaction.outcomes(entry_of(row, "care-episode"), {})}
    assert (by_name["pl_post"].ground, by_name["pl_post"].protected) == (Ground.THIRD_PARTY, True)
    assert by_name["ls"].ground is None
    [contact] = [
        o for o in redaction.outcomes(entry_of(row, "protected-note", "Uncle"), {}) if o.name == "protected_text"
    ]
    [health] = [
        o for o in redaction.outcomes(entry_of(row, "protected-note", "inhaler"), {}) if o.name == "protected_text"
    ]
    assert contact.ground is Ground.THIRD_PARTY
    assert (health.ground, health.undecided) == (None, True)
    assert entry_of(row, "mark-note").pk in redaction.undecided_ids(row)


def test_it_stays_as_it_was_and_tells_of_news(pupil: Pupil, head: User) -> None:
    row = gathered(pupil, head, now=timezone.now())
    assert gathering.changed_since(row) == 0
    before = row.entries.count()
    make.PEPFactory(pupil=pupil, season="spring")
    assert row.entries.count() == before
    assert gathering.changed_since(row) == 1


def test_a_changed_row_is_news_too(pupil: Pupil, head: User) -> None:
    row = gathered(pupil, head, now=timezone.now() - timedelta(minutes=5))
    assert gathering.changed_since(row) == 1  # the legal status that the fixture changed a moment ago


def test_gathered_again_decisions_about_the_same_words_are_kept(pupil: Pupil, head: User) -> None:
    row = gathered(pupil, head)
    remove(row, entry_of(row, "mark-note"), head, "comment")
    remove(row, entry_of(row, "care-episode"), head, "ls", Ground.OTHER_LAW)
    CareEpisode.objects.filter(pupil=pupil).update(ls="C2")
    row = services.gather(request=services.begin_gathering(request=row, actor=head), actor=head, now=NOW)
    kept = RequestMark.objects.get(entry__request=row)
    assert (kept.entry.part, kept.field, kept.decided_by) == ("mark-note", "comment", head)


# ---------------------------------------------------------------- redaction


def test_a_bulk_decision_lets_nothing_of_others_through(pupil: Pupil, head: User) -> None:
    row = gathered(pupil, head)
    entry = entry_of(row, "care-episode")
    remove(row, entry, head, "", "")
    outcomes = {o.name: o for o in redaction.outcomes(entry, redaction.marks_of([entry])[entry.pk])}
    assert outcomes["pl_post"].ground is Ground.THIRD_PARTY
    remove(row, entry, head, "pl_post", "")
    outcomes = {o.name: o for o in redaction.outcomes(entry, redaction.marks_of([entry])[entry.pk])}
    assert outcomes["pl_post"].ground is None


def test_the_second_look_is_another_persons_and_of_what_is_there(pupil: Pupil, head: User, deputy: User) -> None:
    row = gathered(pupil, head)
    with pytest.raises(StepRefused, match="to be read"):
        services.second_look(request=row, seen=redaction.fingerprint(row), now=NOW, actor=deputy)
    services.mark_read(request=row, entry_ids=redaction.undecided_ids(row), now=NOW, actor=head)
    seen = redaction.fingerprint(row)
    with pytest.raises(StepRefused, match="Another person"):
        services.second_look(request=row, seen=seen, now=NOW, actor=head)
    with pytest.raises(StepRefused, match="second person"):
        services.make_package(request=row, actor=head, now=NOW)
    remove(row, entry_of(row, "result"), head)
    with pytest.raises(StepRefused, match="since you opened"):
        services.second_look(request=row, seen=seen, now=NOW, actor=deputy)
    row = services.second_look(request=row, seen=redaction.fingerprint(row), now=NOW, actor=deputy)
    assert row.checked_by == deputy
    remove(row, entry_of(row, "pep"), head)
    row.refresh_from_db()
    assert row.checked_by is None


# ---------------------------------------------------------------- the package


def unpacked(row: SubjectRequest) -> dict[str, bytes]:
    found = services.current_package(row)
    assert found is not None
    content = package.path_of(found).read_bytes()
    assert hashlib.sha256(content).hexdigest() == found.sha256
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        return {name: box.read(name) for name in box.namelist()}


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_what_is_removed_is_in_no_file_of_the_package(pupil: Pupil, head: User, deputy: User) -> None:
    row = ready(pupil, head, deputy)
    made = services.make_package(request=row, actor=head, now=NOW)
    assert made is not None
    box = unpacked(row)
    text, data = words_of(box["your-record.pdf"]), box["your-record.json"].decode()
    for word in (COMMENT, "Wren", CARER, "QH7 7ZZ", "Uncle Jay"):
        assert word not in text, word
        assert word not in data, word
        assert word.encode() not in b"".join(box.values()), word
    for word in ("Robin Testname", "Invented Hill School", "Carries an inhaler", "Mon 16: / I"):
        assert word in text, word
        assert word.removeprefix("Robin ") in data, word
    assert "[Removed: about another person]" in text
    assert "Information Commissioner" in text
    assert "School year 2018/19" in text
    assert text.index("School year 2018/19") < text.index("School year 2026/27")
    assert made.pages == len(PdfReader(io.BytesIO(box["your-record.pdf"])).pages)
    assert services.make_package(request=row, actor=head, now=NOW) == made


def test_the_json_keeps_its_published_schema(pupil: Pupil, head: User, deputy: User, tmp_path: Path) -> None:
    row = ready(pupil, head, deputy)
    services.make_package(request=row, actor=head, now=NOW)
    path = tmp_path / "your-record.json"
    path.write_bytes(unpacked(row)["your-record.json"])
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", "docs/subject-access.schema.json"]
    done = subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    found = json.loads(path.read_text())
    assert [e["position"] for e in found["entries"]] == list(range(1, row.entries.count() + 1))
    path.write_text(path.read_text().replace('"removed": "[', '"removed": "'))
    assert subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, check=False).returncode == 1


def test_the_persons_files_and_a_manifest_of_all(
    pupil: Pupil, head: User, deputy: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"A letter about Robin")
    sha256 = hashlib.sha256(letter.read_bytes()).hexdigest()
    document = StoredDocument(name="../letter.txt", path=letter, sha256=sha256, on=TODAY)
    monkeypatch.setattr(subject_access, "_documents", [lambda child: [document] if child == pupil else []])
    row = ready(pupil, head, deputy)
    services.make_package(request=row, actor=head, now=NOW)
    box = unpacked(row)
    assert box["files/001-letter.txt"] == b"A letter about Robin"
    listed = {one["name"]: one["sha256"] for one in json.loads(box.pop("manifest.json"))["files"]}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in box.items()}


def test_a_new_decision_makes_the_package_stale(pupil: Pupil, head: User, deputy: User) -> None:
    row = ready(pupil, head, deputy)
    services.make_package(request=row, actor=head, now=NOW)
    remove(row, entry_of(row, "pep"), head)
    row.refresh_from_db()
    assert services.current_package(row) is None
    with pytest.raises(StepRefused):
        services.send(request=row, sent_on=TODAY, how="By hand", actor=head)


def test_sent_in_time_with_every_step_written_down(pupil: Pupil, head: User, deputy: User) -> None:
    row = ready(pupil, head, deputy)
    services.make_package(request=row, actor=head, now=NOW)
    row = services.send(request=row, sent_on=TODAY, how="By hand", actor=head)
    assert (row.state, row.closed_on) == (State.SENT, TODAY)
    assert services.current_package(row) is not None
    events = AccessEvent.objects.filter(subject_type="rights.subjectrequest", subject_id=row.pk).order_by("pk")
    steps = [event.screen.removeprefix("request ") for event in events]
    assert steps == ["received", "identity confirmed", "gathering begun", "gathered", "entry decided", "entries read",
                     "second look", "package made", "sent"]  # fmt: skip
    assert {e.user_id for e in events} == {head.pk, deputy.pk}
    assert "Robin" not in str([e.detail for e in events])


def test_a_long_record_is_bound_in_parts(
    pupil: Pupil, head: User, deputy: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rights.documents.record.PART_WEIGHT", 40)
    row = ready(pupil, head, deputy)
    services.make_package(request=row, actor=head, now=NOW)
    box = unpacked(row)
    parts = sorted(name for name in box if name.endswith(".pdf"))
    assert len(parts) > 1
    assert parts[0] == f"your-record-part-1-of-{len(parts)}.pdf"
    text = " ".join(words_of(box[name]) for name in parts)
    for entry in row.entries.exclude(on=None).exclude(chapter__startswith="annex"):
        assert f"{entry.on:%-d %b %Y}: {entry.label}" in text

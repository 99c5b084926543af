"""A print for each kind of recipient: nothing protected by itself, single items by who may see them, never a parent."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from pypdf import PdfReader

from core.models import AccessEvent, User
from core.recipients import Recipient
from core.roles import Role
from pupils.models import CareEpisode, ProtectedNote, Pupil
from rights import prints
from rights.models import RecordPrint
from rights.rules import StepRefused
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
PROTECTED = ("QH8 8ZZ", "QP8 8ZZ", "SC990123", "Uncle Jay", "inhaler")
SCHOOL = "Invented Vale School"


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    return make_user(Role.VSH)


@pytest.fixture
def pupil() -> Pupil:
    child: Pupil = make.PupilFactory(forename="Wren", surname="Testname", upn=make.upn_of(88))
    make.EpisodeFactory(pupil=child, home_post="QH8 8ZZ", pl_post="QP8 8ZZ", ofsted_urn="SC990123")
    school = make.SchoolFactory(name=SCHOOL)
    make.PlaceFactory(pupil=child, school=school)
    make.ExclusionFactory(pupil=child, school=school)
    make.FormerUPNFactory(pupil=child, upn=make.upn_of(89))
    make.PEPFactory(pupil=child)
    make.ProtectedNoteFactory(pupil=child, kind="contact", protected_text="Uncle Jay must not learn the school")
    make.ProtectedNoteFactory(pupil=child, kind="health", protected_text="Carries an inhaler")
    return child


def begun(pupil: Pupil, recipient: Recipient, actor: User) -> RecordPrint:
    return prints.begin_print(pupil=pupil, recipient=recipient, name="Alex Reader", from_on=None, actor=actor)


def text_of(record: RecordPrint, actor: User) -> list[str]:
    content = prints.make_print(record=record, now=NOW, actor=actor)
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def key_of(pupil: Pupil, field: str) -> str:
    return f"care-episode:{CareEpisode.objects.get(pupil=pupil).pk}:{field}"


@pytest.mark.parametrize("recipient", list(Recipient))
def test_no_protected_word_is_in_a_print_by_itself(recipient: Recipient, pupil: Pupil, head: User) -> None:
    record = begun(pupil, recipient, head)
    pages = text_of(record, head)
    assert [word for word in (*PROTECTED, make.upn_of(89)) if word in " ".join(pages)] == []
    assert "Wren" in pages[0]
    for page in pages:
        for words in ("Alex Reader", "23 Nov 2026", "Print 0", "OFFICIAL-SENSITIVE: PERSONAL"):
            assert words in page, words
    event = AccessEvent.objects.get(action="printed")
    assert (event.subject_id, event.detail["recipient"], event.detail["protected"]) == (pupil.pk, recipient.value, [])


def test_a_parent_is_not_told_the_school_while_a_restriction_holds(pupil: Pupil, head: User) -> None:
    assert SCHOOL not in " ".join(text_of(begun(pupil, Recipient.PARENT, head), head))
    assert SCHOOL in " ".join(text_of(begun(pupil, Recipient.CARER, head), head))
    ProtectedNote.objects.filter(kind="contact").update(ended_at=NOW, ended_by=head)
    assert SCHOOL in " ".join(text_of(begun(pupil, Recipient.PARENT, head), head))


def test_each_recipient_receives_less_than_the_court(pupil: Pupil, head: User) -> None:
    def fields(recipient: Recipient) -> set[tuple[str, str]]:
        contents = prints.contents_of(begun(pupil, recipient, head), user=head, today=TODAY)
        return {(label, name) for label, entries in contents.sections for e in entries for name, _ in e.facts}

    parent, school, court = (fields(r) for r in (Recipient.PARENT, Recipient.SCHOOL, Recipient.COURT))
    assert parent < court
    assert ("Care", "Legal status") not in school
    assert ("Care", "Legal status") in parent
    assert ("Personal details", "Ethnicity") not in parent


def test_an_item_is_let_in_with_a_reason_and_a_trace(pupil: Pupil, head: User) -> None:
    record = begun(pupil, Recipient.COURT, head)
    with pytest.raises(ValidationError):
        prints.let_in(record=record, key=key_of(pupil, "pl_post"), because=" ", today=TODAY, actor=head)
    record = prints.let_in(
        record=record, key=key_of(pupil, "pl_post"), because="Order of the court", today=TODAY, actor=head
    )
    text = " ".join(text_of(record, head))
    assert "QP8 8ZZ" in text
    assert [word for word in PROTECTED if word in text] == ["QP8 8ZZ"]
    revealed = AccessEvent.objects.get(action="revealed")
    assert (revealed.detail["fields"], revealed.detail["recipient"]) == (["pl_post"], "court")
    assert AccessEvent.objects.get(action="printed").detail["protected"] == ["pl_post"]


def test_taken_out_again_it_is_not_printed(pupil: Pupil, head: User) -> None:
    record = begun(pupil, Recipient.COURT, head)
    key = key_of(pupil, "pl_post")
    record = prints.let_in(record=record, key=key, because="Order of the court", today=TODAY, actor=head)
    record = prints.leave_out(record=record, key=key, actor=head)
    assert "QP8 8ZZ" not in " ".join(text_of(record, head))


def test_never_for_a_parent(pupil: Pupil, head: User) -> None:
    record = begun(pupil, Recipient.PARENT, head)
    with pytest.raises(StepRefused, match="parent"):
        prints.let_in(record=record, key=key_of(pupil, "pl_post"), because="They ask", today=TODAY, actor=head)
    # A row that says so all the same, however it came there, changes nothing.
    RecordPrint.objects.filter(pk=record.pk).update(let_in={key_of(pupil, "pl_post"): "Forged"})
    record.refresh_from_db()
    assert "QP8 8ZZ" not in " ".join(text_of(record, head))


def test_only_by_who_may_see_it(pupil: Pupil, make_user: Callable[..., User]) -> None:
    teacher, officer = make_user(Role.DESIGNATED_TEACHER), make_user(Role.DATA_OFFICER)
    for person in (teacher, officer):
        record = begun(pupil, Recipient.SCHOOL, person)
        with pytest.raises(StepRefused, match="does not see"):
            prints.let_in(record=record, key=key_of(pupil, "pl_post"), because="Please", today=TODAY, actor=person)
    adviser = make_user(Role.ADVISER)
    record = begun(pupil, Recipient.SCHOOL, adviser)
    health = ProtectedNote.objects.get(kind="health")
    record = prints.let_in(
        record=record, key=f"protected-note:{health.pk}:protected_text", because="First aid", today=TODAY, actor=adviser
    )
    assert "inhaler" in " ".join(text_of(record, adviser))


def test_an_item_of_another_child_is_not_there(pupil: Pupil, head: User) -> None:
    other = make.EpisodeFactory(pl_post="QQ1 1ZZ")
    record = begun(pupil, Recipient.COURT, head)
    with pytest.raises(ValidationError):
        prints.let_in(record=record, key=f"care-episode:{other.pk}:pl_post", because="No", today=TODAY, actor=head)
    with pytest.raises(ValidationError):
        prints.let_in(record=record, key="care-episode:x:ls", because="No", today=TODAY, actor=head)


def test_a_past_placement_is_never_offered(pupil: Pupil, head: User) -> None:
    make.EpisodeFactory(pupil=pupil, decom=date(2018, 1, 1), dec=date(2019, 1, 1), pl_post="QO1 1ZZ")
    contents = prints.contents_of(begun(pupil, Recipient.COURT, head), user=head, today=TODAY)
    assert {item.label for item in contents.items} == {
        "Home postcode", "Placement postcode", "Ofsted number of the placement", "Contact restriction", "Health note",
    }  # fmt: skip


def test_made_once(pupil: Pupil, head: User) -> None:
    record = begun(pupil, Recipient.IRO, head)
    text_of(record, head)
    with pytest.raises(StepRefused, match="is made"):
        prints.make_print(record=record, now=NOW, actor=head)


def test_the_period_keeps_what_is_older_out(pupil: Pupil, head: User) -> None:
    make.PEPFactory(pupil=pupil, academic_year=2015, due_on=date(2015, 12, 1))
    whole = prints.contents_of(begun(pupil, Recipient.IRO, head), user=head, today=TODAY)
    recent = prints.begin_print(
        pupil=pupil, recipient=Recipient.IRO, name="Alex", from_on=prints.default_from(TODAY), actor=head
    )
    peps = [
        dict(c.sections)["Personal Education Plan"] for c in (whole, prints.contents_of(recent, user=head, today=TODAY))
    ]
    assert [len(rows) for rows in peps] == [2, 1]


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.FINANCE_OFFICER, Role.BOARD_READER, Role.SYSTEM_ADMIN])
def test_who_takes_nothing_away_prints_nothing(role: Role, pupil: Pupil, make_user: Callable[..., User]) -> None:
    with pytest.raises(PermissionDenied):
        begun(pupil, Recipient.IRO, make_user(role))

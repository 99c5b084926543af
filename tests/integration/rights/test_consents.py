"""The consent log and the notices in the database: nothing is overwritten, each answer names what was shown."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from core.models import AccessEvent
from core.roles import Role
from pupils.duplicates.services import Choices, merge_children
from pupils.history import changes_of
from rights.consents.rules import Answer, Giver, How
from rights.consents.services import Given, record_consent, record_notice_given, withdraw_consent
from rights.models import Consent, ConsentPurpose, PrivacyNotice, ProcessingActivity
from rights.notices import services as notices
from rights.notices.rules import Audience, GivenHow
from rights.processing import services as processing
from rights.views.processing import _history
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ON = date(2026, 11, 20)


@pytest.fixture
def worker() -> Any:
    return make.UserFactory(role=Role.SOCIAL_WORKER.value)


@pytest.fixture
def head() -> Any:
    return make.UserFactory()


def given(**changes: Any) -> Given:
    return Given(**{"by": Giver.CHILD, "on": ON, "how": How.SPOKEN, **changes})


def say_yes(pupil: Any, actor: Any, **changes: Any) -> Consent:
    values = {
        "purpose": ConsentPurpose.objects.get(name="Photograph or film"), "detail": "", "answer": Answer.GIVEN,
        "given": given(), "until": None, **changes,
    }  # fmt: skip
    return record_consent(pupil=pupil, now=NOW, actor=actor, **values)


# ---------------------------------------------------------------- consents


def test_each_answer_keeps_the_version_that_was_shown(worker: Any) -> None:
    pupil, notice = make.PupilFactory(), make.ApprovedNoticeFactory()
    row = say_yes(pupil, worker, given=given(notice=notice, by=Giver.PARENT, name=" Ada Whitcombe "))
    row.refresh_from_db()
    assert (row.notice, row.giver_name, row.recorded_by) == (notice, "Ada Whitcombe", worker)
    event = AccessEvent.objects.get(action="decided")
    assert (event.subject_id, event.detail) == (pupil.pk, {"consent": row.pk, "answer": "given"})
    assert "Consent" in {change.what for change in changes_of(worker, pupil)}


def test_a_withdrawal_is_a_row_of_its_own_and_nothing_is_overwritten(worker: Any) -> None:
    yes = say_yes(make.PupilFactory(), worker)
    no = withdraw_consent(consent=yes, given=given(), now=NOW, actor=worker)
    assert list(Consent.objects.order_by("pk").values_list("answer", flat=True)) == ["given", "withdrawn"]
    with pytest.raises(ValidationError, match="no consent that holds"):
        withdraw_consent(consent=no, given=given(), now=NOW, actor=worker)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=yes.pk).update(answer="refused")


def test_the_log_follows_a_merge_all_the_same(worker: Any, head: Any) -> None:
    kept, other = make.PupilFactory(), make.PupilFactory()
    row = say_yes(other, worker)
    merge_children(kept=kept, other=other, choices=Choices(reason="One child"), now=NOW, actor=head)
    assert Consent.objects.get(pk=row.pk).pupil == kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given": given(on=date(2026, 11, 24))}, "on"),
        ({"until": date(2026, 11, 19)}, "until"),
        ({"answer": Answer.REFUSED, "until": date(2027, 1, 1)}, "until"),
        ({"answer": Answer.WITHDRAWN}, "answer"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], field: str, worker: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        say_yes(make.PupilFactory(), worker, **changes)
    assert list(refused.value.message_dict) == [field]


def test_a_partner_must_be_named(worker: Any) -> None:
    partner = ConsentPurpose.objects.get(name="Sharing with a named partner")
    with pytest.raises(ValidationError, match="which partner"):
        say_yes(make.PupilFactory(), worker, purpose=partner)
    assert say_yes(make.PupilFactory(), worker, purpose=partner, detail="Mentors").what.endswith(": Mentors")


def test_only_some_roles_record(worker: Any) -> None:
    with pytest.raises(PermissionDenied):
        say_yes(make.PupilFactory(), make.UserFactory(role=Role.IRO.value))


# ---------------------------------------------------------------- notices


def test_versions_follow_one_another_and_never_change(head: Any) -> None:
    assert notices.take_starters(now=NOW, actor=head) == len(Audience)
    assert notices.take_starters(now=NOW, actor=head) == 0
    first = PrivacyNotice.objects.get(audience=Audience.CARER)
    first = notices.approve_notice(notice=first, from_on=date(2026, 12, 1), now=NOW, actor=head)
    second = notices.draft_notice(audience=Audience.CARER, title="New", text="Words", now=NOW, actor=head)
    with pytest.raises(ValidationError, match="already"):
        notices.draft_notice(audience=Audience.CARER, title="New", text="Words", now=NOW, actor=head)
    with pytest.raises(ValidationError, match="after the version before"):
        notices.approve_notice(notice=second, from_on=date(2026, 12, 1), now=NOW, actor=head)
    notices.approve_notice(notice=second, from_on=date(2027, 1, 1), now=NOW, actor=head)

    def in_force(on: date) -> list[int]:
        return list(PrivacyNotice.objects.in_force(on).values_list("version", flat=True))

    days = (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [in_force(on) for on in days] == [[], [1], [1], [2]]
    with pytest.raises(ValidationError, match="never changes"):
        notices.change_draft(notice=first, title="Other", text="Other", now=NOW, actor=head)
    with pytest.raises(DatabaseError), transaction.atomic():
        PrivacyNotice.objects.filter(pk=first.pk).update(text="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        PrivacyNotice.objects.filter(pk=first.pk)._raw_delete("default")


def test_only_the_head_keeps_notices(worker: Any) -> None:
    with pytest.raises(PermissionDenied):
        notices.take_starters(now=NOW, actor=worker)
    draft = make.PrivacyNoticeFactory()
    assert draft not in PrivacyNotice.objects.visible_to(worker)


def test_a_notice_cannot_have_been_given_before_it_was_in_force(worker: Any) -> None:
    notice, pupil = make.ApprovedNoticeFactory(), make.PupilFactory()
    values = {"pupil": pupil, "notice": notice, "how": GivenHow.READ, "now": NOW, "actor": worker}
    with pytest.raises(ValidationError, match="not in force"):
        record_notice_given(on=date(2026, 8, 31), **values)
    assert record_notice_given(on=ON, **values).notice == notice


# ---------------------------------------------------------------- the record of processing


def test_the_record_begins_with_the_product_and_keeps_its_history(head: Any) -> None:
    made = processing.take_starters(now=NOW, actor=head)
    assert made == ProcessingActivity.objects.count() > 5
    assert processing.take_starters(now=NOW, actor=head) == 0
    row = ProcessingActivity.objects.get(name="Attendance")
    before = row.retention
    processing.save_activity(activity=row, values={"retention": "Seven years"}, now=NOW, actor=head)
    newest, oldest = _history(row)
    assert newest.changes == [("How long it is kept", before, "Seven years")]
    assert (oldest.changes, newest.person) == ([], head.name)
    with pytest.raises(ValidationError, match="already"):
        processing.save_activity(activity=None, values={"name": "attendance"}, now=NOW, actor=head)

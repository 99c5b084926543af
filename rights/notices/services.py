"""Draft a notice, change a draft, put it in force. What is in force never changes: a new version follows it."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Permission
from rights.models import PrivacyNotice
from rights.notices.rules import AUDIENCE_LABELS, Audience
from rights.notices.starters import starter


def _plain(text: str) -> str:
    """A browser sends line ends of its own kind."""
    return text.replace("\r\n", "\n").strip()


def check_may_keep(user: Any) -> None:
    """Raises PermissionDenied with a reason."""
    if not user.can(Permission.KEEP_PROCESSING_RECORD):
        raise PermissionDenied("Privacy notices and the record of processing are kept by the Virtual School Head.")


@transaction.atomic
def draft_notice(*, audience: Audience, title: str, text: str, now: datetime, actor: Any) -> PrivacyNotice:
    """The next version of an audience. Raises PermissionDenied, or ValidationError where a draft is waiting."""
    check_may_keep(actor)
    mine = PrivacyNotice.objects.filter(audience=audience)
    if mine.filter(approved_at=None).exists():
        raise ValidationError(f"There is a draft for {AUDIENCE_LABELS[audience].lower()} already: change that one.")
    version = (mine.aggregate(last=Max("version"))["last"] or 0) + 1
    with acting_as(actor, service="rights.draft_notice"):
        notice: PrivacyNotice = PrivacyNotice.objects.create(
            audience=audience, version=version, title=title.strip(), text=_plain(text), author=actor, written_at=now
        )
    record_access(None, Access.DECIDED, user=actor, subject=notice, screen="rights:notices")
    return notice


@transaction.atomic
def change_draft(*, notice: PrivacyNotice, title: str, text: str, now: datetime, actor: Any) -> PrivacyNotice:
    """New words of a draft. Raises PermissionDenied, ValidationError for a version that is approved."""
    held = _draft(notice, actor)
    held.title, held.text, held.author, held.written_at = title.strip(), _plain(text), actor, now
    with acting_as(actor, service="rights.change_draft"):
        held.save(update_fields=["title", "text", "author", "written_at"])
    record_access(None, Access.DECIDED, user=actor, subject=held, screen="rights:notices")
    return held


@transaction.atomic
def approve_notice(*, notice: PrivacyNotice, from_on: date, now: datetime, actor: Any) -> PrivacyNotice:
    """In force from a day on, and never changed again. Raises PermissionDenied, ValidationError by field."""
    held = _draft(notice, actor)
    last = PrivacyNotice.objects.filter(audience=held.audience).aggregate(last=Max("in_force_from"))["last"]
    if last is not None and from_on <= last:
        raise ValidationError({"from_on": f"It must begin after the version before it ({last:%-d %B %Y})"})
    if from_on < now.date():
        raise ValidationError({"from_on": "Nobody could have been shown it on a day that is past"})
    held.in_force_from, held.approved_by, held.approved_at = from_on, actor, now
    with acting_as(actor, service="rights.approve_notice"):
        held.save(update_fields=["in_force_from", "approved_by", "approved_at"])
    record_access(None, Access.DECIDED, user=actor, subject=held, screen="rights:notices", detail={"approved": True})
    return held


def _draft(notice: PrivacyNotice, actor: Any) -> PrivacyNotice:
    check_may_keep(actor)
    held: PrivacyNotice = PrivacyNotice.objects.select_for_update().get(pk=notice.pk)
    if not held.is_draft:
        raise ValidationError("This version is approved and never changes: write a new version.")
    return held


@transaction.atomic
def take_starters(*, now: datetime, actor: Any) -> int:
    """Drafts of our starter texts for each audience that has no version. Returns how many were made."""
    check_may_keep(actor)
    has = set(PrivacyNotice.objects.values_list("audience", flat=True))
    missing = [audience for audience in Audience if audience.value not in has]
    for audience in missing:
        title, text = starter(audience)
        draft_notice(audience=audience, title=title, text=text, now=now, actor=actor)
    return len(missing)

"""A subject-access request from its receipt to the package that is sent. Each step is written down."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from pupils.models import Pupil
from rights import gathering, package, permissions, redaction, rules
from rights.models import RequestEntry, RequestMark, RequestPackage, SubjectRequest
from rights.rules import Ground, State, StepRefused

DISCLOSE, REMOVE = RequestMark.Decision.DISCLOSE, RequestMark.Decision.REMOVE


def _locked(request: SubjectRequest) -> SubjectRequest:
    found: SubjectRequest = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    return found


def _decided(request: SubjectRequest, actor: Any, what: str, **detail: Any) -> None:
    record_access(
        None,
        Access.DECIDED,
        user=actor,
        subject=request,
        screen=f"request {what}",
        detail={"state": request.state, **detail},
    )


def _to(request: SubjectRequest, state: State) -> None:
    rules.check_step(request.state, state)
    request.state = state.value


# ---------------------------------------------------------------- the way of a request


@transaction.atomic
def record_request(
    *,
    pupil: Pupil,
    asked_by: str,
    asker_name: str,
    authority: str,
    channel: str,
    received_on: date,
    asked_for: str,
    actor: Any,
) -> SubjectRequest:
    """Write down that somebody asks for a record. Raises PermissionDenied, ValidationError."""
    permissions.check_can_answer(actor)
    if asked_by == rules.Asker.PERSON:
        asker_name = authority = ""
    elif not asker_name.strip() or not authority.strip():
        raise ValidationError({"authority": "Enter who asks, and why they may ask for this person"})
    with acting_as(actor, service="rights.record_request"):
        request: SubjectRequest = SubjectRequest.objects.create(
            pupil=pupil,
            asked_by=asked_by,
            asker_name=asker_name.strip(),
            authority=authority.strip(),
            channel=channel,
            received_on=received_on,
            asked_for=asked_for.strip(),
            made_by=actor,
        )
    _decided(request, actor, "received", pupil=pupil.pk)
    return request


@transaction.atomic
def confirm_identity(*, request: SubjectRequest, confirmed_on: date, how: str, actor: Any) -> SubjectRequest:
    """Identity is confirmed: the clock starts. Raises PermissionDenied, StepRefused, ValidationError."""
    permissions.check_can_answer(actor)
    row = _locked(request)
    _to(row, State.CONFIRMED)
    if confirmed_on < row.received_on:
        raise ValidationError({"confirmed_on": "Identity cannot be confirmed before the request came"})
    row.confirmed_on, row.confirmed_how = confirmed_on, how.strip()
    with acting_as(actor, service="rights.confirm_identity"):
        row.save(update_fields=["state", "confirmed_on", "confirmed_how"])
    _decided(row, actor, "identity confirmed", on=confirmed_on.isoformat())
    return row


@transaction.atomic
def extend(*, request: SubjectRequest, because: str, today: date, actor: Any) -> SubjectRequest:
    """Two further months, of which the person was told today. Raises PermissionDenied, StepRefused."""
    permissions.check_can_answer(actor)
    row = _locked(request)
    if row.is_closed or row.confirmed_on is None:
        raise StepRefused("Only a request whose clock runs can be extended.")
    if row.extended_on is not None:
        raise StepRefused("The request was extended before: there is one extension.")
    rules.check_extension(row.confirmed_on, today)
    row.extended_on, row.extended_because = today, because.strip()
    with acting_as(actor, service="rights.extend"):
        row.save(update_fields=["extended_on", "extended_because"])
    _decided(row, actor, "extended", on=today.isoformat())
    return row


@transaction.atomic
def begin_gathering(*, request: SubjectRequest, actor: Any) -> SubjectRequest:
    """Ask for the record to be gathered; `gather` does it in the worker. Raises PermissionDenied, StepRefused."""
    permissions.check_can_answer(actor)
    row = _locked(request)
    _to(row, State.GATHERING)
    row.checked_by = row.checked_at = None
    with acting_as(actor, service="rights.begin_gathering"):
        row.save(update_fields=["state", "checked_by", "checked_at"])
    _decided(row, actor, "gathering begun")
    progress_of(row.pk)(0, 1, "Waiting for the worker")
    return row


@transaction.atomic
def gather(*, request: SubjectRequest, actor: Any, now: datetime) -> SubjectRequest:
    """Read and freeze the record. A message that comes twice finds it gathered and does nothing."""
    row = _locked(request)
    if row.state != State.GATHERING:
        return row
    with acting_as(actor, service="rights.gather"):
        entries = gathering.gather(row, actor=actor, now=now, progress=progress_of(row.pk))
        _to(row, State.REDACTING)
        row.save(update_fields=["state", "gathered_at", "gathered_counts"])
    record_access(
        None,
        Access.OPENED,
        user=actor,
        subject=row.pupil,
        screen="rights:gather",
        detail={"request": row.pk, "rows": entries},
    )
    _decided(row, actor, "gathered", rows=entries)
    return row


@transaction.atomic
def close(
    *, request: SubjectRequest, state: State, ground: str, because: str, today: date, actor: Any
) -> SubjectRequest:
    """Refuse the request on a ground, or write down that it was withdrawn. Raises PermissionDenied, StepRefused."""
    permissions.check_can_answer(actor)
    row = _locked(request)
    _to(row, state)
    row.closed_on, row.closed_because = today, because.strip()
    row.refusal_ground = ground if state is State.REFUSED else ""
    with acting_as(actor, service="rights.close"):
        row.save(update_fields=["state", "closed_on", "closed_because", "refusal_ground"])
    _decided(row, actor, state.value, ground=row.refusal_ground)
    return row


# ---------------------------------------------------------------- redaction


@transaction.atomic
def mark_entry(*, entry: RequestEntry, field: str, ground: str, note: str, now: datetime, actor: Any) -> RequestMark:
    """Decide of an entry ("") or one field: disclose without a ground, remove with one.

    The second look begins anew. Raises PermissionDenied, StepRefused, ValidationError.
    """
    row = _in_redaction(entry.request, actor)
    if field and field not in {fact["name"] for fact in entry.gathered_facts}:
        raise ValidationError({"field": "Choose one of the fields of this entry"})
    with acting_as(actor, service="rights.mark_entry"):
        if ground and not field:
            # What was decided of single fields before gives way when the whole entry is removed.
            RequestMark.objects.filter(entry=entry).exclude(field="").delete()
        mark, _ = RequestMark.objects.update_or_create(
            entry=entry,
            field=field,
            defaults={
                "request": row,
                "decision": REMOVE if ground else DISCLOSE,
                "ground": Ground(ground).value if ground else "",
                "note": note.strip(),
                "decided_by": actor,
                "decided_at": now,
            },
        )
        _look_again(row)
    _decided(row, actor, "entry decided", entry=entry.pk, decision=mark.decision, ground=mark.ground, field=field)
    return mark


@transaction.atomic
def mark_read(*, request: SubjectRequest, entry_ids: Sequence[int], now: datetime, actor: Any) -> int:
    """Somebody has read these entries and found nothing to remove. What tells of others stays removed."""
    row = _in_redaction(request, actor)
    wanted = set(redaction.undecided_ids(row)) & set(entry_ids)
    with acting_as(actor, service="rights.mark_read"):
        # An entry with a mark of its own is decided, so that none of these has one.
        RequestMark.objects.bulk_create(
            RequestMark(request=row, entry_id=pk, field="", decision=DISCLOSE, decided_by=actor, decided_at=now)
            for pk in sorted(wanted)
        )
        if wanted:
            _look_again(row)
    _decided(row, actor, "entries read", rows=len(wanted))
    return len(wanted)


def _in_redaction(request: SubjectRequest, actor: Any) -> SubjectRequest:
    permissions.check_can_answer(actor)
    row = _locked(request)
    permissions.check_in_redaction(row)
    return row


def _look_again(row: SubjectRequest) -> None:
    if row.checked_at is not None:
        row.checked_by = row.checked_at = None
        row.save(update_fields=["checked_by", "checked_at"])


@transaction.atomic
def second_look(*, request: SubjectRequest, seen: str, now: datetime, actor: Any) -> SubjectRequest:
    """Another person agrees with what is removed and what is not; `seen` is the fingerprint of what they looked at.

    Raises PermissionDenied, StepRefused.
    """
    row = _locked(request)
    permissions.check_can_check(actor, row)
    if seen != redaction.fingerprint(row):
        raise StepRefused("Something was decided since you opened this page. Look at it again.")
    row.checked_by, row.checked_at = actor, now
    with acting_as(actor, service="rights.second_look"):
        row.save(update_fields=["checked_by", "checked_at"])
    _decided(row, actor, "second look", fingerprint=seen[:12])
    return row


# ---------------------------------------------------------------- the package


def progress_key(request_id: int) -> str:
    """Where the cache keeps how far the worker is with a request."""
    return f"subject-request-progress-{request_id}"


def progress_of(request_id: int) -> gathering.Progress:
    """Progress through the cache, for the page that waits."""

    def report(done: int, total: int, text: str) -> None:
        cache.set(progress_key(request_id), {"done": done, "total": total, "text": text}, 3600)

    return report


def make_package(*, request: SubjectRequest, actor: Any, now: datetime) -> RequestPackage | None:
    """Make and store the ZIP; one that is of the same entries and decisions is not made again.

    None when somebody decided something while it was made. Raises PermissionDenied, StepRefused.
    """
    permissions.check_can_package(actor, request)
    fingerprint = redaction.fingerprint(request)
    if (known := current_package(request)) is not None:
        return known
    made = package.write(request, on=timezone.localtime(now).date(), progress=progress_of(request.pk))
    with transaction.atomic(), acting_as(actor, service="rights.make_package"):
        row = _locked(request)
        if redaction.fingerprint(row) != fingerprint or row.state != State.REDACTING:
            return None
        stored, _ = RequestPackage.objects.update_or_create(
            request=row,
            defaults={
                "fingerprint": fingerprint,
                "sha256": made.sha256,
                "path": made.path,
                "size": made.size,
                "pages": made.pages,
                "entries": made.entries,
                "made_at": now,
            },
        )
        _decided(row, actor, "package made", sha256=made.sha256, pages=made.pages)
    return stored


def current_package(request: SubjectRequest) -> RequestPackage | None:
    """The package of the present decisions, of a closed request the one that was sent; None when it is to be made."""
    found = RequestPackage.objects.filter(request=request).first()
    if found is None or not package.path_of(found).is_file():
        return None
    if not request.is_closed and found.fingerprint != redaction.fingerprint(request):
        return None
    return found


@transaction.atomic
def send(*, request: SubjectRequest, sent_on: date, how: str, actor: Any) -> SubjectRequest:
    """Write down that the package was given to the person. Nothing is emailed from here.

    Raises PermissionDenied, StepRefused, ValidationError.
    """
    row = _locked(request)
    permissions.check_can_package(actor, row)
    if current_package(row) is None:
        raise StepRefused("Make the package first: what was decided since the last one is not in it.")
    if row.confirmed_on is not None and sent_on < row.confirmed_on:
        raise ValidationError({"sent_on": "It cannot be sent before identity was confirmed"})
    _to(row, State.SENT)
    row.closed_on, row.sent_how = sent_on, how.strip()
    with acting_as(actor, service="rights.send"):
        row.save(update_fields=["state", "closed_on", "sent_how"])
    _decided(row, actor, "sent", on=sent_on.isoformat())
    return row

"""Set a period, place and release a hold, propose, approve and decline a disposal: one function, one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import StoredFile, User
from core.roles import Permission, Role
from pupils.models import Pupil
from retention import outside
from retention.certificates import child_key
from retention.facts import current_policy, held, judge_all, judge_children
from retention.files import file_dates, files_due
from retention.models import DisposalApproval, DisposalProposal, RetentionHold, RetentionPeriod
from retention.permissions import check_can_approve, check_can_decline, check_can_propose, check_can_set
from retention.rules import (
    Approver,
    HoldKind,
    Period,
    ProposalState,
    RecordClass,
    Standing,
    file_due_on,
    missing_approvals,
    why_not_period,
)


class NotPossible(Exception):
    """The record may not be disposed of as it stands now; the message says why, in words."""


# Periods


@transaction.atomic
def set_period(
    *, record_class: RecordClass, period: Period, reason: str, actor: Any, now: datetime | None = None
) -> RetentionPeriod:
    """From now on this class is kept so long. Raises PermissionDenied, or ValidationError by field."""
    check_can_set(actor)
    if refusal := why_not_period(record_class, period):
        raise ValidationError({"years": refusal})
    with acting_as(actor, service="retention.set_period"):
        row = RetentionPeriod.objects.create(
            record_class=record_class.value,
            years=period.years,
            is_copy=period.is_copy,
            reason=_words(reason, "reason", "Enter why the period is set so"),
            set_by=actor,
            set_at=now or timezone.now(),
        )
    _decided(actor, row, "retention period set", record_class=record_class.value, years=period.years)
    return row


# Holds


@transaction.atomic
def place_hold(
    *, pupil: Pupil, kind: HoldKind, reason: str, from_on: date, review_on: date, actor: Any
) -> RetentionHold:
    """Keep the child's record whatever its period says; an open proposal of its disposal lapses.

    Raises PermissionDenied, ValidationError by field, or NotPossible when the record is gone by now.
    """
    check_can_set(actor)
    if review_on <= from_on:
        raise ValidationError({"review_on": "The review must come after the hold begins"})
    _lock_child(pupil.pk)
    with acting_as(actor, service="retention.place_hold"):
        hold: RetentionHold = RetentionHold.objects.create(
            pupil=pupil, kind=kind.value, reason=_words(reason, "reason", "Enter why the record is held"),
            from_on=from_on, review_on=review_on, placed_by=actor, placed_at=timezone.now(),
        )  # fmt: skip
        for proposal in _open_of(pupil.pk):
            _close(proposal, ProposalState.LAPSED, actor)
    _decided(actor, pupil, "record held", hold=hold.pk)
    transaction.on_commit(outside.bring_up_to_date)
    return hold


@transaction.atomic
def release_hold(*, hold: RetentionHold, because: str, actor: Any) -> RetentionHold:
    """The hold ends. A hold that was released before stays as it was. Raises PermissionDenied, ValidationError."""
    check_can_set(actor)
    row: RetentionHold = RetentionHold.objects.select_for_update().get(pk=hold.pk)
    if row.released_at is not None:
        return row
    row.released_by, row.released_at = actor, timezone.now()
    row.released_because = _words(because, "because", "Enter why the record is no longer held")
    with acting_as(actor, service="retention.release_hold"):
        row.save(update_fields=["released_by", "released_at", "released_because"])
    _decided(actor, row.pupil, "hold released", hold=row.pk)
    transaction.on_commit(outside.bring_up_to_date)
    return row


# What is due


@dataclass(frozen=True, kw_only=True)
class DueFound:
    """What a search for due records changed."""

    opened: int
    lapsed: int


@transaction.atomic
def open_due(*, today: date, now: datetime | None = None) -> DueFound:
    """Open a proposal for each record and file that is due, not held and not declined for now; lapse what is no longer.

    Twice on a day finds nothing more to open.
    """
    now = now or timezone.now()
    due = {pk: j for pk, j in judge_all(today=today) if j.standing is Standing.DUE}
    stay = held(list(due))
    wanted = {pk: j for pk, j in due.items() if pk not in stay}
    kinds = DisposalProposal.Kind
    open_now = {(p.kind, p.subject_id): p for p in DisposalProposal.objects.open().select_for_update()}
    files = files_due(current_policy(), today=today)
    with acting_as(None, service="retention.open_due"):
        lapsed = [
            p
            for (kind, pk), p in open_now.items()
            if p.state == ProposalState.DUE and pk not in (wanted if kind == kinds.CHILD else files)
        ]
        for proposal in lapsed:
            _close(proposal, ProposalState.LAPSED, None)
        waiting = set(
            DisposalProposal.objects.filter(state=ProposalState.DECLINED.value, again_on__gt=today).values_list(
                "kind", "subject_id"
            )
        )
        taken = set(open_now) | waiting
        ids = dict(Pupil.objects.filter(pk__in=list(wanted)).values_list("pk", "child_id"))
        rows = [
            DisposalProposal(
                subject_id=pk, subject_key=child_key(ids[pk]), record_class=j.record_class.value,
                trigger_on=j.trigger_on, due_on=j.due_on, opened_at=now,
            )
            for pk, j in wanted.items() if (kinds.CHILD, pk) not in taken and j.trigger_on and j.due_on
        ]  # fmt: skip
        rows += [
            DisposalProposal(
                kind=kinds.FILE, subject_id=pk, record_class=RecordClass.FEED_FILES.value, trigger_on=received_on,
                due_on=due_on, opened_at=now,
            )
            for pk, (received_on, due_on) in files.items() if (kinds.FILE, pk) not in taken
        ]  # fmt: skip
        DisposalProposal.objects.bulk_create(rows)
    return DueFound(opened=len(rows), lapsed=len(lapsed))


# Proposing, approving, declining


@transaction.atomic
def propose(*, proposal: DisposalProposal, actor: Any, today: date) -> DisposalProposal:
    """A person proposes to destroy what is due. Raises PermissionDenied, or NotPossible when it is not due now."""
    row = _locked(proposal)
    check_can_propose(actor, row)
    _check_state(row, ProposalState.DUE)
    check_due_now(row, today=today)
    row.state, row.proposed_by, row.proposed_at = ProposalState.PROPOSED.value, actor, timezone.now()
    with acting_as(actor, service="retention.propose"):
        row.save(update_fields=["state", "proposed_by", "proposed_at"])
    _decided(actor, row, "disposal proposed")
    return row


@transaction.atomic
def approve(
    *, proposal: DisposalProposal, actor: Any, today: date, when_approved: Callable[[int], Any] | None = None
) -> DisposalProposal:
    """One of two approvals, which the proposer cannot give. The record must be due and free of holds at this moment.

    With the last of them the proposal is approved, and `when_approved` gets its number after the commit.
    """
    row = _locked(proposal)
    check_can_approve(actor, row)
    _check_state(row, ProposalState.PROPOSED)
    check_due_now(row, today=today)
    with acting_as(actor, service="retention.approve"):
        DisposalApproval.objects.create(proposal=row, approver=actor, role=actor.role, at=timezone.now())
        complete = not still_missing(row)
        if complete:
            row.state = ProposalState.APPROVED.value
            row.save(update_fields=["state"])
    _decided(actor, row, "disposal approved", complete=complete)
    if complete and when_approved is not None:
        transaction.on_commit(lambda: when_approved(row.pk))
    return row


@transaction.atomic
def decline(*, proposal: DisposalProposal, because: str, again_on: date, actor: Any, today: date) -> DisposalProposal:
    """What is due stays all the same, and is looked at again on a day.

    Raises PermissionDenied, ValidationError by field, or NotPossible when it was closed before.
    """
    row = _locked(proposal)
    check_can_decline(actor, row)
    if row.state not in {ProposalState.DUE, ProposalState.PROPOSED, ProposalState.APPROVED}:
        raise NotPossible("This proposal is closed already.")
    if again_on <= today:
        raise ValidationError({"again_on": "The day to look at it again must lie in the future"})
    row.again_on = again_on
    row.closed_because = _words(because, "because", "Enter why it is not destroyed")
    with acting_as(actor, service="retention.decline"):
        _close(row, ProposalState.DECLINED, actor)
    _decided(actor, row, "disposal declined")
    return row


def still_missing(proposal: DisposalProposal) -> str:
    """What the approvals lack today, as a sentence. Who left, or lost the right by another role, does not count."""
    approvers = [
        Approver(
            user_id=user.pk, is_active=user.is_active, may=user.can(Permission.DISPOSE_RECORDS),
            is_head=user.role == Role.VSH,
        )
        for user in User.objects.filter(pk__in=proposal.approvals.values("approver_id"))
    ]  # fmt: skip
    return missing_approvals(approvers, proposer_id=proposal.proposed_by_id or 0)


def check_due_now(proposal: DisposalProposal, *, today: date) -> None:
    """NotPossible unless the record is due at this moment and nothing holds it. The child is locked by the caller."""
    if proposal.kind == DisposalProposal.Kind.FILE:
        received_on = file_dates([proposal.subject_id]).get(proposal.subject_id)
        due_on = file_due_on(received_on, current_policy()) if received_on else None
        if due_on is None or due_on > today:
            raise NotPossible("The file is not due: it is in use again, or its period was changed.")
        return
    judgement = judge_children([proposal.subject_id], today=today).get(proposal.subject_id)
    if judgement is None:
        raise NotPossible("The record is not there any more.")
    if why := held([proposal.subject_id]).get(proposal.subject_id):
        raise NotPossible(
            f"The record is held: {why[:1].lower()}{why[1:]}. Nothing can be disposed of until that ends."
        )
    if judgement.standing is not Standing.DUE:
        raise NotPossible(f"The record is not due. {judgement.why}")


def _check_state(row: DisposalProposal, wanted: ProposalState) -> None:
    if row.state != wanted:
        raise NotPossible(f"Somebody was first: {row.get_state_display()[:1].lower()}{row.get_state_display()[1:]}.")


def _locked(proposal: DisposalProposal) -> DisposalProposal:
    """The proposal as it is now, after the child: who places a hold locks the child first as well."""
    if proposal.kind == DisposalProposal.Kind.CHILD:
        list(Pupil.objects.select_for_update().filter(pk=proposal.subject_id).values_list("pk"))
    else:
        list(StoredFile.objects.select_for_update().filter(pk=proposal.subject_id).values_list("pk"))
    row: DisposalProposal = DisposalProposal.objects.select_for_update().get(pk=proposal.pk)
    return row


def _lock_child(pupil_id: int) -> None:
    if not list(Pupil.objects.select_for_update().filter(pk=pupil_id).values_list("pk")):
        raise NotPossible("The record is not there any more.")


def _open_of(pupil_id: int) -> list[DisposalProposal]:
    rows = DisposalProposal.objects.open().filter(kind=DisposalProposal.Kind.CHILD, subject_id=pupil_id)
    return list(rows.select_for_update())


def _close(proposal: DisposalProposal, state: ProposalState, actor: Any) -> None:
    proposal.state, proposal.closed_by, proposal.closed_at = state.value, actor, timezone.now()
    proposal.save(update_fields=["state", "closed_by", "closed_at", "closed_because", "again_on"])


def _words(text: str, field: str, message: str) -> str:
    if not text.strip():
        raise ValidationError({field: message})
    return text.strip()


def _decided(actor: Any, subject: Any, decision: str, **detail: Any) -> None:
    record_access(
        None, Access.DECIDED, user=actor, subject=subject, screen=decision, detail={"decision": decision, **detail}
    )

"""Who sets periods, holds records, proposes and approves their disposal."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from retention.models import DisposalProposal
from retention.rules import ProposalState


def check_can_set(user: Any) -> None:
    """Periods and holds are the Virtual School Head's."""
    if user is None or not user.can(Permission.SET_RETENTION):
        raise PermissionDenied("Periods and holds are set by the Virtual School Head.")


def can_set(user: Any) -> bool:
    return _asks(check_can_set, user)


def check_can_propose(user: Any, proposal: DisposalProposal) -> None:
    """PermissionDenied with the reason. The state is the service's question."""
    _check_may_dispose(user)


def can_propose(user: Any, proposal: DisposalProposal) -> bool:
    return proposal.state == ProposalState.DUE and _asks(check_can_propose, user, proposal)


def check_can_approve(user: Any, proposal: DisposalProposal) -> None:
    """Never one's own proposal, and nobody twice."""
    _check_may_dispose(user)
    if proposal.proposed_by_id == user.pk:
        raise PermissionDenied("You proposed this disposal. Two other people must approve it.")
    if proposal.approvals.filter(approver=user).exists():
        raise PermissionDenied("You approved this disposal already. Another person must approve it too.")


def can_approve(user: Any, proposal: DisposalProposal) -> bool:
    return proposal.state == ProposalState.PROPOSED and _asks(check_can_approve, user, proposal)


def check_can_decline(user: Any, proposal: DisposalProposal) -> None:
    """Whoever may propose may also say that a record stays."""
    _check_may_dispose(user)


def can_decline(user: Any, proposal: DisposalProposal) -> bool:
    open_to = {ProposalState.DUE, ProposalState.PROPOSED, ProposalState.APPROVED}
    return proposal.state in open_to and _asks(check_can_decline, user, proposal)


def _check_may_dispose(user: Any) -> None:
    if user is None or not user.is_active or not user.can(Permission.DISPOSE_RECORDS):
        raise PermissionDenied("Your role does not propose or approve the disposal of records.")


def _asks(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except PermissionDenied:
        return False
    return True

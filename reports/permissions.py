"""Who drafts, words, approves, issues and withdraws the termly report, and who reads which version of it."""

from collections.abc import Callable
from typing import Any

from core.roles import Permission
from reports.models import ReportRun
from reports.rules import Audience, ReportState, TransitionRefused, check_transition


class NotAllowed(Exception):
    """The person may not do this; the message says why, in words."""


def _check(user: Any, permission: Permission, words: str) -> None:
    """`user` None is the system itself (a schedule, the command line)."""
    if user is not None and not user.can(permission):
        raise NotAllowed(words)


def check_can_draft(user: Any) -> None:
    """NotAllowed for those who may not make a report."""
    _check(user, Permission.DRAFT_REPORTS, "Your role does not make reports.")


def check_can_word(user: Any, run: ReportRun) -> None:
    """NotAllowed or TransitionRefused: words change only while the report is a draft."""
    _check(user, Permission.DRAFT_REPORTS, "Your role does not write in reports.")
    if run.state != ReportState.DRAFT:
        raise TransitionRefused(f"The report is {run.get_state_display().lower()}: its words no longer change.")
    if not run.is_frozen:
        raise TransitionRefused("The report is still being made. Its words can be written when its figures stand.")


def check_can_approve(user: Any, run: ReportRun) -> None:
    """Only a Virtual School Head approves, in person: the system never does."""
    if user is None or not user.can(Permission.APPROVE_REPORTS):
        raise NotAllowed("Only the Virtual School Head approves reports.")
    check_transition(run.state, ReportState.APPROVED)
    if not run.is_frozen:
        raise TransitionRefused("The report is still being made.")


def check_can_issue(user: Any, run: ReportRun) -> None:
    """As approving: what goes to the boards is the Virtual School Head's decision."""
    if user is None or not user.can(Permission.APPROVE_REPORTS):
        raise NotAllowed("Only the Virtual School Head issues reports.")
    check_transition(run.state, ReportState.ISSUED)


def check_can_withdraw(user: Any, run: ReportRun) -> None:
    """A draft is put aside by those who make drafts; an approved or issued report only by the Head."""
    check_transition(run.state, ReportState.WITHDRAWN)
    if run.state == ReportState.DRAFT:
        _check(user, Permission.DRAFT_REPORTS, "Your role does not put reports aside.")
    elif user is None or not user.can(Permission.APPROVE_REPORTS):
        raise NotAllowed("Only the Virtual School Head withdraws an approved report.")


def audiences_for(user: Any) -> tuple[Audience, ...]:
    """Which versions a person reads: the team both, the boards the public one."""
    if user.can(Permission.SEE_ALL_REPORTS):
        return (Audience.RESTRICTED, Audience.PUBLIC)
    return (Audience.PUBLIC,)


def _asks(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except (NotAllowed, TransitionRefused):
        return False
    return True


def can_draft(user: Any) -> bool:
    return _asks(check_can_draft, user)


def can_word(user: Any, run: ReportRun) -> bool:
    return _asks(check_can_word, user, run)


def can_approve(user: Any, run: ReportRun) -> bool:
    return _asks(check_can_approve, user, run)


def can_issue(user: Any, run: ReportRun) -> bool:
    return _asks(check_can_issue, user, run)


def can_withdraw(user: Any, run: ReportRun) -> bool:
    return _asks(check_can_withdraw, user, run)

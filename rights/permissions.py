"""Who answers requests, and who prints a record for whom."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.recipients import Recipient
from core.roles import Permission
from core.subject_access import Words
from rights import redaction, rules
from rights.models import RecordPrint, RequestMark, SubjectRequest
from rights.rules import StepRefused


def check_can_answer(user: Any) -> None:
    """PermissionDenied for those who do not answer requests: this permission alone opens a person's file."""
    if not user.can(Permission.ANSWER_RIGHTS_REQUESTS):
        raise PermissionDenied("The Virtual School Head answers subject-access requests.")


def check_can_check(user: Any, request: SubjectRequest) -> None:
    """StepRefused for who decided something themselves: the second look is another person's."""
    check_can_answer(user)
    check_in_redaction(request)
    deciders = set(RequestMark.objects.filter(entry__request=request).values_list("decided_by_id", flat=True))
    if user.pk in (deciders or {request.made_by_id}):
        raise StepRefused("You decided here yourself. Another person who answers requests takes the second look.")
    if redaction.undecided_ids(request):
        raise StepRefused("Some entries are still to be read. The second look comes after that.")


def check_in_redaction(request: SubjectRequest) -> None:
    """StepRefused unless the record is gathered and still to be sent."""
    if request.state != rules.State.REDACTING:
        raise StepRefused("The record is not gathered yet, or the request is closed.")


def can_check(user: Any, request: SubjectRequest) -> bool:
    try:
        check_can_check(user, request)
    except (StepRefused, PermissionDenied):
        return False
    return True


def check_can_package(user: Any, request: SubjectRequest) -> None:
    """StepRefused while entries are to be read or the second look is missing."""
    check_can_answer(user)
    check_in_redaction(request)
    if redaction.undecided_ids(request):
        raise StepRefused("Some entries are still to be read before the package can be made.")
    if redaction.needs_second_look(request) and request.checked_at is None:
        raise StepRefused("A second person must look at what is removed before the package can be made.")


def can_package(user: Any, request: SubjectRequest) -> bool:
    try:
        check_can_package(user, request)
    except (StepRefused, PermissionDenied):
        return False
    return True


# ---------------------------------------------------------------- prints


def check_can_print(user: Any) -> None:
    """PermissionDenied for those who take nothing of a child's record away."""
    if not user.can(Permission.EXPORT_PUPILS):
        raise PermissionDenied("Your role does not print records.")


def check_can_let_in(user: Any, record: RecordPrint, words: Words) -> None:
    """StepRefused where the recipient may never have it or the person may not see it themselves."""
    check_can_print(user)
    if record.made_at is not None:
        raise StepRefused("This print is made. Begin a new one.")
    if not rules.may_hold_protected(Recipient(record.recipient)):
        raise StepRefused("A print for a parent or the birth family never holds protected data.")
    if words.reveal is None or not user.can(words.reveal):
        raise StepRefused("Your role does not see this, so it cannot put it into a print.")

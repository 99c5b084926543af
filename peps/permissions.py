"""What a person may do with a PEP they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from peps.models import PEP


def check_can_record_meeting(user: Any, pep: PEP) -> None:
    """Advisers for every child, a designated teacher for the children on roll at the own school."""
    if not user.can(Permission.RECORD_PEPS):
        raise PermissionDenied("Your role reads PEPs. The adviser or the school records that a meeting was held.")
    if not PEP.objects.visible_to(user).filter(pk=pep.pk).exists():
        raise PermissionDenied("This PEP is of a child whose record is not open to you.")


def can_record_meeting(user: Any, pep: PEP) -> bool:
    try:
        check_can_record_meeting(user, pep)
    except PermissionDenied:
        return False
    return True


def check_can_complete(user: Any, pep: PEP) -> None:
    """The Virtual School says that a plan is complete, not the school that wrote it."""
    if not user.can(Permission.COMPLETE_PEPS):
        raise PermissionDenied("The Virtual School's adviser says when a PEP is complete.")
    if not PEP.objects.visible_to(user).filter(pk=pep.pk).exists():
        raise PermissionDenied("This PEP is of a child whose record is not open to you.")


def can_complete(user: Any, pep: PEP) -> bool:
    try:
        check_can_complete(user, pep)
    except PermissionDenied:
        return False
    return True

"""Who may see and record what is protected, of a child they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.models import Pupil
from pupils.protected import PERMISSION_TO_SEE, Shown


def may_see(user: Any, what: Shown) -> bool:
    return bool(user.can(PERMISSION_TO_SEE[what]))


def check_may_see(user: Any, what: Shown) -> None:
    """Raises PermissionDenied with a reason."""
    if not may_see(user, what):
        raise PermissionDenied("Your role does not include this. Ask the child's social worker or the Virtual School.")


def may_record(user: Any, pupil: Pupil) -> bool:
    try:
        check_may_record(user, pupil)
    except PermissionDenied:
        return False
    return True


def check_may_record(user: Any, pupil: Pupil) -> None:
    """Raises PermissionDenied with a reason."""
    if not user.can(Permission.RECORD_PROTECTED_NOTES):
        raise PermissionDenied(
            "Contact restrictions and health notes are recorded by the child's social worker, an adviser or the "
            "Virtual School Head."
        )
    if not Pupil.objects.changeable_by(user).filter(pk=pupil.pk).exists():
        raise PermissionDenied("This child's record is not open to you for writing.")

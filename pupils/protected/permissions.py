"""Who may see and record what is protected, of a child they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.protected import PERMISSION_TO_SEE, Shown


def may_see(user: Any, what: Shown) -> bool:
    return bool(user.can(PERMISSION_TO_SEE[what]))


def check_may_see(user: Any, what: Shown) -> None:
    """Raises PermissionDenied with a reason."""
    if not may_see(user, what):
        raise PermissionDenied("Your role does not include this. Ask the child's social worker or the Virtual School.")


def may_record(user: Any) -> bool:
    return bool(user.can(Permission.RECORD_PROTECTED_NOTES))


def check_may_record(user: Any) -> None:
    """Raises PermissionDenied with a reason."""
    if not may_record(user):
        raise PermissionDenied(
            "Contact restrictions and health notes are recorded by the child's social worker, an adviser or the "
            "Virtual School Head."
        )

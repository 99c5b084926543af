"""Who delegates, who changes a delegation, and who ends it."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.models import Delegation


def check_can_delegate(user: Any) -> None:
    """A designated teacher, the own children."""
    if not user.can(Permission.DELEGATE_CHILDREN):
        raise PermissionDenied("The designated teacher of a school delegates its children.")


def check_can_see_delegations(user: Any) -> None:
    """Those who give them, and the Virtual School Head."""
    if not (user.can(Permission.DELEGATE_CHILDREN) or user.can(Permission.SEE_DELEGATIONS)):
        raise PermissionDenied("Your role does not include delegations.")


def check_can_change(user: Any, delegation: Delegation) -> None:
    """Whoever gave it answers for it: nobody else makes it wider or longer."""
    check_can_delegate(user)
    if delegation.given_by_id != user.pk:
        raise PermissionDenied("Only the teacher who gave this delegation changes it. You may end it.")


def can_change(user: Any, delegation: Delegation) -> bool:
    try:
        check_can_change(user, delegation)
    except PermissionDenied:
        return False
    return True


def check_can_end(user: Any, delegation: Delegation) -> None:
    """Any designated teacher of the school, and the Virtual School Head."""
    check_can_see_delegations(user)
    if not Delegation.objects.visible_to(user).filter(pk=delegation.pk).exists():
        raise PermissionDenied("This delegation is of a child whose record is not open to you.")

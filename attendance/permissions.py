"""Who decides between two marks."""

from typing import Any

from attendance.models import MarkConflict
from core.roles import Permission


class CannotDecide(Exception):
    """The conflict cannot be decided so; the message says why."""


def check_can_resolve(user: Any, conflict: MarkConflict) -> None:
    """Raises CannotDecide with the reason."""
    if not user.can(Permission.RESOLVE_CONFLICTS):
        raise CannotDecide("Your role does not decide between marks.")
    if conflict.state == MarkConflict.State.RESOLVED:
        raise CannotDecide("Somebody has decided this in the meantime.")
    if conflict.state == MarkConflict.State.GONE:
        raise CannotDecide("The sources agree now: there is nothing left to decide.")


def check_can_reopen(user: Any, conflict: MarkConflict) -> None:
    """Raises CannotDecide with the reason."""
    if not user.can(Permission.RESOLVE_CONFLICTS):
        raise CannotDecide("Your role does not decide between marks.")
    if conflict.state != MarkConflict.State.RESOLVED:
        raise CannotDecide("There is no decision to take back: this is open, or the sources agree now.")


def can_resolve(user: Any, conflict: MarkConflict) -> bool:
    """Whether `check_can_resolve` lets the user."""
    try:
        check_can_resolve(user, conflict)
    except CannotDecide:
        return False
    return True

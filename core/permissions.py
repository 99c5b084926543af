"""What a person may do with accounts and term dates. `actor` None is the system itself (a command)."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from core.email_domains import are_colleagues
from core.feeds.registry import kinds_for, permission_for
from core.roles import Permission, Role

if TYPE_CHECKING:
    from core.models import User


def check_can_manage_accounts(actor: Any) -> None:
    """Making, changing and closing accounts is the system administrator's."""
    if actor is not None and not actor.can(Permission.MANAGE_ACCOUNTS):
        raise PermissionDenied("Accounts are made and changed by the system administrator.")


def check_can_invite(actor: Any, *, email: str, role: str) -> None:
    """The system administrator lets anybody in; whoever delegates children lets in colleagues at their own domain."""
    if actor is None or not actor.can(Permission.DELEGATE_CHILDREN):
        check_can_manage_accounts(actor)
    elif role != Role.SCHOOL_COLLEAGUE or not are_colleagues(actor.email, email):
        raise PermissionDenied("You invite colleagues of your school, whose email addresses end as yours does.")


def check_can_feed(actor: Any, kind: str) -> None:
    """Raise PermissionDenied unless the actor may bring in files of the kind; None is the system itself."""
    if actor is not None and not actor.can(permission_for(kind)):
        raise PermissionDenied("Your role does not include bringing in files of this kind.")


def check_can_feed_anything(actor: Any) -> None:
    """Raise PermissionDenied unless there is a kind of file that the actor brings in."""
    if actor is not None and not kinds_for(actor):
        raise PermissionDenied("Your role does not include bringing in files.")


def check_can_review_access(actor: Any) -> None:
    """Each term the Virtual School Head or the system administrator goes through who has access."""
    if actor is not None and not actor.can(Permission.REVIEW_ACCESS):
        raise PermissionDenied("Access is reviewed by the Virtual School Head or the system administrator.")


def check_can_set_calendars(actor: Any) -> None:
    """Term dates decide how many sessions there were: the Virtual School Head and the data officer record them."""
    if actor is not None and not actor.can(Permission.SET_CALENDARS):
        raise PermissionDenied("Term dates are recorded by the data officer or the Virtual School Head.")


def check_can_arrange_cover(actor: Any) -> None:
    """Who sees whose children is the Virtual School Head's to decide."""
    if not actor.can(Permission.ARRANGE_COVER):
        raise PermissionDenied("Cover is arranged, and caseloads are moved, by the Virtual School Head.")


def why_not_deactivate(actor: Any, user: "User") -> str:
    """A sentence when the account must stay open, else nothing."""
    if actor is not None and actor.pk == user.pk:
        return "You cannot deactivate your own account. Another system administrator can."
    return _why_still_needed(user, "be deactivated")


def why_not_change_role(actor: Any, user: "User", role: Role) -> str:
    """A sentence when the person must keep the role, else nothing."""
    if role == user.role:
        return ""
    if actor is not None and actor.pk == user.pk:
        return "You cannot change your own role. Another system administrator can."
    return _why_still_needed(user, "get another role")


def why_not_decide_access(actor: "User", user_id: int, *, alone: bool) -> str:
    """A sentence when somebody else has to confirm the access; `alone`: nobody else may."""
    if actor.pk != user_id or alone:
        return ""
    return "Nobody confirms their own access: leave your own line to another reviewer."


def why_not_leave_on(user: "User") -> str:
    """A sentence when the account must not close by itself on a day, else nothing."""
    if user.role != Role.SYSTEM_ADMIN:
        return ""
    return "The account of a system administrator is closed by hand, so that a date cannot lock everybody out."


def _why_still_needed(user: "User", what: str) -> str:
    """Somebody must stay who can let people in."""
    if user.role != Role.SYSTEM_ADMIN or not user.is_active:
        return ""
    if type(user).objects.administrators().exclude(pk=user.pk).exists():
        return ""
    return f"This is the last system administrator, who cannot {what}: nobody could manage accounts any more."

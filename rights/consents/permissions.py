"""Who records consents and notices given, for a child they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission


def may_record(user: Any) -> bool:
    return bool(user.can(Permission.RECORD_CONSENTS))


def check_may_record(user: Any) -> None:
    """Raises PermissionDenied with a reason."""
    if not may_record(user):
        raise PermissionDenied(
            "Consents and notices given are recorded by the child's social worker, an adviser or the Virtual School "
            "Head."
        )

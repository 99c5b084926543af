"""Who opens a scheme and who records that a young person was told."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission


def check_can_open_scheme(user: Any) -> None:
    if not user.can(Permission.OPEN_SCHEMES):
        raise PermissionDenied("The Virtual School Head opens a scheme and sets its money aside.")


def can_open_scheme(user: Any) -> bool:
    try:
        check_can_open_scheme(user)
    except PermissionDenied:
        return False
    return True


def check_can_record_letters(user: Any) -> None:
    if not user.can(Permission.RECORD_LETTERS):
        raise PermissionDenied("The Virtual School records who was told of the scheme.")


def can_record_letters(user: Any) -> bool:
    try:
        check_can_record_letters(user)
    except PermissionDenied:
        return False
    return True

"""What a person may change about a school they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from schools.models import School


def check_can_appoint_teacher(user: Any, school: School) -> None:
    """The Virtual School records who is designated teacher: it opens the records of the school's children."""
    if not user.can(Permission.APPOINT_TEACHERS):
        raise PermissionDenied("The Virtual School records who the designated teacher is.")


def can_appoint_teacher(user: Any, school: School) -> bool:
    try:
        check_can_appoint_teacher(user, school)
    except PermissionDenied:
        return False
    return True


def check_can_choose_calendar(user: Any, school: School) -> None:
    """Those who record term dates say whose dates a school keeps."""
    if not user.can(Permission.SET_CALENDARS):
        raise PermissionDenied("The data officer or the Virtual School Head says whose term dates a school keeps.")


def can_choose_calendar(user: Any, school: School) -> bool:
    try:
        check_can_choose_calendar(user, school)
    except PermissionDenied:
        return False
    return True

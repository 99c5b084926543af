"""Who records the Pledge of a child."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.models import Allocation, Pupil


def check_can_record_pledge(user: Any, pupil: Pupil, *, today: date) -> None:
    """The independent reviewing officer of this child, today, or a colleague who covers for them."""
    if not user.can(Permission.RECORD_PLEDGE):
        raise PermissionDenied("The child’s reviewing officer records the Pledge.")
    mine = Allocation.objects.held_by(user, today).filter(pupil=pupil, kind=Allocation.Kind.IRO)
    if not mine.exists():
        raise PermissionDenied("Another reviewing officer is allocated to this child and records the Pledge.")


def can_record_pledge(user: Any, pupil: Pupil, *, today: date) -> bool:
    try:
        check_can_record_pledge(user, pupil, today=today)
    except PermissionDenied:
        return False
    return True

"""What a person may do with a child's record they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.models import Pupil


def check_can_reveal_address(user: Any, pupil: Pupil) -> None:
    """The placement's whereabouts are for those who need them; a designated teacher never sees them."""
    if not user.can(Permission.SEE_PLACEMENT_ADDRESS):
        raise PermissionDenied("Your role does not include where a child is placed.")


def can_reveal_address(user: Any, pupil: Pupil) -> bool:
    try:
        check_can_reveal_address(user, pupil)
    except PermissionDenied:
        return False
    return True

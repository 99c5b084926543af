"""Who may map qualifications and who may have the figures computed."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from core.sections import Section
from pupils.models import Pupil


def can_map_qualifications(user: Any) -> bool:
    return bool(user.can(Permission.MAP_QUALIFICATIONS))


def check_can_map_qualifications(user: Any) -> None:
    """PermissionDenied with the reason, for those who may not say what a qualification is worth."""
    if not can_map_qualifications(user):
        raise PermissionDenied("Your role does not include mapping qualifications.")


def can_compute_indicators(user: Any) -> bool:
    return bool(user.can(Permission.SEE_INDICATORS))


def check_can_compute_indicators(user: Any) -> None:
    """PermissionDenied with the reason, for those who do not see the indicators."""
    if not can_compute_indicators(user):
        raise PermissionDenied("Your role does not include the indicators.")


def check_can_record(user: Any, pupil: Pupil) -> None:
    """The school (or a colleague to whom the results are delegated) and the Virtual School, of a child in scope."""
    if not user.can(Permission.RECORD_ATTAINMENT):
        raise PermissionDenied("Your role reads how children stand. The school records it at the end of each term.")
    if not Pupil.objects.changeable_by(user, Section.ATTAINMENT).filter(pk=pupil.pk).exists():
        raise PermissionDenied("This child's results are not open to you for writing.")


def can_record(user: Any, pupil: Pupil) -> bool:
    try:
        check_can_record(user, pupil)
    except PermissionDenied:
        return False
    return True

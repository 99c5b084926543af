"""Who may map qualifications and who may have the figures computed."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission


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

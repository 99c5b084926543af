"""What every page of the site gets, besides its own context."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core.navigation import entries_for
from core.roles import ROLE_LABELS, Permission, Role

SERVICE_NAME = "Virtual School"


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `service` with council, name, training, navigation, role_label, search_url, emergency_url.

    An address is empty for those who may not use it.
    """
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    # Until the second step is set up every other page leads back to it: nothing is offered.
    let_in = signed_in and not getattr(request, "second_step_missing", False)
    return {
        "service": {
            "council": settings.COUNCIL_NAME,
            "name": SERVICE_NAME,
            "single_sign_on": "" if signed_in else settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
            "training": settings.VS_TRAINING_DATA,
            "navigation": entries_for(user, request) if let_in else [],
            "role_label": role_label(user) if signed_in else "",
            "search_url": search_url(user) if let_in else "",
            "emergency_url": emergency_url(user) if let_in else "",
        }
    }


def role_label(user: Any) -> str:
    """The role of a signed-in person in words."""
    try:
        return ROLE_LABELS[Role(user.role)]
    except ValueError:
        return "no role"


def search_url(user: Any) -> str:
    """Where the search for a child is posted; empty for roles that see no pupil."""
    if not user.can(Permission.SEE_PUPILS):
        return ""
    try:
        return reverse("pupils:search")
    except NoReverseMatch:
        return ""


def emergency_url(user: Any) -> str:
    """Where a record out of scope is opened in an emergency; empty for roles that may not."""
    if not user.can(Permission.OPEN_IN_EMERGENCY):
        return ""
    try:
        return reverse("pupils:emergency_new")
    except NoReverseMatch:
        return ""

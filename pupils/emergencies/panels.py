"""What emergency openings add: the reader's links on the home page, and what waits for the reviewer."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from core import navigation
from core.panels import HomeCard, HomeNeeds, Need, register
from core.roles import Permission
from pupils.models import EmergencyAccess


def _home_card(user: Any, today: date) -> Mapping[str, Any]:
    """The only way back to a child opened in an emergency: no list and no search shows it."""
    rows = list(user.emergency_accesses.open_at(timezone.now()).select_related("pupil").order_by("expires_at"))
    return {"rows": rows, "named": len(rows), "hours": settings.VS_EMERGENCY_HOURS}


def _needs(user: Any, today: date) -> Iterable[Need]:
    yield Need(
        text="Records opened in an emergency, to review",
        count=EmergencyAccess.objects.visible_to(user).filter(reviewed_at=None).count(),
        url=f"{reverse('pupils:emergencies')}?state=waiting",
        hint="Somebody without a relation to the child read its record and wrote why",
        urgent=True,
    )


register(
    HomeCard(
        template="pupils/cards/emergency.html",
        context=_home_card,
        order=90,
        permission=Permission.OPEN_IN_EMERGENCY,
    ),
    HomeNeeds(needs=_needs, order=2, permission=Permission.SEE_AUDIT),
)
navigation.register(
    navigation.NavEntry(
        label="Open in an emergency",
        url_name="pupils:emergency_new",
        permission=Permission.OPEN_IN_EMERGENCY,
        order=193,
        about="The record of a child who is not yours, for some hours, with a reason",
        group="Children and schools",
    ),
    navigation.NavEntry(
        label="Emergency openings",
        url_name="pupils:emergencies",
        permission=Permission.SEE_AUDIT,
        order=192,
        about="Records that somebody opened out of scope with a reason, and the review of each",
        group="Settings",
    ),
)

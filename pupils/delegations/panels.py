"""The page of delegations in the navigation, and on a colleague's home page what is delegated to them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core import navigation
from core.panels import HomeCard, register
from core.roles import Permission
from core.sections import Section, is_limited
from pupils.models import Delegation

ABOUT = "Which colleague sees which part of whose record, and until when"


def _mine(user: Any, today: date) -> Mapping[str, Any] | None:
    if not is_limited(user):
        return None
    rows = Delegation.objects.visible_to(user).select_related("pupil", "given_by")
    return {"rows": list(rows.order_by("pupil__sort_name", "pupil__child_id", "pk"))}


register(
    HomeCard(
        template="delegations/cards/mine.html",
        context=_mine,
        order=6,
        permission=Permission.SEE_PUPILS,
        section=Section.BASICS,
        wide=True,
    ),
)
navigation.register(
    navigation.NavEntry(
        label="Delegations",
        url_name="delegations:list",
        permission=Permission.DELEGATE_CHILDREN,
        order=92,
        about=ABOUT,
        group="Children and schools",
    ),
    navigation.NavEntry(
        label="Delegations",
        url_name="delegations:list",
        permission=Permission.SEE_DELEGATIONS,
        order=192,
        about=ABOUT,
        group="Settings",
    ),
)

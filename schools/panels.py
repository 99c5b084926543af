"""What the schools register adds to navigation and home. Its pages ask the apps above for their cards and columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.models import User
from core.panels import AccessSource, HomeNeeds, Need, register
from core.roles import Permission, Role
from schools.models import SchoolMembership


def _teachers_without_school(user: Any, today: date) -> Iterable[Need]:
    """Accounts made for designated teachers of whom nobody has said yet at which school."""
    somewhere = SchoolMembership.objects.filter(to_on__isnull=True) | SchoolMembership.objects.filter(to_on__gt=today)
    waiting = User.objects.filter(role=Role.DESIGNATED_TEACHER, is_active=True)
    yield Need(
        text="Designated teachers with an account and no school",
        count=waiting.exclude(pk__in=somewhere.values("user_id")).count(),
        url=f"{reverse('schools:list')}?teacher=no",
        hint="They see no child until they are recorded on their school’s page",
    )


def _posts_in_words(today: date) -> Mapping[int, Sequence[str]]:
    """For the review of access: "Designated teacher of Alder Brook School"."""
    found: dict[int, list[str]] = defaultdict(list)
    posts = SchoolMembership.objects.current(today).order_by("school__name").values_list("user_id", "school__name")
    for user_id, name in posts:
        found[user_id].append(f"Designated teacher of {name}")
    return found


register(
    HomeNeeds(needs=_teachers_without_school, order=70, permission=Permission.APPOINT_TEACHERS),
    AccessSource(words=_posts_in_words, order=5),
)
navigation.register(
    navigation.NavEntry(
        label="Schools",
        url_name="schools:list",
        permission=Permission.SEE_SCHOOLS,
        order=30,
        about="The schools register, our children at each, and its designated teacher",
        group="Children and schools",
    )
)

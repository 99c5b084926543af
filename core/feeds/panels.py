"""What the feeds add to navigation and home pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from core import navigation
from core.feeds import services
from core.models import FeedRun
from core.panels import HomeNeeds, Need, register
from core.roles import Permission, Role


def _needs(user: Any, today: date) -> Iterable[Need]:
    status = FeedRun.Status
    mine = FeedRun.objects.visible_to(user)
    found = mine.aggregate(
        ready=Count("pk", filter=Q(status=status.READY)),
        failed=Count("pk", filter=Q(status=status.FAILED)),
        held=Count("pk", filter=services.ALL_HELD),
    )
    yield Need(
        text="Deliveries to confirm or put aside",
        count=found["ready"],
        url=reverse("feeds:list"),
        hint="Checked, and waiting for a decision",
    )
    yield Need(
        text="Deliveries with all rows held back",
        count=found["held"],
        url=reverse("feeds:list"),
        hint="Nothing of them is in yet; see why, have them mended, or put them aside",
    )
    yield Need(
        text="Deliveries stopped by a fault",
        count=found["failed"],
        url=reverse("feeds:list"),
        hint="Nothing was changed; apply them again or ask for help",
        urgent=True,
    )
    yield Need(
        text="Deliveries that nobody works on",
        count=services.count_stalled(mine),
        url=reverse("feeds:list"),
        hint="Not taken up, or stopped with the worker; start them again",
        urgent=True,
    )


# No role has both permissions: who makes accounts sees no child, and so no other kind of file.
register(
    HomeNeeds(needs=_needs, order=10, permission=Permission.IMPORT_FEEDS),
    HomeNeeds(needs=_needs, order=15, permission=Permission.MANAGE_ACCOUNTS),
)
navigation.register(
    navigation.NavEntry(
        label="Feeds",
        url_name="feeds:list",
        permission=Permission.IMPORT_FEEDS,
        order=40,
        order_for={Role.VSH: 140},
        about="Bring in files, and see what each delivery changed",
        group="Data that comes in",
    ),
    navigation.NavEntry(
        label="Feeds",
        url_name="feeds:list",
        permission=Permission.MANAGE_ACCOUNTS,
        order=70,
        about="Bring in a file of people, and see what each delivery changed",
        group="Settings",
    ),
)

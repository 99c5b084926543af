"""What the feeds add to navigation and home pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.feeds import services
from core.models import FeedRun
from core.panels import HomeNeeds, Need, register
from core.roles import Permission, Role


def _needs(user: Any, today: date) -> Iterable[Need]:
    open_runs = FeedRun.objects.filter(status=FeedRun.Status.READY)
    yield Need(
        text="Deliveries to confirm or put aside",
        count=open_runs.count(),
        url=reverse("feeds:list"),
        hint="Checked, and waiting for a decision",
    )
    yield Need(
        text="Deliveries stopped by a fault",
        count=FeedRun.objects.filter(status=FeedRun.Status.FAILED).count(),
        url=reverse("feeds:list"),
        hint="Nothing was changed; apply them again or ask for help",
        urgent=True,
    )
    waiting = FeedRun.objects.filter(status__in=services.WAITING_STATES)
    yield Need(
        text="Deliveries that nobody works on",
        count=sum(services.work_on(run) is services.Work.STALLED for run in waiting[:50]),
        url=reverse("feeds:list"),
        hint="Not taken up, or stopped with the worker; start them again",
        urgent=True,
    )


register(HomeNeeds(needs=_needs, order=10, permission=Permission.IMPORT_FEEDS))
navigation.register(
    navigation.NavEntry(
        label="Feeds",
        url_name="feeds:list",
        permission=Permission.IMPORT_FEEDS,
        order=40,
        order_for={Role.VSH: 140},
        about="Bring in files, and see what each delivery changed",
        group="Data that comes in",
    )
)

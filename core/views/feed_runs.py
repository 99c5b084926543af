"""The deliveries that the pages and downloads of feeds are about."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from core.models import FeedRun
from core.permissions import check_can_feed_anything


def runs_for(user: Any) -> QuerySet[FeedRun]:
    """The deliveries that the person may see, with their people and files."""
    runs: QuerySet[FeedRun] = FeedRun.objects.visible_to(user)
    return runs.select_related("received_by", "applied_by").prefetch_related("files__stored")


def run_of(request: HttpRequest, run_id: int) -> FeedRun:
    """The delivery; 403 for those who bring in no files, 404 when it is none of theirs or there is none."""
    check_can_feed_anything(request.user)
    run = runs_for(request.user).filter(pk=run_id).first()
    if run is None:
        raise Http404("There is no such delivery.")
    return run

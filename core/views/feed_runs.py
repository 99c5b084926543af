"""The deliveries that the pages and downloads of feeds are about."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from core.models import FeedRun
from core.roles import Permission
from core.scoping import require


def runs() -> QuerySet[FeedRun]:
    """All deliveries, with their people and files: who brings in files sees them all."""
    return FeedRun.objects.select_related("received_by", "applied_by").prefetch_related("files__stored")


def run_of(request: HttpRequest, run_id: int) -> FeedRun:
    """The delivery, for those who bring in files; 403 for others, 404 when there is none."""
    require(request, Permission.IMPORT_FEEDS)
    run = runs().filter(pk=run_id).first()
    if run is None:
        raise Http404("There is no such delivery.")
    return run

"""Files as they were received: when each came last, and which are due. The receipt of a delivery keeps its sha256."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max, Q
from django.utils import timezone

from core.feeds.store import path_of
from core.models import FeedRun, FeedRunFile
from retention.rules import Policy, file_due_on

IN_WORK = [
    FeedRun.Status.RECEIVED, FeedRun.Status.CHECKING, FeedRun.Status.READY, FeedRun.Status.APPLYING,
    FeedRun.Status.FAILED,
]  # fmt: skip
"""A delivery in one of these states may still be applied, and needs its files."""


def file_dates(stored_ids: Collection[int] | None = None) -> dict[int, date]:
    """{stored file: day on which it was received last}, without files of deliveries that are still in work."""
    rows = FeedRunFile.objects.all() if stored_ids is None else FeedRunFile.objects.filter(stored__in=stored_ids)
    busy = FeedRunFile.objects.filter(run__status__in=IN_WORK).values("stored_id")
    found = rows.filter(~Q(stored__in=busy)).values_list("stored_id", "stored__sha256")
    there = {pk for pk, sha256 in set(found) if path_of(sha256).is_file()}
    last = rows.filter(stored__in=there).values_list("stored_id").annotate(last=Max("run__received_at"))
    return {pk: timezone.localtime(at).date() for pk, at in last}


def files_due(policy: Policy, *, today: date) -> dict[int, tuple[date, date]]:
    """{stored file: (received on, due on)} of those that are due and still on the disk."""
    found = {pk: (on, file_due_on(on, policy)) for pk, on in file_dates().items()}
    return {pk: (on, due_on) for pk, (on, due_on) in found.items() if due_on is not None and due_on <= today}

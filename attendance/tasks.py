"""Jobs of the night."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from attendance import services
from core.models import JobRun
from core.rules import academic_year_of

NIGHTLY = "attendance.rebuild_recent"


@shared_task(name=NIGHTLY)
def rebuild_recent() -> None:
    """Derive this and the last year's effective registers anew, so that changed term dates and school places tell.

    A second message of the same day finds the work done. Silent schools need no row: every page derives them.
    """
    today = timezone.localdate()
    with transaction.atomic():
        run, made = JobRun.objects.select_for_update().get_or_create(job=NIGHTLY, on=today)
        if not made and run.finished_at is not None:
            return
        year = academic_year_of(today)
        services.rebuild_effective(academic_years=[year - 1, year])
        run.finished_at = timezone.now()
        run.save()


@shared_task(name="attendance.rebuild_effective")
def rebuild_effective() -> None:
    """All years, after a change of term dates."""
    services.rebuild_effective()

"""Jobs: the indicators every night, and of one year when somebody asks."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from attainment.services import compute_and_store, figures_worth_computing
from core.models import JobRun

NIGHTLY = "attainment.compute_indicators"


@shared_task(name=NIGHTLY)
def compute_indicators() -> None:
    """Every year and basis that the facts touch. A second message of the same day finds the work done."""
    today = timezone.localdate()
    with transaction.atomic():
        run, made = JobRun.objects.select_for_update().get_or_create(job=NIGHTLY, on=today)
        if not made and run.finished_at is not None:
            return
        for year, basis in figures_worth_computing(today=today):
            compute_and_store(year=year, basis=basis, actor=None, today=today)
        run.finished_at = timezone.now()
        run.save()


@shared_task(name="attainment.compute_year")
def compute_year(*, year: int) -> None:
    """One year, on demand. Computing twice gives the same."""
    compute_and_store(year=year, actor=None)

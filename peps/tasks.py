"""Jobs of the PEPs: nightly, what is due is opened and what was approved is locked; PDFs are made and kept."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core.models import JobRun
from peps.models import PEP
from peps.rules.workflow import FINISHED
from peps.services import cycle, locking, presenting

JOB = "peps.open_due"
LOCK_JOB = "peps.lock_due"


@shared_task(name=JOB)
def open_due() -> int:
    """Once a day: a message that comes twice finds the day done. Returns how many PEPs were opened."""
    today = timezone.localdate()
    with transaction.atomic():
        run, _ = JobRun.objects.get_or_create(job=JOB, on=today)
        run = JobRun.objects.select_for_update().get(pk=run.pk)
        if run.finished_at is not None:
            return 0
        opened = cycle.open_due_peps(today=today, actor=None)
        run.finished_at = timezone.now()
        run.save(update_fields=["finished_at"])
    return opened


@shared_task(name=LOCK_JOB)
def lock_due() -> int:
    """Once a day: lock what was approved long enough ago. Each plan is a transaction of its own, so that a message that
    comes twice, or a worker that fell, goes on where it was. Returns how many were locked.
    """
    today = timezone.localdate()
    run, _ = JobRun.objects.get_or_create(job=LOCK_JOB, on=today)
    if run.finished_at is not None:
        return 0
    locked = locking.lock_due(today=today)
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    return locked


@shared_task(name="peps.keep_pdf")
def keep_pdf(*, pep_id: int) -> None:
    """Keep the PDF of a plan that was approved; one that was reopened meanwhile has none to keep."""
    pep = PEP.objects.get(pk=pep_id)
    if pep.state in FINISHED:
        presenting.keep_latest(pep=pep, today=timezone.localdate())

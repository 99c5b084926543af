"""Jobs of the PEPs: what is due is opened, people are reminded, what was approved is locked; PDFs are made and kept."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core.models import JobRun
from peps.models import PEP
from peps.rules.workflow import FINISHED
from peps.services import bulk, cycle, locking, presenting, reminders

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


@shared_task(name="peps.send_reminders")
def send_reminders() -> int:
    """Each working morning, several times: later runs send only what the mail server did not take before."""
    return reminders.send_digests(today=timezone.localdate()).sent


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


@shared_task(name="peps.make_print")
def make_print(*, print_id: int) -> None:
    """Make the file of a bulk print; a fault is told to the page that waits."""
    try:
        bulk.make(print_id=print_id, now=timezone.now())
    except Exception:
        bulk.progress_of(print_id)(-1, 1, "Stopped by a fault")
        raise


@shared_task(name="peps.clear_prints")
def clear_prints() -> int:
    """Each hour: remove the files of bulk prints whose day is over."""
    return bulk.clear_expired(now=timezone.now())

"""The jobs that open what is due and remind people of it."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core.models import JobRun
from peps.services import cycle, reminders

JOB = "peps.open_due"


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

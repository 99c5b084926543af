"""Jobs: what is due every night, and the disposal that two people approved."""

import structlog
from celery import Task, shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from core.models import JobRun
from core.sealing.services import seal_audit
from retention import outside, services
from retention.execution import delete_files, execute, unfinished

logger = structlog.get_logger(__name__)

JOB = "retention.open_due"
SECONDS_BETWEEN_TRIES = (5, 30, 300)


@shared_task(name=JOB)
def open_due() -> None:
    """Once a day: open what is due, lapse what is not; and finish what a stopped worker left, whatever the day."""
    today = timezone.localdate()
    with transaction.atomic():
        JobRun.objects.get_or_create(job=JOB, on=today)
        run = JobRun.objects.select_for_update().get(job=JOB, on=today)
        if run.finished_at is None:
            services.open_due(today=today)
            run.finished_at = timezone.now()
            run.save(update_fields=["finished_at"])
    outside.bring_up_to_date()
    left = unfinished()
    for proposal_id in left["files"]:
        delete_files(proposal_id)
    for proposal_id in left["approved"]:
        dispose.delay(proposal_id=proposal_id)


@shared_task(name="retention.dispose", bind=True, max_retries=len(SECONDS_BETWEEN_TRIES))
def dispose(self: Task, *, proposal_id: int) -> None:
    """Destroy what was approved. A message that comes twice finds the certificate.

    The audit trail is sealed first: then the approvals and all that is about to go stand under a seal, whose hash is
    outside the database already. Taking rows out of the audit tables needs them for a moment alone; when others write
    there just then it gives way after less than a second, and is tried again later.
    """
    seal_audit(actor=None)
    try:
        execute(proposal_id=proposal_id, today=timezone.localdate())
    except OperationalError as busy:
        tries = self.request.retries or 0
        if tries < len(SECONDS_BETWEEN_TRIES) and not self.request.is_eager:
            raise self.retry(countdown=SECONDS_BETWEEN_TRIES[tries], throw=False) from busy
        # The proposal stays approved, and the next night tries again.
        logger.error("disposal_waits", proposal=proposal_id, why=type(busy).__name__)  # noqa: TRY400 - no statement

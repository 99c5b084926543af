"""Jobs of the ground: long feeds run here so that a page need not wait. Arguments are ids only."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import Task, shared_task
from django.core.management import call_command
from django.utils import timezone

from core import services as account_services
from core.feeds import services
from core.models import User
from core.sealing import services as sealing

logger = structlog.get_logger(__name__)

SECONDS_BETWEEN_TRIES = (2, 5, 15, 60, 300)


@shared_task(name="core.check_feed", bind=True, max_retries=len(SECONDS_BETWEEN_TRIES))
def check_feed(self: Task, *, run_id: int) -> None:
    """Check a stored delivery, for its page to show."""
    _try(self, run_id, lambda: services.check_run(run_id=run_id, today=timezone.localdate()))


@shared_task(name="core.apply_feed", bind=True, max_retries=len(SECONDS_BETWEEN_TRIES))
def apply_feed(self: Task, *, run_id: int, actor_id: int) -> None:
    """Apply a confirmed delivery. A message that comes twice finds the run applied and does nothing."""
    actor = User.objects.get(pk=actor_id)
    _try(self, run_id, lambda: services.apply_run(run_id=run_id, actor=actor, today=timezone.localdate()))


@shared_task(name="core.seal_audit")
def seal_audit() -> None:
    """Seal what was written since the last time. Twice at once does no harm: the second finds nothing to seal."""
    sealing.seal_audit(actor=None)


@shared_task(name="core.verify_audit")
def verify_audit() -> None:
    """Hold the audit trail against its seals; the home page of those who see the access log says when it broke."""
    sealing.verify_audit(actor=None)


def _try(task: Task, run_id: int, work: Callable[[], Any]) -> None:
    """Once more a little later when the database went away; never for a fault of data or program.

    What is logged and raised holds no value of any row.
    """
    try:
        work()
    except services.RunNotOpen as closed:
        logger.info("feed_not_open", run=run_id, why=str(closed))
    except services.FeedStopped as stopped:
        tries = task.request.retries or 0
        logger.error("feed_stopped", run=run_id, why=str(stopped), frames=stopped.frames, tries=tries)  # noqa: TRY400
        if stopped.passing and tries < len(SECONDS_BETWEEN_TRIES) and not task.request.is_eager:
            raise task.retry(countdown=SECONDS_BETWEEN_TRIES[tries], throw=False) from None
        raise stopped from None


@shared_task(name="core.close_departed")
def close_departed() -> None:
    """Close the accounts of people whose last day is over. Nobody gets in with them meanwhile (core.accounts)."""
    account_services.close_departed(today=timezone.localdate())


@shared_task(name="core.clear_sessions")
def clear_sessions() -> None:
    """Delete what is left of sessions that have run out, with whatever was typed in them."""
    call_command("clearsessions")

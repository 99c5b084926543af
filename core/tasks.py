"""Jobs of the ground: long feeds run here so that a page need not wait. Arguments are ids only."""

from celery import shared_task
from django.utils import timezone

from core.feeds import services
from core.models import User


@shared_task(name="core.check_feed")
def check_feed(*, run_id: int) -> None:
    try:
        services.check_run(run_id=run_id, today=timezone.localdate())
    except Exception:
        services.mark_failed(run_id=run_id)
        raise


@shared_task(name="core.apply_feed")
def apply_feed(*, run_id: int, actor_id: int) -> None:
    """A message that comes twice finds the run applied and does nothing."""
    try:
        services.apply_run(run_id=run_id, actor=User.objects.get(pk=actor_id), today=timezone.localdate())
    except services.RunNotOpen:
        return
    except Exception:
        services.mark_failed(run_id=run_id)
        raise

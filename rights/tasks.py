"""Jobs of the rights floor: gathering a record and making its package while the page waits."""

from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from core.models import User
from rights import services
from rights.models import SubjectRequest


def _with_progress(request_id: int, actor_id: int, job: Callable[[SubjectRequest, User], object]) -> None:
    """Run a job as the person who asked for it; a fault is told to the page that waits."""
    request = SubjectRequest.objects.select_related("pupil").get(pk=request_id)
    actor = User.objects.get(pk=actor_id)
    try:
        job(request, actor)
    except Exception:
        services.progress_of(request_id)(-1, 1, "Stopped by a fault")
        raise
    services.progress_of(request_id)(1, 1, "Ready")


@shared_task(name="rights.gather")
def gather(*, request_id: int, actor_id: int) -> None:
    """Gather a record; a message that comes twice finds it gathered."""
    _with_progress(
        request_id,
        actor_id,
        lambda request, actor: services.gather(request=request, actor=actor, now=timezone.now()),
    )


@shared_task(name="rights.make_package")
def make_package(*, request_id: int, actor_id: int) -> None:
    """Make the package of a request; a message that comes twice finds it made."""
    _with_progress(
        request_id,
        actor_id,
        lambda request, actor: services.make_package(request=request, actor=actor, now=timezone.now()),
    )

"""Locking by the system: some working days after the approval."""

import logging
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.documents import DocumentFaulty
from peps.models import PEP
from peps.rules.printing import locks_on
from peps.rules.workflow import State
from peps.services import presenting, steps

logger = logging.getLogger(__name__)


def due_to_lock(today: date) -> list[PEP]:
    """Approved plans whose working days have passed. Plans kept on paper have no moment of approval and stay."""
    waiting = PEP.objects.filter(state=State.APPROVED, approved_at__isnull=False).order_by("approved_at")
    return [pep for pep in waiting if locks_on(timezone.localtime(pep.approved_at).date()) <= today]


def lock_due(*, today: date) -> int:
    """Lock what is due, each with its PDF kept; a plan whose PDF cannot be made stays open and is told in the log.

    Returns how many were locked.
    """
    locked = 0
    for pep in due_to_lock(today):
        try:
            with transaction.atomic():
                row = steps.lock(pep=pep, actor=None)
                presenting.keep_latest(pep=row, today=today)
        except (ValidationError, DocumentFaulty, OSError):
            logger.exception("PEP %s was not locked", pep.pk)
        else:
            locked += 1
    return locked

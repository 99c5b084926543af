"""What a PEP's page says of its deadlines."""

from datetime import date
from typing import Any

from core.roles import ROLE_LABELS
from peps.due import due_of, is_overdue
from peps.models import PEP
from peps.rules.workflow import IN_WORK, WAITS_FOR_MEETING
from pupils import roll


def due_context(pep: PEP, today: date) -> dict[str, Any]:
    """`due`: rows of (deadline, owner in words, overdue); `left_care_on` where nothing is due because care ended."""
    found = due_of([pep], today)[pep.pk]
    rows = [(one, ROLE_LABELS[one.owner] if one.owner else "The system", is_overdue(one, today)) for one in found]
    left = None
    if not found and pep.state in WAITS_FOR_MEETING | IN_WORK:
        left = roll.left_care_on([pep.pupil_id], today).get(pep.pupil_id)
    return {"due": rows, "left_care_on": left}

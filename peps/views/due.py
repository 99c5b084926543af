"""What a PEP's page says of its deadlines."""

from datetime import date
from typing import Any

from core.roles import ROLE_LABELS, Permission
from core.sections import is_limited
from peps.due import due_of, is_overdue
from peps.models import PEP
from peps.rules.workflow import IN_WORK, WAITS_FOR_MEETING
from pupils import roll

OF_CARE = frozenset({"P1", "P1s", "P2", "P7"})
"""Rules whose words name the day of coming into care: whoever sees sections only is not told of care."""
OF_PLACEMENT = frozenset({"P4"})
"""Rules that tell of a move: for those who see placements."""


def due_context(user: Any, pep: PEP, today: date) -> dict[str, Any]:
    """`due`: rows of (deadline, owner in words, overdue, why); `care_ended` where nothing is due because of that."""
    limited = is_limited(user)
    found = due_of([pep], today)[pep.pk]
    rows = [
        (
            one,
            ROLE_LABELS[one.owner] if one.owner else "The system",
            is_overdue(one, today),
            "" if limited and one.code in OF_CARE else one.explanation,
        )
        for one in found
        if one.code not in OF_PLACEMENT or user.can(Permission.SEE_CARE_DETAIL)
    ]
    ended = False
    if not found and not limited and pep.state in WAITS_FOR_MEETING | IN_WORK:
        ended = bool(roll.left_care_on([pep.pupil_id], today))
    return {"due": rows, "care_ended": ended}

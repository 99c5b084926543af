"""How a request stands against its clock: the rules asked of a row."""

from dataclasses import dataclass
from datetime import date

from rights import rules
from rights.models import SubjectRequest
from rights.rules import StepRefused, Timing


@dataclass(frozen=True)
class Standing:
    """When the answer is due and why, how long is left, and whether that is in time."""

    due: date | None
    because: str
    left: str
    timing: Timing


def standing(request: SubjectRequest, today: date) -> Standing:
    """Of an open request as of today, of a closed one as of the day it was closed."""
    if request.confirmed_on is None:
        words = "The month begins when identity is confirmed. Ask for proof at once, and only if there is doubt."
        return Standing(None, words, "", Timing.NO_CLOCK)
    extended = request.extended_on is not None
    due = rules.due_on(request.confirmed_on, extended=extended)
    because = rules.due_because(request.confirmed_on, extended=extended)
    left = "" if request.is_closed else rules.days_left(due, today)
    return Standing(due, because, left, rules.timing(due, request.closed_on, today))


def can_extend(request: SubjectRequest, today: date) -> bool:
    """Whether two further months can still be told."""
    if request.is_closed or request.confirmed_on is None or request.extended_on is not None:
        return False
    try:
        rules.check_extension(request.confirmed_on, today)
    except StepRefused:
        return False
    return True

"""What people are told of a deadline, and when: reminders before it, word to its owner and to others once it is late.

Plain Python. Each word is said once; whoever keeps what was said tells it by `kind`. A word whose day was missed (no
mail server, a weekend) is said on the next day, but of several reminders only the latest.
"""

from dataclasses import dataclass
from datetime import date

from core.deadlines.rules import Deadline
from core.roles import Role
from core.rules import add_working_days


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell somebody of a deadline. `kind` is "reminder-5", "late" or "late-5-vsh"."""

    kind: str
    to: Role
    late: bool
    escalated: bool = False


def notices(deadline: Deadline, today: date) -> list[Notice]:
    """What is to be said by now, whether or not it was said already; nothing of what the system does itself."""
    found = []
    if deadline.owner is not None and today <= deadline.due_on:
        reached = [n for n in deadline.reminders if add_working_days(deadline.due_on, -n) <= today]
        if reached:
            found.append(Notice(f"reminder-{min(reached)}", deadline.owner, late=False))
    if deadline.owner is not None and deadline.due_on < today:
        found.append(Notice("late", deadline.owner, late=True))
        found += [
            Notice(f"late-{e.working_days_late}-{e.to.value}", e.to, late=True, escalated=True)
            for e in deadline.escalations
            if add_working_days(deadline.due_on, e.working_days_late) <= today
        ]
    return found

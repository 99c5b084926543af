"""Which accounts ask for a closer look, and which term a review belongs to. Plain Python."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from core.roles import Role
from core.rules import Season, TermDates

QUIET_DAYS = 60
"""Somebody who has not been seen for so long has probably left or never needed the access (OURS)."""
WORK_WITH_CHILDREN = frozenset({Role.IRO, Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.SCHOOL_COLLEAGUE})
"""Roles that open named children only: one that opens none is probably not needed."""


class Flag(StrEnum):
    NEVER = "never"
    QUIET = "quiet"
    NO_SECOND_STEP = "no_second_step"
    NO_CHILD = "no_child"


FLAG_LABELS: dict[Flag, str] = {
    Flag.NEVER: "Never signed in",
    Flag.QUIET: f"Not seen for {QUIET_DAYS} days or more",
    Flag.NO_SECOND_STEP: "No second step, though the role needs one",
    Flag.NO_CHILD: "Sees no child",
}


def flags_of(
    *,
    role: Role,
    last_seen: dt.datetime | None,
    children: int | None,
    second_step: bool,
    second_step_needed: bool,
    now: dt.datetime,
) -> list[Flag]:
    """What asks for a closer look at an account; `children` None: the role sees every child, or none by its nature."""
    found = []
    if last_seen is None:
        found.append(Flag.NEVER)
    elif (now - last_seen).days >= QUIET_DAYS:
        found.append(Flag.QUIET)
    if second_step_needed and not second_step:
        found.append(Flag.NO_SECOND_STEP)
    if role in WORK_WITH_CHILDREN and not children:
        found.append(Flag.NO_CHILD)
    return found


def term_of(today: dt.date, terms: Sequence[TermDates]) -> Season:
    """The term that has begun last in the school year: its holidays belong to it, the first days to autumn."""
    begun = [term for term in terms if term.starts_on <= today]
    return max(begun, key=lambda term: term.starts_on).season if begun else Season.AUTUMN

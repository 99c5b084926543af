"""Caseloads: children who are covered for a colleague (`covered`), and moving children to somebody else.

The roll file stays the source of who works with whom; but a file that still names the person from whom the Virtual
School Head took the child is out of date, and does not undo the move (`moves`).
"""

from datetime import date, timedelta

from core.roles import Role

FURTHEST_DAYS = 92
"""So far ahead a move may be planned (OURS): about three months."""

MOVED_ROLES = (Role.ADVISER, Role.SOCIAL_WORKER, Role.IRO)
"""Roles to whom children are allocated; a designated teacher's children come with the school."""


def why_not_on(on: date, today: date) -> str:
    """A sentence when children cannot be moved as from that day, else nothing."""
    if on < today:
        return "The day must be today or later"
    if on > today + timedelta(days=FURTHEST_DAYS):
        return "The day must be within three months from now"
    return ""

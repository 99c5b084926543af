"""Cover for absence: for some days a colleague of the same role sees what the absent person sees (practice.md 9.2).

Both see it meanwhile. A cover gives what the absent person has by their own relations, never what they cover for
somebody else: there are no chains.
"""

from datetime import date

from core.roles import Role

LONGEST_DAYS = 366
"""A year (OURS): whoever is away for longer needs their children moved (pupils.caseloads)."""
FURTHEST_DAYS = 366
"""So far ahead a cover may begin (OURS)."""

COVERED_ROLES = (Role.ADVISER, Role.IRO, Role.SOCIAL_WORKER, Role.DESIGNATED_TEACHER)
"""Roles with a caseload or a school of their own; the others see the whole roll or no child."""


def problems_of(*, from_on: date, to_on: date, today: date) -> dict[str, str]:
    """{field of the form: what is wrong} of a cover's days; `to_on` is the first day no longer."""
    if from_on < today:
        return {"from_on": "The first day must be today or later"}
    if (from_on - today).days > FURTHEST_DAYS:
        return {"from_on": "The first day must be within a year from now"}
    if to_on <= from_on:
        return {"last_on": "The last day must not be before the first"}
    if (to_on - from_on).days > LONGEST_DAYS:
        return {"last_on": "Cover lasts at most a year: move the children to somebody else instead"}
    return {}

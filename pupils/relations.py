"""Which relations open a child's record to a person who does not see the whole roll; each holds on a day."""

from datetime import date
from typing import Any

from django.db.models import Q

from pupils.models import SchoolPlace


def related_children(user: Any, on: date) -> Q:
    """Children to whom the person stands in one of the relations below on a day."""
    return _allocated(user, on) | _at_own_school(user, on)


def _allocated(user: Any, on: date) -> Q:
    """An allocation counts only in the role it was made for: who changes role leaves those children behind."""
    return Q(pk__in=user.allocations.current(on).filter(kind=user.role).values("pupil_id"))


def _at_own_school(user: Any, on: date) -> Q:
    """On roll on the day at a school where the person is recorded as designated teacher."""
    places = SchoolPlace.objects.current(on).filter(school__in=user.school_memberships.current(on).values("school_id"))
    return Q(pk__in=places.values("pupil_id"))

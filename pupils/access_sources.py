"""Which children the relations of `pupils/relations.py` open, of all accounts at once, for the termly review of access.

Whatever relation is added there is added here: a test holds the two against each other.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import F

from core.panels import AccessSource, register
from pupils.models import Allocation, SchoolPlace
from schools.models import SchoolMembership


def _allocated(today: date) -> Mapping[int, Collection[int]]:
    """An allocation counts in the role it was made for."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Allocation.objects.current(today).filter(kind=F("user__role"), user__is_active=True)
    for user_id, pupil_id in rows.values_list("user_id", "pupil_id"):
        found[user_id].add(pupil_id)
    return found


def _at_own_school(today: date) -> Mapping[int, Collection[int]]:
    at_school: dict[int, set[int]] = defaultdict(set)
    for school_id, pupil_id in SchoolPlace.objects.current(today).values_list("school_id", "pupil_id"):
        at_school[school_id].add(pupil_id)
    found: dict[int, set[int]] = defaultdict(set)
    for user_id, school_id in SchoolMembership.objects.current(today).values_list("user_id", "school_id"):
        found[user_id] |= at_school[school_id]
    return found


register(
    AccessSource(label="allocated", order=10, children=_allocated),
    AccessSource(label="on roll at the school", order=20, children=_at_own_school),
)

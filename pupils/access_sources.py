"""Which children the relations of `pupils/relations.py` open, of all accounts at once, for the termly review of access.

Whatever relation is added there is added here: a test holds the two against each other.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import F

from core.models import Cover
from core.panels import AccessSource, register
from core.roles import Role
from pupils.models import Allocation, Delegation, SchoolPlace
from schools.models import SchoolMembership


def _allocated(today: date) -> Mapping[int, Collection[int]]:
    """An allocation counts in the role it was made for. Closed accounts are in it: somebody may cover for them."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Allocation.objects.current(today).filter(kind=F("user__role"))
    for user_id, pupil_id in rows.values_list("user_id", "pupil_id"):
        found[user_id].add(pupil_id)
    return found


def _at_own_school(today: date) -> Mapping[int, Collection[int]]:
    at_school: dict[int, set[int]] = defaultdict(set)
    for school_id, pupil_id in SchoolPlace.objects.current(today).values_list("school_id", "pupil_id"):
        at_school[school_id].add(pupil_id)
    found: dict[int, set[int]] = defaultdict(set)
    posts = SchoolMembership.objects.current(today).exclude(user__role=Role.SCHOOL_COLLEAGUE)
    for user_id, school_id in posts.values_list("user_id", "school_id"):
        found[user_id] |= at_school[school_id]
    return found


def _covered(today: date) -> Mapping[int, Collection[int]]:
    """What a colleague of the same role who is away sees by allocation or post."""
    own, at_school = _allocated(today), _at_own_school(today)
    found: dict[int, set[int]] = defaultdict(set)
    covers = Cover.objects.in_force(today).filter(covering__role=F("absent__role"))
    for absent_id, covering_id in covers.values_list("absent_id", "covering_id"):
        found[covering_id] |= {*own.get(absent_id, ()), *at_school.get(absent_id, ())}
    return found


def _delegated(today: date) -> Mapping[int, Collection[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    given = Delegation.objects.in_force(today).filter(colleague__role=Role.SCHOOL_COLLEAGUE)
    for user_id, pupil_id in given.values_list("colleague_id", "pupil_id"):
        found[user_id].add(pupil_id)
    return found


register(
    AccessSource(label="allocated", order=10, children=_allocated),
    AccessSource(label="on roll at the school", order=20, children=_at_own_school),
    AccessSource(label="covered for a colleague", order=30, children=_covered),
    AccessSource(label="delegated by a teacher", order=40, children=_delegated),
)

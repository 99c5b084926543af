"""Which relations open a child's record to a person who does not see the whole roll; each holds on a day."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.sections import Open, Section, is_limited, register_source
from pupils.models import Delegation, SchoolPlace
from schools.models import School


def related_children(user: Any, on: date, section: Section = Section.BASICS) -> Q:
    """Children to whom the person stands in one of the relations below on a day.

    Somebody who sees sections of records has no relation but delegations, and those of `section` only.
    """
    if is_limited(user):
        return _delegated(user, on, section)
    return _allocated(user, on) | _at_own_school(user, on)


def _allocated(user: Any, on: date) -> Q:
    """An allocation counts only in the role it was made for: who changes role leaves those children behind."""
    return Q(pk__in=user.allocations.current(on).filter(kind=user.role).values("pupil_id"))


def _at_own_school(user: Any, on: date) -> Q:
    """On roll on the day at a school where the person is recorded as designated teacher."""
    places = SchoolPlace.objects.current(on).filter(school__in=user.school_memberships.current(on).values("school_id"))
    return Q(pk__in=places.values("pupil_id"))


def _delegated(user: Any, on: date, section: Section) -> Q:
    """By a delegation in force on the day; BASICS go with each, any other section must be named."""
    given = Delegation.objects.in_force(on).filter(colleague=user)
    if section is not Section.BASICS:
        given = given.filter(sections__contains=[section.value])
    return Q(pk__in=given.values("pupil_id"))


def delegated_sections(user: Any) -> Open:
    """Which sections of which child are delegated to the person today; several teachers may give parts of one child."""
    found: dict[int, frozenset[Section]] = defaultdict(frozenset)
    given = Delegation.objects.in_force(timezone.localdate()).filter(colleague=user)
    for pupil_id, sections in given.values_list("pupil_id", "sections"):
        found[pupil_id] |= {Section(one) for one in sections}
    return found


def own_schools(user: Any) -> QuerySet[School]:
    """Schools for which the person acts: those in scope, for a colleague those of the delegations in force."""
    if is_limited(user):
        given = Delegation.objects.in_force(timezone.localdate()).filter(colleague=user)
        return School.objects.filter(pk__in=given.values("school_id"))
    schools: QuerySet[School] = School.objects.visible_to(user)
    return schools


register_source(delegated_sections)

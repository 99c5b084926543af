"""Which relations open a child's record to a person who does not see the whole roll; each holds on a day."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.models import Cover
from core.sections import Open, Section, is_limited, register_source
from pupils.emergencies.reading import reading_child
from pupils.models import Allocation, Delegation, SchoolPlace
from schools.models import School, SchoolMembership


def related_children(user: Any, on: date, section: Section = Section.BASICS) -> Q:
    """Children to whom the person stands in one of the relations below on a day.

    Somebody who sees sections of records has no relation but delegations, and those of `section` only.
    """
    if is_limited(user):
        return _delegated(user, on, section)
    return _allocated(user, on) | _at_own_school(user, on) | _covered_allocations(user, on) | _covered_schools(user, on)


def opened_in_emergency(user: Any, now: datetime) -> Q:
    """The child whose own pages this request shows to a person who opened it in an emergency; else none.

    Not among `related_children`: such an opening never brings the child into a list, a search, a figure, a download
    or within reach of a change. The note on the user only narrows, what holds is the row, to the minute.
    """
    child = reading_child(user)
    if child is None:
        return Q()
    return Q(pk__in=user.emergency_accesses.open_at(now).filter(pupil=child).values("pupil_id"))


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


def _covered_allocations(user: Any, on: date) -> Q:
    """Allocated to a colleague of the same role for whom the person covers on the day.

    It holds also when the colleague's account is closed meanwhile: their children must not be left with nobody.
    """
    absent = Cover.objects.of(user, on).values("absent_id")
    allocations = Allocation.objects.current(on).filter(kind=user.role, user__in=absent)
    return Q(pk__in=allocations.values("pupil_id"))


def _covered_schools(user: Any, on: date) -> Q:
    """On roll on the day at the school of a designated teacher for whom the person covers."""
    absent = Cover.objects.of(user, on).values("absent_id")
    memberships = SchoolMembership.objects.current(on).filter(user__in=absent)
    places = SchoolPlace.objects.current(on).filter(school__in=memberships.values("school_id"))
    return Q(pk__in=places.values("pupil_id"))


register_source(delegated_sections)

"""Who records an exclusion."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission, Role
from core.sections import Section
from pupils.models import Pupil
from pupils.relations import own_schools
from schools.models import School

SCHOOL_ROLES = frozenset({Role.DESIGNATED_TEACHER, Role.SCHOOL_COLLEAGUE})


def check_can_record_exclusion(user: Any, pupil: Pupil, school: School | None = None) -> None:
    """The Virtual School for every child; school staff for the own school's decisions."""
    if not user.can(Permission.RECORD_EXCLUSIONS):
        raise PermissionDenied("The school or the Virtual School records exclusions.")
    if not Pupil.objects.visible_to(user, Section.EXCLUSIONS).filter(pk=pupil.pk).exists():
        raise PermissionDenied("This child's record is not open to you.")
    if school is None or user.role not in SCHOOL_ROLES:
        return
    if not own_schools(user).filter(pk=school.pk).exists():
        raise PermissionDenied("You record the exclusions of your own school.")


def can_record_exclusion(user: Any, pupil: Pupil) -> bool:
    try:
        check_can_record_exclusion(user, pupil)
    except PermissionDenied:
        return False
    return True

"""Record who is a school's designated teacher, and whose term dates it keeps."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from core.followers import Changed, tell_changed
from core.models import Calendar, User
from core.roles import Role
from schools.models import School, SchoolMembership
from schools.permissions import check_can_appoint_teacher, check_can_choose_calendar


@transaction.atomic
def appoint_teacher(*, school: School, user: User, from_on: date, actor: Any) -> SchoolMembership:
    """From this day on the person sees the children on the school's roll.

    Raises PermissionDenied, or ValidationError for an account of another role, a closed account, or a person who is
    designated teacher of the school already.
    """
    check_can_appoint_teacher(actor, school)
    if user.role != Role.DESIGNATED_TEACHER or not user.is_active:
        raise ValidationError({"user": "Choose an open account of a designated teacher"})
    school = School.objects.select_for_update().get(pk=school.pk)
    if school.memberships.filter(user=user).exclude(to_on__lte=from_on).exists():
        raise ValidationError({"user": f"{user.name} is recorded for this school from that day or later already"})
    with acting_as(actor, service="schools.appoint_teacher"):
        return SchoolMembership.objects.create(school=school, user=user, from_on=from_on)


@transaction.atomic
def end_appointment(*, membership: SchoolMembership, last_on: date, actor: Any) -> SchoolMembership:
    """The person's last day as designated teacher; from the next day on the school's children are closed to them.

    Raises PermissionDenied, or ValidationError when the day lies before the first one.
    """
    check_can_appoint_teacher(actor, membership.school)
    membership = SchoolMembership.objects.select_for_update().get(pk=membership.pk)
    if last_on < membership.from_on:
        raise ValidationError({"last_on": f"The last day cannot lie before {membership.from_on:%-d %B %Y}"})
    membership.to_on = date.fromordinal(last_on.toordinal() + 1)
    with acting_as(actor, service="schools.end_appointment"):
        membership.save(update_fields=["to_on"])
    return membership


@transaction.atomic
def choose_calendar(*, school: School, calendar: Calendar | None, actor: Any) -> School:
    """Whose term dates the school keeps; None: the county's. Raises PermissionDenied."""
    check_can_choose_calendar(actor, school)
    school = School.objects.select_for_update(of=("self",)).get(pk=school.pk)
    if school.calendar != calendar:
        school.calendar = calendar
        with acting_as(actor, service="schools.choose_calendar"):
            school.save(update_fields=["calendar"])
        tell_changed(Changed.TERM_DATES)
    return school

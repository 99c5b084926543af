"""Which of a person's children are theirs by cover only, and for whom."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.models import Cover
from core.roles import Role
from core.wording import when
from pupils.models import Allocation, SchoolPlace
from schools.models import SchoolMembership


def covered_on(user: Any, pupil_ids: Sequence[int], on: date) -> dict[int, str]:
    """{child: "Covering for NAME until DATE"} of those of the children who are not the person's own on the day."""
    covers = list(Cover.objects.of(user, on).select_related("absent").order_by("-to_on"))
    if not covers or not pupil_ids:
        return {}
    of_whom = _by_school if user.role == Role.DESIGNATED_TEACHER else _by_allocation
    own = of_whom(user.pk, user.role, pupil_ids, on)
    found: dict[int, str] = {}
    for cover in covers:
        for child in of_whom(cover.absent_id, user.role, pupil_ids, on) - own:
            found.setdefault(child, f"Covering for {cover.absent.name} until {when(cover.last_on)}")
    return found


def _by_allocation(user_id: int, role: str, pupil_ids: Sequence[int], on: date) -> set[int]:
    rows = Allocation.objects.current(on).filter(user=user_id, kind=role, pupil__in=pupil_ids)
    return set(rows.values_list("pupil_id", flat=True))


def _by_school(user_id: int, role: str, pupil_ids: Sequence[int], on: date) -> set[int]:
    schools = SchoolMembership.objects.current(on).filter(user=user_id).values("school_id")
    places = SchoolPlace.objects.current(on).filter(school__in=schools, pupil__in=pupil_ids)
    return set(places.values_list("pupil_id", flat=True))

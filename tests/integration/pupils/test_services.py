"""Who works with a child, from a day on."""

from datetime import date

from core.roles import Role
from pupils.models import Allocation, CareEpisode, Pupil
from pupils.services import AllocationChange, change_allocations, pending_changes

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_ending_beginning_and_taking_back(make_user) -> None:
    one, two = make_user(Role.IRO), make_user(Role.IRO)
    pupil = Pupil.objects.create(child_id="A1")
    other = Pupil.objects.create(child_id="B2")
    CareEpisode.objects.create(pupil=other, decom=date(2024, 2, 1))

    def change(user, on: date) -> int:
        changes = [AllocationChange(p.pk, "iro", user.pk) for p in (pupil, other)]
        return change_allocations(changes=changes, on=on, actor=None)

    assert change(one, MONDAY) == 2
    assert change(one, MONDAY) == 0
    assert change(two, TUESDAY) == 2
    rows = Allocation.objects.order_by("pupil__child_id", "from_on")
    assert list(rows.values_list("pupil__child_id", "user", "from_on", "to_on")) == [
        ("A1", one.pk, MONDAY, TUESDAY),
        ("A1", two.pk, TUESDAY, None),
        ("B2", one.pk, date(2024, 2, 1), TUESDAY),
        ("B2", two.pk, TUESDAY, None),
    ]
    assert pending_changes([AllocationChange(pupil.pk, "iro", two.pk)], on=TUESDAY) == []

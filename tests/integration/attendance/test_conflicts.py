"""Two sources, two schools: what counts, what a person decides, and what stays decided."""

from datetime import date

import pytest

from attendance import services
from attendance.models import EffectiveRegister, MarkConflict, Register
from attendance.register.places import place_of
from core.roles import Role
from pupils.models import SchoolPlace

pytestmark = pytest.mark.django_db

ROWS = "UPN,LAESTAB,Date,Session,Mark"
DAILY = "UPN,LAESTAB,Date,AM,PM"
ON = date(2026, 11, 10)


def effective(pupil, on=ON, session="AM"):
    return EffectiveRegister.objects.get(pupil=pupil, academic_year=2026).marks[place_of(on, session)]


@pytest.fixture
def both(child, school, write, take):
    """both(call, register) -> the child, with a mark of each source for one session."""
    school(1)
    pupil = child(1)

    def send(call, register):
        take("welfare-call", write(DAILY, [(pupil.upn, "9904001", "2026-11-10", call, "")]))
        take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-10", "AM", register)]))
        return pupil

    return send


@pytest.mark.parametrize(
    ("call", "register", "counts"),
    [
        ("/", "D", "/"),
        ("X", "I", "I"),
        ("/", "/", "/"),
        ("/", "\\", "/"),
        ("#", "X", "X"),
        ("H", "I", "I"),
        ("-", "N", "N"),
    ],
)
def test_precedence_without_a_conflict(call, register, counts, both):
    pupil = both(call, register)
    assert effective(pupil) == counts
    assert not MarkConflict.objects.exists()


def test_two_physical_marks_that_differ_wait_for_a_person_and_count_once(both, figures):
    pupil = both("I", "/")
    conflict = MarkConflict.objects.get()
    assert (conflict.on, conflict.session, conflict.state) == (ON, "AM", "open")
    assert (conflict.first.source, conflict.first_mark) == ("b2b", "/")
    assert (conflict.second.source, conflict.second_mark) == ("welfare-call", "I")
    assert effective(pupil) == "/"
    total = figures("2026-11-10", "2026-11-10")["total"]
    assert (total["possible"], total["present"]) == (1, 1)


def test_each_source_keeps_its_own_marks(both):
    both("I", "/")
    assert {r.source: r.marks.strip() for r in Register.objects.all()} == {"welfare-call": "I", "b2b": "/"}


def test_the_school_where_the_child_is_on_roll_is_proposed(child, school, write, take):
    old, new = school(1), school(2)
    pupil = child(1)
    SchoolPlace.objects.create(pupil=pupil, school=old, from_on=date(2020, 9, 1), to_on=date(2026, 11, 1))
    SchoolPlace.objects.create(pupil=pupil, school=new, from_on=date(2026, 11, 1))
    take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-10", "AM", "N")]))
    take("welfare-call", write(DAILY, [(pupil.upn, "9904002", "2026-11-10", "/", "")]))
    assert effective(pupil) == "/"
    assert MarkConflict.objects.get().first.school == new


def test_a_decision_counts_and_holds_while_the_marks_are_the_same(both, make_user, write, take):
    pupil = both("I", "/")
    officer = make_user(Role.DATA_OFFICER)
    conflict = MarkConflict.objects.get()
    services.resolve_conflict(conflict=conflict, chosen=conflict.second, actor=officer)
    assert effective(pupil) == "I"
    take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-11", "AM", "/")]))
    conflict.refresh_from_db()
    assert (conflict.state, conflict.decided_by) == ("resolved", officer)
    assert (effective(pupil), effective(pupil, date(2026, 11, 11))) == ("I", "/")


def test_a_changed_mark_reopens_a_decision_and_agreement_closes_it(both, make_user, write, take):
    pupil = both("I", "/")
    conflict = MarkConflict.objects.get()
    services.resolve_conflict(conflict=conflict, chosen=conflict.second, actor=make_user(Role.VSH))
    take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-10", "AM", "M")]))
    conflict.refresh_from_db()
    assert (conflict.state, conflict.chosen, conflict.first_mark) == ("open", None, "M")
    assert effective(pupil) == "M"
    take("b2b", write(ROWS, [(pupil.upn, "9904001", "2026-11-10", "AM", "I")]))
    conflict.refresh_from_db()
    assert conflict.state == "gone"
    assert effective(pupil) == "I"


def test_the_same_for_this_school_and_week(child, school, write, take, make_user):
    school(1), school(2)
    one, two, three = child(1), child(2), child(3)
    cells = [(one, "9904001", "2026-11-09"), (one, "9904001", "2026-11-13"), (two, "9904001", "2026-11-10"),
             (two, "9904001", "2026-11-16"), (three, "9904002", "2026-11-10")]  # fmt: skip
    take("welfare-call", write(DAILY, [(p.upn, s, d, "I", "") for p, s, d in cells]))
    take("b2b", write(ROWS, [(p.upn, s, d, "AM", "/") for p, s, d in cells]))
    conflict = MarkConflict.objects.get(pupil=one, on=date(2026, 11, 9))
    decided = services.resolve_school_week(
        conflict=conflict, chosen=conflict.second, actor=make_user(Role.DATA_OFFICER)
    )
    assert decided == 3
    assert MarkConflict.objects.filter(state="open").count() == 2
    assert effective(one, date(2026, 11, 13)) == "I"
    assert effective(two, date(2026, 11, 16)) == "/"


def test_what_may_not_be_chosen(both, make_user):
    both("I", "/")
    conflict = MarkConflict.objects.get()
    other = Register.objects.create(pupil=conflict.pupil, academic_year=2025, source="b2b", marks=" " * 730)
    with pytest.raises(services.CannotDecide):
        services.resolve_conflict(conflict=conflict, chosen=other, actor=make_user(Role.VSH))
    with pytest.raises(services.CannotDecide, match="role"):
        services.resolve_conflict(conflict=conflict, chosen=conflict.first, actor=make_user(Role.IRO))
    services.resolve_conflict(conflict=conflict, chosen=conflict.first, actor=make_user(Role.VSH))
    with pytest.raises(services.CannotDecide, match="decided"):
        services.resolve_conflict(conflict=conflict, chosen=conflict.first, actor=make_user(Role.VSH))


def test_rebuilding_finds_what_was_lost(both):
    pupil = both("X", "/")
    EffectiveRegister.objects.all().delete()
    assert services.rebuild_effective(academic_years=[2026]) == 1
    assert effective(pupil) == "/"
    assert services.rebuild_effective(academic_years=[2026]) == 0

"""A page asks the database as often for many children as for few."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attainment.models import IndicatorPupil
from attendance.models import MarkConflict
from attendance.register.places import place_of
from core.roles import Role
from pledge.models import CommitmentRecord
from pupils.models import Allocation, Pupil
from schools.models import School
from tests import factories as make
from tests.access.matrix import MATRIX, OWN
from tests.access.world import MONDAY, SCHOOL_YEAR, World

FEW, MANY = 3, 60


def enlarge(world: World, number: int) -> None:
    """Further children of the own side, each with a row of everything and a second school."""
    own = world.own
    first = Pupil.objects.count()
    for n in range(first, first + number):
        pupil = make.looked_after(school=own.school, upn=make.upn_of(7_000 + n), dob=own.pupil.dob)
        for kind in Allocation.Kind.values:
            make.AllocationFactory(pupil=pupil, kind=kind, user=world.users[Role(kind)])
        given = world.own.delegation
        make.DelegationFactory(pupil=pupil, school=given.school, given_by=given.given_by, colleague=given.colleague)
        second = make.MembershipFactory().school
        make.PlaceFactory(pupil=pupil, school=second, kind="dual")
        make.YearGroupFactory(pupil=pupil)
        make.PEPFactory(pupil=pupil)
        make.PEPFactory(pupil=pupil, academic_year=2025, season="summer", state="meeting_held", held_on=MONDAY)
        make.ExclusionFactory(pupil=pupil, school=own.school)
        make.ResultFactory(pupil=pupil)
        CommitmentRecord.objects.create(
            pupil=pupil, commitment=own.commitment, answer="kept", recorded_on=MONDAY, recorded_by=world.users[Role.IRO]
        )
        IndicatorPupil.objects.create(
            figure=world.figure, pupil=pupil, status="in", in_denominator=True, in_numerator=False, reason="All months."
        )
        add_marks(world, pupil, second)


def add_marks(world: World, pupil: Pupil, second_school: School) -> None:
    marks = world.own.conflict.first.marks
    first = make.RegisterFactory(pupil=pupil, school=world.own.school, marks=marks)
    second = make.RegisterFactory(pupil=pupil, school=second_school, source="welfare-call", marks=marks)
    make.EffectiveRegisterFactory(pupil=pupil, marks=marks)
    MarkConflict.objects.create(
        pupil=pupil, academic_year=SCHOOL_YEAR, place=place_of(MONDAY, "AM"), on=MONDAY, session="AM",
        first=first, first_mark="/", second=second, second_mark="N",
    )  # fmt: skip


def queries(client: Client, url: str) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert body
    return len(asked)


MOST = {"pupils:merge": 150}
"""Queries of a page that asks each table with a key to a child; of any other less than 60."""


@pytest.mark.parametrize(
    "role", [Role.VSH, Role.IRO, Role.DESIGNATED_TEACHER, Role.DATA_OFFICER, Role.SCHOOL_COLLEAGUE]
)
def test_as_many_queries_for_many_children_as_for_few(
    role: Role, world: World, client_of: Callable[[Role], Client]
) -> None:
    """All pages of the Head; of the other roles the lists, whose rows are found another way for each."""
    client = client_of(role)
    kwargs = {
        name: entry.kwargs(world, world.own)
        for name, entry in MATRIX.items()
        if entry.get.of(role, OWN) == 200 and not name.startswith(("account_", "mfa_", "usersessions"))
    }
    urls = {name: reverse(name, kwargs=given) for name, given in kwargs.items() if role is Role.VSH or not given}
    enlarge(world, FEW - 1)
    for url in urls.values():
        client.get(url)  # fills what is kept for the life of the process
    few = {name: queries(client, url) for name, url in urls.items()}
    enlarge(world, MANY - FEW)
    many = {name: queries(client, url) for name, url in urls.items()}
    assert {name: (few[name], many[name]) for name in urls if few[name] != many[name]} == {}
    assert {name: number for name, number in many.items() if number >= MOST.get(name, 60)} == {}

from datetime import date

import pytest

from attainment.models import Qualification, Result
from attainment.rules import qualification_key, subject_key
from core.models import User
from pupils.models import CareEpisode, Pupil

YEAR_6 = date(1998, 2, 12)
YEAR_11 = date(1993, 1, 20)
PASSWORD = "westmarch-demo-2026"


@pytest.fixture
def person(db):
    """`person("vsh")` makes an account of that role."""

    def make(role):
        return User.objects.create_user(f"{role}@westmarch.example", PASSWORD, name=role, role=role)

    return make


@pytest.fixture
def child(db):
    """`child("A1", dob=...)`: a child looked after since 2004, or with the episodes given as keyword dicts."""

    def make(child_id, *, dob=YEAR_6, episodes=None, **fields):
        pupil = Pupil.objects.create(child_id=child_id, dob=dob, **fields)
        for episode in episodes or [{"decom": date(2004, 4, 4)}]:
            CareEpisode.objects.create(pupil=pupil, **{"rne": "S", "ls": "C2", "cin": "N1", "place": "U6", **episode})
        return pupil

    return make


@pytest.fixture
def result(db):
    """`result(pupil, "English", "4")` gives a KS2 test of 2009; a qualification's name gives a KS4 result."""

    def make(pupil, subject, grade, *, qualification="KS2 test", year=2009, **fields):
        row = Qualification.objects.get(key=qualification_key(qualification))
        return Result.objects.create(
            pupil=pupil,
            assessment_year=year,
            stage=row.stage,
            subject=subject,
            subject_key=subject_key(subject),
            qualification=row,
            grade=grade,
            **fields,
        )

    return make

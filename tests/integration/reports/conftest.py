"""A small county of autumn 2009 with groups of every size, for the termly report."""

from datetime import date, timedelta

import pytest

from attainment.models import Qualification, Result
from attendance.models import EffectiveRegister
from core.calendars import county_year
from pupils.models import CareEpisode, Pupil, SchoolPlace
from reports.services import load_plan_targets
from tests.factories import SchoolFactory, marks_of

AS_AT = date(2009, 12, 1)
TODAY = date(2026, 11, 23)

# how many, date of birth, legal status, placement
GROUPS = (
    (24, date(1998, 1, 10), "C2", "U6"),  # Year 6 in 2008/09, Year 7 now
    (30, date(1993, 2, 10), "C2", "U6"),  # Year 11 in 2008/09, Year 12 now
    (16, date(1996, 5, 5), "V2", "K2"),  # Year 9 now
    (12, date(2000, 5, 5), "C1", "U6"),  # Year 5 now
    (3, date(1995, 5, 5), "J1", "R5"),  # Year 10 now, remanded
    (2, date(2007, 5, 5), "E1", "A5"),  # under school age
)


@pytest.fixture
def county(db):
    """87 children in care since 2006; nine of ten attend, every tenth is away each day, two joined this term."""
    home, away = SchoolFactory(name="Westmarch High"), SchoolFactory(name="Far School", la_code="991")
    pupils, episodes, places = [], [], []
    number = 0
    for size, born, _, _ in GROUPS:
        for _ in range(size):
            pupils.append(
                Pupil(
                    child_id=f"W{number:05d}",
                    upn=f"U990{number:09d}" if number % 20 else "",
                    forename=f"Firstname{number}",
                    surname=f"Lastname{number}",
                    dob=born,
                    sex="F" if number % 2 else "M",
                    send="K" if number % 3 else "N",
                )
            )
            number += 1
    Pupil.objects.bulk_create(pupils)
    place = 0
    for size, _, legal, placement in GROUPS:
        for _ in range(size):
            since = date(2009, 10, 5) if place in {1, 60} else date(2006, 3, 1)
            episodes.append(CareEpisode(pupil=pupils[place], decom=since, rne="S", ls=legal, place=placement, cin="N1"))
            if place % 29:
                school = away if place % 9 == 0 else home
                places.append(SchoolPlace(pupil=pupils[place], school=school, from_on=date(2008, 9, 1)))
            place += 1
    CareEpisode.objects.bulk_create(episodes)
    SchoolPlace.objects.bulk_create(places)
    _results(pupils)
    _marks(pupils)
    load_plan_targets()
    return pupils


def _results(pupils):
    test = Qualification.objects.get(code="KS2_TEST")
    rows = []
    for n, pupil in enumerate(pupils[:24]):
        for subject, key in (("English", "english"), ("Mathematics", "mathematics")):
            grade = "4" if n % 3 == 0 else "3"
            rows.append(
                Result(
                    pupil=pupil, assessment_year=2009, stage="KS2", subject=subject, subject_key=key,
                    qualification=test, grade=grade,
                )
            )  # fmt: skip
    gcse = Qualification.objects.get(code="GCSE_FULL")
    for n, pupil in enumerate(pupils[24:54]):
        for subject in ("English", "Mathematics", "Science", "History", "Art"):
            grade = "C" if n < 3 else "E"
            rows.append(
                Result(
                    pupil=pupil, assessment_year=2009, stage="KS4", subject=subject, subject_key=subject.lower(),
                    qualification=gcse, grade=grade,
                )
            )  # fmt: skip
    Result.objects.bulk_create(rows)


def _marks(pupils):
    days = [d for d in county_year(2009).school_days() if d <= AS_AT + timedelta(days=10)]
    rows = []
    for n, pupil in enumerate(pupils[:85]):
        symbols = {}
        for at, day in enumerate(days):
            away = n % 17 == 0 and at % 3 == 0
            symbols[day, "AM"] = "N" if away else "/"
            symbols[day, "PM"] = "N" if away else "\\"
        rows.append(EffectiveRegister(pupil=pupil, academic_year=2009, marks=marks_of(2009, symbols)))
    EffectiveRegister.objects.bulk_create(rows)

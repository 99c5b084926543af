"""The termly collection on the real database: recorded once, corrected, shown on the child's tab and in the PEP."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attainment.collection.reading import history_of, window_on
from attainment.collection.services import Said, record_term
from attainment.models import TermAssessment
from attainment.rules.collection import Standing
from core.models import AccessEvent, User
from core.roles import Role
from core.rules import Season
from peps.facts import facts_of
from pupils.models import Pupil
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("autumn")]
TODAY = date(2026, 11, 27)


@pytest.fixture
def autumn() -> Any:
    with time_machine.travel("2026-11-27 09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def pupil() -> Pupil:
    child: Pupil = make.looked_after(school=make.SchoolFactory(), dob=date(2012, 3, 4))
    return child


@pytest.fixture
def adviser() -> User:
    user: User = make.UserFactory(role=Role.ADVISER)
    return user


def said(working_at: str = "4", standing: Standing = Standing.NEARLY, subject: str = "English language") -> Said:
    return Said(subject=subject, working_at=working_at, target="5", standing=standing)


def say(pupil: Pupil, adviser: User, *rows: Said) -> int:
    return record_term(pupil=pupil, window=window_on(TODAY), said=rows, now=timezone.now(), actor=adviser)


def test_the_same_again_changes_nothing_and_another_corrects(pupil: Pupil, adviser: User) -> None:
    assert say(pupil, adviser, said(), said(subject="Science")) == 2
    before = AccessEvent.objects.count()
    assert say(pupil, adviser, said(), said(subject="Science")) == 0
    assert AccessEvent.objects.count() == before
    assert say(pupil, adviser, said("5", Standing.ON_TRACK)) == 2
    row = TermAssessment.objects.get(pupil=pupil)
    assert (row.working_at, row.standing, row.season, row.academic_year) == ("5", "on_track", Season.AUTUMN, 2026)


def test_who_only_reads_is_refused(pupil: Pupil) -> None:
    officer = make.UserFactory(role=Role.IRO)
    with pytest.raises(PermissionDenied, match="reads how children stand"):
        say(pupil, officer, said())
    teacher_elsewhere = make.UserFactory(role=Role.DESIGNATED_TEACHER)
    with pytest.raises(PermissionDenied, match="not open to you"):
        say(pupil, teacher_elsewhere, said())
    assert not TermAssessment.objects.exists()


def test_terms_side_by_side(pupil: Pupil, adviser: User) -> None:
    make.TermAssessmentFactory(
        pupil=pupil, academic_year=2025, season="summer", subject="English language",
        working_at="3", standing="behind",
    )  # fmt: skip
    make.TermAssessmentFactory(pupil=pupil, academic_year=2025, season="autumn", subject="Art", standing="ahead")
    say(pupil, adviser, said("4", Standing.ON_TRACK))
    history = history_of(adviser, pupil)
    assert list(history.terms) == ["Autumn term 2025", "Summer term 2026", "Autumn term 2026"]
    by_subject = {line.subject: line for line in history.lines}
    assert [c.working_at if c else None for c in by_subject["English language"].cells] == [None, "3", "4"]
    assert by_subject["English language"].movement == "up"
    assert by_subject["Art"].movement == ""


def test_the_pep_shows_it(pupil: Pupil, adviser: User) -> None:
    [empty] = facts_of(["term_assessments"], adviser, pupil, TODAY)
    assert "Nothing recorded" in empty.rows[0][1]
    say(pupil, adviser, said())
    [group] = facts_of(["term_assessments"], adviser, pupil, TODAY)
    assert list(group.rows) == [("English language", "4, target 5: nearly on track (autumn term 2026)")]


def test_a_row_that_is_begun_is_finished(pupil: Pupil, adviser: User, client: Client) -> None:
    client.force_login(adviser)
    url = reverse("attainment:record", args=[pupil.pk])
    answer = client.post(url, {"working_0": "4", "standing_1": "behind", "subject_4": "Art"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Select how English language stands" in page
    assert "Enter what the child works at in English literature" in page
    assert not TermAssessment.objects.exists()
    answer = client.post(url, {"working_0": "4", "standing_0": "nearly", "subject_4": "Art", "working_4": "5",
                               "standing_4": "ahead"})  # fmt: skip
    assert answer.status_code == 302
    assert set(TermAssessment.objects.values_list("subject", "standing")) == {
        ("English language", "nearly"), ("Art", "ahead"),
    }  # fmt: skip
    page = client.get(url).content.decode()
    assert 'value="Art"' in page

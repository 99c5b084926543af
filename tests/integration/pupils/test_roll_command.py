"""`manage.py roll` and the feeds on the command line, as outside checks use them."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pupils.models import CareEpisode, Pupil, SchoolPlace
from schools.models import School
from tests.integration.pupils.conftest import DATA


def run(*arguments: str) -> dict:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def roll(db: None) -> None:
    school = School.objects.create(urn="990001", name="Northgate School")
    here = Pupil.objects.create(child_id="B2", upn="M80120000500A")
    left = Pupil.objects.create(child_id="A1")
    bare = Pupil.objects.create(child_id="C3")
    CareEpisode.objects.create(pupil=here, decom=date(2009, 1, 5), dec=date(2009, 9, 1), ls="C1", place="U4")
    CareEpisode.objects.create(pupil=here, decom=date(2009, 9, 1), ls="C2", place="K2")
    CareEpisode.objects.create(pupil=left, decom=date(2008, 1, 5), dec=date(2009, 12, 1), ls="V2", place="U6")
    CareEpisode.objects.create(pupil=bare, decom=date(2009, 12, 1))
    SchoolPlace.objects.create(pupil=here, school=school, from_on=date(2008, 9, 1))


@pytest.mark.usefixtures("roll")
def test_the_children_looked_after_on_a_day() -> None:
    assert run("roll", "--on", "2009-12-01") == {
        "on": "2009-12-01",
        "children": [
            {"child_id": "B2", "upn": "M80120000500A", "school_urn": "990001", "legal_status": "C2",
             "placement_type": "K2"},
            {"child_id": "C3", "upn": None, "school_urn": None, "legal_status": None, "placement_type": None},
        ],
    }  # fmt: skip


@pytest.mark.usefixtures("roll")
def test_it_asks_the_same_few_questions_for_any_number(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(4):
        run("roll", "--on", "30/11/2009")


@pytest.mark.usefixtures("roll")
def test_people_can_read_it() -> None:
    out = StringIO()
    call_command("roll", "--on", "2009-11-30", stdout=out)
    assert "2 children looked after on 2009-11-30" in out.getvalue()


@pytest.mark.parametrize("day", ["2009-02-30", "yesterday", "n/a"])
def test_what_is_no_date_is_a_usage_error(day: str) -> None:
    with pytest.raises(CommandError) as error:
        run("roll", "--on", day)
    assert error.value.returncode == 2


@pytest.mark.django_db
def test_a_refused_return_exits_1_and_says_why() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("feed", "ssda903", str(DATA / "wrong_type"), "--apply", "--json", stdout=out)
    assert stop.value.code == 1
    document = json.loads(out.getvalue())
    assert (document["status"], document["rows"]["read"]) == ("refused", 0)
    assert {p["file"] for p in document["problems"]} == {"BAR_cin_2022.xml", "CIN2rows.xml"}


@pytest.mark.django_db
def test_without_apply_nothing_changes() -> None:
    document = run("feed", "ssda903", str(DATA / "dirty/SSDA903_2020_episodes.csv"))
    assert document["status"] == "ready"
    assert not Pupil.objects.exists()

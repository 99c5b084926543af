"""Term dates: recorded on pages, assumed until then, refused with reasons, and what rests on them."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from core import rules, services
from core.calendars import Calendars, county_year
from core.models import AccessEvent, Calendar, Term
from core.roles import Role
from schools import services as school_services
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db
YEAR = 2026


@pytest.fixture(autouse=True)
def today(time_machine: Any) -> None:
    time_machine.move_to(date(2026, 11, 23), tick=False)


@pytest.fixture
def officer(make_user: Any) -> Any:
    return make_user(Role.DATA_OFFICER)


@pytest.fixture
def site(client: Client, officer: Any) -> Client:
    client.force_login(officer)
    return client


@pytest.fixture
def county() -> Calendar:
    return services.add_calendar(name="Westmarch county", actor=None)


def boxes(prefix: str, on: date) -> dict[str, Any]:
    return {f"{prefix}_0": on.day, f"{prefix}_1": on.month, f"{prefix}_2": on.year}


def terms(year: int = YEAR, **changes: date) -> dict[str, Any]:
    """The boxes of the form with the usual pattern, but for `ends_1=date(...)` and the like."""
    data: dict[str, Any] = {}
    for number, term in enumerate(rules.default_terms(year), start=1):
        for end, on in (("starts", term.starts_on), ("ends", term.ends_on)):
            data |= boxes(f"{end}_{number}", changes.get(f"{end}_{number}", on))
    return data


def terms_url(calendar: Calendar, year: int = YEAR) -> str:
    return reverse("calendars:terms", args=[calendar.pk, year])


def year_url(calendar: Calendar, year: int = YEAR) -> str:
    return reverse("calendars:year", args=[calendar.pk, year])


def test_from_nothing_to_the_countys_dates(site: Client) -> None:
    """The data officer of an empty installation, as the pages lead."""
    home = site.get("/").content.decode()
    assert "School years without term dates" in home and "No term dates are recorded for 2026/27" in home
    assert "Assumed until you confirm: 2026/27" in site.get(reverse("calendars:list")).content.decode()
    answer = site.post(reverse("calendars:new"), {"name": "Westmarch county"})
    calendar = Calendar.objects.get()
    assert calendar.is_default
    assert answer["Location"] == terms_url(calendar)
    form = site.get(terms_url(calendar)).content.decode()
    assert "Assumed until you confirm" in form
    assert 'value="2027"' in form
    assert not county_year(YEAR).recorded
    answer = site.post(terms_url(calendar), terms(starts_1=date(2026, 9, 3)), follow=True)
    assert "The term dates are recorded." in answer.content.decode()
    assert county_year(YEAR).recorded
    assert county_year(YEAR).terms[0].starts_on == date(2026, 9, 3)
    assert [t.name for t in Term.objects.all()] == [f"Term {n}" for n in range(1, 7)]
    assert 'href="/calendars/' in site.get(reverse("more")).content.decode()
    assert "No term dates are recorded" not in site.get("/").content.decode()


def test_home_asks_for_the_next_year_from_june(site: Client, officer: Any, county: Calendar, time_machine: Any) -> None:
    site.post(terms_url(county), terms())
    assert "School years without term dates: none" in site.get("/").content.decode()
    time_machine.move_to(date(2027, 6, 1), tick=False)
    site.force_login(officer)
    text = site.get("/").content.decode()
    assert "No term dates are recorded for 2027/28" in text
    assert f'href="{terms_url(county, 2027)}"' in text


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        (
            {"starts_1": date(2026, 9, 2), "ends_1": date(2026, 9, 1)},
            "ends_1",
            "Term 1 ends before it starts: give a day from 2 September 2026 on",
        ),
        ({"starts_2": date(2026, 10, 23)}, "starts_2", "Term 2 must start after Term 1 ends on 23 October 2026"),
        ({"ends_3": date(2027, 3, 1)}, "starts_4", "Term 4 must start after Term 3 ends on 1 March 2027"),
        ({"starts_1": date(2026, 8, 31)}, "starts_1", "31 August 2026 is outside the school year 2026/27"),
        ({"ends_6": date(2027, 9, 1)}, "ends_6", "1 September 2027 is outside the school year 2026/27"),
        ({"starts_3": date(2026, 1, 5)}, "starts_3", "5 January 2026 is outside the school year 2026/27"),
    ],
)
def test_dates_that_cannot_be(site: Client, county: Calendar, changes: dict[str, date], field: str, says: str) -> None:
    answer = site.post(terms_url(county), terms(**changes))
    assert answer.status_code == 200
    assert any(says in message for message in answer.context["form"].errors[field]), answer.context["form"].errors
    assert says in answer.content.decode()
    assert not Term.objects.exists()


def test_boxes_that_hold_no_date(site: Client, county: Calendar) -> None:
    answer = site.post(
        terms_url(county), terms() | {"ends_2_0": "", "ends_2_1": "", "ends_2_2": "", "starts_5_1": "13"}
    )
    errors = answer.context["form"].errors
    assert errors["ends_2"] == ["Enter the last day of term 2"]
    assert errors["starts_5"] == ["First day of term 5: the month must be 1 to 12"]
    assert not Term.objects.exists()


def test_a_term_may_begin_on_a_weekend(site: Client, county: Calendar) -> None:
    site.post(terms_url(county), terms(starts_1=date(2026, 9, 5)))
    assert county_year(YEAR).school_days()[0] == date(2026, 9, 7)


def test_the_same_again_changes_nothing(site: Client, county: Calendar) -> None:
    site.post(terms_url(county), terms())
    events = AccessEvent.objects.filter(action="decided").count()
    answer = site.post(terms_url(county), terms(), follow=True)
    assert "Nothing to change" in answer.content.decode()
    assert AccessEvent.objects.filter(action="decided").count() == events
    site.post(terms_url(county), terms(ends_6=date(2027, 7, 21)))
    assert Term.objects.count() == 6
    detail = AccessEvent.objects.filter(screen="term dates recorded").latest("pk").detail
    assert detail == {"decision": "term dates recorded", "academic_year": 2026, "terms": 1}


class TestClosures:
    @pytest.fixture(autouse=True)
    def recorded(self, county: Calendar) -> None:
        services.record_terms(calendar=county, academic_year=YEAR, terms=rules.default_terms(YEAR), actor=None)

    def close(self, site: Client, calendar: Calendar, on: date, reason: str = "Staff training") -> Any:
        return site.post(year_url(calendar), {**boxes("on", on), "reason": reason}, follow=True)

    def test_a_closure_is_no_school_day_and_can_be_taken_back(self, site: Client, county: Calendar) -> None:
        day = date(2026, 11, 27)
        before = len(county_year(YEAR).school_days())
        answer = self.close(site, county, day)
        assert "27 November 2026 is recorded as a day without sessions." in answer.content.decode()
        assert not county_year(YEAR).is_school_day(day)
        assert answer.context["days"] == before - 1
        site.post(reverse("calendars:remove_closure", args=[county.pk, county.closures.get().pk]))
        assert county_year(YEAR).is_school_day(day)

    @pytest.mark.parametrize(
        ("on", "says"),
        [
            (date(2026, 11, 28), "28 November 2026 is a Saturday: there is nothing to close"),
            (date(2026, 12, 25), "25 December 2026 is Christmas Day: there is nothing to close"),
            (date(2026, 10, 28), "28 October 2026 lies in no term: there is nothing to close"),
            (date(2025, 11, 27), "27 November 2025 lies in no term: there is nothing to close"),
        ],
    )
    def test_days_that_are_closed_anyway(self, site: Client, county: Calendar, on: date, says: str) -> None:
        assert says in self.close(site, county, on).content.decode()
        assert not county.closures.exists()

    def test_once_and_with_a_reason(self, site: Client, county: Calendar) -> None:
        self.close(site, county, date(2026, 11, 27))
        assert "is recorded already" in self.close(site, county, date(2026, 11, 27)).content.decode()
        assert "Enter why the schools are closed" in self.close(site, county, date(2026, 11, 26), " ").content.decode()
        assert county.closures.count() == 1

    def test_a_closure_that_new_terms_leave_outside_is_named(self, site: Client, county: Calendar) -> None:
        self.close(site, county, date(2026, 10, 23))
        site.post(terms_url(county), terms(ends_1=date(2026, 10, 22)))
        assert "no effect: the day lies in no term" in site.get(year_url(county)).content.decode()

    def test_not_before_the_terms(self, site: Client, county: Calendar) -> None:
        answer = site.post(year_url(county, 2027), {**boxes("on", date(2027, 11, 26)), "reason": "Training"})
        assert "Record the term dates of this school year first." in answer.content.decode()


class TestGroupsOfSchools:
    def test_a_school_follows_its_own_calendar_where_that_has_dates(self, site: Client, county: Calendar) -> None:
        services.record_terms(calendar=county, academic_year=YEAR, terms=rules.default_terms(YEAR), actor=None)
        site.post(reverse("calendars:new"), {"name": "Downland academies"})
        own = Calendar.objects.get(name="Downland academies")
        assert not own.is_default
        school = SchoolFactory()
        site.post(reverse("schools:choose_calendar", args=[school.pk]), {"calendar": str(own.pk)})
        school.refresh_from_db()
        assert school.calendar == own
        assert Calendars().of(own.pk, YEAR) == Calendars().of(None, YEAR)
        assert "The county’s dates hold" in site.get(reverse("calendars:detail", args=[own.pk])).content.decode()
        site.post(terms_url(own), terms(starts_1=date(2026, 9, 7)))
        assert Calendars().of(own.pk, YEAR).school_days()[0] == date(2026, 9, 7)
        detail = site.get(reverse("schools:detail", args=[school.pk])).content.decode()
        assert "Downland academies" in detail and "7 Sep 2026" in detail
        site.post(reverse("schools:choose_calendar", args=[school.pk]), {"calendar": "county"})
        school.refresh_from_db()
        assert school.calendar is None

    def test_another_calendar_becomes_the_countys(self, site: Client, county: Calendar) -> None:
        other = services.add_calendar(name="Second", actor=None)
        answer = site.post(reverse("calendars:county", args=[other.pk]), follow=True)
        assert "“Second” is the county’s calendar now." in answer.content.decode()
        assert Calendar.objects.get(is_default=True) == other

    def test_names_are_told_apart(self, site: Client, county: Calendar) -> None:
        other = services.add_calendar(name="B", actor=None)
        for url in (reverse("calendars:new"), reverse("calendars:rename", args=[other.pk])):
            answer = site.post(url, {"name": " westmarch  COUNTY "})
            assert "There is a calendar of this name already" in answer.content.decode()
        site.post(reverse("calendars:rename", args=[county.pk]), {"name": "Westmarch"})
        county.refresh_from_db()
        assert county.name == "Westmarch"


def test_any_school_year_can_be_opened(site: Client, county: Calendar) -> None:
    url = reverse("calendars:detail", args=[county.pk])
    assert site.get(url, {"year": "2009/10"})["Location"] == year_url(county, 2009)
    assert "write it as 2009/10" in site.get(url, {"year": "2009"}).content.decode()
    assert "from 1990 to 2099" in site.get(url, {"year": "1066/67"}).content.decode()
    assert site.get(year_url(county, 1066)).status_code == 404
    assert "within a few minutes for attendance" in site.get(year_url(county, 2009)).content.decode()


def test_too_few_days_are_pointed_out(site: Client, county: Calendar) -> None:
    services.record_terms(calendar=county, academic_year=YEAR, terms=rules.default_terms(YEAR), actor=None)
    assert "Look at the dates again" not in site.get(year_url(county)).content.decode()
    site.post(terms_url(county), terms(ends_6=date(2027, 6, 7)))
    assert "Look at the dates again" in site.get(year_url(county)).content.decode()


@pytest.mark.parametrize("role", set(Role) - {Role.VSH, Role.DATA_OFFICER})
def test_nobody_else_records_dates(make_user: Any, county: Calendar, role: Role) -> None:
    actor = make_user(role)
    school = SchoolFactory()
    terms = rules.default_terms(YEAR)
    for call in (
        lambda: services.add_calendar(name="X", actor=actor),
        lambda: services.rename_calendar(calendar=county, name="X", actor=actor),
        lambda: services.make_county_calendar(calendar=county, actor=actor),
        lambda: services.record_terms(calendar=county, academic_year=YEAR, terms=terms, actor=actor),
        lambda: services.add_closure(calendar=county, academic_year=YEAR, on=date(2026, 9, 7), reason="X", actor=actor),
        lambda: school_services.choose_calendar(school=school, calendar=county, actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_a_blank_name_and_a_blank_reason_are_refused(county: Calendar) -> None:
    with pytest.raises(ValidationError):
        services.add_calendar(name="  ", actor=None)
    services.record_terms(calendar=county, academic_year=YEAR, terms=rules.default_terms(YEAR), actor=None)
    with pytest.raises(ValidationError):
        services.add_closure(calendar=county, academic_year=YEAR, on=date(2026, 9, 7), reason=" ", actor=None)

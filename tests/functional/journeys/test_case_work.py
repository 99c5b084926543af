"""PEPs, the Pledge, exclusions, the GCSE scheme and qualifications: what people do in them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from peps.models import PEP
from pledge.indicators import standings
from pledge.models import CommitmentRecord
from provision.models import Exclusion
from pupils.models import Pupil
from tests.functional.journeys.county import TODAY, Site, person

pytestmark = pytest.mark.browser


def fill_date(page: Page, legend: str, day: int, month: int, year: int) -> None:
    group = page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(label).fill(str(value))


def test_a_teacher_records_a_pep_meeting(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    with site.quiet():
        mine = PEP.objects.visible_to(person(Role.DESIGNATED_TEACHER)).filter(academic_year=2026)
        pep = mine.order_by("pk").first()
        assert pep is not None
        PEP.objects.filter(pk=pep.pk).update(state="planned", held_on=None)
    page = visit(Role.DESIGNATED_TEACHER, reverse("peps:child", args=[pep.pupil_id]))
    page.get_by_role("link", name=re.compile("Record")).first.click()
    fill_date(page, "Day of the meeting", 30, 11, 2026)
    page.get_by_role("button", name="Record the meeting").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("today or an earlier day")
    check_page(page)
    fill_date(page, "Day of the meeting", 19, 11, 2026)
    page.get_by_role("button", name="Record the meeting").click()
    expect(page.locator("main")).to_contain_text("The PEP meeting of the autumn term 2026 is recorded.")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_officer_records_the_pledge(site: Site, visit: Callable[..., Page]) -> None:
    with site.quiet():
        officer = person(Role.IRO)
        mine = standings(Pupil.objects.visible_to(officer).looked_after(on=TODAY).order_by("pk"), today=TODAY)
        standing = next(s for s in mine if s.gaps)
        before = CommitmentRecord.objects.count()
    page = visit(Role.IRO, reverse("pledge:child", args=[standing.pupil.pk]))
    page.get_by_role("group", name=standing.gaps[0].text).get_by_label("Kept", exact=True).check()
    page.locator("main").get_by_role("button", name=re.compile("Record|Save")).last.click()
    expect(page.locator("main")).to_contain_text("1 answer is recorded.")
    with site.quiet():
        assert CommitmentRecord.objects.count() == before + 1


def test_an_exclusion_within_the_limits(site: Site, visit: Callable[..., Page], check_page: Any) -> None:
    with site.quiet():
        at_school = Pupil.objects.looked_after(on=TODAY).filter(school_places__to_on=None, exclusions=None)
        pupil = at_school.filter(school_places__isnull=False).order_by("pk").first()
    assert pupil is not None
    page = visit(Role.ADVISER, reverse("provision:new", args=[pupil.pk]))
    page.get_by_label("Suspension", exact=True).check()
    fill_date(page, "First day", 22, 11, 2026)
    page.get_by_label("Length in school days").fill("2.5")
    page.get_by_role("button", name="Record the exclusion").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Sunday 22 November 2026 is no school day")
    check_page(page)
    fill_date(page, "First day", 23, 11, 2026)
    page.get_by_role("button", name="Record the exclusion").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Suspension: {pupil.display_name}")
    expect(page.get_by_role("heading", name="What must happen")).to_be_visible()
    with site.quiet():
        assert Exclusion.objects.get(pupil=pupil).sessions == 5


def test_letters_of_the_gcse_scheme(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/incentives/")
    page.get_by_role("link", name="Summer 2027").click()
    expect(page.get_by_role("heading", name="Not told yet")).to_be_visible()
    missing = page.get_by_role("checkbox").count()
    assert missing > 1
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Record the letters").click()
    expect(page.locator("main")).to_contain_text("1 letter is recorded.")
    expect(page.get_by_role("checkbox")).to_have_count(missing - 1)


def test_finance_sees_the_scheme_without_names(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.FINANCE_OFFICER, "/incentives/gcse/2027/")
    expect(page.locator("main")).to_contain_text("Told of the scheme")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.locator("main a[href^='/children/']")).to_have_count(0)


def test_a_qualification_is_mapped(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DATA_OFFICER, "/attainment/qualifications/")
    page.locator("main table").first.get_by_role("link").first.click()
    page.get_by_label("Worth the same as").select_option(index=1)
    page.get_by_role("button", name="Save what it is worth").click()
    expect(page.locator("main")).to_contain_text("is mapped")

"""A PEP meeting from its first date to who came, wide and narrow, and the deadlines that the county sets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from peps.models import PEP
from tests.functional.journeys.county import Site, person
from tests.functional.journeys.test_case_work import fill_date
from tests.smtp import mail_server

pytestmark = pytest.mark.browser
WIDE: Any = {"width": 1280, "height": 900}
PHONE: Any = {"width": 390, "height": 800}


def check_both(page: Page, check_page: Callable[[Page], None]) -> None:
    """Accessible wide and on a phone, where nothing sticks out."""
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        check_page(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_a_teacher_sets_a_meeting_and_invites(
    site: Site, visit: Callable[..., Page], check_page: Any, settings: Any
) -> None:
    with site.quiet():
        teacher = person(Role.DESIGNATED_TEACHER)
        pep = PEP.objects.visible_to(teacher).filter(academic_year=2026).order_by("pk").first()
        assert pep is not None
        PEP.objects.filter(pk=pep.pk).update(state="planned", held_on=None)
        pep.meetings.all().delete()
        surname = pep.pupil.surname
    page = visit(Role.DESIGNATED_TEACHER, reverse("peps:pep", args=[pep.pk]))
    expect(page.locator("main")).to_contain_text("What is due, and why")
    page.get_by_role("button", name="Set the meeting").click()
    fill_date(page, "Day of the meeting", 30, 11, 2026)
    page.get_by_label("Time", exact=True).fill("10:30")
    page.get_by_label("Where", exact=True).fill("14 Rose Lane, ME99 1ZZ")
    page.get_by_role("button", name="Set the meeting").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Leave the address out")
    check_both(page, check_page)
    page.get_by_label("Where", exact=True).fill("The library")
    page.get_by_role("button", name="Set the meeting").click()
    expect(page.locator("main")).to_contain_text("10:30, 60 minutes")
    check_both(page, check_page)
    with mail_server(settings) as server:
        page.reload()
        page.get_by_role("button", name="Send").click()
        expect(page.locator("main")).to_contain_text("sent.")
        page.get_by_role("link", name="Move the meeting").click()
        page.get_by_label("Time", exact=True).fill("2pm")
        page.get_by_label("Why is it moved?").fill("The carer works in the morning")
        page.get_by_role("button", name="Move the meeting").click()
        expect(page.locator("main")).to_contain_text("Moved because: The carer works in the morning")
    assert server.taken
    assert all(surname.lower().encode() not in raw.lower() for raw in server.raw)
    page.get_by_role("button", name="I am coming").click()
    expect(page.locator("main")).to_contain_text("Your answer: Coming")
    page.get_by_role("link", name="Record that the meeting was held").click()
    check_both(page, check_page)


def test_the_head_sets_a_deadline(visit: Callable[..., Page], check_page: Any) -> None:
    page = visit(Role.VSH, reverse("deadlines:list"))
    check_both(page, check_page)
    page.get_by_role("link", name="P11: Quality assurance").click()
    page.get_by_label("How many").fill("5")
    page.get_by_label("Why?").fill("Agreed with the heads")
    check_both(page, check_page)
    page.get_by_role("button", name="Change the rule").click()
    expect(page.locator("main")).to_contain_text("5 working days after submission")
    page.get_by_role("link", name="Spring term 2027").click()
    check_both(page, check_page)

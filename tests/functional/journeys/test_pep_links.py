"""A teacher makes a link; the child writes by it on a phone, with the keyboard alone, and closes it."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from core.roles import Role
from peps.models import PEP, FormVersion, PEPSection
from tests.functional.journeys.county import Site, person

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """Another browser; its pages may not complain either."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))
    yield context
    context.close()
    assert complaints == []


def open_pep(site: Site) -> PEP:
    """Of a child of the teacher's, in preparation, in the secondary form."""
    with site.quiet():
        mine = PEP.objects.visible_to(person(Role.DESIGNATED_TEACHER)).filter(state__in=["planned", "open"])
        pep = mine.filter(pupil__dob__range=(date(2010, 9, 1), date(2015, 8, 31))).first()
        assert pep is not None
        pep.sections.all().delete()
        form = FormVersion.objects.get(state="in_force")
        PEP.objects.filter(pk=pep.pk).update(state="open", phase="secondary", form=form, circumstances=[])
    return pep


def tab_to(page: Page, wanted: Locator) -> None:
    """With the Tab key alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def look(page: Page, check_page: Callable[[Page], None]) -> None:
    check_page(page)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} pixels too wide"


def test_a_child_writes_by_a_link(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None], phone: BrowserContext
) -> None:
    pep = open_pep(site)
    page = visit(Role.DESIGNATED_TEACHER, reverse("peps:pep", args=[pep.pk]))
    page.get_by_role("link", name="Links for the child and the carer").click()
    page.get_by_label("Child or young person").check()
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#link").inner_text()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        look(page, check_page)

    child = phone.new_page()
    child.goto(link)
    assert child.url == f"{site.url}/peps/own/"
    expect(child.get_by_role("heading", level=1)).to_have_text(
        f"{pep.pupil.known_as or pep.pupil.forename}, this is your part"
    )
    expect(child.locator("body")).not_to_contain_text(pep.pupil.surname)
    look(child, check_page)
    hard = child.get_by_label("What do you find hard?")
    tab_to(child, hard)
    child.keyboard.type("Getting up for the bus")
    expect(child.get_by_role("status")).to_contain_text("Saved")
    child.close()

    child = phone.new_page()
    child.goto(link)
    hard = child.get_by_label("What do you find hard?")
    expect(hard).to_have_value("Getting up for the bus")
    tab_to(child, child.get_by_label("What would help?"))
    child.keyboard.type("A later start")
    tab_to(child, child.get_by_role("button", name="I have finished"))
    child.keyboard.press("Enter")
    expect(child.get_by_role("heading", level=1)).to_have_text("Thank you, that is saved")
    look(child, check_page)
    child.goto(link)
    expect(child.get_by_role("heading", level=1)).to_have_text("This link does not work")
    look(child, check_page)
    with site.quiet():
        answers = PEPSection.objects.get(pep=pep, code="C").answers
    assert answers == {"hard": "Getting up for the bus", "would_help": "A later start", "how_obtained": "written"}

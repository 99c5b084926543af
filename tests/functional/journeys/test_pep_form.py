"""The Head takes a version of the PEP form from draft to in force; an adviser changes which sections a plan has."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from peps.models import FormVersion
from tests.functional.journeys.county import Site
from tests.functional.journeys.test_pep_links import look, open_pep

pytestmark = pytest.mark.browser


def both(page: Page, check_page: Callable[[Page], None]) -> None:
    """Wide and on a phone."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        look(page, check_page)


def test_from_draft_to_in_force(site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]) -> None:
    page = visit(Role.VSH, reverse("peps:forms"))
    page.get_by_role("button", name="Draft a new version").click()
    page.get_by_text("What the carer says").click()
    page.get_by_role("link", name="Reading at home").click()
    page.get_by_label("Question", exact=True).fill("What is read at home?")
    both(page, check_page)
    page.get_by_role("button", name="Save this question").click()
    page.get_by_text("What the child says").click()
    page.get_by_role("link", name="Add a question to section C").click()
    page.get_by_role("button", name="Add this question").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Question", exact=True).fill("Do you have a pet?")
    page.get_by_label("Yes or no").check()
    page.get_by_role("button", name="Add this question").click()
    news = page.get_by_role("listitem")
    expect(news.filter(has_text="Changed in D: What is read at home?")).to_be_visible()
    expect(news.filter(has_text="Added in C: Do you have a pet?")).to_be_visible()
    page.get_by_role("button", name="Send out to consultation").click()
    page.get_by_role("link", name="Record a comment").click()
    page.get_by_label("Children in Care Council").check()
    page.get_by_label("What they said").fill("Ask about pets")
    page.get_by_label("What was decided").fill("A question is added")
    page.get_by_role("button", name="Save this comment").click()
    for body in ("Corporate parenting group", "Children in care board", "Children in Care Council"):
        expect(page.get_by_text(f"Not approved yet: {body}.")).to_be_visible()
        page.get_by_role("link", name="Record an approval").click()
        page.get_by_label(body, exact=True).check()
        page.get_by_role("button", name="Record the approval").click()
    both(page, check_page)
    page.get_by_role("link", name="Put in force").click()
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("In force from Mon 23 Nov 2026")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Versions of the PEP form").click()
    both(page, check_page)
    with site.quiet():
        assert list(FormVersion.objects.values_list("number", "state")) == [(2, "in_force"), (1, "retired")]


NEET = "Not in education, employment or training"
VARIANTS = {
    "early years": ("Early years", "", Role.DESIGNATED_TEACHER, "O. Early years", "Key person"),
    "post-16": ("Post-16", "", Role.DESIGNATED_TEACHER, "P. After 16", "Careers guidance received and next"),
    "NEET": ("Post-16", NEET, Role.ADVISER, "P. After 16", "Careers guidance received and next"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_comes_and_goes_is_seen_first_and_then_written(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None], variant: str
) -> None:
    phase, circumstance, writer, section, question = VARIANTS[variant]
    pep = open_pep(site)
    page = visit(Role.ADVISER, reverse("peps:pep", args=[pep.pk]))
    page.get_by_role("link", name="Phase and circumstances").click()
    page.get_by_label(phase).check()
    if circumstance:
        page.get_by_label(circumstance).check()
    page.get_by_role("button", name="Show what changes").click()
    writes = "Virtual School adviser" if writer is Role.ADVISER else "designated teacher"
    expect(page.get_by_text(f"{section}: Comes in, for the {writes} to write.")).to_be_visible()
    both(page, check_page)
    page.get_by_role("button", name="Save this choice").click()
    expect(page.get_by_role("link", name=section)).to_be_visible()
    page = visit(writer, reverse("peps:pep", args=[pep.pk]))
    expect(page.get_by_role("link", name="H. Qualifications and exams")).to_have_count(0)
    page.get_by_role("link", name=section).click()
    page.get_by_label(question).fill("Ms Ray, each Tuesday")
    expect(page.locator("[data-app-saved]")).to_contain_text("Saved")
    both(page, check_page)
    with site.quiet():
        assert "Ms Ray, each Tuesday" in pep.sections.get(code=section[0]).answers.values()

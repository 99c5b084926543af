"""A PEP on paper: printed, locked, added to; a list of them printed at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from peps import tasks
from peps.models import PEP, FormVersion, PEPPrint
from peps.services import bulk
from peps.services.content import content_of
from tests.functional.journeys.county import NOW, TODAY, Site, person
from tests.functional.journeys.test_rights import on_a_phone

pytestmark = pytest.mark.browser


def fetched(page: Page, link: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return Path(download.value.path()).read_bytes()


def test_a_plan_is_printed_locked_and_added_to(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        teacher = person(Role.DESIGNATED_TEACHER)
        pep = PEP.objects.visible_to(teacher).filter(academic_year=2026).order_by("-pk").first()
        assert pep is not None
        pep.form, pep.phase, pep.held_on = FormVersion.objects.get(state="in_force"), "secondary", TODAY
        pep.state, pep.approved_at = "approved", NOW
        pep.save()
        for rows in (pep.sections, pep.versions):
            rows.all().delete()
        pep.sections.create(code="C", answers={"going_well": "Art"})
        pep.versions.create(number=1, content=content_of(pep), made_at=NOW, made_by=teacher)
    address = reverse("peps:pep", args=[pep.pk])
    page = visit(Role.ADVISER, address)
    expect(page.get_by_text("Locks by itself on")).to_be_visible()
    check_page(page)
    on_a_phone(page, check_page)
    assert fetched(page, "The plan for adults").startswith(b"%PDF")
    assert fetched(page, "The child’s own edition").startswith(b"%PDF")
    assert fetched(page, "Package for the social-care system").startswith(b"PK")
    page.get_by_role("button", name="Lock it now").click()
    expect(page.get_by_text("The PEP is locked.")).to_be_visible()
    page.get_by_text("Versions").click()
    expect(page.get_by_text("kept with check number")).to_be_visible()
    check_page(page)

    page = visit(Role.DESIGNATED_TEACHER, address)
    page.get_by_role("link", name="Add to this locked plan").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("What is to be added?")
    check_page(page)
    on_a_phone(page, check_page)
    page.get_by_label("What is to be added?").fill("The tutor begins a week later")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("main")).to_contain_text("The tutor begins a week later")
    check_page(page)


def test_a_list_of_plans_is_printed_at_once(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        mine = PEP.objects.visible_to(person(Role.DESIGNATED_TEACHER)).filter(academic_year=2026).order_by("pk")
        PEP.objects.filter(pk__in=[p.pk for p in mine[:2]]).update(
            form=FormVersion.objects.get(state="in_force"), phase="primary"
        )
    page = visit(Role.DESIGNATED_TEACHER, reverse("peps:list"))
    page.get_by_role("link", name="Print these plans").click()
    expect(page.locator("main")).to_contain_text("as the list was filtered")
    check_page(page)
    on_a_phone(page, check_page)
    page.get_by_label("The child’s own edition").check()
    page.get_by_role("button", name="Make the PDFs").click()
    link = page.get_by_role("link", name="Download 2 PDFs")
    expect(link).to_be_visible()
    check_page(page)
    on_a_phone(page, check_page)
    assert fetched(page, "Download 2 PDFs").startswith(b"PK")
    # Here the worker is quick as the page; another print waits for it, and the page goes on by itself.
    with site.quiet():
        made = bulk.ask(
            peps=[p.pk for p in mine[:2]],
            edition=PEPPrint.Edition.CHILD,
            actor=person(Role.DESIGNATED_TEACHER),
            now=NOW,
        )
    page.goto(site.url + reverse("peps:print", args=[made.pk]))
    expect(page.get_by_role("progressbar")).to_be_visible()
    check_page(page)
    with site.quiet():
        tasks.make_print(print_id=made.pk)
    expect(link).to_be_visible()

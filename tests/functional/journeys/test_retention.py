"""A record that is due: held and released, proposed by one, approved by two others, destroyed; its certificate."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.models import User
from core.roles import Role
from pupils.models import CareEpisode, Pupil
from retention import services
from retention.models import DisposalCertificate
from tests.functional.journeys.county import TODAY, Site

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}


def make_due() -> Pupil:
    """A child of the county, as an old woman."""
    pupil = Pupil.objects.looked_after(on=TODAY).order_by("pk").first()
    assert pupil is not None
    Pupil.objects.filter(pk=pupil.pk).update(dob=date(1950, 3, 4))
    CareEpisode.objects.filter(pupil=pupil).delete()
    CareEpisode.objects.create(pupil=pupil, decom=date(1960, 1, 12), dec=date(1968, 3, 4), rec="E7", ls="C2")
    services.open_due(today=TODAY)
    return Pupil.objects.get(pk=pupil.pk)


def choose_day(page: Page, name: str, on: date) -> None:
    for part, value in enumerate((on.day, on.month, on.year)):
        page.locator(f"[name={name}_{part}]").fill(str(value))


def open_proposal(visit: Callable[..., Page], role: Role, pupil: Pupil) -> Page:
    page = visit(role, reverse("retention:due"))
    page.get_by_role("table").get_by_role("link", name=pupil.display_name).click()
    return page


def test_from_a_hold_to_the_certificate(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        pupil = make_due()
        name = pupil.display_name
    page = visit(Role.VSH, reverse("retention:child", args=[pupil.pk]))
    check_page(page)
    expect(page.locator("main")).to_contain_text("kept for 75 years from 4 March 1950")
    page.get_by_role("button", name="Hold this record").click()
    page.get_by_role("button", name="Hold the record").click()
    expect(page.get_by_role("alert")).to_contain_text("Select why the record must stay")
    check_page(page)
    page.get_by_label("A claim or a court case").check()
    page.get_by_label("Reason in words").fill("Claim of the family against the county")
    choose_day(page, "review_on", date(2027, 5, 3))
    page.get_by_role("button", name="Hold the record").click()
    expect(page.locator("main")).to_contain_text("It cannot be disposed of until the hold is released")
    check_page(page)
    page.goto(site.url + reverse("retention:held"))
    expect(page.get_by_role("table")).to_contain_text(name)
    check_page(page)
    page.goto(site.url + reverse("retention:due"))
    expect(page.locator("main")).not_to_contain_text(name)
    check_page(page)

    page.goto(site.url + reverse("retention:child", args=[pupil.pk]))
    page.get_by_role("link", name="Release this hold").click()
    page.get_by_label("Why is it no longer needed?").fill("The claim was settled")
    page.get_by_role("button", name="Release the hold").click()
    expect(page.locator("main")).to_contain_text("The record follows its period again")
    with site.quiet():
        services.open_due(today=TODAY)

    page = open_proposal(visit, Role.DATA_OFFICER, pupil)
    check_page(page)
    page.get_by_role("button", name="Propose to destroy it").click()
    expect(page.locator("main")).to_contain_text("Two other people must approve it")
    expect(page.get_by_role("button", name="Approve its destruction")).to_have_count(0)
    check_page(page)

    page = open_proposal(visit, Role.ADVISER, pupil)
    page.get_by_role("button", name="Approve its destruction").click()
    expect(page.locator("main")).to_contain_text("One more person must approve")
    expect(page.get_by_role("button", name="Approve its destruction")).to_have_count(0)

    page = visit(Role.VSH, "/")
    page.get_by_role("link", name="Disposals to approve").click()
    page.get_by_role("table").get_by_role("link", name=name).click()
    page.set_viewport_size(PHONE)
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Approve its destruction").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificate D-2026-0001")
    expect(page.locator("main")).not_to_contain_text(pupil.surname)
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate as PDF").click()
    assert download.value.suggested_filename == "certificate-D-2026-0001.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")

    answer = page.goto(site.url + reverse("pupils:detail", args=[pupil.pk]))
    assert answer is not None
    assert answer.status == 404
    with site.quiet():
        assert not Pupil.objects.filter(pk=pupil.pk).exists()
        certificate = DisposalCertificate.objects.get()
        people = User.objects.filter(pk__in=certificate.proposal.approvals.values("approver_id"))
        assert {p.role for p in people} == {Role.ADVISER, Role.VSH}

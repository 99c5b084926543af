"""People come and go: a file of everybody, its invitations, a last day, and the termly review of access."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.models import AccessReview, User
from core.roles import Role
from tests.functional.journeys.county import Site, person

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}
Visit = Callable[..., Page]
Check = Callable[[Page, str | re.Pattern[str]], None]
DELIVERY = re.compile("Delivery [0-9]+: People who sign in")


@pytest.fixture
def at_every_width(check_page: Callable[[Page], None]) -> Check:
    """Axe on the desktop and on a phone, where nothing may stand out to the side."""

    def check(page: Page, heading: str | re.Pattern[str]) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        check_page(page)
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
        check_page(page)
        page.set_viewport_size({"width": 1280, "height": 900})

    return check


def people_file(folder: Path) -> Path:
    """Every independent reviewing officer but Gale Gone, two new ones, and a row in trouble."""
    officers = User.objects.filter(role=Role.IRO, is_active=True).order_by("pk")
    User.objects.create_user("gale.gone@westmarch.example", name="Gale Gone", role=Role.IRO.value)
    rows = [
        "Email,Full name,Job role,School URN,Team,First day,Last day",
        *(f"{one.email},{one.name},IRO,,,," for one in officers if one.name != "Gale Gone"),
        "tamsin.orchard@westmarch.example,Tamsin Orchard,Reviewing officer,,Reviewing service,,",
        "ben.rowan@westmarch.example,Ben Rowan,IRO,,,01/09/2026,31/07/2027",
        "odd@westmarch.example,Odd One,Chief wizard,,,,",
    ]
    path = folder / "people.csv"
    path.write_text("\n".join([*rows, ""]))
    return path


def test_bring_in_everybody_close_who_is_gone_and_invite_who_is_new(
    site: Site, visit: Visit, at_every_width: Check, tmp_path: Path
) -> None:
    with site.quiet():
        path = people_file(tmp_path)
    page = visit(Role.SYSTEM_ADMIN)
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Feeds").click()
    at_every_width(page, "Feeds")
    page.get_by_role("button", name="Upload files").click()
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_label("Files").set_input_files(path)
    page.get_by_label("The file names everybody").check()
    at_every_width(page, "Upload a feed")
    page.get_by_role("button", name="Check the files").click()

    expect(page.locator("main")).to_contain_text("Chief wizard is no role of the service.")
    expect(page.locator("main")).to_contain_text("Gale Gone (gale.gone@westmarch.example)")
    expect(page.locator("main")).to_contain_text("administrators are closed by hand")
    at_every_width(page, DELIVERY)
    page.get_by_label("Close the 1 account not in the file").check()
    page.get_by_role("button", name="Apply 2 rows and what is ticked").click()
    expect(page.locator("main")).to_contain_text("2 rows were applied")
    at_every_width(page, DELIVERY)
    page.get_by_role("button", name="Send invitations to the 2 new people").click()
    at_every_width(page, "Invitations to hand over")
    with site.quiet():
        assert not User.objects.get(name="Gale Gone").is_active
        assert User.objects.get(name="Ben Rowan").leaves_on == date(2027, 7, 31)
        assert User.objects.get(name="Tamsin Orchard").team == "Reviewing service"


def test_a_last_day_by_button(site: Site, visit: Visit, at_every_width: Check) -> None:
    page = visit(Role.SYSTEM_ADMIN, f"/accounts/{person(Role.IRO).pk}/")
    page.get_by_role("link", name="Set the last day").click()
    at_every_width(page, f"The last day of {person(Role.IRO).name}")
    for label, text in (("Day", "18"), ("Month", "12"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save the last day").click()
    expect(page.locator("main")).to_contain_text("Fri 18 Dec 2026")
    at_every_width(page, person(Role.IRO).name)


def test_review_who_has_access_and_keep_the_record(site: Site, visit: Visit, at_every_width: Check) -> None:
    with site.quiet():
        User.objects.create_user("gale.gone@westmarch.example", name="Aaron Gone", role=Role.FINANCE_OFFICER.value)
    page = visit(Role.VSH)
    page.get_by_role("link", name="Review of who has access, not opened yet").click()
    at_every_width(page, "Access review")
    page.get_by_role("button", name="Open the review of the autumn term 2026").click()
    first = page.locator("main tbody tr").first
    expect(first).to_contain_text("Aaron Gone")
    expect(first).to_contain_text("Never signed in")
    at_every_width(page, "Access review: Autumn term 2026")
    first.get_by_role("link", name="Remove the access of Aaron Gone").click()
    at_every_width(page, "Remove the access of Aaron Gone")
    page.get_by_role("button", name="Remove the access").click()
    expect(page.locator("main tbody tr").first).to_contain_text("Removed")

    page.get_by_label("Role", exact=True).select_option("social_worker")
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile("role=social_worker"))
    boxes = page.get_by_role("checkbox")
    expect(boxes).not_to_have_count(0)
    number = boxes.count()
    for place in range(number):
        boxes.nth(place).check()
    page.get_by_role("button", name="Confirm those who are ticked").click()
    expect(page.locator("main tbody")).not_to_contain_text("Not decided")
    expect(page).to_have_url(re.compile("role=social_worker"))
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="CSV").click()
    assert "Aaron Gone" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    with site.quiet():
        review = AccessReview.objects.get()
        assert review.lines.filter(decision="confirmed", decided_by=person(Role.VSH)).count() == number
        assert not User.objects.get(name="Aaron Gone").is_active

"""Two records of a child become one; a consent is recorded, refused and withdrawn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.roles import Role
from pupils.models import Allocation, ChildMerge, Pupil
from pupils.search import sort_name
from rights.models import Consent
from schools.models import School
from tests import factories as make
from tests.functional.journeys.county import TODAY, Site, person

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}


def on_a_phone(page: Page, check_page: Callable[[Page], None]) -> None:
    desktop: Any = page.viewport_size
    page.set_viewport_size(PHONE)
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(desktop)


def double_of(pupil: Pupil) -> Pupil:
    """A record of the same child under another id, with rows of its own."""
    other: Pupil = make.PupilFactory(
        child_id="ZZ9001", forename=pupil.forename, surname=f"{pupil.surname}e", dob=pupil.dob, uln="9276308686",
        sort_name=sort_name(surname=f"{pupil.surname}e", forename=pupil.forename, known_as=""),
    )  # fmt: skip
    first = pupil.exclusions.first()
    school = first.school if first else School.objects.order_by("pk").first()
    days = [first.from_on if first else TODAY, TODAY - timedelta(days=400)]
    for on in days:
        make.ExclusionFactory(pupil=other, school=school, from_on=on, sessions=9)
    if first is None:
        make.ExclusionFactory(pupil=pupil, school=school, from_on=TODAY)
    return other


def test_two_records_become_one(site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]) -> None:
    with site.quiet():
        pupil = Pupil.objects.looked_after(on=TODAY).exclude(surname="").exclude(upn="").order_by("pk").first()
        assert pupil is not None
        exclusions = pupil.exclusions.count() or 1
        other = double_of(pupil)
    page = visit(Role.VSH, reverse("pupils:duplicates"))
    row = page.get_by_role("row").filter(has_text=other.child_id)
    expect(row).to_contain_text("surnames one letter apart")
    check_page(page)
    on_a_phone(page, check_page)
    row.get_by_role("link", name="Look at both").click()
    expect(page.get_by_text(f"{other.child_id} becomes part of it")).to_be_visible()
    check_page(page)
    on_a_phone(page, check_page)

    page.get_by_label("Why are they one child?").fill("The social worker confirmed it")
    page.get_by_label(f"Type {other.child_id} to confirm").fill("something else")
    page.get_by_role("button", name="Merge the two records").click()
    expect(page.get_by_role("alert")).to_contain_text("type the child id of the record that goes")
    expect(page.get_by_role("alert")).to_contain_text("say which of the two stays")
    check_page(page)
    page.get_by_role("group", name="Exclusion").get_by_label("(the record that stays)").check()
    page.get_by_label(f"Type {other.child_id} to confirm").fill(other.child_id)
    page.get_by_role("button", name="Merge the two records").click()
    expect(page.get_by_text("The two records are one.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Child id before the merge")
    check_page(page)

    page.goto(site.url + reverse("attendance:child", args=[other.pk]))
    assert page.url.endswith(reverse("attendance:child", args=[pupil.pk]))
    page.get_by_label("Find a child by name").fill(other.child_id)
    page.get_by_role("button", name="Search").click()
    assert page.url.endswith(reverse("pupils:detail", args=[pupil.pk]))

    page.goto(site.url + reverse("pupils:duplicates"))
    page.get_by_role("link", name="What it did").click()
    expect(page.locator("main")).to_contain_text("a person decided it")
    check_page(page)
    on_a_phone(page, check_page)
    with site.quiet():
        assert pupil.exclusions.count() == exclusions + 1
        assert ChildMerge.objects.get(old_child_id=other.child_id).made_by == person(Role.VSH)


def test_a_notice_is_approved_and_a_consent_recorded_refused_and_withdrawn(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        found = Allocation.objects.current(TODAY).filter(user=person(Role.SOCIAL_WORKER)).first()
        assert found is not None
        pupil_id = found.pupil_id
    page = visit(Role.VSH, reverse("rights:notices"))
    page.get_by_role("button", name="Make drafts of the starter texts").click()
    expect(page.get_by_text("6 drafts made.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Version 1 for children of 11 to 15").click()
    expect(page.get_by_text("A draft: nobody is shown it")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("button", name="Approve this version").click()
    expect(page.get_by_text("This version never changes from now on.")).to_be_visible()
    check_page(page)
    on_a_phone(page, check_page)

    page = visit(Role.SOCIAL_WORKER, reverse("rights:consents", args=[pupil_id]))
    check_page(page)
    record(page, "Photograph or film", "Given", check_page)
    record(page, "Research or evaluation", "Refused", check_page, detail="Study of the invented university")
    standing = page.get_by_role("table", name="Where each purpose stands today")
    expect(standing.get_by_role("row").filter(has_text="Photograph")).to_contain_text("Given")
    expect(standing.get_by_role("row").filter(has_text="invented university")).to_contain_text("Refused")
    log = page.get_by_role("table", name="Every answer")
    expect(log.get_by_role("row").filter(has_text="Photograph")).to_contain_text("Children of 11 to 15, version 1")
    check_page(page)
    on_a_phone(page, check_page)

    page.get_by_role("link", name="Withdraw").click()
    expect(page.get_by_label("The child", exact=True)).to_be_visible()
    page.get_by_role("button", name="Withdraw the consent").click()
    expect(page.get_by_role("alert")).to_contain_text("Who answered?")
    check_page(page)
    answer(page)
    page.get_by_role("button", name="Withdraw the consent").click()
    expect(standing.get_by_role("row").filter(has_text="Photograph")).to_contain_text("Withdrawn")
    expect(log.get_by_role("row").filter(has_text="Photograph")).to_have_count(2)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    with site.quiet():
        rows = Consent.objects.filter(pupil=pupil_id).order_by("pk")
        assert [row.answer for row in rows] == ["given", "refused", "withdrawn"]
        assert {row.notice.version for row in rows if row.notice} == {1}


def record(page: Page, purpose: str, said: str, check_page: Callable[[Page], None], *, detail: str = "") -> None:
    page.get_by_role("button", name="Record a consent or a refusal").click()
    expect(page.get_by_label("What exactly?")).to_be_visible()
    check_page(page)
    page.get_by_label(purpose).check()
    page.get_by_label("What exactly?").fill(detail)
    page.get_by_label(said, exact=True).check()
    answer(page)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text(f"Recorded: {purpose}")).to_be_visible()


def answer(page: Page) -> None:
    page.get_by_label("The child", exact=True).check()
    page.get_by_label("Spoken, recorded here").check()
    page.get_by_label("Children of 11 to 15, version 1").check()

"""A request for a record from its receipt to the package in hand, and a record printed for a parent."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from core.models import AccessEvent, User
from core.roles import Role
from pupils.models import Allocation, CareEpisode, Pupil
from pupils.protected.services import record_note
from rights.models import SubjectRequest
from tests.functional.journeys.county import NOW, TODAY, Site, person

pytestmark = pytest.mark.browser

DESKTOP: Any = {"width": 1280, "height": 900}
PHONE: Any = {"width": 390, "height": 800}
RESTRICTION = "Great-uncle Barnaby must not learn the school"
HEALTH = "Barnaby says that the inhaler is in the blue bag"


def child_with_notes() -> Pupil:
    mine = Allocation.objects.current(TODAY).filter(user=person(Role.SOCIAL_WORKER), pupil__episodes__dec__isnull=True)
    allocation = mine.select_related("pupil").first()
    assert allocation is not None
    for kind, text in (("contact", RESTRICTION), ("health", HEALTH)):
        record_note(pupil=allocation.pupil, kind=kind, text=text, now=NOW, actor=person(Role.VSH))  # type: ignore[arg-type]
    CareEpisode.objects.filter(pupil=allocation.pupil, dec__isnull=True).update(pl_post="QP6 6ZZ")
    return allocation.pupil  # type: ignore[no-any-return]


def become(site: Site, context: BrowserContext, user: User) -> None:
    client = Client()
    with site.quiet():
        client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])


def both_sizes(page: Page, check_page: Callable[[Page], None]) -> None:
    check_page(page)
    page.set_viewport_size(PHONE)
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(DESKTOP)


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def download(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as found:
        press()
    return Path(found.value.path()).read_bytes()


def test_a_request_from_receipt_to_the_package(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None], context: BrowserContext
) -> None:
    with site.quiet():
        pupil = child_with_notes()
        deputy = User.objects.create(email="deputy@westmarch.example", name="Dee Deputy", role=Role.VSH.value)
    page = visit(Role.VSH, reverse("pupils:detail", args=[pupil.pk]))
    page.get_by_role("link", name="Record a subject-access request").click()
    page.get_by_role("button", name="Record the request").click()
    expect(page.get_by_role("alert")).to_be_visible()
    both_sizes(page, check_page)
    page.get_by_label("The person themselves").check()
    page.get_by_label("Said in person or by telephone").check()
    page.get_by_label("What do they ask for?").fill("Everything")
    page.get_by_role("button", name="Record the request").click()
    expect(page.get_by_text("The clock does not run yet")).to_be_visible()
    both_sizes(page, check_page)
    page.get_by_role("button", name="Confirm identity").or_(page.get_by_role("link", name="Confirm identity")).click()
    page.get_by_label("How?").fill("Known to the social worker")
    both_sizes(page, check_page)
    page.get_by_role("button", name="Confirm identity").click()
    expect(page.get_by_text("One calendar month from")).to_be_visible()
    page.get_by_role("button", name="Gather the record").click()
    expect(page.get_by_text("read what may tell of others")).to_be_visible()
    both_sizes(page, check_page)
    with site.quiet():
        request = SubjectRequest.objects.get(pupil=pupil)
        health = request.entries.get(part="protected-note", needs_look=True)

    page.get_by_role("link", name="Still to be read").click()
    expect(page.locator("main")).not_to_contain_text("Barnaby")
    both_sizes(page, check_page)
    page.goto(site.url + reverse("rights:entry", args=[health.pk]))
    expect(page.locator("main")).not_to_contain_text("Barnaby")
    page.get_by_role("button", name="Show the protected words").click()
    expect(page.get_by_text(HEALTH)).to_be_visible()
    both_sizes(page, check_page)
    page.get_by_label("What it says").check()
    page.get_by_label("Remove: About another person").check()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("[Removed: about another person]")).to_be_visible()
    page.get_by_role("link", name="Entries", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entries")
    while page.get_by_role("button", name="I have read these").count():
        with page.expect_navigation():
            page.get_by_role("button", name="I have read these").click()
    expect(page.locator("main")).to_contain_text("Nothing is left to be read")
    page.get_by_role("link", name="What the person will see").click()
    expect(page.locator("main")).not_to_contain_text("Barnaby")
    expect(page.get_by_role("button", name="I agree")).to_have_count(0)
    both_sizes(page, check_page)

    become(site, context, deputy)
    page.goto(site.url + reverse("rights:request_preview", args=[request.pk]))
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Make the package").click()
    link = page.get_by_role("link", name="Download the package")
    expect(link).to_be_visible()
    both_sizes(page, check_page)
    with zipfile.ZipFile(io.BytesIO(download(page, link.click))) as box:
        files = {name: box.read(name) for name in box.namelist()}
    text = " ".join(words_of(content) for name, content in files.items() if name.endswith(".pdf"))
    data = files["your-record.json"].decode()
    for word in ("Barnaby", "inhaler", "QP6 6ZZ"):
        assert word not in text
        assert word not in data
    assert pupil.display_name in text
    assert pupil.surname in data
    assert "[Removed: about another person]" in text
    assert len(json.loads(data)["entries"]) == request.entries.count()

    page.get_by_role("link", name="Record that it is sent").or_(
        page.get_by_role("button", name="Record that it is sent")
    ).click()
    page.get_by_label("How?").fill("Handed over in person")
    page.get_by_role("button", name="Record that it is sent").click()
    expect(page.get_by_text("Package downloaded")).to_be_visible()
    page.goto(site.url + reverse("rights:requests"))
    expect(page.locator("main")).to_contain_text("Of 1 closed request, 1 in time")
    both_sizes(page, check_page)
    csv = download(page, page.get_by_role("link", name="CSV of all requests").click).decode("utf-8-sig")
    assert pupil.surname not in csv
    assert "in time" in csv
    with site.quiet():
        looks = AccessEvent.objects.filter(subject_id=pupil.pk, subject_type="pupils.pupil", action="exported")
        assert [look.user_id for look in looks] == [deputy.pk]


def test_a_record_is_printed_for_a_parent(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        pupil = child_with_notes()
        school = pupil.school_places.current(TODAY).select_related("school").first()  # type: ignore[attr-defined]
    page = visit(Role.ADVISER, reverse("pupils:detail", args=[pupil.pk]))
    page.get_by_role("link", name="Print this record").click()
    both_sizes(page, check_page)
    page.get_by_label("Parent or birth family").check()
    page.get_by_label("Their name").fill("Morgan Parent")
    page.get_by_role("button", name="See what they will see").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What a parent or the birth family will see")
    expect(page.get_by_text("Never in a print for a parent")).to_be_visible()
    expect(page.get_by_role("button", name="Let it in")).to_have_count(0)
    both_sizes(page, check_page)
    pdf = download(page, page.get_by_role("button", name="Make the PDF for Morgan Parent").click)
    text = words_of(pdf)
    assert "Morgan Parent" in text
    assert pupil.display_name in text
    for word in ("QP6 6ZZ", "Barnaby", "inhaler", *([school.school.name] if school else [])):
        assert word not in text, word

    page.goto(site.url + reverse("rights:print_new", args=[pupil.pk]))
    expect(page.get_by_text("Morgan Parent (Parent or birth family)")).to_be_visible()
    page.get_by_label("Court or solicitor").check()
    page.get_by_label("Their name").fill("Clerk of the court")
    page.get_by_role("button", name="See what they will see").click()
    expect(page.get_by_role("heading", name="Placement postcode")).to_be_visible()
    page.get_by_label("Why they must have it: Placement postcode").fill("Order of the court")
    page.get_by_role("button", name=re.compile("Let it in ?: Placement postcode")).click()
    expect(page.get_by_text("QP6 6ZZ")).to_be_visible()
    both_sizes(page, check_page)
    text = words_of(download(page, page.get_by_role("button", name="Make the PDF for Clerk of the court").click))
    assert "QP6 6ZZ" in text
    assert "Barnaby" not in text

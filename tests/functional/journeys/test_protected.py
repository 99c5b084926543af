"""A contact restriction: recorded, warned of on each page, masked, shown once, ended; and the page of a limit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.models import AccessEvent
from core.roles import Role
from pupils.models import Allocation, ProtectedNote
from tests.functional.journeys.county import TODAY, Site, person

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}
RESTRICTION = "The former partner must not learn the school"


def own_child_of(role: Role) -> int:
    found = Allocation.objects.current(TODAY).filter(user=person(role)).first()
    assert found is not None
    return int(found.pupil_id)


def test_a_restriction_from_recording_to_its_end(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    pupil_id = own_child_of(Role.SOCIAL_WORKER)
    page = visit(Role.SOCIAL_WORKER, reverse("pupils:protected", args=[pupil_id]))
    check_page(page)
    expect(page.get_by_text("None recorded.")).to_have_count(2)
    page.get_by_role("link", name="Record contact restrictions").click()
    check_page(page)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Enter what must be known")
    check_page(page)
    page.get_by_label("What must nobody do or learn?").fill(RESTRICTION)
    page.get_by_role("button", name="Record", exact=True).click()

    expect(page.get_by_text("Do not disclose:")).to_be_visible()
    expect(page.get_by_text("1 entry, masked")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(RESTRICTION)
    check_page(page)
    page.get_by_role("button", name="Show contact restrictions").click()
    expect(page.get_by_text(RESTRICTION)).to_be_visible()
    assert RESTRICTION.split()[2] not in page.url
    check_page(page)
    page.set_viewport_size(PHONE)
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.emulate_media(media="print")
    expect(page.get_by_text(RESTRICTION)).to_be_hidden()
    page.emulate_media(media="screen")

    page.reload()
    expect(page.locator("main")).not_to_contain_text(RESTRICTION)
    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("link", name="Read the restriction").click()
    page.get_by_role("button", name="Show contact restrictions").click()
    page.get_by_role("button", name="This holds no more").click()
    expect(page.get_by_text("holds no more. It stays in the history.")).to_be_visible()
    expect(page.get_by_text("Do not disclose:")).to_have_count(0)
    with site.quiet():
        assert ProtectedNote.objects.filter(pupil_id=pupil_id, ended_at__isnull=False).count() == 1
        looks = AccessEvent.objects.filter(action="revealed", subject_id=pupil_id)
        assert [e.detail for e in looks] == [{"fields": ["contact"]}] * 2


def test_too_many_searches_say_when_to_try_again(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None], settings: Any
) -> None:
    settings.PERSON_LIMITS = {"searches": (1, 600)}
    page = visit(Role.VSH, "/")
    for _ in range(2):
        page.get_by_label("Find a child by name").fill("nobody of this name")
        page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many searches for people for now")
    expect(page.locator("main")).to_contain_text("You can try again at 09:40")
    check_page(page)
    page.set_viewport_size(PHONE)
    check_page(page)

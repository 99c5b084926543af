"""The Virtual School Head asks who looked, why a look is listed, and what was changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.actor import acting_as
from core.models import AccessEvent
from core.roles import Role
from pupils.models import Pupil
from tests.functional.journeys.county import NOW, Site, person

pytestmark = pytest.mark.browser


def test_from_an_unusual_look_to_the_entries_behind_it(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    adviser = person(Role.ADVISER)
    with site.quiet():
        child = Pupil.objects.exclude(allocations__user=adviser).exclude(surname="").order_by("pk")[0]
        AccessEvent.objects.create(
            at=NOW - timedelta(hours=1), user_id=adviser.pk, action="opened", subject_type="pupils.pupil",
            subject_id=child.pk, screen="pupils:detail",
        )  # fmt: skip
    page = visit(Role.VSH)
    page.get_by_role("link", name="Unusual looks at children's records since yesterday").click()
    row = page.get_by_role("row").filter(has_text=adviser.name)
    expect(row.first).to_contain_text("not allocated to them on that day")
    check_page(page)
    row.first.get_by_role("link", name="Entries of that day").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Access log")
    expect(page.get_by_label("Person")).to_have_value(str(adviser.pk))
    assert adviser.name not in page.url
    expect(page.locator("main tbody")).to_contain_text(child.display_name)
    page.get_by_label("Action").select_option("Opened the record")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="Remove this filter: Action")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Lines for a security monitor").click()
    text = started.value.path().read_text()
    assert '"event.action":"opened"' in text
    assert child.surname not in text
    check_page(page)


def test_what_was_changed_in_a_childs_record(
    site: Site, visit: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    with site.quiet():
        child = Pupil.objects.exclude(surname="").order_by("pk")[0]
        before = child.surname
        with acting_as(person(Role.ADVISER)):
            child.surname = "Whitcombe"
            child.save()
    page = visit(Role.VSH, f"/children/{child.pk}/")
    page.get_by_role("link", name="Who has looked").click()
    page.get_by_role("link", name="What was changed in this record").click()
    newest = page.locator("div.app-change").first
    expect(newest).to_contain_text(person(Role.ADVISER).name)
    row: Any = newest.get_by_role("row").filter(has_text="Surname")
    expect(row.get_by_role("cell").nth(0)).to_have_text(before)
    expect(row.get_by_role("cell").nth(1)).to_have_text("Whitcombe")
    check_page(page)
    page.set_viewport_size({"width": 390, "height": 800})
    check_page(page)

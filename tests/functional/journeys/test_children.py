"""The roll list, the search, and every part of a child's record."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.models import AccessEvent
from core.roles import Role
from pupils.models import CareEpisode, Pupil
from tests.functional.journeys.county import PUPILS, TODAY, Site, person

pytestmark = pytest.mark.browser


def names(page: Page) -> list[str]:
    return page.locator("main tbody th a").all_inner_texts()


def main(page: Page) -> Locator:
    return page.locator("main")


def test_filter_sort_and_page_through_the_list(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/children/")
    expect(main(page)).to_contain_text(f"{PUPILS} children looked after on")
    first = names(page)
    assert len(first) == 50
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="Page 2")).to_have_attribute("aria-current", "page")
    assert not set(first) & set(names(page))

    page.goto(f"{site.url}/children/")
    page.get_by_label("Year group").select_option("Year 8")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="Remove this filter: Year group")).to_be_visible()
    years = page.locator("td[data-label=Year]").all_inner_texts()
    assert years
    assert set(years) == {"Year 8"}
    page.get_by_role("link", name="Remove this filter: Year group").click()
    expect(main(page)).to_contain_text(f"{PUPILS} children looked after on")

    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    assert names(page)[-40:] == first[-40:][::-1]
    page.get_by_role("link", name="Attendance this year").click()
    expect(page.get_by_role("columnheader", name="Attendance this year")).to_have_attribute("aria-sort", "ascending")
    rates = [float(text.split("%")[0].split()[-1]) for text in page.locator(
        "td[data-label='Attendance this year']").all_inner_texts() if "%" in text]  # fmt: skip
    assert rates == sorted(rates)


def test_the_roll_of_a_day_in_the_plans_years(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.VSH, "/children/")
    group = page.get_by_role("group", name="Roll on")
    for label, value in (("Day", "1"), ("Month", "12"), ("Year", "2009")):
        group.get_by_label(label).fill(value)
    page.get_by_role("button", name="Apply filters").click()
    expect(main(page)).to_contain_text(f"{PUPILS} children looked after on Tue 1 Dec 2009")


def test_the_filtered_list_as_a_file(site: Site, visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit(Role.VSH, "/children/?county=out")
    told = re.search(r"(\d+) of (\d+) children looked after", main(page).inner_text())
    assert told is not None
    shown, everybody = map(int, told.groups())
    assert 0 < shown < everybody
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV file")).click()
    download.value.save_as(tmp_path / "children.csv")
    lines = (tmp_path / "children.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Child id,UPN,Name,Year,School")
    assert len(lines) == 1 + shown
    assert download.value.suggested_filename == f"children-{TODAY}.csv"


def test_search_by_upn_opens_the_child_and_by_name_lists(site: Site, visit: Callable[..., Page]) -> None:
    with site.quiet():
        pupil = Pupil.objects.looked_after(on=TODAY).exclude(upn="").order_by("child_id")[5]
    page = visit(Role.VSH)
    box = page.get_by_role("searchbox", name="Find a child by name, UPN or child id")
    box.fill(pupil.upn.lower())
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(pupil.display_name)
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("button", name="Search").click()
    expect(main(page)).to_contain_text("found by your search")
    assert "q=" not in page.url
    page.get_by_role("link", name="Leave the search").click()
    expect(main(page)).to_contain_text("looked after on")
    page.get_by_role("searchbox").fill("Nobody Anywhere")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No child matches")).to_be_visible()


def open_child(site: Site, visit: Callable[..., Page], role: Role) -> tuple[Page, Pupil]:
    with site.quiet():
        mine = Pupil.objects.visible_to(person(role)).looked_after(on=TODAY)
        pupil = mine.filter(effective_registers__isnull=False, peps__isnull=False).order_by("child_id").first()
    assert pupil is not None
    return visit(role, f"/children/{pupil.pk}/"), pupil


TABS = {
    Role.VSH: [
        "Overview", "Care", "School", "Attendance", "Attainment", "PEPs", "Pledge", "GCSE scheme", "Consents",
        "Protected", "Retention", "Timeline",
    ],
    Role.IRO: [
        "Overview", "Care", "School", "Attendance", "Attainment", "PEPs", "Pledge", "Consents", "Protected", "Timeline",
    ],
    Role.DESIGNATED_TEACHER: ["Overview", "School", "Attendance", "Attainment", "PEPs", "Timeline"],
    Role.DATA_OFFICER: ["Overview", "Care", "School", "Attendance", "Attainment", "Consents", "Timeline"],
}  # fmt: skip


@pytest.mark.parametrize("role", TABS)
def test_all_parts_of_the_record_that_the_role_includes(role: Role, site: Site, visit: Callable[..., Page]) -> None:
    page, pupil = open_child(site, visit, role)
    parts = page.get_by_role("navigation", name="Parts of this child's record")
    assert parts.get_by_role("link").all_inner_texts() == TABS[role]
    for label in TABS[role]:
        parts.get_by_role("link", name=label, exact=True).click()
        expect(parts.get_by_role("link", name=label, exact=True)).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", level=1)).to_have_text(pupil.display_name)


def test_the_timeline_by_kind(site: Site, visit: Callable[..., Page]) -> None:
    page, _ = open_child(site, visit, Role.VSH)
    page.get_by_role("link", name="Timeline").click()
    page.get_by_label("School", exact=True).check()
    page.get_by_role("button", name="Show only these").click()
    expect(page.get_by_label("School", exact=True)).to_be_checked()
    expect(main(page)).to_contain_text("On roll at")
    expect(main(page)).not_to_contain_text("PEP meeting held")


def test_protected_postcodes_are_shown_once_and_that_is_seen(
    site: Site, visit: Callable[..., Page], check_page: Any
) -> None:
    page, pupil = open_child(site, visit, Role.IRO)
    with site.quiet():
        CareEpisode.objects.filter(pupil=pupil).update(home_post="WM1 4QQ", pl_post="WM7 2XX")
    page.get_by_role("link", name="Care", exact=True).click()
    expect(main(page)).not_to_contain_text("WM7 2XX")
    page.get_by_role("button", name="Show the protected postcodes").click()
    expect(main(page)).to_contain_text("WM7 2XX")
    expect(main(page)).to_contain_text("shown once")
    check_page(page)
    page.reload()
    expect(main(page)).not_to_contain_text("WM7 2XX")
    page.get_by_role("link", name="Who has looked").click()
    revealed = page.get_by_role("row", name="Revealed a protected field")
    expect(revealed).to_contain_text(person(Role.IRO).name)
    with site.quiet():
        assert AccessEvent.objects.filter(action="revealed", subject_id=pupil.pk).count() == 1


def test_a_teacher_sees_the_own_schools_children_only(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.DESIGNATED_TEACHER, "/children/")
    with site.quiet():
        teacher = person(Role.DESIGNATED_TEACHER)
        mine = Pupil.objects.visible_to(teacher).looked_after(on=TODAY)
        other = Pupil.objects.exclude(pk__in=mine.values("pk")).looked_after(on=TODAY).exclude(upn="").first()
        expected = {p.display_name for p in mine}
    assert other is not None
    assert set(names(page)) == expected
    page.get_by_role("searchbox").fill(other.upn)
    page.keyboard.press("Enter")
    expect(page.get_by_text("No child matches")).to_be_visible()
    answer = page.goto(f"{site.url}/children/{other.pk}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")

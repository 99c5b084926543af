"""Cover, a moved caseload and an emergency opening, each from the one who asks to the one who sees."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.models import Cover, User
from core.roles import Role
from pupils.models import Allocation, EmergencyAccess, Pupil
from tests.functional.journeys.county import TODAY, Site, person
from tests.functional.journeys.test_case_work import fill_date

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}
DESKTOP: Any = {"width": 1280, "height": 900}
REASON = "The police hold the child and ask us for the school"
Visit = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.fixture
def check_both(check_page: Check) -> Check:
    """As `check_page`, on a desktop and on a telephone, where nothing may stand beyond the edge."""

    def check(page: Page) -> None:
        check_page(page)
        page.set_viewport_size(PHONE)
        check_page(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
        page.set_viewport_size(DESKTOP)

    return check


@pytest.fixture
def colleague(site: Site) -> User:
    """Another social worker, with two children of the county."""
    with site.quiet():
        other = User.objects.create_user(
            "ivy.colleague@westmarch.example", name="Ivy Colleague", role=Role.SOCIAL_WORKER.value
        )
        mine = Allocation.objects.current(TODAY).filter(user=person(Role.SOCIAL_WORKER)).values("pupil_id")
        theirs = Allocation.objects.current(TODAY).filter(kind="social_worker").exclude(pupil_id__in=mine)
        picked = list(theirs.filter(pupil__in=Pupil.objects.looked_after(on=TODAY)).values_list("pk", flat=True)[:2])
        Allocation.objects.filter(pk__in=picked).update(user=other)
        if not picked:  # every child of the small county is the demo worker's
            own = Allocation.objects.current(TODAY).filter(user=person(Role.SOCIAL_WORKER), kind="social_worker")
            picked = list(own.filter(pupil__in=Pupil.objects.looked_after(on=TODAY)).values_list("pk", flat=True)[:2])
            Allocation.objects.filter(pk__in=picked).update(user=other)
        assert len(picked) == 2
    return other


def child_of(site: Site, worker: User) -> Pupil:
    with site.quiet():
        found = Allocation.objects.current(TODAY).filter(user=worker).select_related("pupil").order_by("pk").first()
        assert found is not None
        pupil: Pupil = found.pupil
        return pupil


def option(page: Page, label: str, name: str) -> None:
    value = page.get_by_label(label).locator("option", has_text=name).get_attribute("value")
    page.get_by_label(label).select_option(value)


def test_cover_from_the_head_to_the_worker_who_covers(
    site: Site, visit: Visit, check_both: Check, colleague: User
) -> None:
    child = child_of(site, colleague)
    page = visit(Role.VSH, reverse("more"))
    page.get_by_role("link", name="Cover", exact=True).click()
    check_both(page)
    page.get_by_role("button", name="Arrange cover").click()
    check_both(page)
    page.get_by_role("button", name="Arrange cover").click()
    expect(page.get_by_role("alert")).to_contain_text("Select who is away")
    check_both(page)
    with site.quiet():
        worker = person(Role.SOCIAL_WORKER)
    option(page, "Who is away?", "Ivy Colleague")
    option(page, "Who covers?", worker.email)
    fill_date(page, "Last day", 30, 11, 2026)
    page.get_by_label("Why").select_option("leave")
    page.get_by_role("button", name="Arrange cover").click()
    expect(page.get_by_role("alert")).to_contain_text("covers for Ivy Colleague from")
    check_both(page)

    theirs = visit(Role.SOCIAL_WORKER, "/")
    expect(theirs.get_by_text("You cover for Ivy Colleague until")).to_be_visible()
    check_both(theirs)
    theirs.goto(site.url + reverse("pupils:detail", args=[child.pk]))
    expect(theirs.get_by_text("Covering for Ivy Colleague until Mon 30 Nov 2026")).to_be_visible()
    check_both(theirs)
    theirs.goto(site.url + reverse("pupils:list"))
    expect(theirs.get_by_text("Covering for Ivy Colleague").first).to_be_visible()
    check_both(theirs)

    page = visit(Role.VSH, reverse("cover:list"))
    page.get_by_role("link", name=re.compile("End now")).click()
    check_both(page)
    page.get_by_role("button", name="End the cover now").click()
    expect(page.locator("tbody")).to_contain_text("Ended")
    visit(Role.SOCIAL_WORKER, reverse("pupils:detail", args=[child.pk]), status=404)
    with site.quiet():
        assert Cover.objects.get().ended_by == person(Role.VSH)


def test_a_caseload_moves_after_a_second_look(site: Site, visit: Visit, check_both: Check, colleague: User) -> None:
    page = visit(Role.VSH, reverse("pupils:caseloads"))
    check_both(page)
    page.get_by_role("link", name="Ivy Colleague").click()
    check_both(page)
    page.get_by_role("button", name="Tick all 2 children").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("alert")).to_contain_text("Select who takes the children over")
    check_both(page)
    with site.quiet():
        email = person(Role.SOCIAL_WORKER).email
    option(page, "Who takes them over?", email)
    fill_date(page, "First day with the new person", 7, 12, 2026)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move 2 children?")
    check_both(page)
    page.get_by_role("button", name="Change something").click()
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Move 1 child", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("1 child will move on Mon 7 Dec 2026")
    check_both(page)
    page.get_by_role("button", name=re.compile("Take back")).click()
    expect(page.get_by_role("button", name=re.compile("Take back"))).to_have_count(0)
    with site.quiet():
        assert Allocation.objects.filter(user=colleague, to_on=None).count() == 2


def test_from_a_refusal_to_an_emergency_opening_to_its_review(
    site: Site, visit: Visit, check_both: Check, colleague: User, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.westmarch.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    child = child_of(site, colleague)
    page = visit(Role.SOCIAL_WORKER, reverse("pupils:detail", args=[child.pk]), status=404)
    page.get_by_role("link", name="Open a record in an emergency").click()
    check_both(page)
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the child id or UPN")
    check_both(page)
    page.get_by_label("Child id or UPN").fill("NOBODY1")
    page.get_by_label("I am on duty").check()
    page.get_by_label("Why do you need this record now?").fill(REASON)
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_role("alert")).to_contain_text("No record was opened")
    check_both(page)
    page.get_by_label("Child id or UPN").fill(child.child_id)
    page.get_by_role("button", name="Open the record").click()

    expect(page.get_by_text("Opened in an emergency until Mon 23 Nov 2026, 13:30")).to_be_visible()
    assert child.child_id not in page.url
    check_both(page)
    page.get_by_role("link", name="Care", exact=True).click()
    expect(page.get_by_text("Opened in an emergency until")).to_be_visible()
    page.goto(site.url)
    page.get_by_role("link", name=child.display_name, exact=True).click()
    expect(page.get_by_text("Opened in an emergency until")).to_be_visible()
    assert [m.to for m in mail.outbox] == [[person(Role.VSH).email]]

    head = visit(Role.VSH, "/")
    head.get_by_role("link", name="Records opened in an emergency, to review").click()
    check_both(head)
    head.locator("tbody").get_by_role("link").first.click()
    expect(head.locator("main")).to_contain_text(REASON)
    check_both(head)
    head.get_by_label("To follow up").check()
    head.get_by_role("button", name="Record the review").click()
    expect(head.get_by_role("alert")).to_contain_text("Write what has to be followed up")
    check_both(head)
    head.get_by_label("Justified", exact=True).check()
    head.get_by_role("button", name="Record the review").click()
    expect(head.get_by_role("alert")).to_contain_text("The review is recorded.")
    head.goto(site.url + reverse("pupils:who_looked", args=[child.pk]))
    expect(head.get_by_text("In an emergency").first).to_be_visible()
    check_both(head)

    page = visit(Role.SOCIAL_WORKER, reverse("pupils:detail", args=[child.pk]))
    page.get_by_role("button", name="I am done: close this record").click()
    visit(Role.SOCIAL_WORKER, reverse("pupils:detail", args=[child.pk]), status=404)
    with site.quiet():
        access = EmergencyAccess.objects.get()
        assert (access.outcome, access.closed_at is not None) == ("justified", True)

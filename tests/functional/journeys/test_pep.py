"""A PEP by its people: sections side by side, saved as typed, nothing lost; from the meeting to the approval."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.models import User
from core.roles import Role
from peps.models import PEP, FormVersion, PEPSection
from peps.rules.form import Kind, Section
from pupils.models import Allocation
from tests.functional.journeys.conftest import sign_in_by_cookie
from tests.functional.journeys.county import TODAY, Site, person

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def answer_all(section: Section) -> dict[str, object]:
    """Something plausible for every question."""
    found: dict[str, object] = {}
    for field in section.fields:
        if field.kind is Kind.ROWS:
            found[field.key] = [{key: "As agreed" for key, _ in field.columns}]
        elif field.kind in {Kind.CHOICE, Kind.MANY}:
            found[field.key] = field.choices[0][0]
        else:
            by_kind = {Kind.YES_NO: "yes", Kind.DATE: "2026-12-01", Kind.NUMBER: "25"}
            found[field.key] = by_kind.get(field.kind, "As agreed at the meeting")
    return found


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Visit]:
    """visit(role, path): each role at a browser of its own, so that several people work at once."""
    desks: dict[Role, BrowserContext] = {}
    complaints: list[str] = []

    def go(role: Role, path: str) -> Page:
        if role not in desks:
            desks[role] = browser.new_context()
            sign_in_by_cookie(site, desks[role], role)
        page = desks[role].new_page()
        page.on("pageerror", lambda fault: complaints.append(f"{page.url}: {fault}"))
        page.goto(site.url + path)
        return page

    yield go
    for desk in desks.values():
        desk.close()
    assert complaints == []


@pytest.fixture
def pep(site: Site) -> PEP:
    """In preparation, of a child of the demo's teacher, social worker and adviser."""
    with site.quiet():
        mine = PEP.objects.visible_to(person(Role.DESIGNATED_TEACHER)).filter(academic_year=2026, season="autumn")
        found: PEP = mine.order_by("-pk").first()  # type: ignore[assignment]
        PEP.objects.filter(pk=found.pk).update(
            state="open",
            held_on=None,
            form=FormVersion.objects.get(state="in_force"),
            phase="secondary",
            circumstances=[],
        )
        found.sections.all().delete()
        found.targets.all().delete()
        found.sign_offs.all().delete()
        found.versions.all().delete()
        found.quality_checks.all().delete()
        PEP.objects.filter(pupil=found.pupil).exclude(pk=found.pk).delete()
        for role, kind in ((Role.SOCIAL_WORKER, "social_worker"), (Role.ADVISER, "adviser")):
            Allocation.objects.filter(pupil=found.pupil, kind=kind).delete()
            Allocation.objects.create(pupil=found.pupil, kind=kind, user=person(role), from_on=date(2026, 1, 1))
        return PEP.objects.get(pk=found.pk)


def url_of(pep: PEP, code: str) -> str:
    return reverse("peps:section", args=[pep.pk, code])


def saved(page: Page) -> None:
    expect(page.locator("[data-app-saved]")).to_contain_text(re.compile(r"^Saved \d\d:\d\d$"))


def stored(site: Site, pep: PEP, code: str) -> dict[str, Any]:
    with site.quiet():
        answers: dict[str, Any] = PEPSection.objects.get(pep=pep, code=code).answers
        return answers


def test_what_is_typed_is_saved_and_two_writers_are_told(site: Site, visit: Visit, pep: PEP, check_page: Any) -> None:
    page = visit(Role.DESIGNATED_TEACHER, url_of(pep, "C"))
    check_page(page)
    page.get_by_label("What is hard?").fill("Spelling, and reading aloud")
    saved(page)
    assert stored(site, pep, "C")["hard"] == "Spelling, and reading aloud"

    other = visit(Role.ADVISER, url_of(pep, "C"))
    other.get_by_label("What is going well?").fill("Art")
    saved(other)
    other.get_by_label("What is hard?").fill("Getting up in the morning")
    saved(other)
    page.get_by_label("What would help?").fill("A quiet place")
    saved(page)
    page.get_by_label("What is hard?").fill("Spelling")
    clash = page.locator("[data-app-clash=hard]")
    expect(clash).to_contain_text("Getting up in the morning")
    expect(clash).to_contain_text("Yours is not saved")
    check_page(page)
    clash.get_by_role("button", name="Keep mine").click()
    saved(page)
    answers = stored(site, pep, "C")
    assert answers["hard"] == "Spelling"
    assert (answers["going_well"], answers["would_help"]) == ("Art", "A quiet place")


def test_a_lost_connection_and_a_closed_browser_lose_nothing(site: Site, visit: Visit, pep: PEP) -> None:
    page = visit(Role.DESIGNATED_TEACHER, url_of(pep, "B"))
    context: BrowserContext = page.context
    context.set_offline(True)
    page.get_by_label("Key adult at the school").fill("Helen Lowe")
    expect(page.locator("[data-app-saved]")).to_contain_text("No connection. Your text is kept in this browser")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{site.url}{url_of(pep, 'B')}")
    expect(again.get_by_label("Key adult at the school")).to_have_value("Helen Lowe")
    saved(again)
    assert stored(site, pep, "B")["key_adult"] == "Helen Lowe"


def test_what_lies_in_the_browser_is_sealed(site: Site, visit: Visit, pep: PEP) -> None:
    page = visit(Role.DESIGNATED_TEACHER, url_of(pep, "B"))
    page.context.set_offline(True)
    page.get_by_label("Key adult at the school").fill("Helen Lowe")
    expect(page.locator("[data-app-saved]")).to_contain_text("No connection")
    kept = page.evaluate("Object.values(localStorage).join(' ')")
    assert "Lowe" not in kept
    assert len(kept) > 100
    page.context.set_offline(False)


def test_from_planned_to_locked(site: Site, visit: Visit, pep: PEP, check_page: Any) -> None:
    """Social worker, teacher, adviser, Head and reviewing officer; returned once; targets vague at first; five sign."""
    home = reverse("peps:pep", args=[pep.pk])
    with site.quiet():
        PEP.objects.filter(pk=pep.pk).update(state="planned")
        pep.meetings.all().delete()
    worker = visit(Role.SOCIAL_WORKER, home)
    worker.get_by_role("button", name="Set the meeting").click()
    fill_date(worker, "Day of the meeting", date(2026, 11, 30))
    worker.get_by_label("Time", exact=True).fill("10:30")
    worker.get_by_label("Where", exact=True).fill("The library")
    worker.get_by_role("button", name="Set the meeting").click()
    expect(worker.locator("main")).to_contain_text("10:30, 60 minutes")
    with site.quiet():
        pep = PEP.objects.get(pk=pep.pk)
        assert pep.state == "open"
        for section in pep.form_sections:
            if section.code != "A":
                pep.sections.create(code=section.code, answers=answer_all(section), revision=1)

    worker.goto(f"{site.url}{url_of(pep, 'A')}")
    worker.get_by_label("First language").fill("English")
    saved(worker)
    with site.quiet():
        section = next(s for s in pep.form_sections if s.code == "A")
        pep.sections.filter(code="A").update(answers=answer_all(section))

    teacher = visit(Role.DESIGNATED_TEACHER, home)
    check_page(teacher)
    teacher.get_by_role("link", name="J. Targets").click()
    for number, outcome in enumerate(
        ("read 60 words a minute", "swim 25 metres without help", "stay for whole lessons")
    ):
        teacher.get_by_role("button", name="Add a target").click()
        if number == 0:
            set_target(teacher, "improve reading")
            expect(teacher.locator("#sentence")).to_contain_text("will improve reading")
            expect(teacher.locator(".govuk-error-summary")).to_contain_text("Say what the child will be able to do")
            check_page(teacher)
        set_target(teacher, outcome)
        expect(teacher.locator("main")).to_contain_text(f"Target {number + 1} is saved.")
    check_page(teacher)

    teacher.goto(f"{site.url}{reverse('peps:record_meeting', args=[pep.pk])}")
    fill_date(teacher, "Day of the meeting", TODAY)
    teacher.get_by_role("button", name="Record the meeting").click()
    teacher.goto(f"{site.url}{home}")
    teacher.get_by_role("button", name="Submit to the Virtual School").click()
    expect(teacher.locator("main")).to_contain_text("The PEP is submitted.")
    expect(teacher.get_by_role("button", name="Submit to the Virtual School")).to_have_count(0)

    adviser = visit(Role.ADVISER, home)
    adviser.get_by_role("link", name="Grade this PEP").click()
    check_page(adviser)
    grade(adviser, red="The child’s voice")
    expect(adviser).to_have_url(re.compile(r"/return/$"))
    expect(adviser.get_by_label("C. What the child says")).to_have_value("Ask her what she wants")
    check_page(adviser)
    adviser.get_by_role("button", name="Return these sections").click()

    teacher.goto(f"{site.url}{url_of(pep, 'C')}")
    expect(teacher.locator("main")).to_contain_text("Ask her what she wants")
    teacher.get_by_label("What do you want to do next?").fill("Be a vet")
    saved(teacher)
    teacher.goto(f"{site.url}{url_of(pep, 'B')}")
    expect(teacher.locator("main textarea")).to_have_count(0)
    teacher.goto(f"{site.url}{home}")
    teacher.get_by_role("button", name="Submit to the Virtual School").click()

    adviser.goto(f"{site.url}{reverse('peps:quality', args=[pep.pk])}")
    grade(adviser)
    adviser.goto(f"{site.url}{reverse('peps:sign_off', args=[pep.pk])}")
    check_page(adviser)
    for who in ("Social worker", "Designated teacher", "Child or young person", "Carer", "Virtual School adviser"):
        adviser.get_by_role("group", name="Who?").get_by_label(who, exact=True).check()
        adviser.get_by_label("Said so; recorded by somebody else").check()
        adviser.get_by_label("Name of the person").fill("Kay Marsh")
        adviser.get_by_role("button", name="Record the sign-off").click()
        expect(adviser.locator("main")).to_contain_text("The sign-off is recorded.")
    adviser.goto(f"{site.url}{home}")
    adviser.get_by_role("button", name="Approve").click()
    expect(adviser.locator("main")).to_contain_text("is approved")
    check_page(adviser)
    head = visit(Role.VSH, home)
    head.get_by_role("button", name="Lock it now").click()
    expect(head.locator("main")).to_contain_text("The PEP is locked.")
    with site.quiet():
        assert PEP.objects.get(pk=pep.pk).state == "locked"
        names = list(pep.steps.order_by("pk").values_list("name", flat=True))
        Allocation.objects.filter(pupil=pep.pupil, kind="iro").delete()
        Allocation.objects.create(pupil=pep.pupil, kind="iro", user=person(Role.IRO), from_on=date(2026, 1, 1))
    assert names == ["arrange", "hold", "submit", "return", "submit", "approve", "lock"]
    officer = visit(Role.IRO, home)
    officer.get_by_role("link", name="J. Targets").click()
    expect(officer.locator("main")).to_contain_text("swim 25 metres without help")


def set_target(page: Page, outcome: str) -> None:
    page.get_by_label("What is it about?").select_option("academic")
    page.get_by_label("What does the child need that is missing now?").fill("Reads 32 words a minute")
    page.get_by_label("What will the child be able to do?").press_sequentially("")
    page.get_by_label("What will the child be able to do?").fill(outcome)
    page.get_by_label("What is it good for?").fill("To follow lessons with the others")
    page.get_by_label("What, row 1").fill("Paired reading")
    page.get_by_label("How will you know? What is measured").fill("Words a minute")
    page.get_by_label("To", exact=True).fill("60")
    page.get_by_label("Who sees to it?").fill("Helen Lowe")
    fill_date(page, "By when?", date(2027, 3, 12))
    if outcome == "improve reading":
        expect(page.locator("#sentence")).to_contain_text("will improve reading")
    page.get_by_role("button", name="Save the target").click()


def grade(page: Page, red: str = "") -> None:
    for group in page.locator("main fieldset").filter(has=page.get_by_label("Comment")).all():
        legend = group.locator("legend").first.inner_text()
        wanted = "Red: to be mended" if legend == red else "Green: good"
        group.get_by_label(wanted).check()
        if legend == red:
            group.get_by_label("Comment").fill("Ask her what she wants")
    page.get_by_role("button", name="Save the grades").click()


def fill_date(page: Page, name: str, on: date) -> None:
    group = page.get_by_role("group", name=name)
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(label, exact=True).fill(str(value))


def test_a_section_by_keyboard_on_a_phone(site: Site, visit: Visit, pep: PEP, check_page: Any) -> None:
    page = visit(Role.DESIGNATED_TEACHER, url_of(pep, "K"))
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("What money since the last PEP").focus()
    page.keyboard.type("Ten sessions with a tutor")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="Does this PEP ask for money?").get_by_label("Yes")).to_be_checked()
    saved(page)
    check_page(page)
    assert stored(site, pep, "K") == {"money_used": "Ten sessions with a tutor", "asks_money": "yes"}


def test_who_does_not_write_reads(site: Site, visit: Visit, pep: PEP, check_page: Any) -> None:
    with site.quiet():
        pep.sections.create(code="B", answers={"key_adult": "Helen Lowe"}, revision=1)
        officer: User = person(Role.IRO)
        Allocation.objects.filter(pupil=pep.pupil, kind="iro").delete()
        Allocation.objects.create(pupil=pep.pupil, kind="iro", user=officer, from_on=date(2026, 1, 1))
    page = visit(Role.IRO, url_of(pep, "B"))
    expect(page.locator("main")).to_contain_text("Helen Lowe")
    expect(page.locator("main textarea")).to_have_count(0)
    check_page(page)

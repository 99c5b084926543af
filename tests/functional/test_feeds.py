"""A data officer takes feeds in a browser: with the keyboard alone, without scripts, on each page axe finds nothing."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.feeds import services
from core.models import FeedRun, User
from core.roles import Role
from schools.models import School
from tests.conftest import PASSWORD
from tests.integration.conftest import Worker, real_worker, redis_url  # noqa: F401 - fixtures
from tests.integration.core.feed_files import KINDS, UPNS, delivery, sources
from tests.integration.core.holding import holding, until_waiting_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = date(2026, 11, 23)
Status = FeedRun.Status
CheckPage = Callable[[Page], None]


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_OFFICER, name="Priya Raman")


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return delivery("gias", tmp_path)[0].path


def checked(kind: str, files: dict[str, str], folder: Path, actor: User) -> FeedRun:
    run = services.receive(kind=kind, sources=sources(files, folder), actor=actor)
    return services.check_run(run_id=run.pk, today=TODAY)


def schools(name: str, *rows: str) -> dict[str, str]:
    return {name: "\n".join(["URN,EstablishmentName", *rows, ""])}


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not reach {target}")


def test_upload_and_apply_with_the_keyboard_alone(
    page: Page, live_server, officer: User, register: Path, check_page: CheckPage
) -> None:
    # From the start: asked for just before the key, the browser may open its own window first.
    page.on("filechooser", lambda chooser: chooser.set_files(register))
    page.goto(live_server.url)
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(officer.email)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/")

    tab_to(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="Feeds"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Feeds")
    check_page(page)  # the empty list
    tab_to(page, page.get_by_role("button", name="Upload files"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload a feed")

    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Schools register (GIAS)")).to_be_checked()
    tab_to(page, page.get_by_label("Files", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Files", exact=True)).to_have_value(re.compile(re.escape(register.name)))
    tab_to(page, page.get_by_role("button", name="Check the files"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Delivery \d+: Schools register \(GIAS\)"))
    assert not School.objects.exists()
    tab_to(page, page.get_by_role("button", name="Apply 2 rows"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 rows were applied")).to_be_visible()
    assert School.objects.count() == 2
    assert FeedRun.objects.get().applied_by == officer


def test_without_scripts(browser: Browser, live_server, officer: User, register: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("Email").fill(officer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{live_server.url}/feeds/new/")
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_role("link", name="Choose the files to upload")).to_be_visible()
    page.get_by_label("Schools register (GIAS)").check()
    page.get_by_label("Files", exact=True).set_input_files(register)
    page.get_by_role("button", name="Check the files").click()
    page.get_by_role("button", name="Apply 2 rows").click()
    expect(page.get_by_text("2 rows were applied")).to_be_visible()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    waiting = services.receive(kind="gias", sources=delivery("gias", register.parent.parent), actor=officer)
    page.goto(f"{live_server.url}/feeds/{waiting.pk}/")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("The files are being checked")).to_be_visible()
    context.close()


def test_links_of_the_error_summary_lead_to_the_fields(
    page: Page, live_server, sign_in, officer: User, check_page
) -> None:
    sign_in(officer)
    page.goto(f"{live_server.url}/feeds/new/")
    check_page(page)
    page.get_by_role("button", name="Check the files").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    check_page(page)
    page.get_by_role("link", name="Select what the files are").click()
    expect(page.get_by_role("radio").first).to_be_focused()
    page.get_by_role("link", name="Choose the files to upload").click()
    expect(page.get_by_label("Files", exact=True)).to_be_focused()


def test_what_the_preview_says(page: Page, live_server, sign_in, officer: User, tmp_path: Path) -> None:
    for kind in ("gias", "ssda903"):
        services.apply_sources(kind=kind, sources=delivery(kind, tmp_path), actor=officer, today=TODAY)
    moved = {
        "header.csv": f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nW1,1,01/02/2010,WBRI,{UPNS['W1']},,\n",
        "episodes.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC\nW1,01/08/2024,S,C2,N1,U1,,\nW2,soon,S,C2,N1,U1,,\n",
    }
    run = checked("ssda903", moved, tmp_path / "moved", officer)
    sign_in(officer)
    page.goto(f"{live_server.url}/feeds/{run.pk}/")
    expect(page.locator(".app-steps [aria-current=step]")).to_have_text("Confirm")
    expect(page.get_by_text("1 entry added (1 episode of care), 0 changed, 1 taken out.")).to_be_visible()
    expect(page.get_by_text("Applying takes out 1 entry of what is here now.")).to_be_visible()
    expect(page.get_by_text("1 row is held back and changes nothing")).to_be_visible()
    kinds = page.get_by_role("table", name="Problems by kind").get_by_role("row")
    expect(kinds.nth(1)).to_contain_text("Held back")
    page.get_by_role("link", name="Not a date").click()
    expect(page.get_by_role("heading", name="Problems row by row: Not a date")).to_be_visible()
    rows = page.get_by_role("table", name="Problems, row by row").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("soon is not a date. Write dates as dd/mm/yyyy or yyyy-mm-dd.")
    page.get_by_role("link", name="Show all kinds").click()
    page.get_by_role("button", name="Put aside").click()
    expect(page.get_by_text(f"Delivery {run.pk} was put aside. Nothing was changed.")).to_be_visible()


def test_problems_as_csv(page: Page, live_server, sign_in, officer: User, register: Path) -> None:
    run = services.receive(kind="gias", sources=delivery("gias", register.parent.parent), actor=officer)
    services.check_run(run_id=run.pk, today=TODAY)
    sign_in(officer)
    page.goto(f"{live_server.url}/feeds/{run.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the problems of the file’s own rows as CSV").click()
    assert download.value.suggested_filename == f"problems-of-delivery-{run.pk}-for-the-sender.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["File"], row["Row"], row["Column"], row["Value read"]) == ("schools.csv", "4", "URN", "99")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_state_is_accessible_and_fits(
    *, page: Page, live_server, sign_in, officer: User, tmp_path: Path, check_page: CheckPage, width: int
) -> None:
    for kind in KINDS:
        services.apply_sources(kind=kind, sources=delivery(kind, tmp_path), actor=officer, today=TODAY)

    def one(name: str, *rows: str) -> FeedRun:
        return checked("gias", schools(name, *rows), tmp_path / name[:9], officer)

    states = {
        "Ready to apply": one("x" * 180 + ".csv", "990009,New", "9" * 190 + ",Long"),
        "Refused": checked("gias", {"letter.csv": "Dear colleague\nnothing\n"}, tmp_path, officer),
        "Nothing to change": one("same.csv", "990001,Alder Brook School"),
        "All rows held back": one("held.csv", "99,Alder Brook School"),
        "What the words mean": checked(
            "welfare-call", {"words.csv": "Child ID,Date,AM,PM\nW1,10/11/2025,present,away\n"}, tmp_path, officer
        ),
        "Waiting to be checked": services.receive(kind="gias", sources=delivery("gias", tmp_path), actor=officer),
        "Stopped by a fault": one("fault.csv", "990008,Fault"),
        "Put aside": services.cancel_run(run=one("aside.csv", "990007,Aside"), actor=officer),
        "Being applied": one("queued.csv", "990006,Queued"),
        "Applied": FeedRun.objects.get(kind="ssda903"),
    }
    services.mark_failed(run_id=states["Stopped by a fault"].pk)
    services.queue_run(run_id=states["Being applied"].pk, status=Status.APPLYING)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(officer)
    for label, run in states.items():
        page.goto(f"{live_server.url}/feeds/{run.pk}/")
        expect(page.get_by_text(label, exact=True).first).to_be_visible()
        check_page(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), label
    page.goto(f"{live_server.url}/feeds/")
    check_page(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert complaints == []


@pytest.mark.worker
def test_the_progress_of_a_large_file_with_a_real_worker(
    *,
    real_worker: Worker,  # noqa: F811
    redis_url: str,  # noqa: F811
    settings,
    page: Page,
    live_server,
    sign_in,
    officer: User,
    tmp_path: Path,
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}}
    text = "".join(f"{100_000 + n},School Number {n},{n:090d}\n" for n in range(12_000))
    large = sources({"large.csv": f"URN,EstablishmentName,Town\n{text}"}, tmp_path / "in")[0]
    sign_in(officer)
    page.goto(f"{live_server.url}/feeds/new/")
    page.get_by_label("Schools register (GIAS)").check()
    page.get_by_label("Files", exact=True).set_input_files(large.path)
    page.get_by_role("button", name="Check the files").click()
    apply = page.get_by_role("button", name="Apply 12,000 rows")
    expect(apply).to_be_visible(timeout=60_000)  # the bar moves on by itself when the check is done
    with holding("schools_school"):
        apply.click()
        expect(page.get_by_text("The delivery is being applied")).to_be_visible()
        until_waiting_for("relation")
        expect(page.locator("[data-progress-text]")).to_contain_text("1 of 3", timeout=20_000)
        page.goto(f"{live_server.url}/feeds/")
        expect(page.get_by_text("Being applied")).to_be_visible()
        page.go_back()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Applied", exact=True).first).to_be_visible()
    assert School.objects.count() == 12_000

"""The file of people: accounts, posts, last days, who is absent, and who may bring it in."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.feeds import services
from core.feeds.base import SourceFile
from core.feeds.services import Outcome
from core.models import AccessEvent, FeedRun, Invitation, User
from core.roles import Role
from schools.models import SchoolMembership
from tests.factories import MembershipFactory, SchoolFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DATA = Path(__file__).resolve().parents[2] / "data/people"
HEADINGS = "email,name,role,school_urn,team,from,to"
Send = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        yield


@pytest.fixture(autouse=True)
def schools() -> None:
    SchoolFactory(urn="990001", name="Alder Brook School")
    SchoolFactory(urn="990002", name="Bramley Hill School")


@pytest.fixture
def admin(make_user: Any) -> User:
    user: User = make_user(Role.SYSTEM_ADMIN, name="Ruth Okafor")
    return user


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., list[SourceFile]]:
    def make(*rows: str) -> list[SourceFile]:
        path = tmp_path / "people.csv"
        path.write_text("\n".join([HEADINGS, *rows, ""]))
        return [SourceFile(name="people.csv", path=path)]

    return make


@pytest.fixture
def send(file_of: Any, admin: User) -> Send:
    def go(*rows: str, **options: str) -> Outcome:
        return services.apply_sources(kind="people", sources=file_of(*rows), actor=admin, today=TODAY, options=options)

    return go


def stored(name: str) -> list[SourceFile]:
    return [SourceFile(name=name, path=DATA / name)]


def codes(outcome: Outcome) -> list[str]:
    return [p.code for p in outcome.problems]


def posts_of(email: str) -> list[tuple[str, date, date | None]]:
    rows = SchoolMembership.objects.filter(user__email=email).order_by("school__urn", "from_on")
    return list(rows.values_list("school__urn", "from_on", "to_on"))


def test_people_get_accounts_posts_and_last_days_and_the_same_file_changes_nothing(admin: User) -> None:
    outcome = services.apply_sources(kind="people", sources=stored("people.csv"), actor=admin, today=TODAY)
    assert outcome.rows == {"read": 6, "applied": 5, "unchanged": 0, "held": 0, "ignored": 1}
    assert codes(outcome) == ["GONE_ALREADY"]
    tamsin = User.objects.get(email="tamsin.orchard@westmarch.example")
    assert (tamsin.name, tamsin.role, tamsin.team) == ("Tamsin Orchard", Role.IRO, "Reviewing service")
    assert not tamsin.has_usable_password()
    assert User.objects.get(email="joe.penrose@westmarch.example").leaves_on == date(2026, 12, 31)
    assert posts_of("alis.quill@alderbrook.example") == [
        ("990001", date(2026, 9, 1), None), ("990002", date(2026, 9, 1), date(2027, 7, 22)),
    ]  # fmt: skip
    assert posts_of("ben.rowan@bramleyhill.example") == [("990002", TODAY, None)]
    assert not Invitation.objects.exists()
    run = FeedRun.objects.get()
    assert (run.difference["added"], run.difference["added_as"]) == (7, "4 accounts and 3 posts at schools")
    again = services.apply_sources(kind="people", sources=stored("people.csv"), actor=admin, today=TODAY)
    assert (again.status, again.rows["unchanged"]) == ("unchanged", 5)


def test_rows_in_trouble_are_named_by_row_and_column(admin: User) -> None:
    outcome = services.apply_sources(kind="people", sources=stored("trouble.csv"), actor=admin, today=TODAY)
    assert {(p.row, p.code, p.column) for p in outcome.problems} == {
        (2, "UNKNOWN_ROLE", "role"), (3, "BAD_EMAIL", "email"), (4, "SCHOOL_UNKNOWN", "school_urn"),
        (5, "NO_SCHOOL", "school_urn"), (6, "TWO_ROLES", "role"), (7, "TWO_ROLES", "role"),
        (8, "TO_BEFORE_FROM", "to"), (9, "ADMIN_BY_HAND", "role"), (10, "DELEGATED_ROLE", "role"),
        (11, "MISSING_VALUE", "email"), (12, "MISSING_VALUE", "name"), (13, "BAD_DATE", "to"),
    }  # fmt: skip
    assert (outcome.status, outcome.rows["held"]) == ("unchanged", 12)
    assert list(User.objects.all()) == [admin]


def test_name_role_and_team_are_changed_and_a_blank_cell_changes_nothing(send: Send, make_user: Any) -> None:
    ada = make_user(Role.IRO, email="ada@westmarch.example", name="Ada Old", team="East")
    outcome = send("ADA@westmarch.example,Ada Whitcombe,Adviser,,,,")
    ada.refresh_from_db()
    assert (outcome.rows["applied"], ada.name, ada.role, ada.team) == (1, "Ada Whitcombe", Role.ADVISER, "East")
    changes = FeedRun.objects.get().changes.values_list("subject", "what", "before", "after")
    assert set(changes) == {
        ("ada@westmarch.example", "name", "Ada Old", "Ada Whitcombe"),
        ("ada@westmarch.example", "role", "Independent reviewing officer", "LAC education adviser"),
    }
    assert send("ada@westmarch.example,,,,West,,").rows["applied"] == 1
    ada.refresh_from_db()
    assert (ada.role, ada.team) == (Role.ADVISER, "West")


def test_a_last_day_that_is_over_closes_the_account_and_its_sessions(send: Send, client: Client) -> None:
    post = MembershipFactory(user__email="t@alderbrook.example", user__name="Tess", school__urn="990009")
    client.force_login(post.user)
    assert client.get("/").status_code == 200
    outcome = send("t@alderbrook.example,Tess,DT,990009,,,20/11/2026")
    assert outcome.rows["applied"] == 1
    post.user.refresh_from_db()
    assert not post.user.is_active
    assert posts_of("t@alderbrook.example") == [("990009", post.from_on, date(2026, 11, 21))]
    assert client.get("/").status_code == 302
    assert AccessEvent.objects.filter(subject_id=post.user.pk, detail__because="last day over").exists()
    assert send("t@alderbrook.example,Tess,DT,990009,,,20/11/2026").status == "unchanged"


def test_a_teacher_who_leaves_one_of_two_schools_stays(send: Send) -> None:
    post = MembershipFactory(user__email="t@alderbrook.example", user__name="Tess", school__urn="990009")
    MembershipFactory(user=post.user, school__urn="990010")
    send("t@alderbrook.example,Tess,DT,990009,,,20/11/2026")
    post.user.refresh_from_db()
    assert (post.user.is_active, post.user.leaves_on) == (True, None)


def test_nobody_is_closed_while_one_of_their_rows_is_held(send: Send, make_user: Any) -> None:
    ada = make_user(Role.IRO, email="ada@westmarch.example", name="Ada")
    send("ada@westmarch.example,Ada,IRO,,,,01/11/2026", "ada@westmarch.example,Ada,IRO,,,,31/02/2027")
    ada.refresh_from_db()
    assert ada.is_active


def test_a_file_opens_no_closed_account(send: Send, make_user: Any) -> None:
    ada = make_user(Role.IRO, email="ada@westmarch.example", name="Ada", is_active=False)
    outcome = send("ada@westmarch.example,Ada Whitcombe,IRO,,,,")
    assert (codes(outcome), outcome.rows["held"]) == (["ACCOUNT_CLOSED"], 1)
    ada.refresh_from_db()
    assert (ada.is_active, ada.name) == (False, "Ada")


def test_a_file_neither_makes_nor_changes_nor_ends_administrators(send: Send, admin: User, make_user: Any) -> None:
    iro, second = make_user(Role.IRO), make_user(Role.SYSTEM_ADMIN)
    outcome = send(
        f"{iro.email},{iro.name},system_admin,,,,",
        f"{admin.email},{admin.name},IRO,,,,",
        f"{second.email},{second.name},system_admin,,,,01/11/2026",
    )
    assert codes(outcome) == ["ADMIN_BY_HAND"] * 3
    assert send(f"{admin.email},{admin.name},system_admin,,IT,,").rows["applied"] == 1
    assert set(User.objects.filter(is_active=True).values_list("role", flat=True)) == {"iro", "system_admin"}
    admin.refresh_from_db()
    assert (admin.role, admin.team) == ("system_admin", "IT")


def full(send: Send, **options: str) -> Outcome:
    return send("ada@westmarch.example,Ada,IRO,,,,", everybody="yes", **options)


def test_who_is_absent_from_a_full_file_is_listed_and_closed_only_when_ticked(send: Send, make_user: Any) -> None:
    make_user(Role.IRO, email="ada@westmarch.example", name="Ada")
    gone = make_user(Role.IRO, email="gone@westmarch.example", name="Gale Gone")
    other = make_user(Role.BOARD_READER)
    colleague = make_user(Role.SCHOOL_COLLEAGUE)
    listed = full(send)
    assert [(p.code, p.value) for p in listed.problems] == [("ABSENT_STAFF", gone.email)]
    assert "never signed in" in listed.problems[0].message
    gone.refresh_from_db()
    assert gone.is_active
    done = full(send, close_absent="yes")
    assert done.status == "applied"
    closed = set(User.objects.filter(is_active=False).values_list("email", flat=True))
    assert closed == {gone.email}
    summary = " ".join(FeedRun.objects.order_by("pk").last().difference["summary"])
    assert "Board reader: 1 account stays, for the file has nobody with this role." in summary
    assert "System administrator: 1 account stays" in summary
    assert "School colleague" in summary
    assert other.is_active
    assert colleague.is_active
    assert full(send, close_absent="yes").status == "unchanged"


def test_without_saying_so_a_file_is_not_taken_for_everybody(send: Send, make_user: Any) -> None:
    make_user(Role.IRO, email="gone@westmarch.example")
    assert codes(send("ada@westmarch.example,Ada,IRO,,,,", close_absent="yes")) == []
    assert User.objects.filter(is_active=False).count() == 0


def test_a_row_without_an_address_makes_nobody_absent(send: Send, make_user: Any) -> None:
    make_user(Role.IRO, email="gone@westmarch.example")
    outcome = send("ada@westmarch.example,Ada,IRO,,,,", "gnoe@,Gale,IRO,,,,", everybody="yes", close_absent="yes")
    assert codes(outcome) == ["BAD_EMAIL", "ABSENT_UNKNOWN"]
    assert User.objects.filter(is_active=False).count() == 0


def test_a_school_that_a_full_file_leaves_out_is_listed_and_ended(send: Send) -> None:
    post = MembershipFactory(user__email="t@alderbrook.example", user__name="Tess", school__urn="990009")
    row = "t@alderbrook.example,Tess,DT,990001,,2026-11-01,"
    assert codes(send(row, everybody="yes")) == ["ABSENT_POST"]
    send(row, everybody="yes", close_absent="yes")
    post.refresh_from_db()
    assert post.to_on == TODAY
    assert posts_of("t@alderbrook.example")[0] == ("990001", date(2026, 11, 1), None)


def test_the_command_line_says_that_a_file_names_everybody(admin: User, make_user: Any, file_of: Any) -> None:
    gone = make_user(Role.IRO)
    path, out = file_of("ada@westmarch.example,Ada,IRO,,,,")[0].path, io.StringIO()
    call_command("feed", "people", path, "--everybody", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["status"], [p["code"] for p in told["problems"]]) == ("ready", ["ABSENT_STAFF"])
    words = ["--everybody", "--close-absent", "--apply", "--actor", admin.email, "--json"]
    call_command("feed", "people", path, *words, stdout=io.StringIO())
    gone.refresh_from_db()
    assert not gone.is_active
    assert FeedRun.objects.get().applied_by == admin


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM_ADMIN])
def test_only_who_makes_accounts_brings_in_people(role: Role, make_user: Any, file_of: Any) -> None:
    with pytest.raises(PermissionDenied):
        services.receive(kind="people", sources=file_of("a@b.example,A,IRO,,,,"), actor=make_user(role))
    assert not FeedRun.objects.exists()


def test_each_sees_the_deliveries_of_their_own_kinds(admin: User, make_user: Any, file_of: Any, client: Client) -> None:
    people = services.receive(kind="people", sources=file_of("a@b.example,A,IRO,,,,"), actor=admin)
    officer = make_user(Role.DATA_OFFICER)
    roll = services.receive(kind="roll", sources=file_of("a@b.example,A,IRO,,,,"), actor=officer)
    assert set(FeedRun.objects.visible_to(admin)) == {people}
    assert set(FeedRun.objects.visible_to(officer)) == {roll}
    assert not FeedRun.objects.visible_to(make_user(Role.IRO))
    client.force_login(admin)
    page = client.get(reverse("feeds:new")).content.decode()
    assert "People who sign in" in page
    assert "Roll" not in page
    client.force_login(officer)
    assert "People who sign in" not in client.get(reverse("feeds:new")).content.decode()


@pytest.fixture
def site(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def upload(site: Client, sources: list[SourceFile], **data: Any) -> FeedRun:
    with sources[0].path.open("rb") as handle:
        site.post(reverse("feeds:new"), {"kind": "people", "files_sent": handle, **data})
    run: FeedRun = FeedRun.objects.order_by("pk").last()
    return run


def test_the_page_lists_the_absent_and_asks_before_it_closes(site: Client, make_user: Any, file_of: Any) -> None:
    make_user(Role.IRO, email="ada@westmarch.example", name="Ada")
    gone = make_user(Role.IRO, name="Gale Gone")
    run = upload(site, file_of("ada@westmarch.example,Ada,IRO,,,,"), option_everybody="on")
    assert run.status == FeedRun.Status.READY
    page = site.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert "Gale Gone" in page
    assert "Close the 1 account not in the file" in page
    assert "It names people who are not in the file" in page
    site.post(reverse("feeds:apply", args=[run.pk]))
    run.refresh_from_db()
    gone.refresh_from_db()
    assert (run.status, gone.is_active) == (FeedRun.Status.UNCHANGED, True)
    run = upload(site, file_of("ada@westmarch.example,Ada,IRO,,,,"), option_everybody="on")
    site.post(reverse("feeds:apply", args=[run.pk]), {"close_absent": "yes"})
    gone.refresh_from_db()
    run.refresh_from_db()
    assert (run.status, gone.is_active, run.options["close_absent"]) == (FeedRun.Status.APPLIED, False, "yes")


def test_a_tick_of_an_earlier_try_does_not_confirm_the_next(site: Client, make_user: Any, file_of: Any) -> None:
    make_user(Role.IRO, email="ada@westmarch.example", name="Ada")
    gone = make_user(Role.IRO)
    run = upload(site, file_of("ada@westmarch.example,Ada,IRO,,,,"), option_everybody="on")
    services.queue_run(run_id=run.pk, status=FeedRun.Status.APPLYING, options={"close_absent": "yes"})
    services.mark_failed(run_id=run.pk)
    run = services.check_run(run_id=run.pk, today=TODAY)
    assert run.difference["consents"]
    site.post(reverse("feeds:apply", args=[run.pk]))
    gone.refresh_from_db()
    assert gone.is_active


def test_one_button_invites_the_new_people(site: Client, settings: Any) -> None:
    run = upload(site, stored("people.csv"))
    site.post(reverse("feeds:apply", args=[run.pk]))
    page = site.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert "Send invitations to the 4 new people" in page
    settings.EMAIL_HOST = "mail.westmarch.example"
    site.post(reverse("feeds:invite", args=[run.pk]))
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        Invitation.objects.values_list("user__email", flat=True)
    )
    assert len(mail.outbox) == 4
    assert "Send invitations" not in site.get(reverse("feeds:run", args=[run.pk])).content.decode()
    site.post(reverse("feeds:invite", args=[run.pk]))
    assert len(mail.outbox) == 4


def test_without_a_mail_server_the_links_are_shown_once(site: Client) -> None:
    run = upload(site, stored("people.csv"))
    site.post(reverse("feeds:apply", args=[run.pk]))
    answer = site.post(reverse("feeds:invite", args=[run.pk]))
    assert answer.content.decode().count("/account/invitation/") == 4
    assert "no-store" in answer["Cache-Control"]


def test_a_check_asks_as_often_for_many_people_as_for_few(admin: User, file_of: Any) -> None:
    UserFactory.create_batch(5, role=Role.IRO)

    def asked(number: int) -> int:
        rows = (f"p{n}@westmarch.example,Person {n},IRO,,,," for n in range(number))
        run = services.receive(kind="people", sources=file_of(*rows), actor=admin, options={"everybody": "yes"})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.check_run(run_id=run.pk, today=TODAY)
        return len(queries)

    assert asked(300) == asked(3)

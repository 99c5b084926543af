"""The access log's pages and exports, and the entries that signing in leaves."""

import csv
import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.models import AccessEvent, User
from core.roles import Role
from core.sealing.services import verify_audit
from tests.conftest import PASSWORD
from tests.factories import looked_after


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    return make_user(Role.VSH, name="Imani Head")


@pytest.fixture
def ask(client: Client, head: User) -> Callable[..., Any]:
    client.force_login(head)
    return lambda name, **query: client.get(reverse(f"audit:{name}"), query)


def text_of(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")


def events(answer: Any) -> list[int]:
    return [line["event"].pk for line in answer.context["lines"]]


def test_each_filter_narrows(ask: Any, make_user: Any) -> None:
    officer, child = make_user(Role.IRO, name="Ruth Officer"), looked_after(surname="Abara", forename="Sam")
    opened = record_access(None, Access.OPENED, user=officer, subject=child).pk
    system = record_access(None, Access.IMPORTED).pk
    old = AccessEvent.objects.create(action="listed", at=timezone.now() - timedelta(days=40)).pk
    day = (timezone.localdate() - timedelta(days=40)).isoformat()
    assert events(ask("list")) == [system, opened]
    assert events(ask("list", person=officer.pk)) == [opened]
    assert system in events(ask("list", person="none"))
    assert opened not in events(ask("list", person="none"))
    assert events(ask("list", action="imported")) == [system]
    assert events(ask("list", kind="pupils.pupil")) == [opened]
    assert events(ask("list", from_on=day, to_on=day)) == [old]


def test_counts_come_first_and_names_only_in_the_page(ask: Any, make_user: Any) -> None:
    officer, child = make_user(Role.IRO, name="Ruth Officer"), looked_after(surname="Abara", forename="Sam")
    for _ in range(3):
        record_access(None, Access.OPENED, user=officer, subject=child)
    answer = ask("list", person=officer.pk, kind="pupils.pupil")
    page = text_of(answer)
    assert answer.context["counts"] == [("Opened the record", 3)]
    assert "Sam Abara" in page
    assert reverse("pupils:who_looked", args=[child.pk]) in page
    for name in ("export_csv", "export_lines"):
        out = text_of(ask(name, person=officer.pk))
        assert "opened" in out
        assert not [word for word in ("Abara", "Sam", "Ruth", officer.email) if word in out]


def test_a_wrong_filter_is_said_and_narrows_nothing(ask: Any) -> None:
    record_access(None, Access.IMPORTED)
    answer = ask("list", action="nonsense", from_on="2026-11-20", to_on="2026-11-01")
    assert answer.status_code == 200
    assert answer.context["counts"] != []
    assert "must not be before the first" in text_of(answer)


def test_as_many_queries_for_many_rows_as_for_few(ask: Any, make_user: Any) -> None:
    counts = []
    ask("list")  # the first page of a session writes it
    for number in (1, 30):
        for _ in range(number):
            record_access(None, Access.OPENED, user=make_user(Role.IRO), subject=looked_after())
        with CaptureQueriesContext(connection) as asked:
            text_of(ask("list"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_csv_has_every_row_of_the_filter_and_leaves_its_own_entry(ask: Any, head: User) -> None:
    for n in range(60):
        record_access(None, Access.LISTED, detail={"rows": n})
    rows = list(csv.DictReader(io.StringIO(text_of(ask("export_csv", action="listed")))))
    assert len(rows) == 60
    assert set(rows[0]) >= {"Number", "When", "Account number", "Action", "Record number", "Detail"}
    trace = AccessEvent.objects.get(action="exported")
    assert (trace.user_id, trace.screen) == (head.pk, "audit:export_csv")
    assert trace.detail == {"rows": 60, "format": "csv", "filters": ["action"]}


def test_lines_for_a_monitor(ask: Any, head: User) -> None:
    at = datetime(2026, 11, 20, 9, 30, 1, tzinfo=UTC)
    child = looked_after()
    event = AccessEvent.objects.create(
        at=at, user_id=head.pk, action="refused", subject_type="pupils.pupil", subject_id=child.pk,
        screen="pupils:detail", ip="192.0.2.7", detail={"url_kwargs": {"pupil_id": child.pk}},
    )  # fmt: skip
    [line] = map(json.loads, text_of(ask("export_lines", action="refused", from_on="2026-11-20")).splitlines())
    assert line == {
        "@timestamp": "2026-11-20T09:30:01Z", "event.id": str(event.pk), "event.action": "refused",
        "event.category": "database", "event.outcome": "failure", "service.name": "virtualschool",
        "user.id": str(head.pk), "source.ip": "192.0.2.7", "virtualschool.screen": "pupils:detail",
        "virtualschool.subject.type": "pupils.pupil", "virtualschool.subject.id": str(child.pk),
        "virtualschool.detail": {"url_kwargs": {"pupil_id": child.pk}},
    }  # fmt: skip
    assert AccessEvent.objects.get(action="exported").detail["format"] == "lines"


def test_the_home_page_tells_of_a_broken_trail(client: Client, head: User) -> None:
    client.force_login(head)
    verify_audit(actor=None)
    assert text_of(client.get("/")).count("Faults found in the audit trail: none") == 1
    record_access(
        None, Access.CHECKED, subject=_seal(), detail={"status": "broken", "problems": {"edited": 2, "removed": 1}}
    )
    needs = {need.text: need for need in client.get("/").context["needs"]}
    assert needs["Faults found in the audit trail"].count == 3
    assert "Do not rely on it" in text_of(client.get(reverse("audit:list")))


def _seal() -> Any:
    from core.models import AuditSeal

    return AuditSeal(pk=0)


# What signing in leaves


def traces() -> list[tuple[str, int | None, Any]]:
    rows = AccessEvent.objects.order_by("pk").values_list("action", "user_id", "detail")
    return [row for row in rows if row[0] not in {"listed", "opened"}]


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    cache.clear()
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


def test_in_and_out(client: Client, head: User) -> None:
    sign_in(client, head)
    client.post(reverse("account_logout"))
    assert traces() == [("signed_in", head.pk, {}), ("signed_out", head.pk, {})]


def test_a_wrong_password_names_the_account_by_number(client: Client, head: User) -> None:
    sign_in(client, head, "wrong-password-of-somebody")
    event = AccessEvent.objects.get()
    assert (event.action, event.user_id) == ("sign_in_failed", None)
    assert (event.subject_type, event.subject_id, event.detail) == ("core.user", head.pk, {"step": "password"})


def test_an_unknown_address_is_not_kept(client: Client, db: None) -> None:
    sign_in(client, User(email="nobody@westmarch.example"))
    event = AccessEvent.objects.get()
    assert (event.action, event.subject_id) == ("sign_in_failed", None)
    assert "nobody" not in str(event.detail)


def test_too_many_tries(client: Client, head: User) -> None:
    cache.clear()
    for _ in range(7):
        client.post(reverse("account_login"), {"login": head.email, "password": "wrong-password"})
    locked = AccessEvent.objects.filter(action="locked_out").first()
    assert locked is not None
    assert (locked.subject_type, locked.subject_id) == ("core.user", head.pk)
    cache.clear()


def test_a_wrong_code_after_the_right_password(client: Client, head: User) -> None:
    secret = totp.generate_totp_secret()
    Authenticator.objects.create(user=head, type="totp", data={"secret": get_adapter().encrypt(secret)})
    sign_in(client, head)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    client.post(reverse("mfa_authenticate"), {"code": code})
    found = traces()
    assert found[0] == ("sign_in_failed", None, {"step": "code"})
    assert "signed_in" in [action for action, *_ in found[1:]]


def test_a_change_of_password(client: Client, head: User) -> None:
    sign_in(client, head)
    new = "another-long-password-7"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    event = AccessEvent.objects.get(action="password_changed")
    assert (event.user_id, event.subject_id, event.detail) == (head.pk, head.pk, {"kind": "changed"})


def test_a_second_step_taken_up_and_given_up(
    client: Client, head: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, head)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code})
    client.post(reverse("mfa_deactivate_totp"))
    assert [action for action, *_ in traces() if action.startswith("mfa_")] == ["mfa_added", "mfa_removed"]


def test_a_session_that_ran_out(client: Client, head: User, settings: Any) -> None:
    sign_in(client, head)
    session = client.session
    session["last_seen"] = int(time.time()) - settings.IDLE_TIMEOUT_SECONDS - 5
    session.save()
    client.get("/")
    assert traces()[-1] == ("session_ended", head.pk, {"why": "idle"})


def test_signing_out_elsewhere(client: Client, head: User) -> None:
    sign_in(Client(), head)
    sign_in(client, head)
    client.get("/")
    client.post(reverse("usersessions_list"))
    assert traces()[-1] == ("session_ended", head.pk, {"why": "everywhere else", "sessions": 1})


def test_a_refusal(client: Client, make_user: Any) -> None:
    teacher = make_user(Role.DESIGNATED_TEACHER)
    client.force_login(teacher)
    client.get(reverse("audit:list"))
    assert traces() == [("refused", teacher.pk, {"url_kwargs": {}})]

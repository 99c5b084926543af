"""Guessing is slowed, the answer tells nothing about who has an account, and the administrator can open again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


def attempt(email: str, password: str = "wrong", client: Client | None = None, **extra: Any) -> Any:
    return (client or Client()).post(reverse("account_login"), {"login": email, "password": password}, **extra)


def said(answer: Any) -> str:
    return str(answer.context["form"].non_field_errors())


def test_five_wrong_passwords_close_the_account_for_five_minutes(make_user: Any) -> None:
    head = make_user(Role.VSH)
    for number in range(5):
        assert "not right" in said(attempt(head.email, REMOTE_ADDR=f"10.0.0.{number}"))
    assert "Try again at 09:36" in said(attempt(head.email.upper(), PASSWORD, REMOTE_ADDR="10.0.0.9"))
    with time_machine.travel(NOW + timedelta(minutes=4, seconds=58), tick=False):
        assert "Try again at 09:36" in said(attempt(head.email, PASSWORD))
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert attempt(head.email, PASSWORD)["Location"] == "/"
    kept = AccessEvent.objects.filter(subject_id=head.pk).values_list("action", flat=True)
    assert sorted(kept) == ["locked_out"] * 2 + ["sign_in_failed"] * 5


def test_an_unknown_address_is_closed_just_so(db: None) -> None:
    for _ in range(5):
        assert "not right" in said(attempt("nobody@westmarch.example"))
    assert "Try again at 09:36" in said(attempt("nobody@westmarch.example"))


def test_one_network_address_gets_ten_tries(make_user: Any) -> None:
    for number in range(10):
        assert "not right" in said(attempt(f"somebody{number}@westmarch.example"))
    head = make_user(Role.VSH)
    assert "Try again at" in said(attempt(head.email, PASSWORD))
    assert attempt(head.email, PASSWORD, REMOTE_ADDR="10.0.0.9")["Location"] == "/"


def test_right_passwords_do_not_count(make_user: Any) -> None:
    head = make_user(Role.VSH)
    for _ in range(12):
        assert attempt(head.email, PASSWORD).status_code == 302


def test_unknown_wrong_and_closed_get_the_same_answer_for_the_same_work(
    make_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, closed = make_user(Role.VSH), make_user(Role.IRO, is_active=False)
    waiting = User.objects.create_user("waiting@westmarch.example", name="W W", role="iro")
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: Any, password: str, *rest: Any) -> str:
        hashed.append(password)
        return encode(self, password, *rest)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    pages, work = set(), set()
    for email, password in (
        (right.email, "wrong"), ("nobody@westmarch.example", "wrong"), (closed.email, "wrong"),
        (closed.email, PASSWORD), (waiting.email, "wrong"),
    ):  # fmt: skip
        hashed.clear()
        answer = attempt(email, password)
        assert answer.status_code == 200
        pages.add((said(answer), answer["Cache-Control"]))
        work.add(len(hashed))
    assert len(pages) == 1
    assert work == {1}


def test_a_reset_says_the_same_for_everybody_and_mails_each_once(make_user: Any) -> None:
    right, closed = make_user(Role.VSH), make_user(Role.IRO, is_active=False)
    answers, links = set(), []
    for email in (right.email, closed.email, "nobody@westmarch.example"):
        answer = Client().post(reverse("account_reset_password"), {"email": email})
        answers.add((answer.status_code, answer["Location"]))
        message = mail.outbox[-1]
        assert message.to == [email]
        links.append("/reset/key/" in message.body)
    assert answers == {(302, reverse("account_reset_password_done"))}
    assert links == [True, False, False]
    assert len(mail.outbox) == 3


def test_a_mail_server_that_fails_tells_nobody_who_has_an_account(make_user: Any, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    for email in (make_user(Role.VSH).email, "nobody@westmarch.example"):
        assert Client().post(reverse("account_reset_password"), {"email": email}).status_code == 302


def test_the_administrator_sees_and_lifts_it(client: Client, make_user: Any) -> None:
    head, admin = make_user(Role.VSH), make_user(Role.SYSTEM_ADMIN)
    client.force_login(admin)
    detail = reverse("accounts:detail", args=[head.pk])
    assert "Locked out" not in client.get(detail).content.decode()
    for _ in range(5):
        attempt(head.email)
    assert "opens by itself at Mon 23 Nov 2026, 09:35" in client.get(detail).content.decode()
    page = client.post(reverse("accounts:unlock", args=[head.pk]), follow=True).content.decode()
    assert "may try to sign in again" in page and "Locked out" not in page
    assert attempt(head.email, PASSWORD)["Location"] == "/"
    lifted = AccessEvent.objects.get(action="lock_lifted")
    assert (lifted.user_id, lifted.subject_id) == (admin.pk, head.pk)

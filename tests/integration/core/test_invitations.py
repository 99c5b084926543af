"""An invitation from the button to the first page, and every way in which its link does not work."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import invitations, services
from core.logs import without_address_secrets
from core.models import AccessEvent, Invitation, User
from core.roles import AccountState, InvitationState, Role
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
BASE = "http://testserver/"


@pytest.fixture
def guest(db: None) -> User:
    return services.add_account(email="ada@westmarch.example", name="Ada Whitcombe", role=Role.ADVISER, actor=None)


@pytest.fixture
def invite(guest: User) -> Callable[[], str]:
    """invite() sends an invitation and returns the path of its link."""
    return lambda: invitations.send_invitation(user=guest, base_url=BASE, actor=None).removeprefix("http://testserver")


def open_link(path: str, client: Client | None = None) -> tuple[Client, str]:
    """A browser that followed the link, and the page it got."""
    client = client or Client()
    answer = client.get(path, follow=True)
    assert answer.redirect_chain == [(reverse("account_invitation"), 302)]
    assert "no-store" in answer["Cache-Control"]
    return client, answer.content.decode()


def choose(client: Client, password: str = PASSWORD, again: str = PASSWORD) -> Any:
    return client.post(reverse("account_invitation"), {"password1": password, "password2": again})


def test_the_person_chooses_a_password_and_is_in(invite: Callable[[], str], guest: User) -> None:
    path = invite()
    assert guest.state == AccountState.WAITING
    client, page = open_link(path)
    assert "Choose your password" in page and "Ada Whitcombe" in page
    assert choose(client)["Location"] == "/"
    assert client.get("/").status_code == 200
    guest.refresh_from_db()
    assert guest.state == AccountState.ACTIVE
    kept = AccessEvent.objects.filter(subject_id=guest.pk).order_by("pk").values_list("action", flat=True)
    assert list(kept)[-2:] == ["invitation_sent", "invitation_accepted"]
    assert AccessEvent.objects.filter(user_id=guest.pk, action="signed_in").count() == 1
    assert "This invitation was used" in open_link(path)[1]
    assert Client().login(email=guest.email, password=PASSWORD)


def test_a_weak_or_mistyped_password_keeps_the_invitation(invite: Callable[[], str], guest: User) -> None:
    client, _ = open_link(invite())
    assert "12 characters" in choose(client, "short", "short").content.decode()
    assert "same password" in choose(client, PASSWORD, f"{PASSWORD}x").content.decode()
    guest.refresh_from_db()
    assert guest.state == AccountState.WAITING
    assert choose(client).status_code == 302


def test_it_runs_out(invite: Callable[[], str], settings: Any) -> None:
    settings.INVITATION_DAYS = 5
    path, start = invite(), timezone.now()
    with time_machine.travel(start + timedelta(days=4, hours=23)):
        client, page = open_link(path)
        assert "Choose your password" in page
    with time_machine.travel(start + timedelta(days=5, minutes=1)):
        assert "This invitation has run out" in open_link(path)[1]
        assert "has run out" in choose(client).content.decode()
    assert not User.objects.get(email="ada@westmarch.example").has_usable_password()


def test_a_later_one_takes_its_place(invite: Callable[[], str]) -> None:
    first, second = invite(), invite()
    assert "does not hold any more" in open_link(first)[1]
    assert "Choose your password" in open_link(second)[1]


def test_a_link_that_never_was(db: None) -> None:
    assert "This link leads nowhere" in open_link(reverse("account_invitation_open", args=["x" * 43]))[1]
    assert "This link leads nowhere" in Client().get(reverse("account_invitation")).content.decode()


def test_withdrawn_by_button(invite: Callable[[], str], guest: User, client: Client, make_user: Any) -> None:
    path = invite()
    client.force_login(make_user(Role.SYSTEM_ADMIN))
    detail = reverse("accounts:detail", args=[guest.pk])
    assert "Withdraw the invitation" in client.get(detail).content.decode()
    assert "is withdrawn" in client.post(reverse("accounts:withdraw", args=[guest.pk]), follow=True).content.decode()
    assert "does not hold any more" in open_link(path)[1]
    page = client.get(detail).content.decode()
    assert "Withdraw the invitation" not in page and "It was withdrawn on" in page
    assert (
        "no open invitation" in client.post(reverse("accounts:withdraw", args=[guest.pk]), follow=True).content.decode()
    )
    assert AccessEvent.objects.filter(action="invitation_withdrawn", subject_id=guest.pk).count() == 1


@pytest.mark.parametrize("how", ["address", "closed"])
def test_a_changed_address_and_a_closed_account_withdraw_it(how: str, invite: Callable[[], str], guest: User) -> None:
    path = invite()
    if how == "address":
        services.change_account(
            user=guest, email="new@westmarch.example", name=guest.name, role=Role.ADVISER, actor=None
        )
    else:
        services.deactivate_account(user=guest, actor=None)
        services.reactivate_account(user=guest, actor=None)
    assert "does not hold any more" in open_link(path)[1]


def test_a_reset_is_no_way_round_a_withdrawn_invitation(
    invite: Callable[[], str], guest: User, mailoutbox: Any
) -> None:
    invite()
    Client().post(reverse("account_reset_password"), {"email": guest.email})
    (message,) = mailoutbox
    assert "/reset/key/" not in message.body and "no password yet" in message.body


def test_only_the_hash_is_kept_and_no_log_holds_the_key(invite: Callable[[], str]) -> None:
    token = invite().rstrip("/").rsplit("/", 1)[1]
    row = Invitation.objects.get()
    assert token not in str(row.__dict__) and row.token_hash == invitations.hash_of(token)
    line = without_address_secrets(None, "info", {"request": f"GET /account/invitation/{token}/", "n": 1})
    assert line == {"request": "GET /account/invitation/.../", "n": 1}
    reset = without_address_secrets(None, "info", {"request": "GET /account/password/reset/key/1-abc-def/"})
    assert reset == {"request": "GET /account/password/reset/key/.../"}
    back = without_address_secrets(
        None, "info", {"request": "GET /account/oidc/council/login/callback/?code=a&state=b"}
    )
    assert back == {"request": "GET /account/oidc/council/login/callback/?..."}


def test_who_may_and_for_whom(make_user: Any, guest: User) -> None:
    head = make_user(Role.VSH)
    with pytest.raises(PermissionDenied):
        invitations.send_invitation(user=guest, base_url=BASE, actor=head)
    with pytest.raises(PermissionDenied):
        invitations.withdraw_invitation(user=guest, actor=head)
    with pytest.raises(ValidationError, match="chosen a password"):
        invitations.send_invitation(user=head, base_url=BASE, actor=None)


def test_the_database_holds_one_open_invitation(invite: Callable[[], str], guest: User) -> None:
    invite()
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(user=guest, token_hash="0" * 64, sent_at=now, expires_at=now)


@pytest.mark.django_db(transaction=True)
def test_two_browsers_cannot_both_accept(guest: User) -> None:
    link = invitations.send_invitation(user=guest, base_url=BASE, actor=None)
    token = link.rstrip("/").rsplit("/", 1)[1]
    start, outcome = threading.Barrier(2), []

    def accept(password: str) -> None:
        try:
            start.wait()
            invitations.accept_invitation(token=token, password=password)
            outcome.append("in")
        except ValidationError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(f"{PASSWORD}-{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["in", "refused"]
    assert Invitation.objects.get().state(timezone.now()) == InvitationState.ACCEPTED

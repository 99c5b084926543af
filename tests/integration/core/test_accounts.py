"""Accounts from the first administrator on: command, pages, link, deactivation, and what may not be."""

import io
import json
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import account_access, services
from core.management.commands.roles import markdown
from core.models import AccessEvent, User
from core.roles import PERMISSION_LABELS, ROLE_LABELS, ROLE_SCOPES, AccountState, Permission, Role
from tests.conftest import PASSWORD
from tests.factories import MembershipFactory, SchoolFactory, looked_after

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
NEW = {"name": "Ada Whitcombe", "email": "Ada.Whitcombe@westmarch.example", "role": "iro"}


@pytest.fixture
def admin(make_user: Any) -> User:
    user: User = make_user(Role.SYSTEM_ADMIN)
    return user


@pytest.fixture
def site(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def run(*words: str, **options: Any) -> tuple[int, str, str]:
    """Exit code, what was printed, and what was complained of."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=err, **options)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def choose_password(link: str, password: str) -> Any:
    """As the person does who got the link, in a browser of their own."""
    stranger = Client()
    answer = stranger.get(path_of(link), follow=True)
    form = answer.request["PATH_INFO"]
    return stranger.post(form, {"password1": password, "password2": password}, follow=True)


class TestCommand:
    def test_the_first_administrator_chooses_a_password_and_signs_in(self) -> None:
        code, out, _ = run(
            "create_user", "Ruth.Okafor@westmarch.example", "--name=Ruth Okafor", "--role=system_admin", "--json"
        )
        document = json.loads(out)
        assert (code, document["status"], document["email"]) == (0, "done", "ruth.okafor@westmarch.example")
        assert choose_password(document["link"], "long enough to keep").status_code == 200
        assert Client().login(email="ruth.okafor@westmarch.example", password="long enough to keep")

    def test_a_link_works_once(self) -> None:
        _, out, _ = run("create_user", "a@westmarch.example", "--name=A B", "--role=vsh", "--json")
        link = json.loads(out)["link"]
        choose_password(link, "long enough to keep")
        assert "This invitation was used" in choose_password(link, "another long password").content.decode()
        assert not Client().login(email="a@westmarch.example", password="another long password")

    def test_people_read_the_link(self) -> None:
        code, out, _ = run(
            "create_user", "a@westmarch.example", "--name=A B", "--role=vsh", "--base-url=https://vs.example"
        )
        assert code == 0
        assert "within 7 days" in out
        assert "\nhttps://vs.example/account/invitation/" in out

    def test_a_password_from_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("kept in a vault since noon\n"))
        code, out, _ = run(
            "create_user", "a@westmarch.example", "--name=A B", "--role=vsh", "--password-stdin", "--json"
        )
        assert code == 0
        assert "link" not in json.loads(out)
        assert Client().login(email="a@westmarch.example", password="kept in a vault since noon")

    @pytest.mark.parametrize(
        ("words", "code", "says"),
        [
            (["taken@westmarch.example", "--name=A B", "--role=vsh"], 1, "There is an account"),
            (["TAKEN@westmarch.example", "--name=A B", "--role=vsh"], 1, "There is an account"),
            (["nobody", "--name=A B", "--role=vsh"], 2, "nobody is no email address"),
            (["a@westmarch.example", "--role=vsh"], 2, "needs --name and --role"),
            (["a@westmarch.example", "--name=A B"], 2, "needs --name and --role"),
            (["a@westmarch.example", "--name=A B", "--role=king"], 1, "invalid choice"),
            (["a@westmarch.example", "--name=A B", "--role=vsh", "--base-url=vs.example"], 2, "https://"),
            (["a@westmarch.example", "--fresh-link"], 2, "There is no account"),
        ],
    )
    def test_refusals(self, words: list[str], code: int, says: str) -> None:
        User.objects.create_user("taken@westmarch.example", name="A B", role="vsh")
        found, out, err = run("create_user", *words)
        assert (found, out) == (code, "")
        assert says in err
        assert User.objects.count() == 1

    def test_a_weak_password_is_refused_in_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
        code, out, _ = run(
            "create_user", "a@westmarch.example", "--name=A B", "--role=vsh", "--password-stdin", "--json"
        )
        assert (code, json.loads(out)["status"]) == (1, "refused")
        assert "12 characters" in json.loads(out)["error"]
        assert not User.objects.exists()

    def test_a_fresh_link_is_the_way_back_in(self, admin: User) -> None:
        code, out, _ = run("create_user", admin.email.upper(), "--fresh-link", "--json")
        assert code == 0
        choose_password(json.loads(out)["link"], "long enough to keep")
        assert Client().login(email=admin.email, password="long enough to keep")

    def test_the_service_address_follows_the_settings(self, settings: Any) -> None:
        assert account_access.service_url() == "http://localhost:8000/"
        settings.LOOPBACK_ONLY, settings.ALLOWED_HOSTS = False, [".vs.example"]
        assert account_access.service_url() == "https://vs.example/"
        settings.CSRF_TRUSTED_ORIGINS = ["https://school.example/"]
        assert account_access.service_url() == "https://school.example/"


class TestRoles:
    def test_every_role_and_permission_has_its_words(self) -> None:
        assert set(PERMISSION_LABELS) == set(Permission)
        assert set(ROLE_LABELS) == set(ROLE_SCOPES) == set(Role)

    def test_the_document_carries_the_table(self) -> None:
        text = (ROOT / "docs" / "roles.md").read_text()
        carried = text.split("<!-- manage.py roles --markdown -->\n")[1].split("\n<!-- end -->")[0]
        assert carried == markdown(), "docs/roles.md: put in what `manage.py roles --markdown` prints"

    def test_the_command_tells_the_same_in_each_way(self) -> None:
        assert run("roles", "--markdown")[1].strip() == markdown()
        roles = json.loads(run("roles", "--json")[1])["roles"]
        assert [row["role"] for row in roles] == [role.value for role in Role]
        assert roles[8]["permissions"] == ["manage_accounts", "review_access"]
        assert "Record term dates" in run("roles")[1]

    def test_the_page_says_it_in_words(self, site: Client) -> None:
        text = site.get(reverse("accounts:roles")).content.decode()
        assert all(label.replace("'", "&#x27;") in text for label in PERMISSION_LABELS.values())


class TestPages:
    def test_a_person_is_added_and_the_link_is_shown_once(self, site: Client, admin: User) -> None:
        answer = site.post(reverse("accounts:new"), NEW)
        user = User.objects.get(email="ada.whitcombe@westmarch.example")
        assert (user.name, user.role, user.state) == ("Ada Whitcombe", "iro", AccountState.WAITING)
        link = answer.context["link"]
        assert link.startswith("http://testserver/account/invitation/")
        assert link in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert link not in site.get(reverse("accounts:detail", args=[user.pk])).content.decode()
        made = [e.detail for e in AccessEvent.objects.filter(user_id=admin.pk, subject_id=user.pk, action="decided")]
        assert {"decision": "account made", "role": "iro"} in made
        assert AccessEvent.objects.filter(user_id=admin.pk, subject_id=user.pk, action="invitation_sent").exists()
        choose_password(link, "long enough to keep")
        assert User.objects.get(pk=user.pk).state == AccountState.ACTIVE

    def test_with_a_mail_server_the_link_is_sent_and_not_shown(self, site: Client, settings: Any) -> None:
        settings.EMAIL_HOST = "mail.westmarch.example"
        answer = site.post(reverse("accounts:new"), NEW, follow=True)
        assert "was sent to ada.whitcombe@westmarch.example" in answer.content.decode()
        assert "/account/invitation/" not in answer.content.decode()
        (message,) = mail.outbox
        assert message.to == ["ada.whitcombe@westmarch.example"]
        link = next(line for line in message.body.splitlines() if "/account/invitation/" in line)
        choose_password(link, "long enough to keep")
        assert Client().login(email="ada.whitcombe@westmarch.example", password="long enough to keep")

    def test_a_mail_server_that_fails_leaves_the_link_to_pass_on(self, site: Client, settings: Any) -> None:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        answer = site.post(reverse("accounts:new"), NEW)
        assert "did not take the message" in answer.content.decode()
        assert answer.context["link"]

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"email": "SYSTEM_ADMIN1@westmarch.example"}, "There is an account with this email address already"),
            ({"email": "nobody"}, "Enter an email address in the correct format"),
            ({"email": ""}, "Enter the email address"),
            ({"name": "   "}, "Enter the name"),
            ({"role": ""}, "Select the role"),
        ],
    )
    def test_what_cannot_be_added(self, site: Client, change: dict[str, str], says: str) -> None:
        answer = site.post(reverse("accounts:new"), NEW | change)
        assert says in answer.content.decode()
        assert User.objects.count() == 1

    def test_list_tells_state_and_last_seen(self, site: Client, make_user: Any) -> None:
        seen, closed = make_user(Role.VSH), make_user(Role.IRO, is_active=False)
        User.objects.create_user("w@westmarch.example", name="Wilma Reade", role="adviser")
        at = timezone.now()
        AccessEvent.objects.create(user_id=seen.pk, action="opened", at=at)
        rows = {row[0].pk: row for row in site.get(reverse("accounts:list")).context["rows"]}
        assert rows[seen.pk][0].last_seen_at == at
        assert rows[closed.pk][1] == "Deactivated"

        def listed(**query: str) -> list[str]:
            return [row[0].name for row in site.get(reverse("accounts:list"), query).context["rows"]]

        assert listed(state="waiting") == ["Wilma Reade"]
        assert listed(state="closed") == [closed.name]
        assert listed(role="vsh") == [seen.name]
        assert len(listed(state="active")) == 2
        assert len(listed(role="king")) == 4
        assert listed(sort="-name")[0] == "Wilma Reade"
        assert listed(sort="seen")[-1] in {"Wilma Reade", closed.name}

    def test_the_same_queries_for_many_as_for_few(self, site: Client, make_user: Any) -> None:
        site.get(reverse("accounts:list"))
        with CaptureQueriesContext(connection) as few:
            site.get(reverse("accounts:list"))
        for _ in range(20):
            make_user(Role.DESIGNATED_TEACHER)
        with CaptureQueriesContext(connection) as many:
            site.get(reverse("accounts:list"))
        assert len(many) == len(few)

    def test_finding_somebody(self, site: Client, make_user: Any) -> None:
        one = make_user(Role.VSH, name="Noor Hallam", email="noor@westmarch.example")
        make_user(Role.VSH, name="Noor Ashby", email="noor.ashby@westmarch.example")
        url = reverse("accounts:find")
        assert site.post(url, {"q": "hallam noor"})["Location"] == reverse("accounts:detail", args=[one.pk])
        assert site.post(url, {"q": "NOOR@westmarch.example"})["Location"] == reverse("accounts:detail", args=[one.pk])
        assert len(site.post(url, {"q": "noor"}).context["rows"]) == 2
        assert "Nobody found" in site.post(url, {"q": "xyz"}).content.decode()
        assert site.post(url, {"q": " "}).context["rows"] == []

    def test_a_changed_address_is_the_only_way_in(self, site: Client, make_user: Any) -> None:
        user = make_user(Role.VSH, email="old@westmarch.example")
        account_access.set_password_link(user, "http://testserver/")  # the sign-in package notes the address
        data = {"name": "New Name", "email": "New@westmarch.example", "role": "adviser"}
        site.post(reverse("accounts:change", args=[user.pk]), data)
        user.refresh_from_db()
        assert (user.name, user.email, user.role) == ("New Name", "new@westmarch.example", "adviser")
        sign_in = reverse("account_login")
        old = Client().post(sign_in, {"login": "old@westmarch.example", "password": PASSWORD})
        new = Client().post(sign_in, {"login": "new@westmarch.example", "password": PASSWORD})
        assert (old.status_code, new.status_code) == (200, 302)

    def test_a_new_role_holds_from_the_next_page_on(self, site: Client, make_user: Any) -> None:
        school = SchoolFactory()
        child = looked_after(school=school)
        teacher = make_user(Role.DESIGNATED_TEACHER)
        MembershipFactory(user=teacher, school=school)
        theirs = Client()
        theirs.force_login(teacher)
        url = reverse("pupils:detail", args=[child.pk])
        assert theirs.get(url).status_code == 200
        data = {"name": teacher.name, "email": teacher.email, "role": "social_worker"}
        site.post(reverse("accounts:change", args=[teacher.pk]), data)
        assert theirs.get(url).status_code == 404

    def test_deactivation_ends_sessions_and_reactivation_brings_none_back(self, site: Client, make_user: Any) -> None:
        user = make_user(Role.VSH)
        theirs = Client()
        theirs.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert theirs.get("/").status_code == 200
        answer = site.post(reverse("accounts:deactivate", args=[user.pk]), follow=True)
        assert "is deactivated and signed out everywhere" in answer.content.decode()
        assert theirs.get("/").status_code == 302
        refused = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert "The email address or the password is not right" in refused.content.decode()
        site.post(reverse("accounts:reactivate", args=[user.pk]))
        assert theirs.get("/").status_code == 302
        assert Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})["Location"] == "/"

    def test_a_closed_account_gets_no_link(self, site: Client, make_user: Any) -> None:
        user = make_user(Role.VSH, is_active=False)
        answer = site.post(reverse("accounts:link", args=[user.pk]), follow=True)
        assert "Reactivate it first" in answer.content.decode()

    def test_nobody_closes_or_demotes_themselves(self, site: Client, admin: User, make_user: Any) -> None:
        make_user(Role.SYSTEM_ADMIN)
        answer = site.post(reverse("accounts:deactivate", args=[admin.pk]), follow=True)
        assert "You cannot deactivate your own account" in answer.content.decode()
        assert "You cannot deactivate" in site.get(reverse("accounts:detail", args=[admin.pk])).content.decode()
        data = {"name": admin.name, "email": admin.email, "role": "vsh"}
        answer = site.post(reverse("accounts:change", args=[admin.pk]), data)
        assert "You cannot change your own role" in answer.content.decode()
        admin.refresh_from_db()
        assert admin.is_active and admin.role == "system_admin"

    def test_the_administrator_meets_no_child(self, site: Client) -> None:
        child = looked_after(surname="Unmistakable")
        for name in ("home", "accounts:list", "accounts:roles"):
            text = site.get(reverse(name)).content.decode()
            assert child.surname not in text and 'id="site-search"' not in text
        assert site.get(reverse("pupils:list")).status_code == 403
        assert site.get(reverse("pupils:detail", args=[child.pk])).status_code == 403

    def test_home_says_who_has_no_password_yet(self, site: Client) -> None:
        User.objects.create_user("w@westmarch.example", name="Wilma Reade", role="adviser")
        text = site.get("/").content.decode()
        assert "People who have not chosen a password yet" in text
        assert f'href="{reverse("accounts:list")}?state=waiting"' in text


class TestServices:
    def test_the_last_administrator_stays(self, admin: User) -> None:
        with pytest.raises(ValidationError, match="last system administrator"):
            services.deactivate_account(user=admin, actor=None)
        with pytest.raises(ValidationError, match="last system administrator"):
            services.change_account(user=admin, email=admin.email, name=admin.name, role=Role.VSH, actor=None)

    def test_only_administrators_may(self, make_user: Any) -> None:
        head, other = make_user(Role.VSH), make_user(Role.IRO)
        same = {"email": "x@westmarch.example", "name": "X Y", "role": Role.IRO}
        for call in (
            lambda: services.add_account(**same, actor=head),
            lambda: services.change_account(user=other, **same, actor=head),
            lambda: services.deactivate_account(user=other, actor=head),
            lambda: services.reactivate_account(user=other, actor=head),
            lambda: services.issue_link(user=other, base_url="http://testserver/", actor=head),
        ):
            with pytest.raises(PermissionDenied):
                call()

    def test_saving_the_same_again_leaves_no_trace(self, admin: User, make_user: Any) -> None:
        user = make_user(Role.IRO)
        same = {"email": user.email, "name": user.name, "role": Role.IRO}
        services.change_account(user=user, **same, actor=admin)
        services.reactivate_account(user=user, actor=admin)
        assert not AccessEvent.objects.filter(subject_id=user.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_close_each_other(make_user: Any) -> None:
    one, other = make_user(Role.SYSTEM_ADMIN), make_user(Role.SYSTEM_ADMIN)
    start, refused = Barrier(2), []

    def close(user: User, actor: User) -> None:
        try:
            start.wait()
            services.deactivate_account(user=user, actor=actor)
        except ValidationError as refusal:
            refused.extend(refusal.messages)
        finally:
            connection.close()

    threads = [Thread(target=close, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(is_active=True).count() == 1
    assert len(refused) == 1 and "last system administrator" in refused[0]

"""How a delivery stands, who is told, and who may do something about it."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.feeds import panels, services
from core.models import FeedRun, User
from core.roles import ROLE_PERMISSIONS, Permission, Role
from tests.integration.core.feed_files import delivery, sources

pytestmark = pytest.mark.django_db
STRANGERS = [role for role in Role if Permission.IMPORT_FEEDS not in ROLE_PERMISSIONS[role]]
NOT_ONE_FITS = "URN,EstablishmentName\n99,Alder Brook School\n"


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_OFFICER)


def checked(text: str, folder: Path, actor: User) -> FeedRun:
    run = services.receive(kind="gias", sources=sources({"schools.csv": text}, folder), actor=actor)
    return services.check_run(run_id=run.pk, today=timezone.localdate())


def text_of(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def held_line(user: User) -> int:
    needs = {need.text: need.count for need in panels._needs(user, timezone.localdate())}
    return needs["Deliveries with all rows held back"]


def test_a_delivery_with_all_rows_held_asks_for_a_look_until_it_is_put_aside(
    officer: User, client: Client, tmp_path: Path
) -> None:
    run = checked(NOT_ONE_FITS, tmp_path, officer)
    assert (run.status, run.counts["held"]) == (FeedRun.Status.UNCHANGED, 1)
    client.force_login(officer)
    for page in (text_of(client, reverse("feeds:run", args=[run.pk])), text_of(client, reverse("feeds:list"))):
        assert "All rows held back" in page
        assert "Nothing to change" not in page
    assert held_line(officer) == 1
    assert "Deliveries with all rows held back" in text_of(client, "/")
    client.post(reverse("feeds:cancel", args=[run.pk]))
    assert FeedRun.objects.get().status == FeedRun.Status.CANCELLED
    assert held_line(officer) == 0


def test_a_delivery_that_is_here_already_is_done_with(officer: User, client: Client, tmp_path: Path) -> None:
    good = "URN,EstablishmentName\n990001,Alder Brook School\n"
    services.apply_sources(
        kind="gias", sources=sources({"a.csv": good}, tmp_path), actor=officer, today=timezone.localdate()
    )
    run = checked(good, tmp_path, officer)
    client.force_login(officer)
    assert "Nothing to change" in text_of(client, reverse("feeds:run", args=[run.pk]))
    some = checked(good + "99,Bramley Hill School\n", tmp_path, officer)
    page = text_of(client, reverse("feeds:run", args=[some.pk]))
    assert "Rows held back" in page
    assert "All rows held back" not in page


@pytest.mark.parametrize("role", STRANGERS)
def test_the_services_refuse_roles_that_may_not_bring_in_files(
    officer: User, make_user, tmp_path: Path, role: Role
) -> None:
    stranger, files = make_user(role), delivery("gias", tmp_path)
    run = services.receive(kind="gias", sources=files, actor=officer)
    for attempt in (
        lambda: services.receive(kind="gias", sources=files, actor=stranger),
        lambda: services.apply_run(run_id=run.pk, actor=stranger, today=timezone.localdate()),
        lambda: services.cancel_run(run=run, actor=stranger),
        lambda: services.choose_options(run_id=run.pk, actor=stranger, options={}),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert FeedRun.objects.get().status == FeedRun.Status.RECEIVED


def test_the_system_itself_may(tmp_path: Path) -> None:
    today = timezone.localdate()
    run = services.receive(kind="gias", sources=delivery("gias", tmp_path), actor=None)
    assert services.apply_run(run_id=run.pk, actor=None, today=today).status == FeedRun.Status.APPLIED

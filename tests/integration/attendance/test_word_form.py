"""Words in place of codes get their meaning on the delivery's page; the file is not uploaded again."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.feeds import services
from core.feeds.base import SourceFile
from core.models import FeedRun
from core.roles import Role

pytestmark = pytest.mark.django_db
SHORT = "Child ID,Date,AM,PM"


@pytest.fixture
def officer(make_user):
    return make_user(Role.DATA_OFFICER)


def checked(path: Path, actor) -> FeedRun:
    run = services.receive(kind="welfare-call", sources=[SourceFile(name=path.name, path=path)], actor=actor)
    return services.check_run(run_id=run.pk, today=timezone.localdate())


def page_of(client: Client, run: FeedRun) -> str:
    return client.get(reverse("feeds:run", args=[run.pk])).content.decode()


@pytest.mark.parametrize(
    ("marks", "words", "status"),
    [
        ([("present", "absent")], ["present", "absent"], FeedRun.Status.REFUSED),
        ([("P", "A")], ["P", "A"], FeedRun.Status.REFUSED),
        ([("/", "\\"), ("school closed", "Poorly")], ["school closed", "Poorly"], FeedRun.Status.READY),
    ],
)
def test_words_are_asked_for_and_the_stored_file_is_checked_again(
    *, marks, words, status, child, write, officer, client: Client
) -> None:
    child(1)
    days = ["10/11/2025", "11/11/2025"]
    path = write(SHORT, [("C001", day, *pair) for day, pair in zip(days, marks, strict=False)])
    run = checked(path, officer)
    path.unlink()
    assert run.status == status
    client.force_login(officer)
    page = page_of(client, run)
    for word in words:
        assert f"“{word}” means" in page
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "/", "word_1": "I"})
    run.refresh_from_db()
    assert (run.status, run.counts["held"], run.counts["applied"]) == (FeedRun.Status.READY, 0, len(marks))
    assert run.options == {"codes": f"{words[0]}=/,{words[1]}=I"}
    assert "What the words mean" not in page_of(client, run)


def test_a_word_may_be_left_and_is_asked_for_again(child, write, officer, client: Client) -> None:
    child(1)
    run = checked(write(SHORT, [("C001", "10/11/2025", "here", "away")]), officer)
    client.force_login(officer)
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "", "word_1": ""})
    run.refresh_from_db()
    assert (run.status, run.options) == (FeedRun.Status.REFUSED, {})
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "/", "word_1": ""})
    run.refresh_from_db()
    assert run.options == {"codes": "here=/"}
    page = page_of(client, run)
    assert "“away” means" in page
    assert "“here” means" not in page
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "N"})
    run.refresh_from_db()
    assert (run.status, run.options) == (FeedRun.Status.READY, {"codes": "here=/,away=N"})


def test_a_code_of_no_list_is_not_taken(child, write, officer, client: Client) -> None:
    child(1)
    run = checked(write(SHORT, [("C001", "10/11/2025", "here", "away")]), officer)
    client.force_login(officer)
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "=/,x", "word_1": ""})
    run.refresh_from_db()
    assert run.options == {}


def test_an_applied_delivery_asks_nothing(child, write, officer, client: Client) -> None:
    child(1)
    run = checked(write(SHORT, [("C001", "10/11/2025", "/", "\\"), ("C001", "11/11/2025", "here", "/")]), officer)
    services.apply_run(run_id=run.pk, actor=officer, today=timezone.localdate())
    client.force_login(officer)
    assert "What the words mean" not in page_of(client, run)
    client.post(reverse("feeds:words", args=[run.pk]), {"word_0": "/"})
    run.refresh_from_db()
    assert run.options == {}
    page = page_of(client, run)
    assert page.index("Receipt</h2>") < page.index('id="list"')

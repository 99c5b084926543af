"""Every address by every role, for own and foreign rows, reading and writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Max
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from tests.access.matrix import EXPIRED, FOREIGN, MATRIX, ORDER, OWN, RELATED, Entry, named_urls
from tests.access.world import World

WHICH = (OWN, FOREIGN)
METHODS = ("get", "post")
WITHOUT_ACCOUNT = {"peps:own", "peps:own_open", "peps:own_save"}
"""Whoever is signed in on the browser is nobody on these pages, in no trace either."""
OPEN_OF_OURS = {"health", "components", "robots", "security_txt"} | WITHOUT_ACCOUNT
EMPTY_PAGE = '<html lang="en-GB"></html>'
REFUSALS = {403: "refused", 404: "not_found"}
# Kept for every visitor, refused or not: who is signed in, since when, and the trace itself.
BOOKKEEPING = {"django_session", "usersessions_usersession", "core_accessevent"}


@pytest.fixture(autouse=True)
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates cost most of the time and decide nothing here."""
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: EMPTY_PAGE)


@contextmanager
def undone() -> Iterator[None]:
    """One request leaves nothing for the next, not even that somebody signed out."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def url_of(name: str, entry: Entry, world: World, which: str) -> str:
    return reverse(name, kwargs=entry.kwargs(world, world.side(which)))


def ask(client: Client, method: str, name: str, world: World, which: str) -> Any:
    entry = MATRIX[name]
    data = entry.data(world, world.side(which)) if method == "post" else {}
    return getattr(client, method)(url_of(name, entry, world, which), data)


def test_every_address_has_an_entry() -> None:
    assert {name for name, _, _ in named_urls()} == set(MATRIX)


def test_only_these_are_open_to_strangers() -> None:
    """LoginRequiredMiddleware guards all but what is marked; the list grows only by somebody's decision."""
    marked = {name for name, _, view in named_urls() if not getattr(view, "login_required", True)}
    assert marked == {name for name, entry in MATRIX.items() if entry.open}
    strangers = ("account_", "mfa_", "socialaccount_", "openid_connect_")
    assert not [name for name in marked if not name.startswith(strangers) and name not in OPEN_OF_OURS]


@pytest.mark.parametrize("name", MATRIX)
def test_strangers_are_asked_to_sign_in(name: str, world: World) -> None:
    for method in METHODS:
        answer = ask(Client(), method, name, world, OWN)
        if MATRIX[name].open:
            assert answer.status_code in {200, 302, 403, 404, 405}
        else:
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(f"{reverse('account_login')}?next=")


@pytest.mark.parametrize("name", MATRIX)
def test_answers(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    """Each answer to each role is the matrix's, and a refused POST writes nothing but its trace."""
    expected, found, wrong = {}, {}, []
    for role in ORDER:
        cache.clear()  # the tries that one role had are not counted against the next
        client = client_of(role)
        for method, which in asked(name, role):
            key = f"{role} {method} {which}"
            expected[key] = MATRIX[name].expected(method).of(role, which)
            with undone():
                if method == "get":
                    found[key] = ask(client, method, name, world, which).status_code
                    continue
                before, last = written(), AccessEvent.objects.aggregate(last=Max("pk"))["last"] or 0
                status = found[key] = ask(client, method, name, world, which).status_code
                if status in {403, 404, 405}:
                    faults = refused_wrongly(name, world.users[role].pk, status, before, last)
                    wrong += [f"{key}: {fault}" for fault in faults]
    assert found == expected
    assert wrong == []


def asked(name: str, role: Role) -> list[tuple[str, str]]:
    """(method, which row) that a role asks; a page that is not of the role at all is asked for one row."""
    answers = {method: MATRIX[name].expected(method) for method in METHODS}
    return [
        (method, which)
        for method in METHODS
        for which in WHICH
        if which == OWN or {answers[method].of(role, one) for one in WHICH} != {403}
    ]


def refused_wrongly(name: str, user_id: int, status: int, before: dict[str, Any], last: int) -> list[str]:
    """What a refused POST has left: rows, or another trace than the one of its refusal."""
    wrong = [] if written() == before else [f"{status}, and yet written"]
    traces = [(e.user_id, e.action, e.screen) for e in AccessEvent.objects.filter(pk__gt=last)]
    if name in WITHOUT_ACCOUNT:
        expected: list[Any] = []
    elif status in REFUSALS:
        expected = [(user_id, REFUSALS[status], name)]
    else:
        return wrong
    return wrong if traces == expected else [*wrong, f"traces {traces}"]


@pytest.mark.parametrize("name", MATRIX)
def test_what_was_theirs_until_yesterday_is_answered_as_what_never_was(
    name: str, world: World, client_of: Callable[[Role], Client]
) -> None:
    """And writes nothing where it is refused."""
    world.expire()
    expected, found, changed = {}, {}, []
    for role in RELATED:
        for method in METHODS:
            key = f"{role} {method}"
            # Where own and foreign differ by something else than a relation, the own row stays what it was.
            then = OWN if MATRIX[name].not_by_relation else EXPIRED
            expected[key] = MATRIX[name].expected(method).of(role, then)
            with undone():
                before = written()
                found[key] = ask(client_of(role), method, name, world, EXPIRED).status_code
                if found[key] in REFUSALS and written() != before:
                    changed.append(key)
    assert found == expected
    assert changed == []


def written() -> dict[str, tuple[int, int, int]]:
    """Rows that this transaction has inserted, updated and deleted so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return {name: tuple(counts) for name, *counts in cursor.fetchall() if name not in BOOKKEEPING}


def test_what_is_written_is_noticed(world: World) -> None:
    before = written()
    world.own.school.save()
    assert written() != before

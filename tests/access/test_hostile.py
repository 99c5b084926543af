"""At least 200 hostile requests as each role: none crashes, leaks, writes where it is refused, or is sent on."""

import os
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.roles import Role
from tests.access import hostile
from tests.access.hostile import MARK, Attack, Form, faults
from tests.access.matrix import FOREIGN, MATRIX, ORDER, OWN
from tests.access.test_matrix import undone, written
from tests.access.test_reach import SEE_NO_CHILD, SEE_OWN_CHILDREN
from tests.access.walking import Walk, text_of
from tests.access.world import World

pytestmark = pytest.mark.slow

AT_LEAST = 200
AT_LEAST_ON_ADDRESSES = 60
ALL = "VS_ALL_HOSTILE" in os.environ
"""VS_ALL_HOSTILE=1 makes each role try all of them (some 1,300 requests each)."""
FIELDS_ALONE = None if ALL else 3
REFUSED = range(400, 500)
# The sign-in package notes a person's own email address when they come to its page.
BOOKKEEPING = {"account_emailaddress"}
OWN_ACCOUNT = ("account_", "mfa_", "usersessions_")


def client_for(world: World, role: Role, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
    return client


def send(client: Client, attack: Attack) -> Any:
    """The request as it would come over the wire: nothing is encoded nicely on its behalf."""
    query = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in attack.query])
    url = f"{attack.url}?{query}" if query else attack.url
    headers = dict(attack.headers)
    if "HTTP_COOKIE" in headers:
        # Beside the cookie that signs in, unless the attack sends one of that name itself.
        session = client.cookies[settings.SESSION_COOKIE_NAME].OutputString().split(";")[0]
        headers["HTTP_COOKIE"] += "" if attack.has_own_cookie else f"; {session}"
        client.cookies.clear()
    if attack.body is not None:
        kind, body = attack.body
        return client.generic(attack.method, url, body, content_type=kind, **headers)
    if attack.data is not None and attack.method != "HEAD":
        body = urlencode([(n, v.encode("utf-8", "surrogatepass")) for n, v in attack.data]).encode()
        form = "application/x-www-form-urlencoded"
        return client.generic(attack.method, url, body, content_type=form, **headers)
    return client.generic(attack.method, url, **headers)


def addresses(world: World, role: Role) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each address once: rows of the person's own, and foreign ones where the answer differs."""
    for name, entry in MATRIX.items():
        differs = entry.expected("post").of(role, OWN) != entry.expected("post").of(role, FOREIGN)
        for which in (OWN, FOREIGN) if differs else (OWN,):
            side = world.side(which)
            yield reverse(name, kwargs=entry.kwargs(world, side)), entry.data(world, side)


Forms = dict[Role, dict[Any, Form]]


@pytest.fixture(scope="module")
def forms_on_pages(walked: Walk) -> Forms:
    """The forms and filters of each role's pages, read once."""
    return {role: hostile.forms_of(walked, role) for role in ORDER}


def attacks(world: World, found: Forms, role: Role) -> list[Attack]:
    """Forms that an earlier role has too are tried at a glance; addresses by turns, begun elsewhere for each role."""
    start = ORDER.index(role)
    values = hostile.payloads(start * 5)
    forms = found[role]
    seen = set() if ALL else {key for r in ORDER[:start] for key in found[r]}
    new = [form for key, form in forms.items() if key not in seen]
    old = [form for key, form in forms.items() if key in seen]
    on_pages = [
        *hostile.at_a_glance(old, values),
        *hostile.on_filters(new, values, FIELDS_ALONE),
        *hostile.on_forms(new, values, FIELDS_ALONE),
    ]
    where = list(addresses(world, role))
    by_turns = [*hostile.on_addresses(where, start), *hostile.on_paths(where, start)]
    wanted = max(AT_LEAST_ON_ADDRESSES, AT_LEAST - len(on_pages))
    step = 1 if ALL else (max(1, len(by_turns) // wanted) - 1) // 2 * 2 + 1  # odd: eight kinds take turns
    return [*on_pages, *by_turns[start % step :: step]]


def forbidden_words(world: World, role: Role) -> tuple[str, ...]:
    if role in SEE_OWN_CHILDREN:
        return (*world.foreign.child_words, *world.foreign.school_words)
    if role in SEE_NO_CHILD:
        return (*world.own.child_words, *world.foreign.child_words)
    return ()


def words_of(answer: Any) -> str:
    """As `text_of`, also of an answer without a body: to HEAD, or not modified."""
    if answer.streaming or answer.content:
        return text_of(answer)
    return ""


def tried(world: World, role: Role, attack: Attack, words: tuple[str, ...], ledger: dict[str, Any]) -> list[str]:
    """Everything wrong with what one attack met; nothing of it stays.

    `ledger` is what the transaction has written so far, undone writes included; it is brought up to date.
    """
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if MARK in str(sql):
            statements.append(str(sql)[:200])
        return execute(sql, params, many, context)

    with undone(), connection.execute_wrapper(note):
        answer = send(client_for(world, role, enforce_csrf_checks=attack.enforce_csrf), attack)
        text = words_of(answer)
    before, after = dict(ledger), written()
    ledger.update(after)
    wrong = faults(answer, text)
    wrong += [f"told of {word}" for word in words if word.casefold() in text.casefold()]
    wrong += [f"a payload became SQL: {sql}" for sql in statements]
    tables = sorted(t for t in after if after[t] != before.get(t) and t not in BOOKKEEPING)
    if tables and (answer.status_code in REFUSED or attack.method != "POST" or attack.enforce_csrf):
        wrong.append(f"status {answer.status_code}, and yet written: {tables}")
    if attack.enforce_csrf and answer.status_code not in {302, 403, 404, 405}:
        wrong.append(f"status {answer.status_code} without a token of one's own")
    return wrong


@pytest.mark.parametrize("role", ORDER)
def test_hostile_requests_find_nothing(role: Role, world: World, forms_on_pages: Forms) -> None:
    cache.clear()
    todo = attacks(world, forms_on_pages, role)
    assert len(todo) >= AT_LEAST
    kinds = {a.kind for a in todo}
    assert kinds >= {"method", "body", "header", "redirect", "path", "no token", "foreign token"}
    assert kinds & {"form", "field"}
    words, ledger = forbidden_words(world, role), written()
    wrong = [f"{attack}\n    {found}" for attack in todo if (found := tried(world, role, attack, words, ledger))]
    cache.clear()
    assert not wrong, f"{len(wrong)} of {len(todo)}\n" + "\n".join(wrong)


def test_the_judge_notices() -> None:
    """Each fault that the attacks look for is seen in an answer that has it."""
    page = f'<p title="{MARK}">'
    broken = {
        "status": HttpResponse(status=500),
        "markup": HttpResponse(f"<{MARK} onfocus=alert(1)>"),
        "worked out": HttpResponse(hostile.SUM),
        "machine": HttpResponse("root:x:0:0"),
        "header": HttpResponse(headers={f"X-{MARK}": "1"}),
        "sent away": HttpResponse(status=302, headers={"Location": f"https://{hostile.EVIL}/"}),
    }
    for words, answer in broken.items():
        assert any(words in fault for fault in faults(answer, answer.content.decode())), words
    assert faults(HttpResponse(page.replace('"', "&quot;")), page.replace('"', "&quot;")) == []


def test_a_form_of_a_page_is_found(forms_on_pages: Forms) -> None:
    forms = forms_on_pages[Role.VSH].values()
    assert [f for f in forms if f.method == "get" and "legal_status" in f.fields]
    assert [f for f in forms if f.method == "post" and {"category", "from_on_0"} <= set(f.fields)]


# ---------------------------------------------------------------- mass assignment


MADE_ANEW = {"id", "password", "token_hash"}
ROWS_MADE_ANEW = {
    "account_emailaddress": {"user_id"},
    "core_invitation": {"user_id"},
    "pupils_delegation": {"colleague_id"},
    "peps_invitee": {"meeting_id"},
    "peps_meeting": {"moved_to_id"},
}
"""Columns that name a row which the request itself made."""


def rows_of(tables: Iterable[str]) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of these tables but their keys."""
    found = {}
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name for column in cursor.description]
            made_anew = MADE_ANEW | ROWS_MADE_ANEW.get(table, set())
            keys = {n for n, name in enumerate(names) if name in made_anew}
            found[table] = {tuple(str(v) for n, v in enumerate(row) if n not in keys) for row in cursor.fetchall()}
    return found


def is_ours(table: str) -> bool:
    """No bookkeeping of packages, and no history."""
    return not table.startswith(("django_", "usersessions_", "core_accessevent", "pghistory_")) and not table.endswith(
        "event"
    )


def left_by(world: World, role: Role, attack: Attack) -> tuple[int, dict[str, set[tuple[Any, ...]]]]:
    """The status, and the rows that came or went in each of our tables that was written to."""
    with undone():
        ledger = written()
        answer = send(client_for(world, role), attack)
        touched = [table for table, counts in written().items() if counts != ledger.get(table) and is_ours(table)]
        after = rows_of(touched)
    before = rows_of(touched)
    return answer.status_code, {t: after[t] ^ before[t] for t in touched if after[t] != before[t]}


def fields_of(forms: dict[Any, Form], url: str) -> set[str]:
    return {name for form in forms.values() if form.method == "post" and form.action == url for name in form.fields}


@pytest.mark.parametrize("name", [n for n in MATRIX if not n.startswith(OWN_ACCOUNT)])
def test_fields_that_no_form_has_change_nothing(name: str, world: World, forms_on_pages: Forms) -> None:
    """Every column of every table is sent along: the rows that come of it are the same as without."""
    entry = MATRIX[name]
    role = next((r for r in ORDER if entry.expected("post").of(r, OWN) in {200, 302}), None)
    if role is None or (entry.post is None and not entry.data(world, world.own)):
        return
    url = reverse(name, kwargs=entry.kwargs(world, world.own))
    plain = hostile.pairs_of(entry.data(world, world.own))
    known = {n for n, _ in plain} | fields_of(forms_on_pages[role], url)
    known |= {n.rsplit("_", 1)[0] for n in known if n[-1].isdigit()}
    stray = tuple((n, v) for n, v in hostile.stray_fields().items() if n not in known)
    assert len(stray) > 100
    expected = left_by(world, role, Attack("plain", "POST", url, data=plain))
    assert left_by(world, role, Attack("stray", "POST", url, data=(*plain, *stray))) == expected

"""Whatever stands in an address or a query, the answer is a page and never a fault."""

import zlib
from collections.abc import Callable

import pytest
from django.template.backends.django import Template
from django.test import Client
from django.urls import NoReverseMatch, reverse

from core.roles import Role
from tests.access.matrix import MATRIX, OWN
from tests.access.world import World

PARAMETERS = (
    "adviser", "attendance", "audience", "basis", "category", "code", "county", "gap", "iro", "kind", "legal_status",
    "name", "next", "on_0", "on_1", "on_2", "page", "pep", "phase", "q", "run", "school", "search", "sort", "state",
    "status", "step", "teacher", "term", "when", "year",
)  # fmt: skip
EXTREME_DAYS = ["9999-12-31", "0001-01-01", "2009-02-30"]
EMPTY_PAGE = '<html lang="en-GB"></html>'
ODD = ["\x00", "'\"<>&%", "-1", "9" * 30, "²", "\ud7ff\U0001f600", "None"]
NUMBER_OUT_OF_RANGE = 10**25


def turns(name: str) -> list[dict[str, str]]:
    """Three times a value for each parameter: another odd one each time, and on each page."""
    start = zlib.crc32(name.encode())
    return [{p: ODD[(start + turn + n) % len(ODD)] for n, p in enumerate(PARAMETERS)} for turn in range(3)]


def extreme_day(name: str) -> str:
    return EXTREME_DAYS[zlib.crc32(name.encode()) % len(EXTREME_DAYS)]


@pytest.fixture(autouse=True)
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: EMPTY_PAGE)


def who(name: str) -> Role:
    """Somebody whom the address is not closed to."""
    for role in (Role.VSH, Role.SYSTEM_ADMIN, Role.DESIGNATED_TEACHER):
        if 403 not in {MATRIX[name].expected(method).of(role, OWN) for method in ("get", "post")}:
            return role
    return Role.VSH


PAGES = [name for name, entry in MATRIX.items() if entry.get.of(who(name), OWN) == 200]


@pytest.mark.parametrize("name", PAGES)
def test_odd_values_in_the_query(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(who(name))
    url = reverse(name, kwargs=MATRIX[name].kwargs(world, world.own))
    for values in turns(name):
        assert client.get(url, values).status_code in {200, 302, 404}, ascii(values)
    day = extreme_day(name)
    year, month, number = day.split("-")
    for days in ({"on": day, "from": day, "to": day}, {"on_0": number, "on_1": month, "on_2": year, "\x00": "1"}):
        assert client.get(url, days).status_code in {200, 302, 404}, days


@pytest.mark.parametrize("name", [name for name in MATRIX if not name.startswith(("account_", "mfa_"))])
def test_odd_values_in_a_form(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(who(name))
    entry = MATRIX[name]
    url, fields = reverse(name, kwargs=entry.kwargs(world, world.own)), entry.data(world, world.own)
    year, month, number = extreme_day(name).split("-")
    days = {
        f"{field[:-2]}{part}": text
        for field in fields
        for part, text in zip(("_0", "_1", "_2"), (number, month, year), strict=True)
        if field.endswith("_0")
    }
    if days:
        assert client.post(url, {**fields, **days}).status_code in {200, 302, 403, 404, 405, 503}, days
    for turn, values in enumerate(turns(name)):
        own = {field: ODD[(n + turn) % len(ODD)] for n, field in enumerate(fields)}
        answer = client.post(url, values | own)
        assert answer.status_code in {200, 302, 403, 404, 405}, ascii(values | own)


@pytest.mark.parametrize("name", MATRIX)
def test_odd_words_in_the_address(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    kwargs = MATRIX[name].kwargs(world, world.own)
    texts = {key for key, value in kwargs.items() if isinstance(value, str)}
    if not texts:
        return
    client = client_of(who(name))
    for word in ("\x00", "..", "%2e%2e", "'\"", "\U0001f600"):
        try:
            url = reverse(name, kwargs={k: word if k in texts else v for k, v in kwargs.items()})
        except NoReverseMatch:
            continue
        assert client.get(url).status_code in {200, 302, 403, 404, 405}, ascii(word)


@pytest.mark.parametrize("name", MATRIX)
def test_numbers_beyond_every_row(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    kwargs = MATRIX[name].kwargs(world, world.own)
    numbers = {key for key, value in kwargs.items() if isinstance(value, int)}
    if not numbers:
        return
    client = client_of(who(name))
    for number in (0, NUMBER_OUT_OF_RANGE):
        url = reverse(name, kwargs={k: number if k in numbers else v for k, v in kwargs.items()})
        assert client.get(url).status_code in {404, 405}
        assert client.post(url, MATRIX[name].data(world, world.own)).status_code in {403, 404}

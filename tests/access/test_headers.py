"""What every answer tells the browser, on every address and for every role; and no page runs or styles inline."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from lxml import html

from core.limits import Limit
from core.roles import Role
from tests.access.matrix import FOREIGN, MATRIX, ORDER
from tests.access.walking import Walk
from tests.access.world import World

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
POLICY = {
    **dict.fromkeys(("default-src", "script-src", "style-src", "connect-src", "form-action"), "'self'"),
    **dict.fromkeys(("object-src", "base-uri", "frame-ancestors", "frame-src"), "'none'"),
}
# Downloads that name nobody: an empty file with headings, the questions of a form, the day of one meeting.
NOT_COUNTED = {"feeds:template", "peps:form_export", "peps:meeting_file"}


def wrong_headers(headers: dict[str, str]) -> list[str]:
    """What is missing or other than it must be."""
    found = [f"{name}: {headers.get(name)}" for name, value in EXPECTED.items() if headers.get(name) != value]
    policy = dict(part.strip().partition(" ")[::2] for part in headers.get("Content-Security-Policy", "").split(";"))
    found += [f"CSP {name}: {policy.get(name)}" for name, value in POLICY.items() if policy.get(name) != value]
    found += [f"CSP allows {word}" for word in ("unsafe", "*", "http:", "https:") if word in str(policy)]
    if "geolocation=()" not in headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if headers.get("Server") or headers.get("X-Powered-By"):
        found.append("tells what it runs on")
    return found


def parsed(lines: str) -> dict[str, str]:
    return dict(line.partition(": ")[::2] for line in lines.splitlines())


def test_every_page_of_every_role_has_them(walked: Walk) -> None:
    assert len({page.name for page in walked.pages}) > 60
    wrong = {(p.role.value, p.url): found for p in walked.pages if (found := wrong_headers(parsed(p.headers)))}
    assert wrong == {}


@pytest.mark.parametrize("name", MATRIX)
def test_strangers_and_refusals_have_them(name: str, world: World, client_of: Callable[[Role], Client]) -> None:
    url = reverse(name, kwargs=MATRIX[name].kwargs(world, world.foreign))
    refused = next((r for r in ORDER if MATRIX[name].get.of(r, FOREIGN) >= 400), Role.VSH)
    for client in (Client(), client_of(refused)):
        assert wrong_headers(dict(client.get(url).headers)) == [], url


def test_no_such_page_has_them(db: None) -> None:
    assert wrong_headers(dict(Client().get("/no/such/page/").headers)) == []


def inline(page: str) -> list[str]:
    """Scripts, styles and handlers that stand in the page itself."""
    tree = html.fromstring(page)
    found = ["<script>" for s in tree.iter("script") if not s.get("src") and s.get("type") != "application/json"]
    found += ["<style>" for _ in tree.iter("style")]
    for element in tree.iter(tree.tag if isinstance(tree.tag, str) else "html", "*"):
        names = element.attrib if isinstance(element.tag, str) else {}
        found += [f"{element.tag} {n}" for n in names if n == "style" or re.fullmatch("on[a-z]+", n)]
        found += [f"{n}=javascript:" for n, value in names.items() if value.strip().lower().startswith("javascript:")]
    return found


def test_no_page_holds_script_or_style_of_its_own(walked: Walk) -> None:
    """But for the answer to health checks: a package's page, whose style the policy blocks."""
    pages = {p.url: p.text for p in walked.pages if p.name != "health" and p.text.lstrip().startswith("<!DOCTYPE html")}
    assert len(pages) > 60
    assert {url: found for url, text in pages.items() if (found := inline(text))} == {}


def test_inline_code_would_be_noticed() -> None:
    body = '<a href="javascript:1" onclick="1">.</a><script>1</script><style>a{}</style>'
    assert len(inline(f'<html><body style="x">{body}</body></html>')) == 5


def test_each_download_of_people_counts_towards_the_limit(walked: Walk) -> None:
    downloads = {p.name: p.url for p in walked.pages if "Content-Disposition: attachment" in p.headers}
    assert len(downloads) > 8
    free = {n for n, url in downloads.items() if _limit_of(url) is not Limit.EXPORTS}
    assert free == NOT_COUNTED | {n for n in free if n.startswith("mfa_")}


def _limit_of(url: str) -> Any:
    return getattr(resolve(url.split("?", maxsplit=1)[0]).func, "limited_as", None)


def test_each_search_for_people_counts_towards_the_limit() -> None:
    for name in ("pupils:search", "accounts:find"):
        assert _limit_of(reverse(name)) is Limit.SEARCHES


def test_no_page_is_open_to_robots(db: None) -> None:
    answer = Client().get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().splitlines() == ["User-agent: *", "Disallow: /"]

"""What an attacker sends, where it is sent, and how an answer is judged.

Where: the addresses of the access matrix, and every form and filter found on the pages that the roles really get. A new
page, form or filter is attacked without a line here.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import Resolver404, resolve
from lxml import html

from tests.access.walking import Walk

MARK = "zq9"
"""Stands in every payload and nowhere else."""
SUM = "48151624"
"""What 48151623 + 1 gives: in an answer it tells that a template or a shell worked it out."""
EVIL = "evil.example"

PAYLOADS: tuple[str, ...] = (
    f"{MARK}\"'<{MARK} onfocus=alert(1) autofocus>",
    f"</title></script><{MARK}>",
    f"' OR '{MARK}'='{MARK}",
    f"1;DROP TABLE pupils_pupil;--{MARK}",
    f"{MARK}%' UNION SELECT password FROM core_user--",
    "{{ 48151623|add:1 }}{% debug %}${48151623+1}#{48151623+1}",
    f"{MARK}\r\nX-{MARK}: 1\r\nSet-Cookie: {MARK}=1",
    f"\x00{MARK}",
    f"{MARK}\x00\x08\x1b\x7f",
    MARK * 7_000,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "²³",
    "٣",
    "\u202e\u200b\ufeff" + MARK,
    MARK + "\u0301" * 300,
    "\ufdfa" * 40,
    "İıﬀß\U0001f600",
    "../" * 8 + "etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    f"javascript:alert('{MARK}')",
    f"//{EVIL}/{MARK}",
    f"https:{EVIL}",
    f"\\\\{EVIL}",
    f"=HYPERLINK(\"http://{EVIL}\",'{MARK}')",
    "None",
    "",
    " ",
    "[]",
    "0x10",
    "1_0",
    "32/13/0000",
)
ODD_SEGMENTS = ("-1", "0", "9" * 25, "1%00", "abc", "1'--", "%2e%2e%2f", "..%5c", "٣", "1/../2", "%ff%fe", "a" * 3000)
PATHS = (
    "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%ff", "//evil.example/", "/.git/config",
    "/.env", "/admin/", "/" + "a/" * 500, "/children/1/care/reveal/%2e%2e/", "/children/1;x=1/", "/children//1/",
)  # fmt: skip
REDIRECTS = (
    f"//{EVIL}/", f"https://{EVIL}/", f"/\\{EVIL}", f"https:///{EVIL}", f"javascript:{MARK}", f"/%0d%0aX-{MARK}:1",
    f"http:{EVIL}", f"/{EVIL}\\@{EVIL}", "\x00//" + EVIL,
)  # fmt: skip
REDIRECT_FIELDS = ("next", "return_to", "redirect", "url")
HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"https://{EVIL}/<{MARK}>", "HTTP_HX_TARGET": f"<{MARK}>"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_HX_PROMPT": "%ff", "HTTP_HX_TRIGGER": "{"},
    {"HTTP_HOST": EVIL},
    {"HTTP_HOST": f"localhost@{EVIL}"},
    {"HTTP_HOST": "localhost:99999999"},
    {"HTTP_HOST": f"localhost, {EVIL}"},
    {"HTTP_X_FORWARDED_HOST": EVIL, "HTTP_X_FORWARDED_FOR": f"<{MARK}>, 1.2.3", "HTTP_X_FORWARDED_PROTO": "gopher"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", "HTTP_X_METHOD_OVERRIDE": "PUT"},
    {"HTTP_COOKIE": f"{MARK}=" + "a" * 60_000},
    {"HTTP_COOKIE": 'sessionid="\\000\\377"; messages="\\000"; csrftoken="\\000"'},
    {"HTTP_COOKIE": ";;=;==;sessionid;messages=[[;" + "a=b;" * 500},
    {"HTTP_USER_AGENT": f"<{MARK}>" * 2_000, "HTTP_REFERER": f"https://{EVIL}/<{MARK}>"},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5_000, "HTTP_ACCEPT": f"text/{MARK}", "HTTP_ACCEPT_ENCODING": f"gzip;q={MARK}"},
    {"HTTP_X_REQUEST_ID": f"<{MARK}>" * 100, "HTTP_X_CORRELATION_ID": "{{7}}"},
    {"HTTP_RANGE": "bytes=0-99999999999", "HTTP_IF_MODIFIED_SINCE": f"{MARK}", "HTTP_IF_NONE_MATCH": f'"{MARK}"'},
    {"HTTP_AUTHORIZATION": f"Bearer {MARK}", "HTTP_X_REAL_IP": "::1", "HTTP_CONTENT_ENCODING": "gzip"},
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=zq9"


def _part(headers: str, content: str, end: str = "--zq9--\r\n") -> bytes:
    return f"--zq9\r\n{headers}\r\n\r\n{content}\r\n{end}".encode()


BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", json.dumps({"role": "vsh", "state": "approved", MARK: [None]}).encode()),
    ("application/json", b"[" * 5_000),
    ("text/plain", MARK.encode()),
    ("text/xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=\xff", b"--"),
    (MULTIPART, _part('Content-Disposition: form-data; name="a"', "cut short", end="")),
    (MULTIPART, _part('Content-Disposition: form-data; name="files_sent"; filename="../../\x00etc.csv"', "a,b")),
    (MULTIPART, _part('Content-Disposition: form-data; name="q"\r\nContent-Transfer-Encoding: base64', "!!!")),
    (FORM + "; charset=zq9", b"q=%ff"),
    (FORM + "; charset=utf-7", b"q=+ADw-zq9+AD4-"),
    (FORM, b"q=%ED%A0%80%00%ff&=&&=%&q=" + b"a" * 100),
    (FORM, b"a=1&" * 5_001),
    ("", b"\x00\xff"),
)
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "get")


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page: where it goes, and what a browser would send untouched."""

    method: str
    action: str
    fields: dict[str, str]
    free: frozenset[str] = frozenset()
    """Names of the fields that people type into."""


@dataclass(frozen=True)
class Attack:
    """One request. `query` and `data` are lists of pairs: a name may occur twice."""

    kind: str
    method: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] | None = None
    body: tuple[str, bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    enforce_csrf: bool = False

    @property
    def has_own_cookie(self) -> bool:
        """It brings a session of its own in place of the person's."""
        return settings.SESSION_COOKIE_NAME in self.headers.get("HTTP_COOKIE", "")

    def __str__(self) -> str:
        sent = self.data if self.data is not None else self.body or self.query or self.headers
        return f"{self.kind}: {self.method} {self.url[:120]} {ascii(sent)[:300]}"


# ---------------------------------------------------------------- where


def forms_of(walked: Walk, role: Any) -> dict[Any, Form]:
    """Every form on the pages of a role, each once by route and names; links with a query count as filters."""
    found: dict[Any, Form] = {}
    for page in walked.of(role):
        if page.status != 200 or not page.text.lstrip().startswith("<!DOCTYPE html"):
            continue
        tree = html.fromstring(page.text)
        for form in [*_forms_in(tree, page.url), *_links_in(tree, page.url)]:
            found.setdefault((form.method, _route(form.action), *sorted(form.fields)), form)
    return found


def _route(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return url


def _forms_in(tree: Any, url: str) -> Iterator[Form]:
    for form in tree.iter("form"):
        fields, free = {}, set()
        for element in form.xpath(".//*[self::input or self::select or self::textarea or self::button][@name]"):
            name, kind = element.get("name"), element.get("type", "text")
            if element.tag == "select":
                options = [o.get("value", "") for o in element.iter("option")]
                fields.setdefault(name, next((o for o in options if o), ""))
            elif name != "csrfmiddlewaretoken":
                fields.setdefault(name, element.get("value") or "")
                if element.tag == "textarea" or kind in {"text", "search", "email", "number", "password", "hidden"}:
                    free.add(name)
        action = urlsplit(urljoin(url, form.get("action") or url))
        yield Form(form.get("method", "get").lower(), action.path, fields, frozenset(free))


def _links_in(tree: Any, url: str) -> Iterator[Form]:
    for link in tree.xpath("//a[contains(@href, '?')]/@href"):
        target = urlsplit(urljoin(url, link))
        if not target.netloc:
            yield Form("get", target.path, dict(parse_qsl(target.query, keep_blank_values=True)))


def stray_fields() -> dict[str, str]:
    """Every column that our models have, with a value that would matter: what no form may take from a request."""
    ours = [model for model in apps.get_models() if not model.__module__.startswith(("django.", "allauth."))]
    found: dict[str, str] = {"is_superuser": "1", "is_staff": "1", "permissions": "manage_accounts", "user_id": "1"}
    for model in ours:
        for column in model._meta.concrete_fields:
            if column.name.startswith("pgh_"):
                continue
            found.setdefault(column.name, _telling(column))
            found.setdefault(column.attname, _telling(column))
    found |= {"role": "system_admin", "state": "approved", "status": "applied", "is_active": "0"}
    return found


def _telling(column: Any) -> str:
    if isinstance(column, models.BooleanField):
        return "1"
    if isinstance(column, models.DateTimeField):
        return "2001-02-03 04:05:06"
    if isinstance(column, models.DateField):
        return "2001-02-03"
    if isinstance(column, models.JSONField):
        return "{}"
    if isinstance(column, models.CharField | models.TextField):
        return MARK
    return "1"


# ---------------------------------------------------------------- what


def at_a_glance(forms: Iterable[Form], values: Iterator[str]) -> Iterator[Attack]:
    """Each form and filter once, with one payload in all of its fields."""
    for form in forms:
        value = next(values)
        pairs = tuple((name, value) for name in form.fields)
        if form.method == "post":
            yield Attack("form", "POST", form.action, data=pairs)
        elif pairs:
            yield Attack("filter", "GET", form.action, query=pairs)


def _some(names: Iterable[str], most: int | None) -> list[str]:
    """At most so many of them, from all over the list: fields of a kind stand side by side."""
    found = sorted(names)
    return found if most is None else found[:: max(1, -(-len(found) // most))]


def on_filters(forms: Iterable[Form], values: Iterator[str], most: int | None = None) -> Iterator[Attack]:
    """`most` parameters of each page alone with a payload, the others as the page has them; then each of them twice."""
    for form in forms:
        if form.method != "get" or not form.fields:
            continue
        for name in _some(form.fields, most):
            value = next(values)
            yield Attack("filter", "GET", form.action, query=(*_without(form.fields, name), (name, value)))
        twice = next(values)
        yield Attack("duplicate", "GET", form.action, query=tuple((n, v) for n in form.fields for v in ("1", twice)))


def _without(fields: dict[str, str], name: str) -> Iterator[tuple[str, str]]:
    return ((n, v) for n, v in fields.items() if n != name)


def on_forms(forms: Iterable[Form], values: Iterator[str], most: int | None = None) -> Iterator[Attack]:
    """`most` fields of each form alone with a payload, the others as a browser sends them; then each of them twice."""
    for form in forms:
        if form.method != "post":
            continue
        for name in _some(form.fields, most):
            data = (*_without(form.fields, name), (name, next(values)))
            yield Attack("field", "POST", form.action, data=data)
        data = tuple((n, v) for n in form.fields for v in (next(values), form.fields[n]))
        yield Attack("duplicate", "POST", form.action, data=data)


def on_addresses(urls: Iterable[tuple[str, dict[str, Any]]], start: int) -> Iterator[Attack]:
    """Each address with another method, body, header, redirect and a token that is missing or foreign."""
    methods, bodies, headers, redirects = (_from(pool, start) for pool in (METHODS, BODIES, HEADERS, REDIRECTS))
    for url, data in urls:
        pairs = pairs_of(data)
        yield Attack("method", next(methods), url, data=pairs)
        yield Attack("body", "POST", url, body=next(bodies))
        yield Attack("header", "GET", url, headers=next(headers))
        yield Attack("header", "POST", url, data=pairs, headers=next(headers))
        target = next(redirects)
        yield Attack("redirect", "GET", url, query=tuple((name, target) for name in REDIRECT_FIELDS))
        target = next(redirects)
        yield Attack("redirect", "POST", url, data=(*pairs, *((name, target) for name in REDIRECT_FIELDS)))
        yield Attack("no token", "POST", url, data=pairs, enforce_csrf=True)
        yield Attack("foreign token", "POST", url, data=(*pairs, ("csrfmiddlewaretoken", "A" * 64)), enforce_csrf=True)


def on_paths(urls: Iterable[tuple[str, dict[str, Any]]], start: int) -> Iterator[Attack]:
    """Each address with a segment that is no row's number, none at all, or climbs out."""
    segments = _from(ODD_SEGMENTS, start)
    for url, data in urls:
        parts = url.strip("/").split("/")
        for place, part in enumerate(parts):
            if part.isdigit():
                odd = "/".join([*parts[:place], next(segments), *parts[place + 1 :]])
                yield Attack("path", "GET", f"/{odd}/")
                yield Attack("path", "POST", f"/{odd}/", data=pairs_of(data))
    for path in PATHS:
        yield Attack("path", "GET", path)


def pairs_of(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, str(one)) for name, value in data.items() for one in (value if isinstance(value, list) else [value])
    )


def _from(pool: tuple[Any, ...], start: int) -> Iterator[Any]:
    """The pool over and over, begun elsewhere for each role: together they try all of it everywhere."""
    start %= len(pool)
    return cycle((*pool[start:], *pool[:start]))


def payloads(start: int) -> Iterator[str]:
    return _from(PAYLOADS, start)


# ---------------------------------------------------------------- judging


def faults(answer: Any, text: str) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    found = []
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}: {getattr(answer, 'exc_info', None)!r}")
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind and any(raw in text for raw in (f"<{MARK}", f"{MARK}\"'", f"{MARK}&quot;'")):
        found.append("a payload stands in the page as markup")
    if SUM in text:
        found.append("a payload was worked out")
    if "root:x:0" in text or "[boot loader]" in text:
        found.append("a file of the machine")
    for name, value in answer.headers.items():
        if MARK in name.lower() or "\n" in value or "\r" in value:
            found.append(f"a header of the attacker's: {name}")
    if MARK in answer.cookies:
        found.append("a cookie of the attacker's")
    location = answer.headers.get("Location", "")
    target = urlsplit(location)
    if (
        location.startswith(("//", "/\\", "\\"))
        or target.netloc not in {"", "testserver"}
        or target.scheme not in {"", "http"}
    ):
        found.append(f"sent away to {location!r}")
    return found

"""The edges as a real server keeps them: hosts, sizes, headers, cookies, limits, and what `check --deploy` says."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from tests.access.test_headers import wrong_headers

ROOT = Path(__file__).resolve().parents[3]
HOST = "virtual-school.example.gov.uk"
PRODUCTION = {
    "ALLOWED_HOSTS": HOST,
    "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
    "SECRET_KEY": "a-key-for-this-test-only-" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "TRUST_PROXY": "1",
    "SECURITY_CONTACT": "mailto:security@example.gov.uk",
    "SECURITY_TXT_EXPIRES": (date.today() + timedelta(days=200)).isoformat(),  # noqa: DTZ011
    "PLAIN_STATIC": "1",
}


def environment(**more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {**own, **PRODUCTION, **more}


# ---------------------------------------------------------------- check --deploy


def check(**more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(words, cwd=ROOT, env=environment(**more), capture_output=True, text=True, check=False)


def test_check_deploy_is_clean_as_for_real() -> None:
    done = check()
    assert done.returncode == 0, done.stderr


def test_check_deploy_tells_of_a_contact_that_runs_out() -> None:
    done = check(SECURITY_TXT_EXPIRES=(date.today() + timedelta(days=3)).isoformat())  # noqa: DTZ011
    assert done.returncode == 1
    assert "core.W004" in done.stderr


# ---------------------------------------------------------------- a server


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """gunicorn as the image starts it. Nothing asked here needs the database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket", "virtualschool.wsgi"],
        cwd=ROOT,
        env=environment(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(timeout=30)


def ask(port: int, raw: bytes) -> tuple[int, dict[str, str], str]:
    """(status, headers, body) of bytes sent as they are; status 0 when the server just hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        with contextlib.suppress(OSError):
            wire.sendall(raw)
        answer = b""
        with contextlib.suppress(OSError):
            while piece := wire.recv(65536):
                answer += piece
    head, _, body = answer.decode("latin-1").partition("\r\n\r\n")
    lines = head.split("\r\n")
    status = re.match(r"HTTP/1\.\d (\d+)", lines[0])
    return int(status[1]) if status else 0, dict(line.partition(": ")[::2] for line in lines[1:]), body


def request(
    path: str = "/robots.txt", *, method: str = "GET", host: str = HOST, more: str = "", body: str = ""
) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n{more}\r\n"
    return (head + body).encode("latin-1")


def test_the_own_host_is_served_with_every_header(server: int) -> None:
    status, headers, body = ask(server, request())
    assert (status, body) == (200, "User-agent: *\nDisallow: /\n")
    headers.pop("Server")  # the proxy puts its own in its place
    assert wrong_headers(headers) == []
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "upgrade-insecure-requests" in headers["Content-Security-Policy"]


def test_plain_http_is_sent_to_https(server: int) -> None:
    raw = f"GET /robots.txt HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    status, headers, _ = ask(server, raw)
    assert (status, headers["Location"]) == (301, f"https://{HOST}/robots.txt")


def test_cookies_are_secure_and_out_of_reach_of_scripts(server: int) -> None:
    status, headers, _ = ask(server, request("/account/login/"))
    assert status == 200
    cookie = headers["Set-Cookie"]
    for word in ("Secure", "HttpOnly", "SameSite="):
        assert word in cookie


def test_security_txt_is_as_rfc_9116_has_it(server: int) -> None:
    status, headers, body = ask(server, request("/.well-known/security.txt"))
    assert status == 200
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in body.splitlines())
    assert fields["Contact"] == "mailto:security@example.gov.uk"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", fields["Expires"])
    assert fields["Canonical"] == f"https://{HOST}/.well-known/security.txt"


SMUGGLED = "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
ODD_REQUESTS = {
    "foreign host": request(host="evil.example"),
    "host with a user": request(host=f"{HOST}@evil.example"),
    "two hosts": request(more="Host: evil.example\r\n"),
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "absolute address of another host": request("http://evil.example/no/such/page/"),
    "header without end": request(more=f"X-Long: {'a' * 20_000}\r\n"),
    "huge cookie": request(more=f"Cookie: a={'b' * 100_000}\r\n"),
    "thousand headers": request(more="".join(f"X-{n}: 1\r\n" for n in range(1_000))),
    "address without end": request("/" + "a" * 20_000),
    "nul in a header": request(more="X-Odd: a\x00b\r\n"),
    "bare line feed": request(more="X-Odd: a\nX-Forged: 1\r\n"),
    "two lengths": request(method="POST", more="Content-Length: 4\r\nContent-Length: 0\r\n", body="a=1&"),
    "length and chunks": request(
        method="POST",
        more="Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        body="0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    ),
    "length that is none": request(method="POST", more="Content-Length: -1\r\n"),
    "unknown coding": request(method="POST", more="Transfer-Encoding: gzip, chunked\r\n", body="0\r\n\r\n"),
    "no http at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
    "old method": request(method="CONNECT", path=f"{HOST}:443"),
    "trace": request(method="TRACE", more="Cookie: secret=1\r\n"),
    "a climb": request("/static/../../../../etc/passwd"),
    "an encoded climb": request("/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
}


@pytest.mark.parametrize("name", ODD_REQUESTS)
def test_odd_requests_are_turned_away(server: int, name: str) -> None:
    status, headers, body = ask(server, ODD_REQUESTS[name])
    assert status == 0 or 300 <= status < 500 or status in {501, 505}, status
    for told in ("root:x:0", "secret=1", "Traceback"):
        assert told not in body
    assert "evil.example" not in headers.get("Location", "")


def test_a_form_larger_than_allowed_is_refused(server: int) -> None:
    body = "login=" + "a" * (6 * 1024 * 1024)
    more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nReferer: https://{HOST}/\r\n"
    status, _, _ = ask(server, request("/account/login/", method="POST", more=more, body=body))
    assert status in {400, 403, 413}


# ---------------------------------------------------------------- limits for each person


@pytest.fixture
def limits(settings: Any) -> Iterator[None]:
    settings.PERSON_LIMITS = {"searches": (3, 300), "exports": (2, 3600)}
    cache.clear()
    with time_machine.travel("2026-11-23 11:02:00", tick=False):
        yield
    cache.clear()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_searches_beyond_the_limit_wait_until_the_time_that_the_page_says(limits: None, make_user: Any) -> None:
    client, other = client_of(make_user(Role.VSH)), client_of(make_user(Role.VSH))
    url = reverse("pupils:search")
    assert [client.post(url, {"q": "Nobody"}).status_code for _ in range(4)] == [302, 302, 302, 429]
    refused = client.post(url, {"q": "Nobody"})
    assert "You can try again at <strong>11:05</strong>" in refused.content.decode()
    assert refused.headers["Retry-After"] == "180"
    assert other.post(url, {"q": "Nobody"}).status_code == 302
    traces = AccessEvent.objects.filter(action="refused", screen="pupils:search")
    assert [t.detail for t in traces] == [{"limit": "searches", "allowed": 3, "seconds": 300}] * 2
    with time_machine.travel("2026-11-23 11:05:01", tick=False):
        assert client.post(url, {"q": "Nobody"}).status_code == 302


def test_downloads_count_together_whatever_their_list(limits: None, make_user: Any) -> None:
    client = client_of(make_user(Role.VSH))
    names = ("pupils:export_csv", "peps:export_csv", "pupils:export_xlsx")
    answers = [client.get(reverse(name)) for name in names]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert "Content-Disposition" not in answers[2].headers
    assert "downloads in 60 minutes" in answers[2].content.decode()
    assert client.get(reverse("pupils:list")).status_code == 200


def test_a_limit_that_is_not_set_is_none(settings: Any, make_user: Any) -> None:
    settings.PERSON_LIMITS = {}
    client = client_of(make_user(Role.VSH))
    assert {client.post(reverse("pupils:search"), {"q": ""}).status_code for _ in range(70)} == {302}

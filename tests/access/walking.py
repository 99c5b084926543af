"""Every page as a role really gets it, as text: HTML, CSV, the cells of a workbook, the words of a PDF."""

import io
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from tests.access.matrix import MATRIX, OWN
from tests.access.world import TODAY, World

# Other ways to ask a list: a past day, everything, each order.
QUERIES: dict[str, tuple[str, ...]] = {
    "pupils:list": (
        "on_0=1&on_1=10&on_2=2024", "search=1", "sort=school", "sort=-year", "sort=attendance", "sort=pep",
        "gap=no_upn", "county=out", "year=11", "attendance=none",
    ),
    "pupils:export_csv": ("on_0=1&on_1=10&on_2=2024", "search=1"),
    "pupils:unusual_looks": ("days=28&kind=own_surname",),
    "audit:list": ("action=opened", "kind=pupils.pupil", "from_on=2026-11-01&to_on=2026-11-30"),
    "pupils:timeline": ("kind=school",),
    "peps:list": ("term=all", "status=held&term=all", "sort=-name"),
    "peps:export_csv": ("term=all",),
    "provision:list": ("when=week", f"when={TODAY.year}"),
    "pledge:list": ("state=gaps", "sort=gaps"),
    "schools:list": ("children=yes", "teacher=yes", "county=in", "sort=-children"),
    "schools:export_csv": ("children=no",),
    "attendance:child": (f"year={TODAY.year}",),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One answer: where it came from, its text, and its headers in one line each."""

    role: Role
    name: str
    url: str
    status: int
    text: str
    headers: str


@dataclass
class Walk:
    pages: list[Seen] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    traces: str = ""

    def of(self, role: Role) -> list[Seen]:
        return [page for page in self.pages if page.role == role]


def text_of(answer: Any) -> str:
    """What a person reads in the answer, whatever its kind."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    if "pdf" in kind:
        from pypdf import PdfReader

        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return str(body.decode())


class _Keep(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r} {record.exc_text or ''}")


@contextmanager
def everything_logged(lines: list[str]) -> Iterator[None]:
    """As an installation logs with LOG_LEVEL=DEBUG."""
    loggers = [logging.getLogger(name) for name in ("", "django_structlog")]
    levels = [logger.level for logger in loggers]
    handler = _Keep(lines)
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def walk(world: World) -> Walk:
    """Every address that the matrix opens to a role, own rows, then every POST by one of its roles; all undone."""
    found = Walk()
    before = set(AccessEvent.objects.values_list("pk", flat=True))
    with everything_logged(found.log), transaction.atomic():
        for role, session in world.sessions.items():
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = session
            client.post(reverse("pupils:search"), {"q": "surname"})
            for name, entry in MATRIX.items():
                if entry.get.of(role, OWN) == 200 and (role is Role.VSH or not name.startswith(("account_", "mfa_"))):
                    path = reverse(name, kwargs=entry.kwargs(world, world.own))
                    for query in ("", *QUERIES.get(name, ())):
                        found.pages.append(_see(client, role, name, f"{path}?{query}" if query else path))
        _write(world, found)
        new = AccessEvent.objects.exclude(pk__in=before)
        found.traces = "\n".join(f"{e.screen} {e.detail}" for e in new)
        transaction.set_rollback(True)
    return found


def _see(client: Client, role: Role, name: str, url: str) -> Seen:
    answer = client.get(url)
    headers = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
    return Seen(role, name, url, answer.status_code, text_of(answer), headers)


def _write(world: World, found: Walk) -> None:
    """What is refused, and to whom, is the matrix's matter (test_matrix.py): here it would be most of the time."""
    for name, entry in MATRIX.items():
        role = next((r for r in world.sessions if entry.expected("post").of(r, OWN) in {200, 302}), None)
        if role is None:
            continue
        with transaction.atomic():
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
            url = reverse(name, kwargs=entry.kwargs(world, world.own))
            answer = client.post(url, entry.data(world, world.own))
            headers = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
            if answer.status_code == 302:
                found.pages.append(Seen(role, name, url, 302, "", headers))
            transaction.set_rollback(True)

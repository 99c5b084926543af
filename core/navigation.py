"""The service navigation: apps register entries, a role sees at most six."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.roles import Permission

MAX_ENTRIES = 6


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    label: str
    url_name: str
    permission: Permission | None
    order: int


@dataclass(frozen=True, kw_only=True)
class NavLink:
    label: str
    url: str
    active: bool


_entries: list[NavEntry] = [NavEntry(label="Home", url_name="home", permission=None, order=0)]


def register(*entries: NavEntry) -> None:
    _entries.extend(entries)


def entries_for(user: Any, request: HttpRequest | None = None) -> list[NavLink]:
    """The entries of the person's role, at most six; the one whose section is open is active."""
    if not getattr(user, "is_authenticated", False):
        return []
    allowed = sorted(
        (e for e in _entries if e.permission is None or user.can(e.permission)), key=lambda e: e.order
    )[:MAX_ENTRIES]
    match = getattr(request, "resolver_match", None)
    here = match.namespace or match.view_name if match else ""
    return [
        NavLink(
            label=entry.label,
            url=reverse(entry.url_name),
            active=here == (entry.url_name.split(":")[0]),
        )
        for entry in allowed
    ]

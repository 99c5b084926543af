"""The service navigation: apps register entries, a role sees at most six."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.roles import Permission, Role
from core.sections import Section, sections_of

MAX_ENTRIES = 6
MORE = "more"


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    """A page of the navigation. `order_for` moves it for a role: what finds no room stands on the page "More"."""

    label: str
    url_name: str
    permission: Permission | None
    order: int
    section: Section | None = None
    """Of which part of a record its page is: without one it is no page of section-limited people."""
    order_for: Mapping[Role, int] = field(default_factory=dict)
    about: str = ""
    """One line for the page "More": what the page is for."""
    group: str = "Other pages"

    def order_of(self, user: Any) -> int:
        return self.order_for.get(Role(user.role), self.order)


@dataclass(frozen=True, kw_only=True)
class NavLink:
    label: str
    url: str
    active: bool


_entries: list[NavEntry] = [NavEntry(label="Home", url_name="home", permission=None, order=0)]


def register(*entries: NavEntry) -> None:
    _entries.extend(entries)


def entries_for(user: Any, request: HttpRequest | None = None) -> list[NavLink]:
    """The entries of the person's role, at most six; the one whose section is open is active.

    Where there are more than six pages, the sixth place is "More", active on every page that it leads to.
    """
    links = _links(_allowed(user), request)
    if len(links) <= MAX_ENTRIES:
        return links
    shown, rest = links[: MAX_ENTRIES - 1], links[MAX_ENTRIES - 1 :]
    match = getattr(request, "resolver_match", None)
    here = any(link.active for link in rest) or (match is not None and match.view_name == MORE)
    return [*shown, NavLink(label="More", url=reverse(MORE), active=here)]


def more_for(user: Any) -> dict[str, list[tuple[NavEntry, str]]]:
    """The person's pages that found no room in the navigation: group -> (entry, address), in their order."""
    mine = _allowed(user)
    found: dict[str, list[tuple[NavEntry, str]]] = {}
    for entry in mine[MAX_ENTRIES - 1 :] if len(mine) > MAX_ENTRIES else []:
        found.setdefault(entry.group, []).append((entry, reverse(entry.url_name)))
    return found


def _allowed(user: Any) -> list[NavEntry]:
    if not getattr(user, "is_authenticated", False):
        return []
    mine = [e for e in _entries if e.permission is None or user.can(e.permission)]
    sections = sections_of(user)
    if sections is not None:
        mine = [e for e in mine if e.permission is None or e.section in sections]
    return sorted(mine, key=lambda e: e.order_of(user))


def _links(entries: list[NavEntry], request: HttpRequest | None) -> list[NavLink]:
    match = getattr(request, "resolver_match", None)
    here = match.namespace or match.view_name if match else ""
    urls = {entry.url_name: reverse(entry.url_name) for entry in entries}
    section = [url for name, url in urls.items() if name.split(":")[0] == here]
    # Two entries of one app (indicators, reports): the one whose address the page lies below.
    path = request.path if request is not None else ""
    open_url = max((url for url in section if path.startswith(url)), key=len, default="")
    return [NavLink(label=e.label, url=urls[e.url_name], active=urls[e.url_name] == open_url) for e in entries]

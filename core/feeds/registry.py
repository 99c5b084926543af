"""The kinds of feed that the apps registered."""

from typing import Any

from core.feeds.base import FeedKind
from core.roles import Permission

_kinds: dict[str, FeedKind] = {}


def register(kind: FeedKind) -> FeedKind:
    """Called by an app's feeds package at start-up."""
    _kinds[kind.kind] = kind
    return kind


def all_kinds() -> list[FeedKind]:
    return sorted(_kinds.values(), key=lambda k: (k.order, k.kind))


def kinds_for(user: Any) -> list[FeedKind]:
    """The kinds that the person's role brings in."""
    return [kind for kind in all_kinds() if user.can(kind.permission)]


def permission_for(name: str) -> Permission:
    """What it takes to bring in files of a kind; an unknown one is like most."""
    kind = _kinds.get(name)
    return kind.permission if kind is not None else Permission.IMPORT_FEEDS


def get_kind(name: str) -> FeedKind:
    """Raises KeyError for an unknown kind."""
    return _kinds[name]

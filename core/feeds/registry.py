"""The kinds of feed that the apps registered."""

from core.feeds.base import FeedKind

_kinds: dict[str, FeedKind] = {}


def register(kind: FeedKind) -> FeedKind:
    """Called by an app's feeds package at start-up."""
    _kinds[kind.kind] = kind
    return kind


def all_kinds() -> list[FeedKind]:
    return sorted(_kinds.values(), key=lambda k: (k.order, k.kind))


def get_kind(name: str) -> FeedKind:
    """Raises KeyError for an unknown kind."""
    return _kinds[name]

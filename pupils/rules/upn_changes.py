"""What happens to a child's UPN when a file gives another one (6.1)."""

from collections.abc import Collection
from enum import StrEnum

from pupils.rules.identifiers import is_temporary_upn

__all__ = ["UpnChange", "upn_change"]


class UpnChange(StrEnum):
    SAME = "same"
    FIRST = "first"
    """There was none; take it."""
    REPLACE = "replace"
    """Take it, and keep the old one as a former UPN."""
    KEEP_NEWER = "keep-newer"
    """It is one that the child had before: the sender lags behind."""
    KEEP_PERMANENT = "keep-permanent"
    """A temporary UPN never replaces a permanent one; it is kept as a former UPN."""


def upn_change(*, current: str, former: Collection[str], given: str) -> UpnChange:
    """A permanent UPN replaces a temporary one, never the other way; a former one never comes back by itself."""
    if given == current:
        return UpnChange.SAME
    if not current:
        return UpnChange.FIRST
    if given in former:
        return UpnChange.KEEP_NEWER
    if is_temporary_upn(given) and not is_temporary_upn(current):
        return UpnChange.KEEP_PERMANENT
    return UpnChange.REPLACE

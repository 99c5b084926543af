"""What happens to a child's UPN when a file gives another one (6.1), and which values never replace a good one."""

from collections.abc import Collection
from enum import StrEnum

from pupils.rules.identifiers import Sex, check_upn, is_temporary_upn, is_valid_uln

__all__ = ["UpnChange", "is_worse", "upn_change"]


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
    KEEP_VALID = "keep-valid"
    """A UPN that cannot be right never replaces one that can; it is not kept."""


def is_worse(fact: str, *, current: str, given: str) -> bool:
    """Whether `given` is known to be bad where `current` is good: then the good one stays (6.1, 6.2).

    `fact` is upn, uln or sex; of any other, nothing is known to be bad. Blanks are never worse: they say nothing.
    """
    if not current or not given:
        return False
    if fact == "upn":
        return check_upn(current).is_valid and not check_upn(given).is_valid
    if fact == "uln":
        return is_valid_uln(current) and not is_valid_uln(given)
    return fact == "sex" and given == Sex.UNKNOWN and current != Sex.UNKNOWN


def upn_change(*, current: str, former: Collection[str], given: str) -> UpnChange:
    """A permanent UPN replaces a temporary one, never the other way; a former one never comes back by itself."""
    if given == current:
        return UpnChange.SAME
    if not current:
        return UpnChange.FIRST
    if given in former:
        return UpnChange.KEEP_NEWER
    if is_worse("upn", current=current, given=given):
        return UpnChange.KEEP_VALID
    if is_temporary_upn(given) and not is_temporary_upn(current):
        return UpnChange.KEEP_PERMANENT
    return UpnChange.REPLACE

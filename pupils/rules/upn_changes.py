"""What happens to a child's UPN when a file gives another one (6.1), and which values never replace a good one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pupils.rules.identifiers import Sex, check_upn, is_temporary_upn, is_valid_uln

__all__ = ["SettledUpns", "UpnChange", "is_worse", "settle_upns", "upn_change"]


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


@dataclass(frozen=True)
class SettledUpns:
    """`upns`: what each child gets. `refused`: who did not get the one wished, and the child that has it."""

    upns: Mapping[str, str]
    refused: Mapping[str, str]


def settle_upns(*, wishes: Mapping[str, str], stored: Mapping[str, str], taken: Mapping[str, str]) -> SettledUpns:
    """A UPN belongs to one child: who has it keeps it, then the first in the file (6.1).

    `wishes` is child -> the new UPN, in the file's order; `stored` what each of these children has now (blank for
    none); `taken` is UPN -> child, of children who wish for nothing new. A child that is refused keeps its own, which
    may in turn refuse another: a column that slipped by one row is settled to the end.
    """
    refused: dict[str, str] = {}
    while True:
        holders = {**taken, **{stored[child]: child for child in refused if stored.get(child)}}
        before = len(refused)
        for child, upn in wishes.items():
            if child not in refused and (holder := holders.setdefault(upn, child)) != child:
                refused[child] = holder
        if len(refused) == before:
            break
    return SettledUpns({c: stored.get(c, "") if c in refused else upn for c, upn in wishes.items()}, refused)

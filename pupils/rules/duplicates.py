"""When two records are likely one child's, with the reasons in words (features, 10). A person decides.

Names are compared as `pupils.rules.names.fold` leaves them. OURS: no guidance says how alike is alike.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations

from pupils.rules.names import fold

SHORTEST = 4
"""One letter off says little of a shorter name: Jon and Jan are two names."""


class Likeness(StrEnum):
    """How sure the reasons make it; in this order on the list."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    MAY_BE_TWINS = "may_be_twins"


LIKENESS_LABELS: dict[Likeness, str] = {
    Likeness.LIKELY: "Likely",
    Likeness.POSSIBLE: "Possible",
    Likeness.MAY_BE_TWINS: "May be twins",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is compared of a child."""

    pk: int
    surname: str = ""
    forename: str = ""
    known_as: str = ""
    dob: date | None = None
    upn: str = ""
    uln: str = ""
    former_upns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """Two records that may be one child's; `reasons` are sentences without a name or a number."""

    first: int
    second: int
    likeness: Likeness
    reasons: tuple[str, ...]


@dataclass
class _Grounds:
    likeness: Likeness
    reasons: list[str] = field(default_factory=list)


def compare(one: Record, other: Record) -> Finding | None:
    """The finding of two records, or None when nothing says that they are one child's."""
    grounds = _by_number(one, other) or _by_name_and_birth(one, other)
    if grounds is None:
        return None
    first, second = sorted((one.pk, other.pk))
    return Finding(first, second, grounds.likeness, tuple(grounds.reasons))


def find(records: Sequence[Record]) -> list[Finding]:
    """Every finding among the records, the surest first. Only records that share a number, a birth or a name meet."""
    found: dict[tuple[int, int], Finding] = {}
    for one, other in _meetings(records):
        key = (min(one.pk, other.pk), max(one.pk, other.pk))
        if key not in found and (finding := compare(one, other)) is not None:
            found[key] = finding
    order = list(Likeness)
    return sorted(found.values(), key=lambda f: (order.index(f.likeness), f.first, f.second))


def _meetings(records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    groups: dict[tuple[str, object], list[Record]] = defaultdict(list)
    for record in records:
        if record.dob and (record.surname or record.forename):
            groups["dob", record.dob].append(record)
        if record.surname:
            for first in _firsts(record):
                groups["name", tuple(sorted((first, fold(record.surname))))].append(record)
        for number in {record.upn, *record.former_upns} - {""}:
            groups["upn", number].append(record)
        if record.uln:
            groups["uln", record.uln].append(record)
    for group in groups.values():
        yield from combinations(group, 2)


# ---------------------------------------------------------------- numbers


def _by_number(one: Record, other: Record) -> _Grounds | None:
    reasons = []
    if (one.upn and one.upn in other.former_upns) or (other.upn and other.upn in one.former_upns):
        reasons.append("The UPN of one is a former UPN of the other.")
    elif one.former_upns & other.former_upns:
        reasons.append("Both had the same UPN before.")
    if one.uln and one.uln == other.uln:
        reasons.append("Both have the same ULN.")
    if not reasons:
        return None
    by_name = _by_name_and_birth(one, other)
    return _Grounds(Likeness.LIKELY, reasons + (by_name.reasons if by_name else []))


# ---------------------------------------------------------------- names and dates


def _by_name_and_birth(one: Record, other: Record) -> _Grounds | None:
    if not (one.surname and other.surname and _firsts(one) and _firsts(other)):
        return None
    if one.dob is None or other.dob is None:
        return _same_name(one, other, "The same name; the date of birth of one is not known.", Likeness.POSSIBLE)
    if one.dob == other.dob:
        return _born_together(one, other)
    slip = birth_slip(one.dob, other.dob)
    if not slip:
        return None
    return _same_name(one, other, f"The same name; {slip}.", Likeness.POSSIBLE)


def _born_together(one: Record, other: Record) -> _Grounds | None:
    """Same date of birth: the names decide. Other forenames under one surname are twins', and are not listed."""
    same = _same_name(one, other, "The same name and date of birth.", Likeness.LIKELY)
    if same is not None:
        return same
    surname = _alike(fold(one.surname), fold(other.surname))
    forename = next(filter(None, (_alike(a, b) for a in _firsts(one) for b in _firsts(other))), "")
    if not surname or not forename:
        return None
    if surname == "the same":
        reason = f"The same surname and date of birth; forenames {forename}."
        return _Grounds(Likeness.MAY_BE_TWINS, [reason, "Twins often have names that are alike."])
    if forename == "the same":
        return _Grounds(Likeness.LIKELY, [f"The same forename and date of birth; surnames {surname}."])
    return _Grounds(Likeness.POSSIBLE, [f"The same date of birth; surnames {surname}, forenames {forename}."])


def _same_name(one: Record, other: Record, reason: str, likeness: Likeness) -> _Grounds | None:
    surnames = fold(one.surname), fold(other.surname)
    shared = _firsts(one) & _firsts(other)
    if surnames[0] == surnames[1] and shared:
        if fold(one.forename) != fold(other.forename):
            reason = reason.replace("The same name", "The same name as forename or known as", 1)
        return _Grounds(likeness, [reason])
    if surnames[0] in _firsts(other) and surnames[1] in _firsts(one):
        swapped = reason.replace("The same name", "Forename and surname are swapped", 1)
        return _Grounds(likeness, [swapped.replace("swapped and date of birth", "swapped; the same date of birth")])
    return None


def _firsts(record: Record) -> frozenset[str]:
    """The forename and what the child is known as, folded."""
    return frozenset({fold(record.forename), fold(record.known_as)} - {""})


def _alike(one: str, other: str) -> str:
    """How two folded names are alike, in words that follow "surnames" or "forenames"; empty when they are not."""
    if one == other:
        return "the same"
    if min(len(one), len(other)) >= SHORTEST and one_letter_off(one, other):
        return "one letter apart"
    if sound_of(one) == sound_of(other):
        return "that sound alike"
    return ""


def one_letter_off(one: str, other: str) -> bool:
    """One letter changed, added, left out, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


_SOUNDS = {c: code for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), start=1) for c in letters}


def sound_of(name: str) -> str:
    """The Soundex of a folded name, not cut to four signs: Catherine and Kathryn differ in the first letter only."""
    letters = [c for c in name if c.isalpha()]
    if not letters:
        return ""
    first = {"k": "c", "q": "c", "z": "s"}.get(letters[0], letters[0])
    codes: list[int] = []
    before = _SOUNDS.get(letters[0], 0)
    for letter in letters[1:]:
        code = _SOUNDS.get(letter, 0)
        if code and code != before:
            codes.append(code)
        if letter not in "hw":
            before = code
    return first + "".join(map(str, codes))


def birth_slip(one: date, other: date) -> str:
    """How two dates may be one date written wrong, in words; empty when they may not."""
    if one != other and (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day and month of the date of birth are swapped"
    digits = zip(f"{one:%d%m%Y}", f"{other:%d%m%Y}", strict=True)
    if sum(a != b for a, b in digits) == 1:
        return "the dates of birth differ in one digit"
    return ""

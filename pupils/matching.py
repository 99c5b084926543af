"""Which child a row of a file means: by UPN now or before, then by child id; names only propose, never decide.

Also the one home of what two records of a child were before they became one: the child id that was given up finds the
survivor like its own, and so does the key of the record that is gone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from core.feeds.base import Severity
from pupils import rules
from pupils.models import ChildMerge, FormerUPN, Pupil
from pupils.rules.names import fold


@dataclass(frozen=True, slots=True)
class Match:
    """The child that a row means, or why there is none.

    `pupil_id` None: hold the row with `code`, `message`, `advice` (severity ERROR). With a pupil and a code the
    row is used and the message is worth a warning. `proposal` is the child id that name and date of birth fit.
    """

    pupil_id: int | None
    code: str = ""
    message: str = ""
    advice: str = ""
    proposal: str = ""

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if self.pupil_id is None else Severity.WARNING


Key = tuple[str, str]
"""(child id, UPN) as read, either may be blank."""

_UNKNOWN_ADVICE = "Load the SSDA903 return that names this child first, or correct the child id or UPN."


def keys_of(pupil: Pupil) -> list[int]:
    """The child's key, and those of records that were merged into it: the audit trail names all of them."""
    return [pupil.pk, *ChildMerge.objects.filter(kept=pupil.pk).values_list("old_pk", flat=True)]


def survivors(pks: Iterable[int]) -> dict[int, int]:
    """Of these keys those of records that were merged into another: {old key: the survivor's}."""
    return dict(ChildMerge.objects.filter(old_pk__in=list(pks)).values_list("old_pk", "kept_id"))


def present_keys(pks: Iterable[int]) -> list[int]:
    """The keys under which these children are found today, each once."""
    wanted = list(pks)
    moved = survivors(wanted)
    return list(dict.fromkeys(moved.get(pk, pk) for pk in wanted))


def given_up_child_ids() -> dict[str, str]:
    """{child id that a merge gave up: the child id of the survivor}."""
    return dict(ChildMerge.objects.values_list("old_child_id", "kept__child_id"))


def _name_key(forename: str, surname: str) -> str:
    return fold(f"{forename} {surname}")


class PupilIndex:
    """All children by UPN, former UPN and child id, also one that a merge gave up: read once, asked for every
    distinct pair of a file.
    """

    def __init__(self) -> None:
        self.by_child_id: dict[str, int] = {}
        self.by_upn: dict[str, int] = {}
        self.by_former_upn: dict[str, set[int]] = defaultdict(set)
        self.child_ids: dict[int, str] = {}
        self.upns: dict[int, str] = {}
        self._names: dict[tuple[str, date], set[int]] = defaultdict(set)

    @classmethod
    def load(cls) -> Self:
        """Three queries, whatever the size of the roll."""
        index = cls()
        rows = Pupil.objects.values_list("pk", "child_id", "upn", "forename", "known_as", "surname", "dob")
        for pk, child_id, upn, forename, known_as, surname, dob in rows:
            index.add(pk, child_id, upn)
            if surname and dob:
                for first in {forename, known_as} - {""}:
                    index._names[_name_key(first, surname), dob].add(pk)
        for pk, upn in FormerUPN.objects.values_list("pupil_id", "upn"):
            index.by_former_upn[upn].add(pk)
        for child_id, pk in ChildMerge.objects.values_list("old_child_id", "kept_id"):
            index.by_child_id.setdefault(child_id, pk)
        return index

    def add(self, pupil_id: int, child_id: str, upn: str = "") -> None:
        """Make a child known to the index (one that the file itself brings)."""
        self.by_child_id[child_id] = pupil_id
        self.child_ids[pupil_id] = child_id
        self.upns[pupil_id] = upn
        if upn:
            self.by_upn[upn] = pupil_id

    def match(
        self,
        *,
        child_id: str = "",
        upn: str = "",
        forename: str = "",
        surname: str = "",
        dob: date | None = None,
    ) -> Match:
        """The child of one row. Child id and UPN may be given as read; UN1 to UN5 count as no UPN."""
        tidy_id = rules.normalise_child_id(child_id) or ""
        tidy_upn = "" if rules.is_upn_unknown_code(upn) else rules.normalise_upn(upn)
        if not tidy_id and not tidy_upn:
            return Match(None, "NO_CHILD", "The row names no child.", "Give a child id or a UPN.")
        by_id = self.by_child_id.get(tidy_id) if tidy_id else None
        by_upn = self._by_upn(tidy_upn) if tidy_upn else set()
        if len(by_upn) > 1 and by_id is not None and by_id in by_upn:
            by_upn = {by_id}
        if len(by_upn) > 1:
            ids = ", ".join(sorted(self.child_ids[pk] for pk in by_upn))
            return Match(
                None, "UPN_TWO_CHILDREN", f"This UPN was used for more than one child: {ids}.",
                "Give the child id in this row.",
            )  # fmt: skip
        upn_pupil = next(iter(by_upn), None)
        if by_id is not None and upn_pupil is not None and by_id != upn_pupil:
            return Match(
                None, "TWO_CHILDREN",
                f"The UPN is child {self.child_ids[upn_pupil]}'s, but the child id is {tidy_id}.",
                "Correct one of the two and send the row again.",
            )  # fmt: skip
        found = upn_pupil if upn_pupil is not None else by_id
        if found is None:
            return self._unknown(forename, surname, dob)
        return self._found(found, tidy_id, tidy_upn, by_id, upn_pupil)

    def match_many(self, pairs: Iterable[Key]) -> dict[Key, Match]:
        """The match of every distinct (child id, UPN) pair; a year of marks has a few thousand."""
        return {pair: self.match(child_id=pair[0], upn=pair[1]) for pair in set(pairs)}

    def _by_upn(self, upn: str) -> set[int]:
        current = self.by_upn.get(upn)
        return {current} if current is not None else set(self.by_former_upn.get(upn, ()))

    def _found(self, pk: int, child_id: str, upn: str, by_id: int | None, by_upn: int | None) -> Match:
        if upn and by_upn is None:
            check = rules.check_upn(upn)
            if not check.is_valid:
                return Match(pk, "UPN_INVALID", check.message, "The child was found by the child id.")
            known = "another UPN" if self.upns.get(pk) else "no UPN"
            return Match(
                pk, "UPN_NOT_OURS", f"The roll has {known} for child {self.child_ids[pk]}.",
                "The child was found by the child id; check the UPN with the school.",
            )  # fmt: skip
        if child_id and by_id is None:
            return Match(
                pk, "CHILD_ID_NOT_OURS",
                f"No child has the id {child_id}; the UPN is child {self.child_ids[pk]}'s.",
                "The child was found by the UPN; check the child id.",
            )  # fmt: skip
        return Match(pk)

    def _unknown(self, forename: str, surname: str, dob: date | None) -> Match:
        fits = self._names.get((_name_key(forename, surname), dob), set()) if dob and surname else set()
        message = "No child on the roll has this UPN or child id."
        if len(fits) == 1:
            proposal = self.child_ids[next(iter(fits))]
            return Match(
                None, "UNKNOWN_CHILD", f"{message} Name and date of birth fit child {proposal}.",
                f"If it is child {proposal}, give that child id in this row and send it again.", proposal,
            )  # fmt: skip
        return Match(None, "UNKNOWN_CHILD", message, _UNKNOWN_ADVICE)

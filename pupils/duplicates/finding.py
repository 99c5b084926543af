"""Pairs of records that may be one child's, as far as the person sees both."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pupils.models import FormerUPN, NotTheSameChild, Pupil
from pupils.rules.duplicates import LIKENESS_LABELS, Likeness, Record, find

COLOURS = {Likeness.LIKELY: "orange", Likeness.POSSIBLE: "yellow", Likeness.MAY_BE_TWINS: "grey"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two records with the reasons in words. `apart` is set where a person said that they are two children."""

    first: Pupil
    second: Pupil
    likeness: Likeness
    reasons: Sequence[str]
    apart: NotTheSameChild | None = None

    @property
    def tag(self) -> tuple[str, str]:
        return LIKENESS_LABELS[self.likeness], COLOURS[self.likeness]


def pairs_for(user: Any) -> tuple[list[Pair], list[Pair]]:
    """(to look at, said to be two children), the surest first. Four queries, whatever the size of the roll."""
    former: dict[int, set[str]] = defaultdict(set)
    for pk, upn in FormerUPN.objects.visible_to(user).values_list("pupil_id", "upn"):
        former[pk].add(upn)
    rows = Pupil.objects.visible_to(user).values_list("pk", "surname", "forename", "known_as", "dob", "upn", "uln")
    found = find(
        [
            Record(
                pk=pk, surname=surname, forename=forename, known_as=known_as, dob=dob, upn=upn, uln=uln,
                former_upns=frozenset(former.get(pk, ())),
            )
            for pk, surname, forename, known_as, dob, upn, uln in rows
        ]
    )  # fmt: skip
    pupils = Pupil.objects.visible_to(user).in_bulk({pk for f in found for pk in (f.first, f.second)})
    said = {
        (one.first_id, one.second_id): one for one in NotTheSameChild.objects.visible_to(user).select_related("said_by")
    }
    pairs = [
        Pair(
            first=pupils[f.first],
            second=pupils[f.second],
            likeness=f.likeness,
            reasons=f.reasons,
            apart=said.get((f.first, f.second)),
        )
        for f in found
    ]
    return [p for p in pairs if p.apart is None], [p for p in pairs if p.apart is not None]

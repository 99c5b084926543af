"""What names a child without a foreign key: lines of deliveries that quote the child's numbers."""

import re
from collections.abc import Collection

from django.db.models import Q

from core.models import FeedChange, FeedProblem
from pupils.models import FormerUPN, Pupil
from retention.reach import Destroyed, digests_of

SHORTEST = 3
"""A shorter number stands in any message by chance; it is looked for as a whole value only."""


def numbers_of(pupil: Pupil) -> list[str]:
    """Child id, UPN, ULN and former UPNs."""
    former = FormerUPN.objects.filter(pupil=pupil).values_list("upn", flat=True)
    return [number for number in dict.fromkeys([pupil.child_id, pupil.upn, pupil.uln, *former]) if number]


def destroy_delivery_lines(numbers: Collection[str]) -> list[Destroyed]:
    """Delete what deliveries say of the child: changes by number, and every problem of a row that quotes it.

    Another problem of the same row may quote the name alone, so all problems of such a row go.
    """
    changes = FeedChange.objects.filter(subject__in=numbers)
    return [
        *_destroy(changes.values_list("pk", flat=True), FeedChange),
        *_destroy(_problems_about(numbers), FeedProblem),
    ]


def _problems_about(numbers: Collection[str]) -> list[int]:
    quoting = Q(value__in=numbers)
    if long := [re.escape(number) for number in numbers if len(number) >= SHORTEST]:
        words = rf"\m({'|'.join(long)})\M"
        quoting |= Q(message__regex=words) | Q(advice__regex=words) | Q(value__regex=words)
    places = FeedProblem.objects.filter(quoting).values_list("pk", "run_id", "file", "row")
    found = {pk for pk, *_ in places}
    for run_id, file, row in {(run_id, file, row) for _, run_id, file, row in places}:
        if row is not None:
            found |= set(FeedProblem.objects.filter(run_id=run_id, file=file, row=row).values_list("pk", flat=True))
    return sorted(found)


def _destroy(keys: Collection[int], model: type[FeedChange] | type[FeedProblem]) -> list[Destroyed]:
    keys = list(keys)
    if not keys:
        return []
    gone = Destroyed(label=model._meta.label, lines=tuple(digests_of(model, keys)))
    model.objects.filter(pk__in=keys).delete()
    return [gone]

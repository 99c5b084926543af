"""Finding a child by name, known-as, UPN (present or former) or child id; never by anything in an address.

The former UPN of an adopted child finds nobody: it would lead from the old name to the new one.
"""

from difflib import SequenceMatcher
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from pupils import rules
from pupils.models import ChildMerge, FormerUPN
from pupils.rules.names import fold

NEAR = 0.72
"""From this likeness on (difflib, 0 to 1) two words are taken for the same name in two spellings (OURS)."""
NEAR_SHOWN = 5


def sort_name(*, surname: str, forename: str, known_as: str) -> str:
    """What Pupil.sort_name holds: surname first, then forename and known-as, folded."""
    return fold(f"{surname} {forename} {known_as}")[:170]


def matching(pupils: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Pupils whose names hold every word typed, or whose UPN or child id (also one from before) is the text."""
    number = rules.normalise_upn(text)
    names = Q()
    for word in fold(text).split():
        names &= Q(sort_name__contains=word)
    former: Any = Exists(FormerUPN.objects.unmasked().filter(pupil=OuterRef("pk"), upn=number))
    merged: Any = Exists(ChildMerge.objects.filter(kept=OuterRef("pk"), old_child_id__iexact=text.strip()))
    return pupils.filter(names | Q(upn=number) | Q(child_id__iexact=text.strip()) | former | merged)


def near(pupils: QuerySet[Any], text: str) -> list[Any]:
    """The pupils, at most `NEAR_SHOWN`, of whose names the words typed are likely misspellings; the likeliest first.

    Only names in the queryset are looked at, so that nobody learns of a child out of scope.
    """
    typed = fold(text).split()
    if not typed or any(c.isdigit() for c in text):
        return []
    names = {pk: name.split() for pk, name in pupils.exclude(sort_name="").values_list("pk", "sort_name")}
    words = {word for parts in names.values() for word in parts}
    likeness = [{word: _likeness(one, word) for word in words} for one in typed]
    scores = {pk: [max(alike[part] for part in parts) for alike in likeness] for pk, parts in names.items()}
    ranked = sorted((pk for pk, own in scores.items() if min(own) >= NEAR), key=lambda pk: (-sum(scores[pk]), pk))
    found = pupils.in_bulk(ranked[:NEAR_SHOWN])
    return [found[pk] for pk in ranked[:NEAR_SHOWN]]


def _likeness(typed: str, word: str) -> float:
    if word.startswith(typed):
        return 1.0
    matcher = SequenceMatcher(None, typed, word, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR else 0.0

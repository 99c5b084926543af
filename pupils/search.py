"""Finding a child by name, known-as, UPN (present or former) or child id; never by anything in an address.

The former UPN of an adopted child finds nobody: it would lead from the old name to the new one.
"""

import re
import unicodedata
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from pupils import rules
from pupils.models import FormerUPN


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, so that O’Neil, O'Neil and oneil meet."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", re.sub(r"[’'`\-.]", "", plain.casefold())).strip()


def sort_name(*, surname: str, forename: str, known_as: str) -> str:
    """What Pupil.sort_name holds: surname first, then forename and known-as, folded."""
    return fold(f"{surname} {forename} {known_as}")[:170]


def matching(pupils: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Pupils whose names hold every word typed, or whose UPN (also a former one) or child id is the text."""
    number = rules.normalise_upn(text)
    names = Q()
    for word in fold(text).split():
        names &= Q(sort_name__contains=word)
    former: Any = Exists(FormerUPN.objects.unmasked().filter(pupil=OuterRef("pk"), upn=number))
    return pupils.filter(names | Q(upn=number) | Q(child_id__iexact=text.strip()) | former)

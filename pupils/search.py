"""Finding a child by name, known-as, UPN (present or former) or child id; never by anything in an address."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from pupils import rules
from pupils.models import FormerUPN
from pupils.rules.names import fold


def sort_name(*, surname: str, forename: str, known_as: str) -> str:
    """What Pupil.sort_name holds: surname first, then forename and known-as, folded."""
    return fold(f"{surname} {forename} {known_as}")[:170]


def matching(pupils: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Pupils whose names hold every word typed, or whose UPN (also a former one) or child id is the text."""
    number = rules.normalise_upn(text)
    names = Q()
    for word in fold(text).split():
        names &= Q(sort_name__contains=word)
    former: Any = Exists(FormerUPN.objects.filter(pupil=OuterRef("pk"), upn=number))
    return pupils.filter(names | Q(upn=number) | Q(child_id__iexact=text.strip()) | former)

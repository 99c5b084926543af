"""Which child is meant: by a number, or by surname and date of birth; exactly, and only if there is one."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from pupils import rules
from pupils.models import FormerUPN, Pupil
from pupils.rules.names import fold


def exactly_named(*, number: str, surname: str, dob: date | None) -> Pupil | None:
    """The one child whom everything typed fits; None without a number or both surname and date of birth.

    A part of a name, a likely spelling and the former UPN of an adopted child find nobody.
    """
    children: QuerySet[Pupil] = Pupil.objects.all()
    if number:
        upn = rules.normalise_upn(number)
        former = Exists(FormerUPN.objects.unmasked().filter(pupil=OuterRef("pk"), upn=upn))
        by_upn = (Q(upn=upn) | Q(former)) if upn else Q(pk__in=[])
        children = children.filter(Q(child_id__iexact=number.strip()) | by_upn)
    elif not (surname and dob):
        return None
    if dob:
        children = children.filter(dob=dob)
    found = [child for child in children[:200] if not surname or fold(child.surname) == fold(surname)]
    return found[0] if len(found) == 1 else None

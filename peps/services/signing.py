"""Sign-off by the five: in the system by oneself, by word of mouth recorded by another, or declined with a reason."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Role
from peps.models import PEP, SignOff
from peps.permissions import check_can_change
from peps.rules.workflow import CONTRIBUTOR_LABELS, IN_WORK, WRITES_AS, Contributor, State

RECORDERS = {Contributor.TEACHER, Contributor.ADVISER, Contributor.SOCIAL_WORKER}


def missing_parties(pep: PEP) -> list[Contributor]:
    """Who has neither signed nor declined."""
    there = set(pep.sign_offs.values_list("party", flat=True))
    return [party for party in Contributor if party.value not in there]


def check_can_sign(user: Any, pep: PEP) -> Contributor:
    """Who works on the plan signs and records what others said, after the meeting and before the approval."""
    check_can_change(user, pep)
    writer = WRITES_AS.get(Role(user.role))
    if writer not in RECORDERS:
        raise PermissionDenied("Sign-offs are recorded by the school, the social worker and the Virtual School.")
    if State(pep.state) not in IN_WORK:
        raise PermissionDenied("A PEP is signed off between its meeting and its approval.")
    return writer


def can_sign(user: Any, pep: PEP) -> bool:
    try:
        check_can_sign(user, pep)
    except PermissionDenied:
        return False
    return True


@transaction.atomic
def sign(
    *, pep: PEP, party: Contributor, name: str, method: SignOff.Method, on: date, note: str, actor: Any, today: date
) -> SignOff:
    """Record one sign-off, or correct it. In the system a person signs for the own part only, as who they are.

    Raises PermissionDenied, or ValidationError without a name, for a refusal without a reason, a day to come.
    """
    writer = check_can_sign(actor, pep)
    if method is SignOff.Method.IN_SYSTEM:
        if party is not writer:
            who = CONTRIBUTOR_LABELS[party].lower()
            raise ValidationError({"method": f"Only the {who} signs here in person: record what they said instead"})
        name = actor.name
    if not name.strip():
        raise ValidationError({"name": "Enter the name of the person"})
    if method is SignOff.Method.DECLINED and not note.strip():
        raise ValidationError({"note": "Say why they did not sign: the PEP shows it"})
    if on > today:
        raise ValidationError({"on": "The day of the sign-off must be today or earlier"})
    values = {"name": name.strip(), "method": method.value, "on": on, "note": note.strip(), "recorded_by": actor}
    with acting_as(actor, service="peps.sign"):
        made, _ = SignOff.objects.update_or_create(pep=pep, party=party.value, defaults=values)
        record_access(
            None, Access.DECIDED, user=actor, subject=pep.pupil, detail={"pep": pep.pk, "signed": party.value}
        )
    return made

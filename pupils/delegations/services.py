"""Give, change and end delegations, and let the colleague in."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import services as accounts
from core.actor import acting_as
from core.audit import Access, record_access
from core.email_domains import are_colleagues, domain_of, is_free
from core.models import User
from core.roles import Role
from core.sections import CHOOSABLE, Section
from pupils.delegations.permissions import check_can_change, check_can_delegate, check_can_end
from pupils.delegations.rules import latest_day
from pupils.models import Delegation, Pupil, SchoolPlace

NOT_THIS_ADDRESS = "Nothing can be delegated to this address. Ask the Virtual School"


@transaction.atomic
def delegate(
    *,
    email: str,
    name: str,
    pupils: Collection[Pupil],
    sections: Collection[Section],
    last_on: date,
    today: date,
    actor: Any,
) -> list[Delegation]:
    """Open the sections of these children to the colleague of the address from today on, for whom an account is made
    where there is none.

    Raises PermissionDenied, or ValidationError by field: an address that is no colleague's, a child not on roll at the
    teacher's school, no section, a day out of bounds, a child delegated to the colleague already.
    """
    check_can_delegate(actor)
    _check_what(sections, last_on, today)
    places = _own_places(pupils, today, actor)
    colleague = _colleague(email, name, actor)
    _check_same_school(colleague, places, today)
    # Whoever sends the form twice waits here, and finds the first one's rows.
    User.objects.select_for_update().get(pk=colleague.pk)
    doubled = Delegation.objects.running(today).filter(given_by=actor, colleague=colleague, pupil__in=places)
    if names := [row.pupil.display_name for row in doubled.select_related("pupil")]:
        words = f"{colleague.name} has a delegation from you already: {', '.join(sorted(names))}. Change that one"
        raise ValidationError({"children": words})
    span = {"from_on": today, "to_on": last_on + timedelta(days=1), "sections": _ordered(sections)}
    with acting_as(actor, service="pupils.delegate"):
        made = [
            Delegation.objects.create(pupil_id=child, school_id=at, given_by=actor, colleague=colleague, **span)
            for child, at in places.items()
        ]
    _decided(actor, made, "delegated")
    return made


@transaction.atomic
def change_delegation(
    *, delegation: Delegation, sections: Collection[Section], last_on: date, today: date, actor: Any
) -> Delegation:
    """Other sections, or another last day. Raises PermissionDenied, or ValidationError."""
    check_can_change(actor, delegation)
    _check_what(sections, last_on, today)
    delegation = _running(delegation, today)
    delegation.sections, delegation.to_on = _ordered(sections), last_on + timedelta(days=1)
    with acting_as(actor, service="pupils.change_delegation"):
        delegation.save(update_fields=["sections", "to_on"])
    _decided(actor, [delegation], "delegation changed")
    return delegation


@transaction.atomic
def end_delegation(*, delegation: Delegation, now: datetime, today: date, actor: Any) -> Delegation:
    """From this moment on it opens nothing. Raises PermissionDenied, or ValidationError for one that has ended."""
    check_can_end(actor, delegation)
    delegation = _running(delegation, today)
    delegation.ended_by, delegation.ended_at = actor, now
    with acting_as(actor, service="pupils.end_delegation"):
        delegation.save(update_fields=["ended_by", "ended_at"])
    _decided(actor, [delegation], "delegation ended")
    return delegation


def _running(delegation: Delegation, today: date) -> Delegation:
    """The row, locked: of two people who change it the second sees what the first did."""
    row = Delegation.objects.select_for_update(of=("self",)).running(today).filter(pk=delegation.pk).first()
    if row is None:
        raise ValidationError("This delegation has ended already.")
    return row


def _check_what(sections: Collection[Section], last_on: date, today: date) -> None:
    if not sections or not set(sections) <= set(CHOOSABLE):
        raise ValidationError({"sections": "Choose at least one part of the record"})
    if not today <= last_on <= latest_day(today):
        latest = f"{latest_day(today):%-d %B %Y}"
        raise ValidationError({"last_on": f"The last day must lie between today and {latest}, the end of the year"})


def _own_places(pupils: Iterable[Pupil], today: date, actor: Any) -> dict[int, int]:
    """{child: school}: where the teacher is designated and the child on roll; the main place first."""
    wanted = {pupil.pk for pupil in pupils}
    schools = actor.school_memberships.current(today).values("school_id")
    rows = SchoolPlace.objects.visible_to(actor).current(today).filter(pupil__in=wanted, school__in=schools)
    found: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: row.kind != SchoolPlace.Kind.MAIN):
        found.setdefault(row.pupil_id, row.school_id)
    if not wanted or set(found) != wanted:
        raise ValidationError({"children": "Choose children who are on the roll of your school"})
    return found


def _colleague(email: str, name: str, actor: Any) -> User:
    """The account of the address, made where there is none; only one of the role and of the teacher's own domain."""
    if is_free(actor.email) or is_free(email):
        words = f"At {domain_of(email)} anybody can have an address. Use the one that the school gave your colleague"
        raise ValidationError({"email": words})
    if not are_colleagues(actor.email, email):
        raise ValidationError(
            {"email": f"Your colleague’s address must end in @{domain_of(actor.email)}, as yours does"}
        )
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        return accounts.add_account(email=email, name=name, role=Role.SCHOOL_COLLEAGUE, actor=actor)
    if user.role != Role.SCHOOL_COLLEAGUE or not user.is_active:
        raise ValidationError({"email": NOT_THIS_ADDRESS})
    return user


def _check_same_school(colleague: User, places: dict[int, int], today: date) -> None:
    """Schools of a trust share a domain: somebody who works with another school's children is no colleague here."""
    given = Delegation.objects.in_force(today).filter(colleague=colleague)
    if given.exclude(school__in=set(places.values())).exists():
        raise ValidationError({"email": NOT_THIS_ADDRESS})


def _ordered(sections: Collection[Section]) -> list[str]:
    return [section.value for section in CHOOSABLE if section in sections]


def _decided(actor: Any, rows: Iterable[Delegation], decision: str) -> None:
    """Each child's page of looks says to whom its record was opened, and when that ended."""
    for row in rows:
        detail = {"decision": decision, "delegation": row.pk, "sections": row.sections, "until": f"{row.last_on}"}
        record_access(None, Access.DECIDED, user=actor, subject=row.pupil, screen=decision, detail=detail)

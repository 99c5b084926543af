"""Arrange cover for an absent colleague, and end it before its time."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.cover import COVERED_ROLES, problems_of
from core.models import Cover, User
from core.permissions import check_can_arrange_cover


@transaction.atomic
def arrange_cover(
    *, absent: User, covering: User, from_on: date, to_on: date, reason: str, now: datetime, today: date, actor: Any
) -> Cover:
    """From `from_on` until before `to_on` the covering person sees what the absent one sees.

    Raises PermissionDenied, or ValidationError for people of two roles or of one without children, a closed account
    of the covering person, days that do not fit, and a second cover of the same two people at the same time.
    """
    check_can_arrange_cover(actor)
    # Locked in one order, so that two people who arrange the same cover at once wait for one another.
    people = {u.pk: u for u in User.objects.select_for_update().filter(pk__in={absent.pk, covering.pk}).order_by("pk")}
    absent, covering = people[absent.pk], people[covering.pk]
    _check_people(absent, covering)
    if problems := problems_of(from_on=from_on, to_on=to_on, today=today):
        raise ValidationError(problems)
    same = Cover.objects.filter(absent=absent, covering=covering, ended_at=None)
    if same.filter(from_on__lt=to_on, to_on__gt=from_on).exists():
        raise ValidationError({"from_on": f"{covering.name} covers for {absent.name} on some of these days already"})
    with acting_as(actor, service="core.arrange_cover"):
        cover: Cover = Cover.objects.create(
            absent=absent, covering=covering, from_on=from_on, to_on=to_on, reason=reason, made_by=actor, made_at=now
        )
    _decided(actor, cover, "cover arranged", from_on=from_on.isoformat(), to_on=to_on.isoformat())
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, now: datetime, actor: Any) -> Cover:
    """The covering person sees nothing by it from now on. One that was ended before stays as it was.

    Raises PermissionDenied.
    """
    check_can_arrange_cover(actor)
    held: Cover = Cover.objects.select_for_update().get(pk=cover.pk)
    if held.ended_at is not None:
        return held
    held.ended_by, held.ended_at = actor, now
    with acting_as(actor, service="core.end_cover"):
        held.save(update_fields=["ended_by", "ended_at"])
    _decided(actor, held, "cover ended")
    return held


def _check_people(absent: User, covering: User) -> None:
    if absent.role not in COVERED_ROLES:
        raise ValidationError({"absent": f"{absent.name} has no children or school of their own to cover"})
    if covering.pk == absent.pk:
        raise ValidationError({"covering": "Choose somebody else than the person who is away"})
    if covering.role != absent.role:
        raise ValidationError({"covering": f"Choose somebody of the same role: {absent.role_label}"})
    if not covering.is_active:
        raise ValidationError({"covering": f"The account of {covering.name} is deactivated"})


def _decided(actor: Any, cover: Cover, what: str, **detail: Any) -> None:
    record_access(
        None,
        Access.DECIDED,
        user=actor,
        subject=cover.covering,
        screen="cover:list",
        detail={"decision": what, "cover": cover.pk, "absent": cover.absent_id, **detail},
    )

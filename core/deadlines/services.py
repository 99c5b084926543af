"""The county changes deadlines: a rule from a day on, or the last day for the PEP meetings of a term. With a reason."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core import rules as time_rules
from core.actor import acting_as
from core.audit import Access, record_access
from core.calendars import county_year
from core.deadlines.registry import all_rules
from core.deadlines.rules import Rule
from core.followers import Changed, tell_changed
from core.models import DeadlineSetting, TermCutOff
from core.roles import Permission

MOST_DAYS, MOST_REMINDERS, EARLIEST_REMINDER = 250, 5, 60


def check_can_set_deadlines(actor: Any) -> None:
    """What is due when is for the Virtual School Head and the data officer to set; None is the system itself."""
    if actor is not None and not actor.can(Permission.SET_DEADLINES):
        raise PermissionDenied("Deadlines are changed by the Virtual School Head or the data officer.")


def rule_in_force(code: str, on: date) -> Rule | None:
    """The default row of a code for triggers on a day; None for a code that has none."""
    return next((rule for rule in all_rules() if rule.code == code and rule.holds_on(on)), None)


@transaction.atomic
def change_rule(
    *,
    code: str,
    from_on: date,
    switched_on: bool,
    offset: int,
    reminders: Sequence[int],
    reason: str,
    actor: Any,
    now: datetime,
    today: date,
) -> DeadlineSetting:
    """Set how a rule holds for what happens from a day on; what was set before stays in the history.

    `offset` counts days (months) after the trigger, or before it where the rule counts back, and is given without its
    sign. Raises PermissionDenied, or ValidationError by field.
    """
    check_can_set_deadlines(actor)
    rule = rule_in_force(code, from_on)
    if rule is None:
        raise ValidationError(f"There is no rule {code} for that day.")
    if from_on < today:
        raise ValidationError({"from_on": "Give today or a later day: what has begun keeps its deadlines"})
    if not 0 <= offset <= MOST_DAYS:
        raise ValidationError({"offset": f"Give a number from 0 to {MOST_DAYS}"})
    before = sorted(set(reminders), reverse=True)
    if len(before) > MOST_REMINDERS or any(not 1 <= n <= EARLIEST_REMINDER for n in before):
        raise ValidationError({"reminders": f"At most {MOST_REMINDERS}, each 1 to {EARLIEST_REMINDER} working days"})
    signed = -offset if rule.offset < 0 else offset
    with acting_as(actor, service="core.change_rule"):
        row = DeadlineSetting.objects.create(
            code=code,
            from_on=from_on,
            switched_on=switched_on,
            offset=None if signed == rule.offset else signed,
            reminders=None if tuple(before) == rule.reminders else before,
            reason=_reason(reason),
            set_by=actor,
            set_at=now,
        )
        _decided(actor, row, code=code)
    tell_changed(Changed.DEADLINES)
    return row


@transaction.atomic
def fix_cut_off(
    *, academic_year: int, season: time_rules.Season, on: date, reason: str, actor: Any, now: datetime
) -> TermCutOff:
    """Fix the last day for the PEP meetings of a term, or correct it. It must lie in the county's term.

    Raises PermissionDenied, or ValidationError by field.
    """
    check_can_set_deadlines(actor)
    first, last = county_year(academic_year).season(season)
    if not first <= on <= last:
        term = time_rules.term_label(academic_year, season).lower()
        raise ValidationError({"on": f"The {term} runs from {first:%-d %B %Y} to {last:%-d %B %Y}"})
    values = {"on": on, "reason": _reason(reason), "set_by": actor, "set_at": now}
    with acting_as(actor, service="core.fix_cut_off"):
        row, _ = TermCutOff.objects.update_or_create(academic_year=academic_year, season=season.value, defaults=values)
        _decided(actor, row, academic_year=academic_year, season=season.value)
    tell_changed(Changed.DEADLINES)
    return row


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise ValidationError({"reason": "Say why: the history keeps it"})
    return words


def _decided(actor: Any, row: Any, **detail: Any) -> None:
    record_access(None, Access.DECIDED, user=actor, subject=row, screen="deadline changed", detail=detail)

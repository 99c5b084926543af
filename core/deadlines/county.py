"""The deadline rules as the county changed them: defaults from the registry, changes from the database."""

from collections.abc import Mapping
from datetime import date

from core.deadlines.registry import deadlines_for
from core.deadlines.rules import Change, Days, Deadline, Trigger
from core.models import DeadlineSetting
from core.once import once


@once
def county_changes() -> tuple[Change, ...]:
    """Every change in the order in which it was set; one query."""
    return tuple(change_of(row) for row in DeadlineSetting.objects.order_by("set_at", "pk"))


def change_of(row: DeadlineSetting) -> Change:
    """A row as the rules read it."""
    return Change(
        code=row.code,
        from_on=row.from_on,
        switched_on=row.switched_on,
        offset=row.offset,
        reminders=None if row.reminders is None else tuple(row.reminders),
    )


def county_deadlines(
    trigger: Trigger, on: date, *, days: Days, facts: Mapping[str, date] | None = None
) -> list[Deadline]:
    """What a trigger on a day makes due in this county, by code of the rule."""
    return deadlines_for(trigger, on, days=days, facts=facts, changes=county_changes())

"""The table of deadline rules; each app registers its own at start-up."""

from collections.abc import Mapping, Sequence
from datetime import date

from core.deadlines.rules import Change, Days, Deadline, Rule, Trigger, as_changed, deadline_of

_rules: list[Rule] = []


def register(*rules: Rule) -> None:
    """Called by an app's `deadlines.py` at start-up; two rows of one code must not hold on the same day."""
    for rule in rules:
        for other in _rules:
            if (other.code, other.trigger) == (rule.code, rule.trigger) and _overlap(other, rule):
                raise ValueError(f"{rule.code} stands twice for the same days.")
        _rules.append(rule)


def _overlap(one: Rule, other: Rule) -> bool:
    starts_in_time = one.from_on is None or other.until_on is None or one.from_on < other.until_on
    return starts_in_time and (other.from_on is None or one.until_on is None or other.from_on < one.until_on)


def all_rules() -> tuple[Rule, ...]:
    """Every row, whether or not it is switched on or still in force."""
    return tuple(_rules)


def rules_for(trigger: Trigger, on: date, changes: Sequence[Change] = ()) -> list[Rule]:
    """The rows that are switched on and in force for a trigger on a day, by code, as a county changed them."""
    found = [as_changed(r, on, changes) for r in _rules if r.trigger is trigger and r.holds_on(on)]
    return sorted((r for r in found if r.switched_on), key=lambda rule: (len(rule.code), rule.code))


def deadlines_for(
    trigger: Trigger,
    on: date,
    *,
    days: Days,
    facts: Mapping[str, date] | None = None,
    changes: Sequence[Change] = (),
) -> list[Deadline]:
    """What a trigger on a day makes due, by code of the rule."""
    return [deadline_of(rule, on, days=days, facts=facts) for rule in rules_for(trigger, on, changes)]

"""Deadline arithmetic: a rule is a row (trigger, offset, unit, cap, owner), a due date explains itself.

Plain Python. A rule counts forward from the day after its trigger and backward from the day before it
(practice.md 1.6). Working days leave out weekends and England's bank holidays; school days leave out the
school's holidays and closure days as well.
"""

import calendar
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from core.roles import Role
from core.rules import SATURDAY, is_working_day

MOST_DAYS_AHEAD = 800
"""A count that runs this far met no day that counts: the calendar is wrong, not the rule."""
ONE_DAY = timedelta(days=1)


class Trigger(StrEnum):
    """What happened (or will) on the day that a deadline is counted from."""

    BECAME_LOOKED_AFTER = "became-looked-after"
    NEW_SCHOOL = "new-school"
    NEW_PLACEMENT = "new-placement"
    TERM_START = "term-start"
    MEETING = "meeting"
    SUBMISSION = "submission"
    APPROVAL = "approval"
    RETURNED = "returned"
    PREVIOUS_PEP = "previous-pep"


TRIGGER_WORDS: Mapping[Trigger, str] = {
    Trigger.BECAME_LOOKED_AFTER: "coming into care",
    Trigger.NEW_SCHOOL: "starting at the school",
    Trigger.NEW_PLACEMENT: "the new placement",
    Trigger.TERM_START: "the start of term",
    Trigger.MEETING: "the meeting",
    Trigger.SUBMISSION: "submission",
    Trigger.APPROVAL: "approval",
    Trigger.RETURNED: "the return",
    Trigger.PREVIOUS_PEP: "the previous PEP",
}


class Unit(StrEnum):
    """What a rule counts."""

    CALENDAR_DAY = "calendar day"
    WORKING_DAY = "working day"
    SCHOOL_DAY = "school day"
    MONTH = "month"


class Anchor(StrEnum):
    """The day from which is counted: that of the trigger, or the last day of the term in which the trigger lies."""

    TRIGGER = "trigger"
    TERM_END = "term end"


@dataclass(frozen=True, slots=True)
class Cap:
    """Not later than `offset` units from a day that may be on record ("2 working days before the first review")."""

    fact: str
    offset: int
    unit: Unit
    words: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who hears of it when a deadline was missed by so many working days."""

    working_days_late: int
    to: Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row of the table of deadlines.

    `owner` is the role that has to act, None where the system does it. `warn_offset` is an earlier day, in the same
    unit, on which the owner is warned. `reminders` are working days before the due date. The rule holds for triggers
    from `from_on` up to but not including `until_on`.
    """

    code: str
    title: str
    trigger: Trigger
    offset: int
    unit: Unit
    owner: Role | None
    anchor: Anchor = Anchor.TRIGGER
    cap: Cap | None = None
    warn_offset: int | None = None
    reminders: tuple[int, ...] = (5, 1)
    escalations: tuple[Escalation, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    switched_on: bool = True
    changed: str = ""
    """Words on what the county changed, for the explanation."""

    def holds_on(self, on: date) -> bool:
        """Whether the rule was in force for a trigger on that day."""
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on < self.until_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a county set otherwise for triggers from a day on. None: as by default."""

    code: str
    from_on: date
    switched_on: bool = True
    offset: int | None = None
    reminders: tuple[int, ...] | None = None


def as_changed(rule: Rule, on: date, changes: Sequence[Change]) -> Rule:
    """The rule as it holds for a trigger on a day; `changes` in the order in which they were set: the last one wins."""
    change = next((c for c in reversed(changes) if c.code == rule.code and c.from_on <= on), None)
    if change is None:
        return rule
    offset = rule.offset if change.offset is None else change.offset
    words = ""
    if offset != rule.offset:
        words = (
            f"The county’s own rule for what happens from {day_words(change.from_on)} on; without it, "
            f"{_amount(rule.offset, rule.unit)} {_side(rule.offset)}."
        )
    elif change.switched_on != rule.switched_on:
        words = (
            f"The county switched this rule {'on' if change.switched_on else 'off'} from {day_words(change.from_on)}."
        )
    reminders = rule.reminders if change.reminders is None else change.reminders
    warn = rule.warn_offset if rule.warn_offset is not None and abs(rule.warn_offset) < abs(offset) else None
    return replace(
        rule, offset=offset, warn_offset=warn, switched_on=change.switched_on, reminders=reminders, changed=words
    )


def no_cut_off(_on: date) -> date | None:
    """Of a county that fixed none."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """What a calendar says; `term_end(on)` is the last day of the term of a day, in the holidays that of the next."""

    is_school_day: Callable[[date], bool]
    term_end: Callable[[date], date]
    name: str = "the county's term dates"
    cut_off: Callable[[date], date | None] = no_cut_off
    """The day that the county recorded for the term of a day; it stands in place of counting back from the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """What is due when, for whom, and why in words a person can check with a calendar."""

    code: str
    title: str
    due_on: date
    owner: Role | None
    explanation: str
    warn_on: date | None = None
    reminders: tuple[int, ...] = ()
    escalations: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """A count of days: where it started, where it ended, and the weekdays on the way that did not count."""

    first_on: date
    due_on: date
    skipped: tuple[date, ...] = field(default=())


def deadline_of(rule: Rule, on: date, *, days: Days, facts: Mapping[str, date] | None = None) -> Deadline:
    """The deadline that a rule gives for a trigger on a day.

    `facts` are days on record that may bring it forward ({"review_on": ...}). ValueError when a school-day rule finds
    no school day in the two years that follow.
    """
    anchor = days.term_end(on) if rule.anchor is Anchor.TERM_END else on
    counted = count(anchor, rule.offset, rule.unit, days)
    due_on, explanation = counted.due_on, _explained(rule, anchor, counted, days)
    if rule.anchor is Anchor.TERM_END and (recorded := days.cut_off(on)) is not None:
        due_on = recorded
        explanation = f"The county’s cut-off for the term that ends on {day_words(anchor)}: {day_words(recorded)}."
    cap_on = (facts or {}).get(rule.cap.fact) if rule.cap else None
    if rule.cap is not None and cap_on is not None:
        capped = count(cap_on, rule.cap.offset, rule.cap.unit, days)
        if capped.due_on < due_on:
            due_on = capped.due_on
            explanation = (
                f"{_amount(rule.cap.offset, rule.cap.unit)} {_side(rule.cap.offset)} {rule.cap.words} on "
                f"{day_words(cap_on)}{_skipped(capped, rule.cap.unit, days)}: {day_words(due_on)}, because that is "
                f"earlier than {_amount(rule.offset, rule.unit)} {_side(rule.offset)} "
                f"{TRIGGER_WORDS[rule.trigger]} ({day_words(counted.due_on)})."
            )
    warn_on = None if rule.warn_offset is None else count(anchor, rule.warn_offset, rule.unit, days).due_on
    if warn_on is not None:
        explanation += (
            f" A warning comes {_amount(rule.warn_offset or 0, rule.unit)} after it, on {day_words(warn_on)}."
        )
    return Deadline(
        code=rule.code,
        title=rule.title,
        due_on=due_on,
        owner=rule.owner,
        explanation=f"{explanation} {rule.changed}".rstrip(),
        warn_on=warn_on,
        reminders=rule.reminders,
        escalations=rule.escalations,
    )


def count(on: date, offset: int, unit: Unit, days: Days) -> Count:
    """Count `offset` units from a day that is not itself counted; backward when negative.

    With 0 working or school days it is the day itself, or the next one on which somebody is there.
    """
    if unit is Unit.MONTH:
        return Count(on, add_months(on, offset))
    if unit is Unit.CALENDAR_DAY:
        return Count(on + ONE_DAY * (1 if offset >= 0 else -1), on + ONE_DAY * offset)
    counts = is_working_day if unit is Unit.WORKING_DAY else days.is_school_day
    walk = _walk(on, offset)
    passed: list[date] = []
    left, first = abs(offset) or 1, None
    for day in walk:
        if not counts(day):
            passed.append(day)
            continue
        first = first or day
        left -= 1
        if left == 0:
            weekdays = (d for d in passed if d.weekday() < SATURDAY)
            return Count(first, day, tuple(sorted(weekdays)))
    raise ValueError(f"No {unit} was found within {MOST_DAYS_AHEAD} days of {day_words(on)}: record the term dates.")


def _walk(on: date, offset: int) -> Iterator[date]:
    """The days that may count, nearest first; the day itself only where nothing is added."""
    step = -ONE_DAY if offset < 0 else ONE_DAY
    start = 0 if offset == 0 else 1
    return (on + step * n for n in range(start, MOST_DAYS_AHEAD))


def add_months(on: date, months: int) -> date:
    """The same day of the month so many months on; the month's last day where it has no such day."""
    years, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + years, month + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


# ---------------------------------------------------------------- in words


def day_words(on: date) -> str:
    """ "Fri 18 Dec 2026"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def _amount(offset: int, unit: Unit) -> str:
    number = abs(offset)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _side(offset: int) -> str:
    return "before" if offset < 0 else "after"


def _explained(rule: Rule, anchor: date, counted: Count, days: Days) -> str:
    what = "the end of term" if rule.anchor is Anchor.TERM_END else TRIGGER_WORDS[rule.trigger]
    if rule.offset == 0:
        late = "" if counted.due_on == anchor else f", which is no {rule.unit}: {day_words(counted.due_on)}"
        return f"At once on {what} on {day_words(anchor)}{late}."
    if rule.unit is Unit.MONTH:
        short = " (the month has no such day)" if counted.due_on.day != anchor.day else ""
        return (
            f"{_amount(rule.offset, rule.unit)} {_side(rule.offset)} {what} on {day_words(anchor)}: "
            f"{day_words(counted.due_on)}{short}."
        )
    return (
        f"{_amount(rule.offset, rule.unit)} {_side(rule.offset)} {what} on {day_words(anchor)}, counted "
        f"{'back ' if rule.offset < 0 else ''}from {_short(counted.first_on, anchor)}"
        f"{_skipped(counted, rule.unit, days)}: {day_words(counted.due_on)}."
    )


def _skipped(counted: Count, unit: Unit, days: Days) -> str:
    """What was left out besides weekends: bank holidays one by one, holidays of the school as spans."""
    if not counted.skipped:
        return ""
    source = f" ({days.name})" if unit is Unit.SCHOOL_DAY else ""
    return f", skipping {_spans(counted.skipped)}{source}"


def _spans(skipped: Sequence[date]) -> str:
    """ "25 and 28 Dec and 1 Jan"; three weekdays in a row and more as "21 Dec to 1 Jan"."""
    runs: list[list[date]] = []
    for day in skipped:
        if runs and not any(
            (runs[-1][-1] + ONE_DAY * n).weekday() < SATURDAY for n in range(1, (day - runs[-1][-1]).days)
        ):
            runs[-1].append(day)
        else:
            runs.append([day])
    parts: list[str] = []
    loose: list[date] = []
    for run in runs:
        if len(run) < 3:
            loose += run
            continue
        parts += _by_month(loose)
        loose = []
        parts.append(f"{run[0].day} {run[0]:%b} to {run[-1].day} {run[-1]:%b}")
    parts += _by_month(loose)
    return _and(parts)


def _by_month(loose: Sequence[date]) -> list[str]:
    months: dict[tuple[int, int], list[date]] = {}
    for day in loose:
        months.setdefault((day.year, day.month), []).append(day)
    return [f"{_and([str(d.day) for d in found])} {found[0]:%b}" for found in months.values()]


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _short(on: date, anchor: date) -> str:
    return f"{on:%a} {on.day} {on:%b}" if on.year == anchor.year else day_words(on)

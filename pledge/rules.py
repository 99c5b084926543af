"""Which promises of the Pledge apply to a child, and when a child counts as tracked.

"Tracked" is not "kept": a child is tracked when every promise that applies has an answer from the last six months,
whatever the answer. A child too new for a first review (20 working days after coming into care) is listed apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from core.figures import Figure
from core.rules import add_working_days

FIRST_REVIEW_WORKING_DAYS = 20
CURRENT_FOR_MONTHS = 6


class Answer(StrEnum):
    """What an IRO records of a promise."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"
    NOT_DUE = "not_due"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"


ANSWER_LABELS: dict[Answer, str] = {
    Answer.KEPT: "Kept",
    Answer.PARTLY: "Partly kept",
    Answer.NOT_KEPT: "Not kept",
    Answer.NOT_DUE: "Not yet due",
    Answer.NOT_APPLICABLE: "Does not apply",
    Answer.DECLINED: "Child declined",
}
JUDGED = frozenset({Answer.KEPT, Answer.PARTLY, Answer.NOT_KEPT})


@dataclass(frozen=True, slots=True)
class Terms:
    """For whom a promise is meant: from an age, up to and including an age, after whole months in care."""

    from_age: int = 0
    to_age: int | None = None
    months_in_care: int = 0


def months_between(since: date, on: date) -> int:
    """Whole months from a day to a later one: 31 January to 28 February is none, to 1 March one."""
    return (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)


def applies(terms: Terms, *, age: int | None, months_in_care: int) -> bool:
    """Whether a promise is meant for a child of this age after these months in care.

    Where the age is not known only promises for every age apply.
    """
    if months_in_care < terms.months_in_care:
        return False
    if age is None:
        return terms.from_age == 0 and terms.to_age is None
    return terms.from_age <= age and (terms.to_age is None or age <= terms.to_age)


def current_since(today: date) -> date:
    """Answers recorded on or after this day still count: six months back."""
    month = today.month - CURRENT_FOR_MONTHS
    year, month = (today.year, month) if month > 0 else (today.year - 1, month + 12)
    for day in range(today.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, min(today.day, 28))


@lru_cache(maxsize=10_000)
def first_review_due_on(since: date) -> date:
    """20 working days after coming into care."""
    return add_working_days(since, FIRST_REVIEW_WORKING_DAYS)


def is_new(since: date, today: date) -> bool:
    """No review has been due yet: nothing can be missing."""
    return today <= first_review_due_on(since)


class State(StrEnum):
    """How a child stands."""

    GAPS = "gaps"
    TRACKED = "tracked"
    NEW = "new"


STATE_LABELS: dict[State, str] = {
    State.GAPS: "Answers missing",
    State.TRACKED: "Tracked",
    State.NEW: "Before the first review",
}
STATE_COLOURS: dict[State, str] = {State.GAPS: "orange", State.TRACKED: "green", State.NEW: "grey"}


def state_of(*, gaps: int, new: bool) -> State:
    """A child without gaps is tracked, also before the first review."""
    if not gaps:
        return State.TRACKED
    return State.NEW if new else State.GAPS


def tracked_figure(states: Iterable[State]) -> Figure:
    """Tracked of all children whose first review has been due, or who are tracked already."""
    counted = [s for s in states if s is not State.NEW]
    return Figure(sum(s is State.TRACKED for s in counted), len(counted))


def kept_figure(answers: Iterable[Answer]) -> Figure:
    """Kept of kept, partly kept and not kept; the other answers judge nothing."""
    judged = [a for a in answers if a in JUDGED]
    return Figure(sum(a is Answer.KEPT for a in judged), len(judged))

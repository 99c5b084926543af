"""Which looks at children's records are worth a question. None of them is proof of anything.

Source: practice.md 9.2 (own surname, out of caseload, bulk); the thresholds are the house's own.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

MOST_CHILDREN_IN_AN_HOUR = 30
MOST_REFUSALS_IN_A_DAY = 4
DAY_BEGINS = time(7)
DAY_ENDS = time(20)
SATURDAY = 5


class Unusual(StrEnum):
    OWN_SURNAME = "own_surname"
    NOT_ALLOCATED = "not_allocated"
    MANY = "many"
    OUT_OF_HOURS = "out_of_hours"
    REFUSALS = "refusals"


UNUSUAL_LABELS: dict[Unusual, str] = {
    Unusual.OWN_SURNAME: "Same surname",
    Unusual.NOT_ALLOCATED: "Not allocated",
    Unusual.MANY: "Many children",
    Unusual.OUT_OF_HOURS: "Out of hours",
    Unusual.REFUSALS: "Refused again and again",
}


def is_out_of_hours(at: datetime) -> bool:
    """Before 7, from 20 on, or on a Saturday or Sunday. `at` is a moment on the clock of London."""
    return at.weekday() >= SATURDAY or not DAY_BEGINS <= at.time() < DAY_ENDS


def busiest_hour(looks: Iterable[tuple[datetime, int]]) -> tuple[datetime | None, int]:
    """(when it began, how many different children) of the hour in which a person opened most; looks in any order."""
    inside: deque[tuple[datetime, int]] = deque()
    children: Counter[int] = Counter()
    best: tuple[datetime | None, int] = (None, 0)
    for at, child in sorted(looks):
        inside.append((at, child))
        children[child] += 1
        while at - inside[0][0] >= timedelta(hours=1):
            children[inside[0][1]] -= 1
            if not children[inside.popleft()[1]]:
                children = +children
        if len(children) > best[1]:
            best = (inside[0][0], len(children))
    return best


def is_bulk(children: int) -> bool:
    """More than MOST_CHILDREN_IN_AN_HOUR different children within an hour."""
    return children > MOST_CHILDREN_IN_AN_HOUR


def are_many_refusals(refusals: int) -> bool:
    """More than MOST_REFUSALS_IN_A_DAY on one day."""
    return refusals > MOST_REFUSALS_IN_A_DAY


def is_allocated(on: date, spans: Sequence[tuple[date, date | None]]) -> bool:
    """Whether one of the half-open spans [from, to) of a person with a child covers the day."""
    return any(first <= on and (to is None or on < to) for first, to in spans)

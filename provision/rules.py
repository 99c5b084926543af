"""Exclusions: how long, how much in a school year and a term, and what must happen next.

The limits are those of English law for maintained schools and academies: at most 45 school days of suspension in a
school year (over all schools), lunchtimes counting half a day each; governors meet when suspensions in a term come to
more than 15 days, and on request when they come to more than 5; from the sixth day of an exclusion full-time education
is arranged, by the school for a suspension and by the council for a permanent exclusion. For looked-after children the
aim is the first day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SESSIONS_A_DAY = 2
YEAR_LIMIT_DAYS = 45
GOVERNORS_MEET_DAYS = 15
GOVERNORS_ON_REQUEST_DAYS = 5
NEAR_LIMIT_DAYS = 30
EDUCATION_FROM_DAY = 6
DAYS_AHEAD = 7


class Category(StrEnum):
    """What the school decided."""

    SUSPENSION = "SUSP"
    PERMANENT = "PERM"
    LUNCHTIME = "LNCH"


CATEGORY_LABELS: dict[Category, str] = {
    Category.SUSPENSION: "Suspension",
    Category.PERMANENT: "Permanent exclusion",
    Category.LUNCHTIME: "Lunchtime suspension",
}
CATEGORY_HINTS: dict[Category, str] = {
    Category.SUSPENSION: "Once called a fixed-term exclusion; half days count",
    Category.PERMANENT: "The school does not take the child back",
    Category.LUNCHTIME: "Each lunchtime counts half a day",
}
CATEGORY_COLOURS: dict[Category, str] = {
    Category.SUSPENSION: "orange",
    Category.PERMANENT: "red",
    Category.LUNCHTIME: "yellow",
}


def days_text(sessions: int) -> str:
    """5 sessions -> "2.5 days", 2 -> "1 day"."""
    whole, half = divmod(sessions, SESSIONS_A_DAY)
    number = f"{whole}.5" if half else f"{whole}"
    return f"{number} {'day' if number == '1' else 'days'}"


def over_limit(*, earlier: int, new: int) -> str:
    """Why these sessions cannot be recorded on top of the year's earlier ones; empty when they can."""
    if earlier + new <= YEAR_LIMIT_DAYS * SESSIONS_A_DAY:
        return ""
    return (
        f"A child may be suspended for {YEAR_LIMIT_DAYS} school days in a school year at most, "
        f"at all schools together. With these {days_text(new)} it would be {days_text(earlier + new)}: "
        f"{days_text(earlier)} are recorded already. "
        "Check the length. If the school really means it, speak to the head today: it is not lawful."
    )


def warnings(*, in_term: int, in_year: int) -> list[str]:
    """What the totals, this exclusion included, set off (sessions in the term and in the school year)."""
    found = []
    if in_term > GOVERNORS_MEET_DAYS * SESSIONS_A_DAY:
        found.append(f"{days_text(in_term)} of suspension this term: the governors must meet.")
    elif in_term > GOVERNORS_ON_REQUEST_DAYS * SESSIONS_A_DAY:
        found.append(f"{days_text(in_term)} of suspension this term: the governors must meet if asked. Ask them.")
    if in_year >= NEAR_LIMIT_DAYS * SESSIONS_A_DAY:
        left = YEAR_LIMIT_DAYS * SESSIONS_A_DAY - in_year
        found.append(f"{days_text(in_year)} of suspension this school year; {days_text(left)} are left by law.")
    return found


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that must happen after an exclusion, and by or from which day."""

    text: str
    on: date | None = None


def duties(*, category: Category, sessions: int, school_days: Sequence[date]) -> list[Duty]:
    """What must happen next. `school_days` are those from the first day of the exclusion on, in order."""
    first = school_days[0] if school_days else None
    found = [Duty("The head tells the Virtual School and the social worker, with the reasons", first)]
    if category is Category.LUNCHTIME:
        return found
    found.append(
        Duty("The school sets and marks work; for a looked-after child we aim at teaching from this day", first)
    )
    sixth = school_days[EDUCATION_FROM_DAY - 1] if len(school_days) >= EDUCATION_FROM_DAY else None
    if category is Category.PERMANENT:
        found.append(Duty("The council arranges full-time education from this day at the latest", sixth))
        found.append(Duty("The governors must meet; the Virtual School may attend"))
        return found
    if sessions > GOVERNORS_ON_REQUEST_DAYS * SESSIONS_A_DAY:
        found.append(Duty("The school arranges full-time education from this day at the latest", sixth))
    back = back_on(sessions, school_days)
    found.append(Duty("Back in school, with a meeting about how to go on", back))
    return found


def back_on(sessions: int, school_days: Sequence[date]) -> date | None:
    """The first school day after the suspension, when it began with its first day; None beyond the calendar."""
    whole_days = -(-sessions // SESSIONS_A_DAY)
    return school_days[whole_days] if len(school_days) > whole_days else None

"""When a PEP meeting is due and how a plan stands.

Every looked-after child from Nursery to Year 13 has a PEP meeting each term. The first one after coming into care is
due sooner. The numbers are the county's choice within what English councils do (10 working days to begin with; a
cut-off a few weeks before the end of term, so that the plan can be checked within it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.rules import Season, add_working_days, is_bank_holiday, next_working_day, term_label
from peps.rules.workflow import FINISHED, IN_WORK, WAITS_FOR_MEETING, State

FIRST_PEP_WORKING_DAYS = 10
CUT_OFF_SCHOOL_DAYS = 15
SOON_SCHOOL_DAYS = 10
FIRST_NC_YEAR, LAST_NC_YEAR = -1, 13


class Status(StrEnum):
    """How a PEP stands today. Overdue is not stored: it follows from the due date."""

    OVERDUE = "overdue"
    DUE = "due"
    HELD = "held"
    COMPLETE = "complete"
    NOT_REQUIRED = "not_required"


STATUS_LABELS: dict[Status, str] = {
    Status.OVERDUE: "Overdue",
    Status.DUE: "Due",
    Status.HELD: "Meeting held",
    Status.COMPLETE: "Complete",
    Status.NOT_REQUIRED: "Not required",
}
STATUS_COLOURS: dict[Status, str] = {
    Status.OVERDUE: "red",
    Status.DUE: "yellow",
    Status.HELD: "blue",
    Status.COMPLETE: "green",
    Status.NOT_REQUIRED: "grey",
}


STATUS_STATES: dict[Status, frozenset[State]] = {
    Status.OVERDUE: WAITS_FOR_MEETING,
    Status.DUE: WAITS_FOR_MEETING,
    Status.HELD: IN_WORK,
    Status.COMPLETE: FINISHED,
    Status.NOT_REQUIRED: frozenset({State.NOT_REQUIRED}),
}
"""Which states lists and boards count together; overdue and due differ by the date alone."""


def status_of(state: str, due_on: date, today: date) -> Status:
    """How a PEP of a state stands. On its due date it is not overdue yet."""
    if state in WAITS_FOR_MEETING:
        return Status.OVERDUE if due_on < today else Status.DUE
    return next(status for status, states in STATUS_STATES.items() if state in states)


def tag_of(status: Status) -> tuple[str, str]:
    """(word, colour) of a status."""
    return STATUS_LABELS[status], STATUS_COLOURS[status]


def needs_pep(nc_year: int | None) -> bool:
    """Nursery (-1) to Year 13; nobody whose year group is not known."""
    return nc_year is not None and FIRST_NC_YEAR <= nc_year <= LAST_NC_YEAR


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the county's calendar with the last day for its PEP meetings; all days are school days."""

    academic_year: int
    season: Season
    first_on: date
    last_on: date
    cut_off_on: date
    cut_off_days: int = CUT_OFF_SCHOOL_DAYS
    cut_off_fixed: bool = False
    """The county fixed the day; else it is `cut_off_days` school days before the end."""

    @property
    def label(self) -> str:
        """ "Autumn term 2026"."""
        return term_label(self.academic_year, self.season)


def make_term(
    academic_year: int, season: Season, school_days: Sequence[date], cut_off_days: int = CUT_OFF_SCHOOL_DAYS
) -> Term:
    """The term of these school days in order; ValueError when there is none."""
    if not school_days:
        raise ValueError(f"The {term_label(academic_year, season).lower()} has no school day.")
    cut_off = school_days[max(0, len(school_days) - 1 - cut_off_days)]
    return Term(academic_year, season, school_days[0], school_days[-1], cut_off, cut_off_days)


def term_for(today: date, terms: Iterable[Term]) -> Term:
    """The term that runs today; in the holidays the one that comes next. ValueError when none of them does."""
    for term in sorted(terms, key=lambda t: t.first_on):
        if today <= term.last_on:
            return term
    raise ValueError(f"No term ends on or after {today}.")


@dataclass(frozen=True, slots=True)
class Due:
    """A due date and why, in words a person can check."""

    due_on: date
    because: str


def due_for(*, term: Term, start: date, last_due_on: date | None, came_new: bool = True) -> Due:
    """When a child's PEP of the term is due.

    `start` is the first day known of the present period of being looked after, `came_new` whether the child came into
    care on it, `last_due_on` the due date of the child's latest PEP so far. The first plan's short time holds when no
    PEP was due since then, unless it ran out before the term began (a child of long standing whose earlier plans this
    system never saw).
    """
    first_on = add_working_days(start, FIRST_PEP_WORKING_DAYS)
    is_first = came_new and (last_due_on is None or last_due_on < start)
    if is_first and first_on >= term.first_on:
        return Due(first_on, _why_first(start, first_on))
    return Due(term.cut_off_on, why_termly(term))


def _why_first(start: date, due_on: date) -> str:
    counted_from = next_working_day(start + timedelta(days=1))
    days = (counted_from + timedelta(days=n) for n in range((due_on - counted_from).days))
    holidays = [f"{d.day} {d:%b}" for d in days if d.weekday() < 5 and is_bank_holiday(d)]
    skipped = f", not counting {_listed(holidays)}" if holidays else ""
    return (
        f"First PEP: {FIRST_PEP_WORKING_DAYS} working days after coming into care on {_day(start)}, "
        f"counted from {_day(counted_from)}{skipped}."
    )


def why_termly(term: Term) -> str:
    """Why the last day for a term's meetings is the one that it is."""
    if term.cut_off_fixed:
        return f"One meeting each term; for the {term.label.lower()} the county fixed {_day(term.cut_off_on)}."
    return (
        f"One meeting each term, {term.cut_off_days} school days before its end at the latest, so that the plan "
        f"is checked in time. {term.label} ends on {_day(term.last_on)}."
    )


def _day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b %Y}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

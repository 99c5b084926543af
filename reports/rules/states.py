"""The life of a termly report, and the days on which one may be made."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from core.rules import Season


class ReportState(StrEnum):
    """DRAFT until the Virtual School Head approves; only an ISSUED report is seen outside the team."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Who a document is for: the same figures, in the public one small numbers are hidden."""

    RESTRICTED = "restricted"
    PUBLIC = "public"


STATE_LABELS: Mapping[ReportState, str] = MappingProxyType(
    {
        ReportState.DRAFT: "Draft",
        ReportState.APPROVED: "Approved",
        ReportState.ISSUED: "Issued",
        ReportState.WITHDRAWN: "Withdrawn",
    }
)
STATE_COLOURS: Mapping[ReportState, str] = MappingProxyType(
    {
        ReportState.DRAFT: "yellow",
        ReportState.APPROVED: "blue",
        ReportState.ISSUED: "green",
        ReportState.WITHDRAWN: "grey",
    }
)
TRANSITIONS: Mapping[ReportState, frozenset[ReportState]] = MappingProxyType(
    {
        ReportState.DRAFT: frozenset({ReportState.APPROVED, ReportState.WITHDRAWN}),
        ReportState.APPROVED: frozenset({ReportState.ISSUED, ReportState.WITHDRAWN}),
        ReportState.ISSUED: frozenset({ReportState.WITHDRAWN}),
        ReportState.WITHDRAWN: frozenset(),
    }
)

DRAFT_SCHOOL_DAYS_BEFORE_END = 10
"""Two school weeks to read, correct and approve before the term ends (OURS)."""

FIRST_REPORT_DRAFTED_ON: Mapping[tuple[int, Season], dt.date] = MappingProxyType(
    {(2009, Season.AUTUMN): dt.date(2009, 12, 1)}
)
"""The plan's first report went to the county's corporate parenting group in December 2009 (action 2.2)."""


class TransitionRefused(ValueError):
    """The report is not in a state that allows this; the message says so in words."""


def check_transition(state: str, wanted: str) -> None:
    """TransitionRefused unless a report in `state` may become `wanted`."""
    if ReportState(wanted) not in TRANSITIONS[ReportState(state)]:
        label = STATE_LABELS[ReportState(state)].lower()
        raise TransitionRefused(f"The report is {label}; it cannot become {STATE_LABELS[ReportState(wanted)].lower()}.")


def is_final(state: str) -> bool:
    """Approved or issued: its documents carry no watermark."""
    return ReportState(state) in {ReportState.APPROVED, ReportState.ISSUED}


def check_as_at(as_at: dt.date, *, first_on: dt.date, last_on: dt.date, today: dt.date) -> None:
    """ValueError in words when no report of the term `first_on` to `last_on` can be made as at that day."""
    if as_at > today:
        raise ValueError(f"{_written(as_at)} has not come yet: no report can be made as at a day in the future.")
    if not first_on <= as_at <= last_on:
        raise ValueError(
            f"{_written(as_at)} lies outside the term, which runs from {_written(first_on)} to {_written(last_on)}."
        )


def _written(on: dt.date) -> str:
    return f"{on.day} {on:%B %Y}"


def draft_day(academic_year: int, season: Season, school_days: Sequence[dt.date]) -> dt.date | None:
    """The day on which the term's report is drafted; `school_days` are those of the term, in order.

    Ten school days before the last one; a term shorter than that is drafted on its first day. None for a term
    without school days.
    """
    if fixed := FIRST_REPORT_DRAFTED_ON.get((academic_year, season)):
        return fixed
    if not school_days:
        return None
    return school_days[max(len(school_days) - 1 - DRAFT_SCHOOL_DAYS_BEFORE_END, 0)]

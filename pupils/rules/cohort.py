"""Who was looked after, when, and for twelve months without a break; and in which year group."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from core.rules import ONE_DAY, nc_year_for
from pupils.rules.codes import EPISODE_CONTINUES, SHORT_BREAK_STATUSES, STARTED, describe_ceased_reason

X1_GAP_DAYS_FORGIVEN = 7
LAST_OC2_YEAR = 2009


class EpisodeDates(Protocol):
    """The part of an SSDA903 episode that says when; dates as sent, never repaired."""

    @property
    def decom(self) -> dt.date: ...
    @property
    def dec(self) -> dt.date | None: ...


class Episode(EpisodeDates, Protocol):
    """An SSDA903 episode as the 12-month rule reads it; blank codes may be "" or None."""

    @property
    def rne(self) -> str | None: ...
    @property
    def ls(self) -> str | None: ...
    @property
    def rec(self) -> str | None: ...


# ---------------------------------------------------------------- the two bases


class Basis(StrEnum):
    """Which snapshot a year's figure stands on (R-BASIS). The values are those of the command line."""

    OC2_30SEP = "oc2-30sep"
    CLA_NPD_31MAR = "cla-npd-31mar"

    @property
    def label(self) -> str:
        """For pages and reports."""
        return "OC2, 30 September" if self is Basis.OC2_30SEP else "CLA-NPD, 31 March"

    def as_at(self, assessment_year: int) -> dt.date:
        """The snapshot day of the year."""
        month_and_day = (9, 30) if self is Basis.OC2_30SEP else (3, 31)
        return dt.date(assessment_year, *month_and_day)


@dataclass(frozen=True, slots=True)
class Window:
    """The twelve months that end at a snapshot; both days belong to it (1.2)."""

    start_on: dt.date
    as_at: dt.date


def default_basis(assessment_year: int) -> Basis:
    """OC2 up to 2009, the 903 matched to the National Pupil Database since 2010 (R-BASIS)."""
    return Basis.OC2_30SEP if assessment_year <= LAST_OC2_YEAR else Basis.CLA_NPD_31MAR


def window_ending(as_at: dt.date) -> Window:
    """S = (A + 1 day) minus 1 year. Dates are compared as they are, for a window may have 366 days."""
    after = as_at + ONE_DAY
    if (after.month, after.day) == (2, 29):
        return Window(dt.date(after.year - 1, 3, 1), as_at)
    return Window(after.replace(year=after.year - 1), as_at)


def window_for(basis: Basis, assessment_year: int) -> Window:
    """The window of a basis and year: OC2 2009 is 1 October 2008 to 30 September 2009."""
    return window_ending(basis.as_at(assessment_year))


# ---------------------------------------------------------------- looked after


def looked_after_on(episodes: Iterable[EpisodeDates], on: dt.date) -> bool:
    """An episode begun on or before the day, and not ended or ended after it. The day of DEC is out."""
    return any(e.decom <= on and (e.dec is None or e.dec > on) for e in episodes)


def looked_after_between(episodes: Iterable[EpisodeDates], first_on: dt.date, last_on: dt.date) -> bool:
    """Looked after on at least one day from `first_on` to `last_on`, both included."""
    return any(e.decom <= last_on and (e.dec is None or e.dec > max(first_on, e.decom)) for e in episodes)


E = TypeVar("E", bound=EpisodeDates)


def episode_on(episodes: Iterable[E], on: dt.date) -> E | None:
    """The episode that holds on a day, the one begun last where some overlap; None if not looked after."""
    held = [e for e in episodes if e.decom <= on and (e.dec is None or e.dec > on)]
    return max(held, key=lambda e: e.decom, default=None)


# ---------------------------------------------------------------- twelve months


class CohortStatus(StrEnum):
    """IN is counted, OUT is not; REVIEW is listed for a person and not counted."""

    IN = "in"
    OUT = "out"
    REVIEW = "review"


class CohortReason(StrEnum):
    """Why, as a short code; the sentence is in the decision."""

    ALL_YEAR = "LOOKED_AFTER_12_MONTHS"
    NO_EPISODE = "NOT_LOOKED_AFTER_IN_WINDOW"
    SHORT_BREAKS = "SHORT_BREAKS"
    STARTED = "STARTED_IN_WINDOW"
    CEASED = "CEASED_IN_WINDOW"
    HISTORY_MISSING = "HISTORY_MISSING"
    X1_WITHOUT_SUCCESSOR = "X1_WITHOUT_SUCCESSOR"
    X1_GAP = "X1_GAP"


class Flag(StrEnum):
    """Anomalies in the episodes that a person should mend."""

    HISTORY_MISSING = "HISTORY_MISSING"
    X1_WITHOUT_SUCCESSOR = "X1_WITHOUT_SUCCESSOR"
    X1_GAP = "X1_GAP"
    OVERLAP = "OVERLAP"
    YEAR_GROUP_RECORDED = "YEAR_GROUP_RECORDED"
    YEAR_GROUP_UNKNOWN = "YEAR_GROUP_UNKNOWN"


@dataclass(frozen=True, slots=True)
class CohortDecision:
    """In, out or for review, with the reason as a code and as a sentence without a name in it."""

    status: CohortStatus
    reason_code: CohortReason
    reason: str
    flags: tuple[Flag, ...] = ()


def _day(on: dt.date) -> str:
    return f"{on.day} {on:%B %Y}"


def _out(code: CohortReason, reason: str) -> CohortDecision:
    return CohortDecision(CohortStatus.OUT, code, reason)


def _review(flag: Flag, reason: str, earlier: Iterable[Flag] = ()) -> CohortDecision:
    flags = tuple(dict.fromkeys((*earlier, flag)))
    return CohortDecision(CohortStatus.REVIEW, CohortReason(flag.value), reason, flags)


def _broken(episodes: list[Episode], window: Window, ceased_on_as_at_counts: bool) -> CohortDecision | None:
    """The three things that break twelve months, in their order (R-COH-4, R-COH-2, R-COH-3)."""
    start_on, as_at = window.start_on, window.as_at
    for e in episodes:
        if e.ls in SHORT_BREAK_STATUSES:
            reason = f"In a series of short breaks ({e.ls}) from {_day(e.decom)}, so not counted."
            return _out(CohortReason.SHORT_BREAKS, reason)
    for e in episodes:
        if e.rne == STARTED and e.decom > start_on:
            reason = f"Started to be looked after on {_day(e.decom)}, after {_day(start_on)}."
            return _out(CohortReason.STARTED, reason)
    for e in episodes:
        if not e.rec or e.rec == EPISODE_CONTINUES or e.dec is None or not start_on <= e.dec <= as_at:
            continue
        if e.dec == as_at and ceased_on_as_at_counts:
            continue
        words = describe_ceased_reason(e.rec)
        reason = f"Ceased to be looked after on {_day(e.dec)} ({e.rec}: {words[0].lower()}{words[1:]})."
        return _out(CohortReason.CEASED, reason)
    return None


def _hole_behind_overlaps(history: list[Episode], window: Window) -> dt.date | None:
    """Where the longest-running episode so far ends and nothing follows within a week, or None.

    The walk compares neighbours; a short episode inside a long one would hide what is missing after the
    long one, and a child must be looked after on every day (R-COH-1).
    """
    covered_to = window.start_on
    for e in history:
        if covered_to > window.as_at:
            return None
        if (e.decom - covered_to).days > X1_GAP_DAYS_FORGIVEN:
            return covered_to
        covered_to = max(covered_to, e.dec or dt.date.max)
    return covered_to if covered_to < window.as_at else None


def _covered(history: list[Episode], touching: list[Episode], window: Window) -> CohortDecision:
    """Prove that the episodes leave no day out (R-COH-5)."""
    first = touching[0]
    if first.decom > window.start_on:
        reason = (
            f"The first episode known begins on {_day(first.decom)} with {first.rne or 'no reason'}, "
            "not with a start: load the earlier 903 return."
        )
        return _review(Flag.HISTORY_MISSING, reason)
    flags: list[Flag] = []
    for e, later in zip(history, [*history[1:], None], strict=True):
        if e.dec is None or e.decom > window.as_at or not window.start_on <= e.dec <= window.as_at:
            continue
        if e.rec and e.rec != EPISODE_CONTINUES:
            continue  # ended on the snapshot day itself, which the setting lets stand
        if later is None:
            reason = f"The episode that ended on {_day(e.dec)} promises a next one, and there is none."
            return _review(Flag.X1_WITHOUT_SUCCESSOR, reason, flags)
        gap = (later.decom - e.dec).days
        if gap > X1_GAP_DAYS_FORGIVEN:
            reason = f"No episode is known between {_day(e.dec)} and {_day(later.decom)}."
            return _review(Flag.X1_GAP, reason, flags)
        if gap:
            flags.append(Flag.X1_GAP if gap > 0 else Flag.OVERLAP)
    hole_on = _hole_behind_overlaps(history, window) if Flag.OVERLAP in flags else None
    if hole_on is not None:
        return _review(Flag.X1_GAP, f"No episode is known after {_day(hole_on)}.", flags)
    reason = f"Looked after from {_day(window.start_on)} to {_day(window.as_at)} without a break."
    return CohortDecision(CohortStatus.IN, CohortReason.ALL_YEAR, reason, tuple(dict.fromkeys(flags)))


def continuously_looked_after(
    episodes: Iterable[Episode], *, as_at: dt.date, ceased_on_snapshot_counts: bool = False
) -> CohortDecision:
    """Whether a child was looked after on every day of the twelve months to `as_at` (R-COH-1 to R-COH-6).

    `episodes` is the child's whole known history, later episodes included. `ceased_on_snapshot_counts` is the
    authority's setting for the disputed case of R-COH-3, a child who ceased on `as_at` itself; default out.
    Placement, custody under a care order, remand and being unaccompanied exclude nobody (R-COH-6).
    """
    window = window_ending(as_at)
    history = sorted(episodes, key=lambda e: (e.decom, e.dec or dt.date.max))
    touching = [e for e in history if e.decom <= as_at and (e.dec is None or e.dec >= window.start_on)]
    if not touching:
        reason = f"Not looked after between {_day(window.start_on)} and {_day(as_at)}."
        return CohortDecision(CohortStatus.OUT, CohortReason.NO_EPISODE, reason)
    return _broken(touching, window, ceased_on_snapshot_counts) or _covered(history, touching, window)


# ---------------------------------------------------------------- year group


@dataclass(frozen=True, slots=True)
class YearGroup:
    """The year group that counts, and both that it was chosen from."""

    nc_year: int | None
    by_age: int | None
    recorded: int | None
    flags: tuple[Flag, ...] = ()


def year_group_in(
    academic_year: int, *, dob: dt.date | None, recorded: int | None = None, recorded_wins: bool = True
) -> YearGroup:
    """The year group in an academic year, that of the assessment and never of the snapshot (R-YG-1).

    A recorded National Curriculum year of that same academic year overrides age, and the child is flagged
    (R-YG-2; `recorded_wins` is the authority's setting).
    """
    by_age = None if dob is None else nc_year_for(dob, academic_year)
    chosen = by_age
    if recorded is not None and (recorded_wins or by_age is None):
        chosen = recorded
    if chosen is None:
        return YearGroup(None, by_age, recorded, (Flag.YEAR_GROUP_UNKNOWN,))
    differs = recorded is not None and by_age is not None and recorded != by_age
    return YearGroup(chosen, by_age, recorded, (Flag.YEAR_GROUP_RECORDED,) if differs else ())

"""The termly collection: which subjects are asked of a child, how it stands in each, and which term is collected.

Three times a year, at the end of each term (practice.md 1.3 E). It is apart from PEP meetings: the PEP shows it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.rules import KeyStage, Season


class Standing(StrEnum):
    """How the child stands against what is expected at the end of the stage."""

    AHEAD = "ahead"
    ON_TRACK = "on_track"
    NEARLY = "nearly"
    BEHIND = "behind"


STANDING_LABELS: Mapping[Standing, str] = {
    Standing.AHEAD: "Ahead",
    Standing.ON_TRACK: "On track",
    Standing.NEARLY: "Nearly on track",
    Standing.BEHIND: "Behind",
}

STANDING_COLOURS: Mapping[Standing, str] = {
    Standing.AHEAD: "green",
    Standing.ON_TRACK: "green",
    Standing.NEARLY: "yellow",
    Standing.BEHIND: "red",
}

_EARLY_YEARS = (
    "Communication and language",
    "Personal, social and emotional development",
    "Physical development",
    "Literacy",
    "Mathematics",
    "Understanding the world",
    "Expressive arts and design",
)
SUBJECTS: Mapping[KeyStage, Sequence[str]] = {
    KeyStage.EYFS: _EARLY_YEARS,
    KeyStage.KS1: ("Reading", "Writing", "Mathematics"),
    KeyStage.KS2: ("Reading", "Writing", "Mathematics", "Grammar, punctuation and spelling"),
    KeyStage.KS3: ("English", "Mathematics", "Science"),
    KeyStage.KS4: ("English language", "English literature", "Mathematics", "Science"),
    KeyStage.KS5: (),
}
"""Asked of every child of the stage; what else a child studies is added by name."""

MOST_OTHERS = 8
"""Rows for other subjects on the page."""


def asked_of(stage: KeyStage | None) -> Sequence[str]:
    """The subjects that count for the collection to be whole; those of Key Stage 2 while the stage is not known."""
    return SUBJECTS[stage or KeyStage.KS2]


@dataclass(frozen=True, slots=True)
class Window:
    """The term that is collected on a day."""

    academic_year: int
    season: Season
    first: date
    last: date


def window_of(today: date, seasons: Iterable[Window]) -> Window:
    """The term that runs, or in holidays the one that ended last: schools finish the collection after its last day.

    `seasons` are terms around the day, at least one of which began on or before it; ValueError otherwise.
    """
    begun = [one for one in seasons if one.first <= today]
    if not begun:
        raise ValueError("No term has begun among those given.")
    return max(begun, key=lambda one: one.first)


class Progress(StrEnum):
    """How far the collection of one child and term is."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


PROGRESS_TAGS: Mapping[Progress, tuple[str, str]] = {
    Progress.NONE: ("Not started", "red"),
    Progress.PART: ("Part", "yellow"),
    Progress.WHOLE: ("Complete", "green"),
}


def progress_of(stage: KeyStage | None, recorded: Iterable[str]) -> Progress:
    """Whole when each subject asked of the stage is recorded (in the sixth form: any one course)."""
    given = {subject.casefold() for subject in recorded}
    if not given:
        return Progress.NONE
    return Progress.WHOLE if {s.casefold() for s in asked_of(stage)} <= given else Progress.PART


_ORDER = [Standing.BEHIND, Standing.NEARLY, Standing.ON_TRACK, Standing.AHEAD]


def movement(before: str, now: str) -> str:
    """ "up", "down", "same" between two standings; nothing where one is missing."""
    if not before or not now:
        return ""
    first, second = (_ORDER.index(Standing(one)) for one in (before, now))
    return "same" if first == second else "up" if second > first else "down"

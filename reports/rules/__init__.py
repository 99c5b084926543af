"""The termly report's rules: its states, when it is drafted, and what may leave the team.

Import from here; the modules behind it only keep files short.
"""

from reports.rules.disclosure import (
    LARGE_GROUP,
    REASON_WORDS,
    Numbers,
    Rate,
    Share,
    Sum,
    Why,
    hide_small,
)
from reports.rules.standing import Aims, Outcome, Standing, has_outcome, percent_words, standing_of
from reports.rules.states import (
    STATE_COLOURS,
    STATE_LABELS,
    TRANSITIONS,
    Audience,
    ReportState,
    TransitionRefused,
    check_as_at,
    check_transition,
    draft_day,
    is_final,
)

__all__ = [
    "LARGE_GROUP",
    "REASON_WORDS",
    "STATE_COLOURS",
    "STATE_LABELS",
    "TRANSITIONS",
    "Aims",
    "Audience",
    "Numbers",
    "Outcome",
    "Rate",
    "ReportState",
    "Share",
    "Standing",
    "Sum",
    "TransitionRefused",
    "Why",
    "check_as_at",
    "check_transition",
    "draft_day",
    "has_outcome",
    "hide_small",
    "is_final",
    "percent_words",
    "standing_of",
]

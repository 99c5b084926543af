"""The key stages whose results are kept, and what a person should look at in them."""

from enum import StrEnum


class Stage(StrEnum):
    """The key stages whose results are kept."""

    KS2 = "KS2"
    KS4 = "KS4"


class ResultFlag(StrEnum):
    """What a person should look at in a child's results."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    TEACHER_ASSESSMENT = "TEACHER_ASSESSMENT"
    NOT_MATCHED = "NOT_MATCHED"
    QUALIFICATION_UNKNOWN = "QUALIFICATION_UNKNOWN"
    GRADE_UNREADABLE = "GRADE_UNREADABLE"
    NUMBER_GRADE = "NUMBER_GRADE"

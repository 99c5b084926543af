"""For whom a child's record is printed; each app says in its subject_access.py what they may receive."""

from enum import StrEnum


class Recipient(StrEnum):
    """For whom a record is printed."""

    PARENT = "parent"
    CARER = "carer"
    SCHOOL = "school"
    SOCIAL_WORKER = "social_worker"
    IRO = "iro"
    COURT = "court"
    CHILD = "child"


EVERYBODY = frozenset(Recipient)
NOBODY: frozenset[Recipient] = frozenset()
PROFESSIONALS = frozenset({Recipient.SOCIAL_WORKER, Recipient.IRO, Recipient.COURT})
"""Who decide about the child's care."""
CARE_CIRCLE = PROFESSIONALS | {Recipient.CHILD}

from core.models.accounts import User
from core.models.audit import AccessEvent, AuditSeal
from core.models.calendars import Calendar, ClosureDay, Term
from core.models.feeds import FeedChange, FeedProblem, FeedRun, FeedRunFile, StoredFile
from core.models.jobs import JobRun

__all__ = [
    "AccessEvent",
    "AuditSeal",
    "Calendar",
    "ClosureDay",
    "FeedChange",
    "FeedProblem",
    "FeedRun",
    "FeedRunFile",
    "JobRun",
    "StoredFile",
    "Term",
    "User",
]

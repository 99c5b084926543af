from core.models.access_reviews import AccessReview, AccessReviewLine
from core.models.accounts import Invitation, User
from core.models.audit import AccessEvent, AuditDisposal, AuditSeal
from core.models.calendars import Calendar, ClosureDay, Term
from core.models.cover import Cover
from core.models.deadlines import DeadlineSetting, TermCutOff
from core.models.feeds import FeedChange, FeedProblem, FeedRun, FeedRunFile, StoredFile
from core.models.jobs import JobRun

__all__ = [
    "AccessEvent",
    "AccessReview",
    "AccessReviewLine",
    "AuditDisposal",
    "AuditSeal",
    "Calendar",
    "ClosureDay",
    "Cover",
    "DeadlineSetting",
    "FeedChange",
    "FeedProblem",
    "FeedRun",
    "FeedRunFile",
    "Invitation",
    "JobRun",
    "StoredFile",
    "Term",
    "TermCutOff",
    "User",
]

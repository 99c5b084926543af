"""Who looked and who changed.

Changes: database triggers (pghistory) record them whatever way they come, COPY and raw SQL included.
Looks: `record_access` writes one AccessEvent. The tables of both refuse update, delete and truncate, and are sealed
(core.sealing), so that whoever takes that protection off leaves a trace.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger
from django.db import models
from django.http import HttpRequest

if TYPE_CHECKING:
    from core.models import AccessEvent, User


class Access(StrEnum):
    OPENED = "opened"
    LISTED = "listed"
    SEARCHED = "searched"
    EXPORTED = "exported"
    PRINTED = "printed"
    REVEALED = "revealed"
    EMERGENCY = "emergency"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    LOCK_LIFTED = "lock_lifted"
    MFA_ADDED = "mfa_added"
    MFA_REMOVED = "mfa_removed"
    MFA_USED = "mfa_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an action
    INVITATION_SENT = "invitation_sent"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    IMPORTED = "imported"
    DECIDED = "decided"
    CHECKED = "checked"


ACCESS_LABELS: dict[Access, str] = {
    Access.OPENED: "Opened the record",
    Access.LISTED: "Listed",
    Access.SEARCHED: "Searched",
    Access.EXPORTED: "Exported",
    Access.PRINTED: "Made a document",
    Access.REVEALED: "Revealed a protected field",
    Access.EMERGENCY: "Opened the record in an emergency",
    Access.REFUSED: "Was refused",
    Access.NOT_FOUND: "Asked for something out of reach",
    Access.SIGNED_IN: "Signed in",
    Access.SIGNED_OUT: "Signed out",
    Access.SIGN_IN_FAILED: "Failed to sign in",
    Access.LOCKED_OUT: "Was locked out after too many tries",
    Access.LOCK_LIFTED: "Lifted a lock-out",
    Access.MFA_ADDED: "Added a second step",
    Access.MFA_REMOVED: "Removed a second step",
    Access.MFA_USED: "Passed the second step",
    Access.RECOVERY_CODES_MADE: "Made recovery codes",
    Access.RECOVERY_CODE_USED: "Used a recovery code",
    Access.SESSION_ENDED: "Session ended",
    Access.PASSWORD_CHANGED: "Changed the password",
    Access.INVITATION_SENT: "Sent an invitation",
    Access.INVITATION_ACCEPTED: "Accepted an invitation",
    Access.INVITATION_WITHDRAWN: "Withdrew an invitation",
    Access.IMPORTED: "Applied a feed",
    Access.DECIDED: "Decided",
    Access.CHECKED: "Checked the audit trail",
}


def append_only(message: str) -> pgtrigger.Trigger:
    """The trigger of a table that only grows: update, delete and truncate fail with the message."""
    return pgtrigger.Trigger(
        name="append_only",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{message}';",
    )


def _history_meta() -> dict[str, Any]:
    """Of each table that holds changes."""
    return {"triggers": [append_only("the change history is append-only")]}


def track_changes(*, exclude: Sequence[str] = ()) -> Callable[[type[Any]], type[Any]]:
    """Class decorator: every insert, update and delete of the table leaves a history row.

    Inserts and deletes are written a statement at a time, which halves their cost for a delivery's thousands of rows.
    Updates row by row: pghistory's statement trigger would miss one that changes the key.
    """
    return pghistory.track(
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Row),
        pghistory.DeleteEvent(level=pghistory.Statement),
        exclude=list(exclude),
        meta=_history_meta(),
    )


def track_facts(*, exclude: Sequence[str] = ()) -> Callable[[type[Any]], type[Any]]:
    """As `track_changes` for tables that are fed in bulk: the row as it was before an update or a delete.

    A first load costs nothing (stack.md D.3); the present row and its history together tell the whole story.
    """
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old, level=pghistory.Row),
        pghistory.DeleteEvent(row=pghistory.Old, level=pghistory.Statement),
        exclude=list(exclude),
        meta=_history_meta(),
    )


def client_address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


def record_access(
    request: HttpRequest | None,
    action: Access,
    *,
    user: "User | None" = None,
    subject: models.Model | None = None,
    screen: str = "",
    detail: dict[str, Any] | None = None,
) -> "AccessEvent":
    """Write that a person opened, listed, searched, exported, printed, or was refused.

    `subject` is the row looked at (usually the child); `detail` holds counts, codes and ids only:
    never a name, a UPN or what was typed.
    """
    from core.models import AccessEvent

    if request is not None and user is None and request.user.is_authenticated:
        user = request.user
    match = getattr(request, "resolver_match", None) if request is not None else None
    return AccessEvent.objects.create(
        user_id=user.pk if user else None,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        screen=screen or (match.view_name if match else "") or "",
        ip=client_address(request) if request is not None else None,
        detail=detail or {},
    )

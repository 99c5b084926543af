"""The access log as lines for a security monitor: one JSON object a line, in the words of the Elastic Common Schema.

Numbers and codes only: no name, no UPN, nothing that somebody typed. docs/operations.md describes the fields.
"""

import json
from datetime import UTC
from typing import Any

from core.audit import Access
from core.models import AccessEvent

SIGN_IN = {
    Access.SIGNED_IN, Access.SIGNED_OUT, Access.SIGN_IN_FAILED, Access.LOCKED_OUT, Access.MFA_USED,
    Access.RECOVERY_CODE_USED, Access.SESSION_ENDED,
}  # fmt: skip
CREDENTIALS = {
    Access.LOCK_LIFTED, Access.MFA_ADDED, Access.MFA_REMOVED, Access.RECOVERY_CODES_MADE, Access.PASSWORD_CHANGED,
    Access.INVITATION_SENT, Access.INVITATION_ACCEPTED, Access.INVITATION_WITHDRAWN,
}  # fmt: skip
FAILURES = {Access.REFUSED, Access.NOT_FOUND, Access.SIGN_IN_FAILED, Access.LOCKED_OUT}
CATEGORIES: dict[str, str] = {
    **dict.fromkeys(SIGN_IN, "authentication"),
    **dict.fromkeys(CREDENTIALS, "iam"),
    Access.IMPORTED: "file",
    Access.CHECKED: "configuration",
}


def fields(event: AccessEvent) -> dict[str, Any]:
    """One event as the fields of a line; what is not known is left out."""
    known = {
        "@timestamp": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "event.id": str(event.pk),
        "event.action": event.action,
        "event.category": CATEGORIES.get(event.action, "database"),
        "event.outcome": "failure" if event.action in FAILURES else "success",
        "service.name": "virtualschool",
        "user.id": None if event.user_id is None else str(event.user_id),
        "source.ip": event.ip,
        "virtualschool.screen": event.screen,
        "virtualschool.subject.type": event.subject_type,
        "virtualschool.subject.id": None if event.subject_id is None else str(event.subject_id),
        "virtualschool.detail": event.detail,
    }
    return {name: value for name, value in known.items() if value not in (None, "", {})}


def line(event: AccessEvent) -> str:
    """The line with its end."""
    return json.dumps(fields(event), separators=(",", ":"), ensure_ascii=True) + "\n"

"""Certificates and holds outside the database: a file to which lines are added and nothing else.

A restored backup brings back what was destroyed since it was made, and forgets holds that were placed since. By this
file `manage.py retention reapply` does both again. Each line is signed with the installation's key; it holds numbers,
dates and a keyed hash, never a name or a reason.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from retention.models import DisposalCertificate, RetentionHold

SALT = "retention.outside"
DISPOSED, HELD, RELEASED = "disposed", "held", "released"


def path() -> Path:
    """AUDIT_DIR/disposals.jsonl: one JSON object a line, the newest at the end."""
    return Path(settings.AUDIT_DIR) / "disposals.jsonl"


def read() -> tuple[list[dict[str, Any]], int]:
    """(signed lines in their order, number of lines whose signature does not fit)."""
    try:
        texts = path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return [], 0
    lines = [line for text in texts if (line := _signed(text)) is not None]
    return lines, len(texts) - len(lines)


def _signed(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
        given = line.pop("signature")
    except (ValueError, AttributeError, KeyError):
        return None
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return line if any(constant_time_compare(_signature(line, key), given) for key in keys) else None


def _signature(line: dict[str, Any], secret: str) -> str:
    return salted_hmac(SALT, json.dumps(line, sort_keys=True), secret=secret, algorithm="sha256").hexdigest()


def bring_up_to_date() -> int:
    """Add what the file lacks, and have it on the disk before this returns. Twice at once writes a line twice, no more.

    Called after each commit that changed something, and every night: what a crash left out is not lost.
    """
    known = {(line["what"], line["key"]) for line in read()[0]}
    lines = [line for line in _lines() if (line["what"], line["key"]) not in known]
    if not lines:
        return 0
    text = "".join(json.dumps({**line, "signature": _signature(line, settings.SECRET_KEY)}) + "\n" for line in lines)
    path().parent.mkdir(parents=True, exist_ok=True)
    target = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(target, text.encode())
        os.fsync(target)
    finally:
        os.close(target)
    return len(lines)


def _lines() -> Iterator[dict[str, Any]]:
    for hold in RetentionHold.objects.order_by("pk").values(
        "pk", "pupil_id", "kind", "from_on", "review_on", "placed_by_id", "placed_at", "released_by_id", "released_at"
    ):
        yield {
            "what": HELD, "key": str(hold["pk"]), "subject_id": hold["pupil_id"], "kind": hold["kind"],
            "from_on": hold["from_on"].isoformat(), "review_on": hold["review_on"].isoformat(),
            "by": hold["placed_by_id"], "at": hold["placed_at"].isoformat(),
        }  # fmt: skip
        if hold["released_at"]:
            yield {
                "what": RELEASED, "key": str(hold["pk"]), "subject_id": hold["pupil_id"],
                "placed_at": hold["placed_at"].isoformat(), "by": hold["released_by_id"],
                "at": hold["released_at"].isoformat(),
            }  # fmt: skip
    certificates = DisposalCertificate.objects.order_by("pk").select_related("proposal")
    for certificate in certificates.prefetch_related("proposal__approvals"):
        yield _line_of(certificate)


def _line_of(c: DisposalCertificate) -> dict[str, Any]:
    return {
        "what": DISPOSED, "key": c.number, "kind": c.kind, "subject_id": c.subject_id, "subject_key": c.subject_key,
        "record_class": c.record_class, "basis": c.basis, "trigger_on": c.trigger_on.isoformat(),
        "due_on": c.due_on.isoformat(), "proposed_by": c.proposed_by_id, "proposed_at": c.proposed_at.isoformat(),
        "approvals": [
            {"approver": a.approver_id, "role": a.role, "at": a.at.isoformat()} for a in c.proposal.approvals.all()
        ],
        "issued_at": c.issued_at.isoformat(), "destroyed_sha256": c.destroyed_sha256,
    }  # fmt: skip

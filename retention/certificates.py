"""Certificates' numbers, the keyed hash by which a child is known again, and what certificates hold (core.sealing)."""

from collections.abc import Collection

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from core.sealing.rules import is_approved
from pupils.models import Pupil
from retention.models import DisposalApproval, DisposalCertificate

CHILD_SALT = "retention.child"
LOCK = 4_016_012  # of the numbering alone: two disposals at once get two numbers


def child_key(child_id: str, *, secret: str | None = None) -> str:
    """A child id that cannot be read back, nor guessed without the installation's SECRET_KEY."""
    return salted_hmac(CHILD_SALT, child_id, secret=secret, algorithm="sha256").hexdigest()


def keys_of(child_id: str) -> list[str]:
    """Under the secret key of today and those before it (EARLIER_KEYS)."""
    return [child_key(child_id, secret=secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def disposed_children(child_ids: Collection[str]) -> dict[str, str]:
    """{child id: number of the certificate} of those whose record was disposed of and is not there again."""
    if not child_ids or not DisposalCertificate.objects.exists():
        return {}
    there = set(Pupil.objects.filter(child_id__in=list(child_ids)).values_list("child_id", flat=True))
    child_ids = set(child_ids) - there
    keys = {key: child_id for child_id in child_ids for key in keys_of(child_id)}
    found = DisposalCertificate.objects.filter(subject_key__in=list(keys)).order_by("issued_at")
    return {keys[key]: number for key, number in found.values_list("subject_key", "number")}


def next_number(year: int) -> str:
    """D-2026-0001 and so on. Within a transaction, whose end lets the next one go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    used = DisposalCertificate.objects.filter(number__startswith=f"D-{year}-").values_list("number", flat=True)
    return f"D-{year}-{max((int(number.rsplit('-', 1)[1]) for number in used), default=0) + 1:04d}"


def holding(numbers: Collection[str]) -> set[str]:
    """Those that hold: the certificate is here, and two people approved its proposal by rows of their own, which the
    change history knows as well. A row of the audit's list of disposals alone makes nothing lawful.
    """
    certificates = DisposalCertificate.objects.filter(number__in=list(numbers)).select_related("proposal")
    history = DisposalApproval.pgh_event_model.objects  # type: ignore[attr-defined]
    found = set()
    for certificate in certificates:
        approvals = DisposalApproval.objects.filter(proposal=certificate.proposal_id)
        approvers = set(approvals.values_list("approver_id", flat=True))
        traced = set(history.filter(proposal_id=certificate.proposal_id).values_list("approver_id", flat=True))
        if is_approved(certificate.proposed_by_id, approvers & traced):
            found.add(certificate.number)
    return found

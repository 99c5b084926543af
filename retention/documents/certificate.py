"""The certificate of a disposal as a document: what, when, on what ground, by whom. It names no child."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from core.documents import Cover, Section, Table, TableColumn, document_context, render_html, render_pdf
from core.roles import ROLE_LABELS, Role
from core.wording import moment
from retention.models import DisposalCertificate, DisposalProposal
from retention.rules import RULES, TRIGGER_LABELS, RecordClass, in_words


def certificate_facts(row: DisposalCertificate) -> list[tuple[str, str]]:
    """(what, value) in the order of the decision; the page and the PDF show the same."""
    approvals = row.proposal.approvals.select_related("approver")
    trigger = RULES[RecordClass(row.record_class)].trigger
    is_child = row.kind == DisposalProposal.Kind.CHILD
    facts = [
        ("Certificate", row.number),
        ("Destroyed", f"{row.get_kind_display()} on {moment(row.issued_at)}"),
        ("Internal number", str(row.subject_id)),
        ("Class of record", row.class_label),
        ("Basis", row.basis),
        ("Period counts from", f"{in_words(row.trigger_on)}: {_lower(TRIGGER_LABELS[trigger])}"),
        ("To be disposed of from", in_words(row.due_on)),
        ("Proposed by", f"{row.proposed_by.name} on {moment(row.proposed_at)}"),
        *((f"Approval {n}", f"{a.approver.name}, {ROLE_LABELS[Role(a.role)]}, on {moment(a.at)}")
          for n, a in enumerate(approvals, start=1)),
        ("Rows destroyed", f"{sum(row.counts.values()):,}, and {sum(row.audit_counts.values()):,} of the audit trail"),
        ("Files destroyed", str(row.files)),
        ("sha256 of the list of what was destroyed", row.destroyed_sha256),
    ]  # fmt: skip
    if is_child:
        facts.append(("Keyed hash of the child id", row.subject_key))
    return facts


def certificate_pdf_of(row: DisposalCertificate) -> bytes:
    """A tagged PDF."""
    title = f"Certificate of disposal {row.number}"
    cover = Cover(
        council=settings.COUNCIL_NAME,
        title=title,
        subtitle=row.class_label,
        dated=in_words(timezone.localtime(row.issued_at).date()),
        reference=row.number,
        classification="Official",
        classification_note="No child is named.",
    )
    html = render_html("retention/document.html", document_context(cover, _sections(row)))
    return render_pdf(html, title=title)


def _sections(row: DisposalCertificate) -> Sequence[Section]:
    text = TableColumn("Value", "text")
    context = {
        "facts": Table("The disposal", ["Item", text], certificate_facts(row)),
        "counts": Table(
            "Rows destroyed by table",
            ["Table", "Rows"],
            [
                (name, f"{number:,}")
                for name, number in (*sorted(row.counts.items()), *sorted(row.audit_counts.items()))
            ],
        ),
    }
    return [Section("certificate", "What was destroyed, and by whose decision", "retention/section.html", context)]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]

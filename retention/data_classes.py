"""How sensitive each field of the retention of records is."""

from core.classification import classify

classify("retention.RetentionPeriod", open="id record_class years is_copy reason set_by set_at")
classify(
    "retention.RetentionHold",
    open="id pupil from_on review_on placed_by placed_at released_by released_at",
    special="kind reason released_because",
)
# The days are those of a birth, a death or an adoption; beside a number that leads to nobody once the record is gone.
classify(
    "retention.DisposalProposal",
    open="id kind subject_id state opened_at proposed_by proposed_at closed_by closed_at again_on",
    personal="subject_key record_class trigger_on due_on closed_because files_left",
)
classify("retention.DisposalApproval", open="id proposal approver role at")
classify(
    "retention.DisposalCertificate",
    open="id number proposal kind subject_id basis proposed_by proposed_at issued_at counts audit_counts files "
    "destroyed_sha256",
    personal="subject_key record_class trigger_on due_on",
)

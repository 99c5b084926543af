"""How sensitive each field of Personal Education Plans is. What people write about a child is special category data."""

from core.classification import classify

classify(
    "peps.PEP",
    open="id pupil academic_year season state form phase circumstances_said submitted_at approved_at locked_at",
    personal="due_on due_because held_on",
    special="circumstances",
)
classify(
    "peps.PEPSection",
    open="id pep code revision changed_by changed_as changed_at ready_at ready_by",
    special="answers returned_because",
)
classify("peps.PEPStep", open="id pep name source target by at sections version", special="reason")
classify("peps.PEPVersion", open="id pep number made_at made_by pdf_key pdf_sha256", special="content")
classify("peps.SignOff", open="id pep party method on recorded_by", personal="name", special="note")
classify("peps.Addendum", open="id pep by at", special="text")
classify(
    "peps.Target",
    open="id pep number kind horizon due_on cost from_voice stepped_from result reviewed_on reviewed_by",
    personal="owner_name",
    special="need outcome why how measure measure_from measure_to cost_words child_view evidence money_impact",
)
classify(
    "peps.Meeting",
    open="id pep minutes mode combined papers_sent_on moved_to child_attended arranged_by cancelled_at cancelled_by",
    personal="starts_at venue link chair next_on",
    special="interpreter moved_because cancelled_because child_absent_because",
)
classify(
    "peps.Invitee", open="id meeting user role invited_at response attendance cancel_told_at", personal="name email"
)
classify("peps.ReminderSent", open="id pep code due_on kind user sent_at")
classify(
    "peps.QualityCheck",
    open="id pep version moderation overall assessor at",
    special="grades proposed to_teacher to_social_worker overridden_because",
)
classify(
    "peps.ContributorLink",
    open="id pep party token_hash made_by made_at expires_at opened_at finished_at withdrawn_at",
)
classify(
    "peps.PEPDocument",
    open="id pep kind media_type size sha256 path scanned added_by added_at",
    special="title",
)
classify(
    "peps.PEPPrint",
    open="id made_by edition peps asked_at finished_at expires_at printed left_out path sha256 size",
)
classify("peps.FormVersion", open="id number title changes definition state in_force_from")
classify("peps.FormComment", open="id form group on comment outcome recorded_by")
classify("peps.FormApproval", open="id form body on recorded_by")

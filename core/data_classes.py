"""How sensitive each field of the ground's models is (core.classification)."""

from core.classification import classify

classify(
    "core.User",
    open="id role team is_active leaves_on created_at",
    personal="email name last_login",
    protected="password",
)
classify(
    "core.AccessEvent",
    open="id at user_id action subject_type subject_id screen detail xid",
    personal="ip",
)
classify(
    "core.AuditSeal",
    open="id table number sealed_at first_id last_id rows ids columns digests horizon next_xid cluster previous hash",
)
classify(
    "core.AuditDisposal",
    open="id certificate subject_type subject_id table ids rows proposed_by approved_by at xid",
)
classify("core.Invitation", open="id user sent_at expires_at accepted_at withdrawn_at", personal="token_hash")
# Why a colleague is away may be an illness.
classify(
    "core.Cover",
    open="id absent covering from_on to_on made_by made_at ended_by ended_at",
    special="reason",
)
classify("core.AccessReview", open="id academic_year season opened_by opened_at closed_by closed_at")
classify(
    "core.AccessReviewLine",
    open="id review user role team relations children flags flagged second_step decision decided_by decided_at",
    personal="name email last_seen_at last_login",
)
classify("core.Calendar", open="id name is_default")
classify("core.Term", open="id calendar academic_year season half name starts_on ends_on")
classify("core.ClosureDay", open="id calendar on reason")
classify("core.DeadlineSetting", open="id code from_on switched_on offset reminders reason set_by set_at")
classify("core.TermCutOff", open="id academic_year season on reason set_by set_at")
classify("core.JobRun", open="id job on started_at finished_at")
classify("core.StoredFile", open="id sha256 size stored_at")
classify(
    "core.FeedRun",
    open="id kind status options received_by received_at checked_at applied_by applied_at counts difference "
    "problem_counts",
)
# People name files after children; the values quoted are those of the files themselves.
classify("core.FeedRunFile", open="id run stored position", personal="name")
classify("core.FeedChange", open="id run", special="subject what before after")
classify(
    "core.FeedProblem",
    open="id run code severity row column",
    personal="file",
    special="value message advice",
)

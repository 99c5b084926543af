"""How sensitive each field of what people ask of their own records is."""

from core.classification import classify

# ---------------------------------------------------------------- subject access and prints
classify(
    "rights.SubjectRequest",
    open="id pupil asked_by channel received_on confirmed_on extended_on state gathered_at gathered_counts checked_by "
    "checked_at closed_on refusal_ground made_by made_at",
    personal="asker_name authority asked_for confirmed_how extended_because sent_how closed_because",
)
# Copies of the whole record, protected fields included.
classify(
    "rights.RequestEntry",
    open="id request position chapter part label row_key needs_look has_others",
    personal="on",
    protected="gathered_facts",
)
classify("rights.RequestMark", open="id request entry field decision ground decided_by decided_at", special="note")
classify("rights.RequestPackage", open="id request fingerprint sha256 path size pages entries made_at")
classify(
    "rights.RecordPrint",
    open="id pupil recipient from_on made_by begun_at made_at pages sha256",
    personal="recipient_name",
    special="let_in",
)
# Consents, privacy notices, record of processing.
classify(
    "rights.PrivacyNotice",
    open="id audience version title text author written_at in_force_from approved_by approved_at",
)
classify("rights.NoticeGiven", open="id pupil notice how recorded_by recorded_at", personal="on")
classify("rights.ConsentPurpose", open="id name about needs_detail is_active")
classify(
    "rights.Consent",
    open="id pupil purpose given_by how notice recorded_by recorded_at",
    personal="detail answer giver_name on until",
)
classify(
    "rights.ProcessingActivity",
    open="id name purpose lawful_basis special_condition whose data classes recipients transfers retention security "
    "is_current changed_by changed_at",
)

"""How sensitive each field of what people ask of their own records is."""

from core.classification import classify

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

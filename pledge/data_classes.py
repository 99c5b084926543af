"""How sensitive each field of the Pledge is."""

from core.classification import classify

classify("pledge.Commitment", open="id code theme text from_age to_age months_in_care is_active")
classify("pledge.CommitmentRecord", open="id pupil commitment recorded_by", personal="answer recorded_on")

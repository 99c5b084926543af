"""How sensitive each field of the GCSE scheme is."""

from core.classification import classify

classify("incentives.GcseScheme", open="id assessment_year budget letters_due_on payments_due_on")
classify("incentives.SchemeLetter", open="id scheme pupil", personal="sent_on")

"""How sensitive each field of attendance is; a mark can tell of illness or of an exclusion."""

from core.classification import classify

classify("attendance.CodeRow", open="id code symbol category meaning valid_from valid_to")
classify("attendance.Register", open="id pupil school academic_year source run", special="marks")
classify("attendance.EffectiveRegister", open="id pupil academic_year", special="marks")
classify(
    "attendance.Mark",
    open="register place pupil school academic_year source session",
    personal="on",
    special="symbol code category",
)
classify(
    "attendance.MarkConflict",
    open="id pupil academic_year place session first second state chosen decided_by decided_at",
    personal="on",
    special="first_mark second_mark",
)
classify("attendance.MarkCorrection", open="id register place run at", special="before before_text after")
classify("attendance.MarkNote", open="id register place", special="code_text reason comment minutes_late")

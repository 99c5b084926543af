"""How sensitive each field of results and indicators is."""

from core.classification import classify

classify(
    "attainment.Qualification",
    open="id name key code stage is_teacher_assessment scheme size level2_grades is_gcse counts_from mapped",
)
classify(
    "attainment.Result",
    open="id pupil assessment_year stage subject subject_key qualification size run",
    personal="grade level2_pass sat_on",
)
classify(
    "attainment.IndicatorFigure",
    open="id code assessment_year basis definition as_at numerator denominator review unmatched looked_after "
    "continuous computed_at",
)
classify(
    "attainment.IndicatorPupil",
    open="id figure pupil",
    personal="status in_denominator in_numerator reason flags",
)
classify(
    "attainment.TermAssessment",
    open="id pupil academic_year season subject subject_key recorded_by recorded_at",
    personal="working_at target standing",
)

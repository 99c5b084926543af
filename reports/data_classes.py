"""How sensitive each field of reports is; the restricted version and its cohorts name children."""

from core.classification import classify

classify(
    "reports.IndicatorTarget",
    open="id code assessment_year prediction target stated_outcome awaited_on note",
)
classify(
    "reports.ReportRun",
    open="id academic_year season as_at title state parameters definitions figures frozen_at made_by made_at "
    "approved_by approved_at issued_by issued_at withdrawn_by withdrawn_at",
    personal="cohorts commentary decisions_wanted withdrawn_because",
)
classify("reports.ReportDocument", open="id run audience state sha256 path pages size made_at")

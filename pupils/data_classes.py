"""How sensitive each field of the roll is. Legal status and the reasons of care are kept like special category data."""

from core.classification import classify

classify(
    "pupils.Pupil",
    open="id upn_unknown_reason",
    personal="child_id upn uln surname forename known_as sort_name dob sex responsible_la",
    special="ethnicity send",
)
# Of a child who was adopted it would lead from the new name to the old one.
classify("pupils.FormerUPN", open="id pupil", protected="upn")
classify(
    "pupils.CareEpisode",
    open="id pupil run",
    personal="decom dec",
    special="rne ls cin place place_provider rec reason_place_change",
    protected="home_post pl_post ofsted_urn",
)
# Whole rows of the return as sent: health, offending, missing from care.
classify("pupils.ReturnRecord", open="id pupil table run", personal="key on", special="data")
classify("pupils.SchoolPlace", open="id pupil school kind run", personal="from_on to_on")
classify("pupils.YearGroup", open="id pupil academic_year run", personal="nc_year")
classify("pupils.Allocation", open="id pupil user kind moved_from", personal="from_on to_on")
# That there is a restriction is said on each page of the child; what it says only on request.
classify(
    "pupils.ProtectedNote",
    open="id pupil kind recorded_by recorded_at ended_by ended_at",
    protected="protected_text",
)
# Nobody's special data: that somebody sees a part of the record.
classify(
    "pupils.Delegation",
    open="id pupil school given_by colleague sections ended_by ended_at",
    personal="from_on to_on",
)
# The words may tell anything of the child.
classify(
    "pupils.EmergencyAccess",
    open="id user pupil ground opened_at expires_at closed_at reviewed_by reviewed_at outcome",
    special="reason note",
)
classify("pupils.NotTheSameChild", open="id first second said_by said_at")
# The rows that gave way are kept whole, postcodes and former UPNs among them.
classify(
    "pupils.ChildMerge",
    open="id kept old_pk moved made_by made_at",
    personal="old_child_id reason",
    protected="old_upn old_record given_up_rows",
)

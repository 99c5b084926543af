"""Who may do what: roles as short stored strings, permissions in code (architecture.md, "Who may see what").

This table is the only place where a role gets a permission. Which ROWS a person sees is `visible_to(user)`.
"""

from enum import StrEnum


class Role(StrEnum):
    VSH = "vsh"
    ADVISER = "adviser"
    IRO = "iro"
    DESIGNATED_TEACHER = "designated_teacher"
    SOCIAL_WORKER = "social_worker"
    DATA_OFFICER = "data_officer"
    FINANCE_OFFICER = "finance_officer"
    BOARD_READER = "board_reader"
    SYSTEM_ADMIN = "system_admin"
    SCHOOL_COLLEAGUE = "school_colleague"


ROLE_LABELS: dict[Role, str] = {
    Role.VSH: "Virtual School Head",
    Role.ADVISER: "LAC education adviser",
    Role.IRO: "Independent reviewing officer",
    Role.DESIGNATED_TEACHER: "Designated teacher",
    Role.SOCIAL_WORKER: "Social worker",
    Role.DATA_OFFICER: "Data officer",
    Role.FINANCE_OFFICER: "Finance officer",
    Role.BOARD_READER: "Board reader",
    Role.SYSTEM_ADMIN: "System administrator",
    Role.SCHOOL_COLLEAGUE: "School colleague",
}


ROLE_SCOPES: dict[Role, str] = {
    Role.VSH: "every child",
    Role.ADVISER: "every child",
    Role.IRO: "the children allocated to them",
    Role.DESIGNATED_TEACHER: "the children now on the roll of their school",
    Role.SOCIAL_WORKER: "the children allocated to them",
    Role.DATA_OFFICER: "every child",
    Role.FINANCE_OFFICER: "no child",
    Role.BOARD_READER: "no child",
    Role.SYSTEM_ADMIN: "no child",
    Role.SCHOOL_COLLEAGUE: "the children delegated to them, in the sections that were delegated",
}
"""Whose records a role opens, in words; `visible_to(user)` decides it."""


class AccountState(StrEnum):
    """How an account stands: waiting until its person has chosen a password."""

    ACTIVE = "active"
    WAITING = "waiting"
    CLOSED = "closed"


ACCOUNT_STATE_LABELS: dict[AccountState, str] = {
    AccountState.ACTIVE: "Active",
    AccountState.WAITING: "No password yet",
    AccountState.CLOSED: "Deactivated",
}


class InvitationState(StrEnum):
    """Whether the link of an invitation works."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Permission(StrEnum):
    SEE_ALL_PUPILS = "see_all_pupils"
    SEE_PUPILS = "see_pupils"
    SEE_PLACEMENT_ADDRESS = "see_placement_address"
    SEE_PROTECTED_NOTES = "see_protected_notes"
    RECORD_PROTECTED_NOTES = "record_protected_notes"
    SEE_ADOPTED_UPNS = "see_adopted_upns"
    SEE_CARE_DETAIL = "see_care_detail"
    SEE_ATTAINMENT = "see_attainment"
    RECORD_ATTAINMENT = "record_attainment"
    SEE_PEPS = "see_peps"
    RECORD_PEPS = "record_peps"
    COMPLETE_PEPS = "complete_peps"
    SEE_FORMS = "see_forms"
    GOVERN_FORMS = "govern_forms"
    SEE_PLEDGE = "see_pledge"
    RECORD_PLEDGE = "record_pledge"
    RECORD_EXCLUSIONS = "record_exclusions"
    SEE_MONEY = "see_money"
    OPEN_SCHEMES = "open_schemes"
    RECORD_LETTERS = "record_letters"
    SEE_SCHOOLS = "see_schools"
    APPOINT_TEACHERS = "appoint_teachers"
    IMPORT_FEEDS = "import_feeds"
    RESOLVE_CONFLICTS = "resolve_conflicts"
    MAP_QUALIFICATIONS = "map_qualifications"
    SEE_INDICATORS = "see_indicators"
    SET_TARGETS = "set_targets"
    SEE_ALL_REPORTS = "see_all_reports"
    SEE_ISSUED_REPORTS = "see_issued_reports"
    DRAFT_REPORTS = "draft_reports"
    APPROVE_REPORTS = "approve_reports"
    SEE_WHO_LOOKED = "see_who_looked"
    DELEGATE_CHILDREN = "delegate_children"
    SEE_DELEGATIONS = "see_delegations"
    SEE_AUDIT = "see_audit"
    ARRANGE_COVER = "arrange_cover"
    OPEN_IN_EMERGENCY = "open_in_emergency"
    EXPORT_PUPILS = "export_pupils"
    MERGE_CHILDREN = "merge_children"
    SET_RETENTION = "set_retention"
    DISPOSE_RECORDS = "dispose_records"
    SET_CALENDARS = "set_calendars"
    SET_DEADLINES = "set_deadlines"
    ANSWER_RIGHTS_REQUESTS = "answer_rights_requests"
    RECORD_CONSENTS = "record_consents"
    KEEP_PROCESSING_RECORD = "keep_processing_record"
    MANAGE_ACCOUNTS = "manage_accounts"
    REVIEW_ACCESS = "review_access"


PERMISSION_LABELS: dict[Permission, str] = {
    Permission.SEE_ALL_PUPILS: "See every child on the roll",
    Permission.SEE_PUPILS: "See children's records",
    Permission.SEE_PLACEMENT_ADDRESS: "Reveal home and placement postcodes, with a trace",
    Permission.SEE_PROTECTED_NOTES: "Reveal contact restrictions and health notes, with a trace",
    Permission.RECORD_PROTECTED_NOTES: "Record and end contact restrictions and health notes",
    Permission.SEE_ADOPTED_UPNS: "Reveal former UPNs of adopted children, with a trace",
    Permission.SEE_CARE_DETAIL: "See care episodes, legal status and placements",
    Permission.SEE_ATTAINMENT: "See results",
    Permission.RECORD_ATTAINMENT: "Record how children stand at the end of a term",
    Permission.SEE_PEPS: "See Personal Education Plans",
    Permission.RECORD_PEPS: "Record PEP meetings",
    Permission.COMPLETE_PEPS: "Take a PEP as complete",
    Permission.SEE_FORMS: "See the versions of the PEP form",
    Permission.GOVERN_FORMS: "Draft versions of the PEP form and put them in force",
    Permission.SEE_PLEDGE: "See the Pledge of each child",
    Permission.RECORD_PLEDGE: "Record what a review found of the Pledge",
    Permission.RECORD_EXCLUSIONS: "Record exclusions",
    Permission.SEE_MONEY: "See the GCSE scheme",
    Permission.OPEN_SCHEMES: "Open the GCSE scheme of a summer",
    Permission.RECORD_LETTERS: "Record letters of the GCSE scheme",
    Permission.SEE_SCHOOLS: "See the schools register",
    Permission.APPOINT_TEACHERS: "Record who is designated teacher",
    Permission.IMPORT_FEEDS: "Bring in files",
    Permission.RESOLVE_CONFLICTS: "Decide between marks that differ",
    Permission.MAP_QUALIFICATIONS: "Say what a qualification is worth",
    Permission.SEE_INDICATORS: "See indicators and the children behind them",
    Permission.SET_TARGETS: "Set targets and predictions",
    Permission.SEE_ALL_REPORTS: "See reports in every state",
    Permission.SEE_ISSUED_REPORTS: "See reports that were issued",
    Permission.DRAFT_REPORTS: "Draft reports",
    Permission.APPROVE_REPORTS: "Approve, issue and withdraw reports",
    Permission.SEE_WHO_LOOKED: "See who looked at a child's record",
    Permission.DELEGATE_CHILDREN: "Delegate children to a colleague at school",
    Permission.SEE_DELEGATIONS: "See every delegation and end it",
    Permission.SEE_AUDIT: "See the access log and unusual looks",
    Permission.ARRANGE_COVER: "Arrange cover for a colleague and move caseloads",
    Permission.OPEN_IN_EMERGENCY: "Open a record out of scope in an emergency, with a reason",
    Permission.EXPORT_PUPILS: "Download lists of children",
    Permission.MERGE_CHILDREN: "Merge two records of one child",
    Permission.SET_RETENTION: "Set how long records are kept, and hold a record",
    Permission.DISPOSE_RECORDS: "Propose and approve the disposal of records",
    Permission.SET_CALENDARS: "Record term dates",
    Permission.SET_DEADLINES: "Change deadlines and reminders",
    Permission.ANSWER_RIGHTS_REQUESTS: "Answer subject-access requests",
    Permission.RECORD_CONSENTS: "Record consents and notices given",
    Permission.KEEP_PROCESSING_RECORD: "Keep privacy notices and the record of processing",
    Permission.MANAGE_ACCOUNTS: "Make, change and close accounts",
    Permission.REVIEW_ACCESS: "Review each term who has access",
}


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VSH: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_PROTECTED_NOTES,
            P.RECORD_PROTECTED_NOTES,
            P.SEE_ADOPTED_UPNS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.RECORD_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.COMPLETE_PEPS,
            P.SEE_FORMS,
            P.GOVERN_FORMS,
            P.RECORD_EXCLUSIONS,
            P.SEE_PLEDGE,
            P.SEE_MONEY,
            P.OPEN_SCHEMES,
            P.RECORD_LETTERS,
            P.SEE_SCHOOLS,
            P.APPOINT_TEACHERS,
            P.SEE_INDICATORS,
            P.SET_TARGETS,
            P.SEE_ALL_REPORTS,
            P.SEE_ISSUED_REPORTS,
            P.DRAFT_REPORTS,
            P.APPROVE_REPORTS,
            P.SEE_WHO_LOOKED,
            P.SEE_AUDIT,
            P.EXPORT_PUPILS,
            P.IMPORT_FEEDS,
            P.RESOLVE_CONFLICTS,
            P.MAP_QUALIFICATIONS,
            P.SET_CALENDARS,
            P.SET_DEADLINES,
            P.SEE_DELEGATIONS,
            P.ARRANGE_COVER,
            P.MERGE_CHILDREN,
            P.SET_RETENTION,
            P.DISPOSE_RECORDS,
            P.ANSWER_RIGHTS_REQUESTS,
            P.RECORD_CONSENTS,
            P.KEEP_PROCESSING_RECORD,
            P.REVIEW_ACCESS,
        }
    ),
    Role.ADVISER: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_PROTECTED_NOTES,
            P.RECORD_PROTECTED_NOTES,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.RECORD_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.COMPLETE_PEPS,
            P.SEE_FORMS,
            P.RECORD_EXCLUSIONS,
            P.SEE_PLEDGE,
            P.SEE_MONEY,
            P.RECORD_LETTERS,
            P.SEE_SCHOOLS,
            P.APPOINT_TEACHERS,
            P.SEE_INDICATORS,
            P.SEE_ISSUED_REPORTS,
            P.SEE_ALL_REPORTS,
            P.SEE_WHO_LOOKED,
            P.EXPORT_PUPILS,
            P.DISPOSE_RECORDS,
            P.RECORD_CONSENTS,
        }
    ),
    Role.IRO: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_PROTECTED_NOTES,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.SEE_PLEDGE,
            P.RECORD_PLEDGE,
            P.SEE_WHO_LOOKED,
            P.EXPORT_PUPILS,
            P.OPEN_IN_EMERGENCY,
        }
    ),
    Role.DESIGNATED_TEACHER: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_ATTAINMENT,
            P.RECORD_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.RECORD_EXCLUSIONS,
            P.SEE_SCHOOLS,
            P.EXPORT_PUPILS,
            P.DELEGATE_CHILDREN,
        }
    ),
    Role.SOCIAL_WORKER: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_PROTECTED_NOTES,
            P.RECORD_PROTECTED_NOTES,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.SEE_WHO_LOOKED,
            P.OPEN_IN_EMERGENCY,
            P.RECORD_CONSENTS,
        }
    ),
    Role.DATA_OFFICER: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_SCHOOLS,
            P.SEE_FORMS,
            P.IMPORT_FEEDS,
            P.RESOLVE_CONFLICTS,
            P.MAP_QUALIFICATIONS,
            P.SET_CALENDARS,
            P.SET_DEADLINES,
            P.SEE_INDICATORS,
            P.SET_TARGETS,
            P.DRAFT_REPORTS,
            P.SEE_ALL_REPORTS,
            P.SEE_ISSUED_REPORTS,
            P.EXPORT_PUPILS,
            P.MERGE_CHILDREN,
            P.DISPOSE_RECORDS,
        }
    ),
    Role.FINANCE_OFFICER: frozenset({P.SEE_MONEY}),
    Role.BOARD_READER: frozenset({P.SEE_ISSUED_REPORTS}),
    Role.SYSTEM_ADMIN: frozenset({P.MANAGE_ACCOUNTS, P.REVIEW_ACCESS}),
    # Of the sections that a designated teacher has delegated (core/sections.py).
    Role.SCHOOL_COLLEAGUE: frozenset(
        {P.SEE_PUPILS, P.SEE_ATTAINMENT, P.RECORD_ATTAINMENT, P.SEE_PEPS, P.RECORD_PEPS, P.RECORD_EXCLUSIONS}
    ),
}

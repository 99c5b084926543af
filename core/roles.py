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
}


class Permission(StrEnum):
    SEE_ALL_PUPILS = "see_all_pupils"
    SEE_PUPILS = "see_pupils"
    SEE_PLACEMENT_ADDRESS = "see_placement_address"
    SEE_CARE_DETAIL = "see_care_detail"
    SEE_ATTAINMENT = "see_attainment"
    SEE_PEPS = "see_peps"
    RECORD_PEPS = "record_peps"
    COMPLETE_PEPS = "complete_peps"
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
    EXPORT_PUPILS = "export_pupils"
    MANAGE_ACCOUNTS = "manage_accounts"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VSH: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.COMPLETE_PEPS,
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
            P.EXPORT_PUPILS,
            P.IMPORT_FEEDS,
            P.RESOLVE_CONFLICTS,
            P.MAP_QUALIFICATIONS,
        }
    ),
    Role.ADVISER: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.COMPLETE_PEPS,
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
        }
    ),
    Role.IRO: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.SEE_PLEDGE,
            P.RECORD_PLEDGE,
            P.SEE_WHO_LOOKED,
            P.EXPORT_PUPILS,
        }
    ),
    Role.DESIGNATED_TEACHER: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.RECORD_PEPS,
            P.RECORD_EXCLUSIONS,
            P.SEE_SCHOOLS,
            P.EXPORT_PUPILS,
        }
    ),
    Role.SOCIAL_WORKER: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_PLACEMENT_ADDRESS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_PEPS,
            P.SEE_WHO_LOOKED,
        }
    ),
    Role.DATA_OFFICER: frozenset(
        {
            P.SEE_ALL_PUPILS,
            P.SEE_PUPILS,
            P.SEE_CARE_DETAIL,
            P.SEE_ATTAINMENT,
            P.SEE_SCHOOLS,
            P.IMPORT_FEEDS,
            P.RESOLVE_CONFLICTS,
            P.MAP_QUALIFICATIONS,
            P.SEE_INDICATORS,
            P.SET_TARGETS,
            P.DRAFT_REPORTS,
            P.SEE_ALL_REPORTS,
            P.SEE_ISSUED_REPORTS,
            P.EXPORT_PUPILS,
        }
    ),
    Role.FINANCE_OFFICER: frozenset({P.SEE_MONEY}),
    Role.BOARD_READER: frozenset({P.SEE_ISSUED_REPORTS}),
    Role.SYSTEM_ADMIN: frozenset({P.MANAGE_ACCOUNTS}),
}

"""Why processing is lawful: the bases of Article 6 and the conditions of Article 9, as far as a council uses them."""

from enum import StrEnum


class Basis(StrEnum):
    PUBLIC_TASK = "6_1_e"
    LEGAL_OBLIGATION = "6_1_c"
    CONSENT = "6_1_a"
    CONTRACT = "6_1_b"
    VITAL_INTERESTS = "6_1_d"


BASIS_LABELS: dict[Basis, str] = {
    Basis.PUBLIC_TASK: "Public task, Article 6(1)(e)",
    Basis.LEGAL_OBLIGATION: "Legal obligation, Article 6(1)(c)",
    Basis.CONSENT: "Consent, Article 6(1)(a)",
    Basis.CONTRACT: "Contract, Article 6(1)(b)",
    Basis.VITAL_INTERESTS: "Vital interests, Article 6(1)(d)",
}


class Condition(StrEnum):
    NONE = "none"
    PUBLIC_INTEREST = "9_2_g"
    SOCIAL_CARE = "9_2_h"
    RESEARCH = "9_2_j"
    EXPLICIT_CONSENT = "9_2_a"


CONDITION_LABELS: dict[Condition, str] = {
    Condition.NONE: "No special category data",
    Condition.PUBLIC_INTEREST: "Substantial public interest, Article 9(2)(g)",
    Condition.SOCIAL_CARE: "Health or social care, Article 9(2)(h)",
    Condition.RESEARCH: "Archiving, research and statistics, Article 9(2)(j)",
    Condition.EXPLICIT_CONSENT: "Explicit consent, Article 9(2)(a)",
}

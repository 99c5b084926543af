"""SSDA903 code lists (3.2): code -> words. A code that is not here is kept and shown as sent."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pupils.rules.identifiers import Sex

SEX_LABELS: Mapping[str, str] = MappingProxyType({Sex.MALE: "Male", Sex.FEMALE: "Female", Sex.UNKNOWN: "Not recorded"})

REASONS_NEW_EPISODE: Mapping[str, str] = MappingProxyType(
    {
        "S": "Started to be looked after",
        "L": "Change of legal status only",
        "P": "Change of placement and carer",
        "T": "Change of placement, same carer",
        "B": "Change of legal status, placement and carer",
        "U": "Change of legal status and placement, same carer",
    }
)

LEGAL_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "C1": "Interim care order",
        "C2": "Full care order",
        "D1": "Freeing order",
        "E1": "Placement order",
        "V2": "Section 20, single period of accommodation",
        "V3": "Series of short breaks, each recorded",
        "V4": "Series of short breaks, agreement recorded",
        "L1": "Police protection",
        "L2": "Emergency protection order",
        "L3": "Child assessment order",
        "J1": "Remanded to the authority or to youth detention accommodation",
        "J2": "Detained under PACE",
        "J3": "Youth rehabilitation order with residence or intensive fostering",
    }
)

SHORT_BREAK_STATUSES = frozenset({"V3", "V4"})


class LegalStatusGroup(StrEnum):
    """Groups for counting in a report."""

    FULL_ORDER = "Full care order"
    INTERIM_ORDER = "Interim care order"
    ADOPTION_ORDER = "Placement or freeing order"
    SECTION_20 = "Section 20"
    SHORT_BREAKS = "Short breaks"
    PROTECTION = "Police or emergency protection"
    JUSTICE = "Youth justice"
    OTHER = "Other or not known"


LEGAL_STATUS_GROUPS: Mapping[str, LegalStatusGroup] = MappingProxyType(
    {
        "C1": LegalStatusGroup.INTERIM_ORDER,
        "C2": LegalStatusGroup.FULL_ORDER,
        "D1": LegalStatusGroup.ADOPTION_ORDER,
        "E1": LegalStatusGroup.ADOPTION_ORDER,
        "V2": LegalStatusGroup.SECTION_20,
        "V3": LegalStatusGroup.SHORT_BREAKS,
        "V4": LegalStatusGroup.SHORT_BREAKS,
        "L1": LegalStatusGroup.PROTECTION,
        "L2": LegalStatusGroup.PROTECTION,
        "L3": LegalStatusGroup.PROTECTION,
        "J1": LegalStatusGroup.JUSTICE,
        "J2": LegalStatusGroup.JUSTICE,
        "J3": LegalStatusGroup.JUSTICE,
    }
)

CATEGORY_OF_NEED: Mapping[str, str] = MappingProxyType(
    {
        "N1": "Abuse or neglect",
        "N2": "Child's disability",
        "N3": "Parental illness or disability",
        "N4": "Family in acute stress",
        "N5": "Family dysfunction",
        "N6": "Socially unacceptable behaviour",
        "N7": "Low income",
        "N8": "Absent parenting",
    }
)

PLACEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "A3": "Placed for adoption with consent, current foster carer",
        "A4": "Placed for adoption with consent, not the current foster carer",
        "A5": "Placed for adoption with a placement order, current foster carer",
        "A6": "Placed for adoption with a placement order, not the current foster carer",
        "H5": "Semi-independent living (to October 2023)",
        "K1": "Secure children's home",
        "K2": "Children's home",
        "K3": "Registered supported accommodation",
        "P1": "Own parents or person with parental responsibility",
        "P2": "Independent living (to October 2023)",
        "P3": "Residential employment",
        "R1": "Residential care home",
        "R2": "NHS or other health establishment",
        "R3": "Family centre or mother and baby unit",
        "R5": "Young offender institution",
        "S1": "Residential school",
        "T0": "Temporary move",
        "T1": "Temporary: in hospital",
        "T2": "Temporary: child on holiday",
        "T3": "Temporary: carer on holiday",
        "T4": "Temporary: other, up to 7 days",
        "U1": "Foster care with relative or friend, long term",
        "U2": "Foster care with relative or friend, may adopt",
        "U3": "Foster care with relative or friend",
        "U4": "Foster care, long term",
        "U5": "Foster care, may adopt",
        "U6": "Foster care",
        "Z1": "Other placement",
    }
)


class PlacementGroup(StrEnum):
    """Groups for counting in a report."""

    FOSTER = "Foster care"
    KINSHIP = "Foster care with relative or friend"
    CHILDRENS_HOME = "Children's home"
    SECURE = "Secure home or custody"
    SUPPORTED = "Supported or independent living"
    PARENTS = "Parents"
    ADOPTION = "Placed for adoption"
    RESIDENTIAL_SCHOOL = "Residential school"
    RESIDENTIAL = "Other residential or health setting"
    TEMPORARY = "Temporary move"
    OTHER = "Other or not known"


_PLACEMENT_GROUP_CODES = {
    PlacementGroup.FOSTER: "U4 U5 U6",
    PlacementGroup.KINSHIP: "U1 U2 U3",
    PlacementGroup.CHILDRENS_HOME: "K2",
    PlacementGroup.SECURE: "K1 R5",
    PlacementGroup.SUPPORTED: "H5 K3 P2 P3",
    PlacementGroup.PARENTS: "P1",
    PlacementGroup.ADOPTION: "A3 A4 A5 A6",
    PlacementGroup.RESIDENTIAL_SCHOOL: "S1",
    PlacementGroup.RESIDENTIAL: "R1 R2 R3",
    PlacementGroup.TEMPORARY: "T0 T1 T2 T3 T4",
}
PLACEMENT_GROUPS: Mapping[str, PlacementGroup] = MappingProxyType(
    {code: group for group, codes in _PLACEMENT_GROUP_CODES.items() for code in codes.split()}
)

PLACE_PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "PR0": "Parents or person with parental responsibility",
        "PR1": "Own local authority",
        "PR2": "Another local authority",
        "PR3": "Other public provision",
        "PR4": "Private provision",
        "PR5": "Voluntary provision",
    }
)

STARTED = "S"
"""Reason for a new episode: the child came into care with it."""
CHANGED_CARER = ("P", "B")
"""Reasons for a new episode with other carers; T and U are another placement with the same."""
CHANGED_PLACEMENT = (*CHANGED_CARER, "T", "U")
EPISODE_CONTINUES = "X1"

CEASED_REASONS: Mapping[str, str] = MappingProxyType(
    {
        EPISODE_CONTINUES: "Episode ends and a new one begins the same day",
        "E11": "Adopted, application unopposed",
        "E12": "Adopted, consent dispensed with",
        "E13": "Left to live with a person without parental responsibility",
        "E14": "Remand ended",
        "E15": "Age assessment: 18 or over",
        "E16": "Moved abroad",
        "E17": "Aged 18, stayed with carers",
        "E2": "Died",
        "E3": "Care taken over by another UK authority",
        "E41": "Residence or child arrangements order",
        "E43": "Special guardianship order, former foster carer (before 2018)",
        "E44": "Special guardianship order, other carer (before 2018)",
        "E45": "Special guardianship order, former carer who is a relative or friend",
        "E46": "Special guardianship order, other former foster carer",
        "E47": "Special guardianship order, other carer who is a relative or friend",
        "E48": "Special guardianship order, other carer",
        "E4A": "Returned home, planned",
        "E4B": "Returned home, unplanned",
        "E5": "Independent living with formal support",
        "E6": "Independent living without formal support",
        "E7": "Moved to adult social care",
        "E8": "Ceased for another reason",
        "E9": "Sentenced to custody",
    }
)

ADOPTED_REASONS = frozenset({"E11", "E12"})
"""Care that ended so leads to a new name and a new UPN; the old one must not lead to the child."""

DIED_REASONS = frozenset({"E2"})
"""Care that ended by the child's death."""

PLACE_CHANGE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "CARPL": "Change in the care plan",
        "CLOSE": "Placement closed or carer resigned",
        "ALLEG": "Allegation (section 47)",
        "STAND": "Standards of care",
        "APPRR": "Approval removed",
        "CREQB": "Carer asked, because of the child's behaviour",
        "CREQO": "Carer asked, for another reason",
        "CHILD": "Child asked",
        "LAREQ": "Authority asked",
        "PLACE": "Change in the status of the placement only",
        "CUSTOD": "Custody",
        "OTHER": "Other",
    }
)

ETHNICITIES: Mapping[str, str] = MappingProxyType(
    {
        "WBRI": "White British",
        "WIRI": "White Irish",
        "WOTH": "Any other White background",
        "WIRT": "Traveller of Irish heritage",
        "WROM": "Gypsy or Roma",
        "MWBC": "White and Black Caribbean",
        "MWBA": "White and Black African",
        "MWAS": "White and Asian",
        "MOTH": "Any other mixed background",
        "AIND": "Indian",
        "APKN": "Pakistani",
        "ABAN": "Bangladeshi",
        "AOTH": "Any other Asian background",
        "BCRB": "Caribbean",
        "BAFR": "African",
        "BOTH": "Any other Black background",
        "CHNE": "Chinese",
        "OOTH": "Any other ethnic group",
        "REFU": "Refused",
        "NOBT": "Not yet obtained",
    }
)

ETHNIC_GROUPS: Mapping[str, str] = MappingProxyType(
    {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "C": "Chinese", "O": "Other"}
)

REVIEW_CODES: Mapping[str, str] = MappingProxyType({f"PN{n}": f"Participation code PN{n}" for n in range(8)})
MISSING_KINDS: Mapping[str, str] = MappingProxyType({"M": "Missing", "A": "Away without authorisation"})
PREVIOUS_PERMANENCE: Mapping[str, str] = MappingProxyType(
    {
        "P1": "Adopted before",
        "P2": "Special guardianship before",
        "P3": "Residence or child arrangements order before, to 18",
        "P4": "Other permanence order before",
        "Z1": "No previous permanence",
    }
)


def describe(code: str | None, words: Mapping[str, str]) -> str:
    """A code's words; an unknown code is shown as sent, and nothing as "Not recorded"."""
    if not code:
        return "Not recorded"
    return words.get(code, f"{code} (not in the list)")


def describe_legal_status(code: str | None) -> str:
    """LS in words."""
    return describe(code, LEGAL_STATUSES)


def describe_placement(code: str | None) -> str:
    """PLACE in words; the list changes nearly every year, so unknown codes are expected."""
    return describe(code, PLACEMENTS)


def describe_provider(code: str | None) -> str:
    """PLACE_PROVIDER in words; blank is allowed for temporary moves."""
    return describe(code, PLACE_PROVIDERS)


def describe_new_episode(code: str | None) -> str:
    """RNE in words."""
    return describe(code, REASONS_NEW_EPISODE)


def describe_ceased_reason(code: str | None) -> str:
    """REC in words."""
    return describe(code, CEASED_REASONS)


def describe_need(code: str | None) -> str:
    """CIN in words."""
    return describe(code, CATEGORY_OF_NEED)


def describe_place_change(code: str | None) -> str:
    """REASON_PLACE_CHANGE in words."""
    return describe(code, PLACE_CHANGE_REASONS)


def describe_ethnicity(code: str | None) -> str:
    """ETHNIC in words."""
    return describe(code, ETHNICITIES)


def short_legal_status(code: str) -> str:
    """A few words for a column: the group's name, "Other" codes as `describe` has them."""
    group = LEGAL_STATUS_GROUPS.get(code)
    return group.value if group else describe_legal_status(code)


def short_placement(code: str) -> str:
    """A few words for a column: the group's name, "Other" codes as `describe` has them."""
    group = PLACEMENT_GROUPS.get(code)
    return group.value if group else describe_placement(code)


def legal_status_group(code: str | None) -> LegalStatusGroup:
    """The report's group of a legal status."""
    return LEGAL_STATUS_GROUPS.get(code or "", LegalStatusGroup.OTHER)


def placement_group(code: str | None) -> PlacementGroup:
    """The report's group of a placement."""
    return PLACEMENT_GROUPS.get(code or "", PlacementGroup.OTHER)

"""The product's own processing, as a first record: what it really does. A council adds names, contracts, systems."""

from typing import Any

from core.classification import DataClass
from rights.processing.rules import Basis, Condition

C = DataClass
ALL = [C.PERSONAL.value, C.SPECIAL.value, C.PROTECTED.value]
_SECURITY = (
    "Access by role and by relation to the child; second sign-in step; every look and change recorded in a sealed log; "
    "protected fields masked; encrypted connections; limits on searches and downloads."
)
_NO_TRANSFER = "None: hosted in the United Kingdom."
_CARE_RECORD = "Until 75 years after birth, as the record of a looked-after child; 15 years after a death under 18."
_TEAM = "Virtual School staff, the child's social worker and independent reviewing officer."


def _activity(name: str, purpose: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "lawful_basis": Basis.PUBLIC_TASK.value,
        "special_condition": Condition.PUBLIC_INTEREST.value,
        "whose": "Children looked after by the council, and those who have left care.",
        "classes": [C.PERSONAL.value, C.SPECIAL.value],
        "recipients": _TEAM,
        "transfers": _NO_TRANSFER,
        "retention": _CARE_RECORD,
        "security": _SECURITY,
    }
    return {"name": name, "purpose": purpose, **usual, **fields}


STARTERS: list[dict[str, Any]] = [
    _activity(
        "The roll of children in care",
        "Know which children the Virtual School is responsible for, where they learn and who works with them.",
        lawful_basis=Basis.LEGAL_OBLIGATION.value,
        data="Names, dates of birth, UPN and ULN, ethnicity, SEND, care episodes, placements, postcodes, schools.",
        classes=ALL,
        recipients=f"{_TEAM} Designated teachers see the children of their school, without care detail.",
    ),
    _activity(
        "Protected notes",
        "Keep a child safe: who may not have contact, what must be known of the child's health.",
        special_condition=Condition.SOCIAL_CARE.value,
        data="Contact restrictions, health notes, former UPNs of adopted children.",
        classes=ALL,
        security=f"{_SECURITY} Shown on request only, each time with a trace; on no list, print, download or email.",
    ),
    _activity(
        "Attendance",
        "See absence early and act on it.",
        data="Marks of each session with reasons, from schools and from the county's attendance service.",
        recipients=f"{_TEAM} Designated teachers of the child's school.",
    ),
    _activity(
        "Results and indicators",
        "Follow the progress of each child; report the statutory indicators.",
        data="Test and examination results, predictions; indicators with the children behind them.",
        recipients=f"{_TEAM} Boards and the Department for Education receive figures that name nobody.",
    ),
    _activity(
        "Personal Education Plans",
        "Plan each child's education every term.",
        lawful_basis=Basis.LEGAL_OBLIGATION.value,
        data="Meetings, targets, views of the child, support and what became of it.",
        recipients=f"{_TEAM} Designated teachers, and colleagues to whom they delegate a child.",
    ),
    _activity(
        "Exclusions",
        "Act on suspensions and permanent exclusions.",
        data="Dates, length, category and school of each exclusion.",
        recipients=f"{_TEAM} Designated teachers of the child's school.",
    ),
    _activity(
        "The Pledge to children in care",
        "See at each review whether the council keeps its promises.",
        data="What the reviewing officer found of each promise.",
    ),
    _activity(
        "Incentives and payments",
        "Tell young people of the GCSE scheme, and pay what they have earned.",
        special_condition=Condition.NONE.value,
        data="Letters sent, results that earn a payment, amounts.",
        classes=[C.PERSONAL.value],
        recipients="Virtual School staff; finance officers see payment lines.",
        retention="Six years and the current financial year.",
    ),
    _activity(
        "Consents and privacy notices",
        "Show what was asked of whom and on which notice.",
        lawful_basis=Basis.LEGAL_OBLIGATION.value,
        special_condition=Condition.NONE.value,
        whose="Children, and parents and carers who answered for them.",
        data="Purpose, answer, who answered, when, how, and the version of the notice.",
        classes=[C.PERSONAL.value],
    ),
    _activity(
        "Accounts and the access log",
        "Let the right people in, and show who has looked at and changed which record.",
        lawful_basis=Basis.LEGAL_OBLIGATION.value,
        special_condition=Condition.NONE.value,
        whose="Staff of the council and of schools.",
        data="Name, work email, role, school or team, sign-ins, looks, searches, downloads, changes, addresses.",
        classes=[C.PERSONAL.value],
        recipients="The Virtual School Head; the system administrator for accounts; [the council's security monitor].",
        retention="Accounts while in use; the log for the life of the records it describes.",
    ),
]

"""Who is told how their data is used, and how (UK GDPR, Articles 12 to 14: in words that the reader understands)."""

from datetime import date
from enum import StrEnum

from core.rules import age_on


class Audience(StrEnum):
    CHILD_UNDER_11 = "child_under_11"
    CHILD_11_15 = "child_11_15"
    YOUNG_PERSON = "young_person"
    CARER = "carer"
    STAFF = "staff"
    SCHOOL = "school"


AUDIENCE_LABELS: dict[Audience, str] = {
    Audience.CHILD_UNDER_11: "Children under 11",
    Audience.CHILD_11_15: "Children of 11 to 15",
    Audience.YOUNG_PERSON: "Young people of 16 and over",
    Audience.CARER: "Parents and carers",
    Audience.STAFF: "Our own staff",
    Audience.SCHOOL: "School staff",
}
OF_A_CHILD = (Audience.CHILD_UNDER_11, Audience.CHILD_11_15, Audience.YOUNG_PERSON, Audience.CARER)
"""Those who are given a notice about one child."""


class GivenHow(StrEnum):
    HANDED = "handed"
    READ = "read"
    SENT = "sent"


GIVEN_HOW_LABELS: dict[GivenHow, str] = {
    GivenHow.HANDED: "Handed over",
    GivenHow.READ: "Read together",
    GivenHow.SENT: "Sent",
}


def audience_of_age(dob: date | None, on: date) -> Audience | None:
    """The notice that is written for a child of that age; None where the date of birth is not known."""
    if dob is None:
        return None
    age = age_on(dob, on)
    if age < 11:
        return Audience.CHILD_UNDER_11
    return Audience.CHILD_11_15 if age < 16 else Audience.YOUNG_PERSON

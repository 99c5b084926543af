"""Subject access and prints: the clock, the states, the grounds for removal, and what no print may hold.

The clock is that of the Information Commissioner's guidance on the right of access ("How long do we have to comply?",
on Article 12(3) of the UK GDPR): one month, to the corresponding day of the next month; where that month has no such
day, its last day; where the day is a weekend or a public holiday, the next working day. Two further months are possible
when a request is complex, and the person must be told within the first month. The clock starts when identity is
confirmed; where nobody doubted it, that is the day on which the request came.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.recipients import Recipient
from core.rules import next_working_day

MONTHS = 1
FURTHER_MONTHS = 2
SOON_DAYS = 7
"""From so many days before it is due on, a request is listed as due soon (OURS)."""


class Asker(StrEnum):
    """Who asks for the record."""

    PERSON = "person"
    PARENT = "parent"
    SOLICITOR = "solicitor"
    OTHER = "other"


ASKER_LABELS: dict[Asker, str] = {
    Asker.PERSON: "The person themselves",
    Asker.PARENT: "A parent, for the child",
    Asker.SOLICITOR: "A solicitor, for the person",
    Asker.OTHER: "Somebody else, for the person",
}


class Channel(StrEnum):
    """How a request came: any form counts (ICO, "How do we recognise a subject access request?")."""

    FORM = "form"
    EMAIL = "email"
    LETTER = "letter"
    SPOKEN = "spoken"
    OTHER = "other"


CHANNEL_LABELS: dict[Channel, str] = {
    Channel.FORM: "The council's form",
    Channel.EMAIL: "Email",
    Channel.LETTER: "Letter",
    Channel.SPOKEN: "Said in person or by telephone",
    Channel.OTHER: "In another way, such as social media",
}


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    GATHERING = "gathering"
    REDACTING = "redacting"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[State, str] = {
    State.RECEIVED: "Received",
    State.CONFIRMED: "Identity confirmed",
    State.GATHERING: "Gathering",
    State.REDACTING: "In redaction",
    State.SENT: "Sent",
    State.REFUSED: "Refused",
    State.WITHDRAWN: "Withdrawn",
}
STATE_COLOURS: dict[State, str] = {
    State.RECEIVED: "blue",
    State.CONFIRMED: "light-blue",
    State.GATHERING: "yellow",
    State.REDACTING: "purple",
    State.SENT: "green",
    State.REFUSED: "red",
    State.WITHDRAWN: "grey",
}
CLOSED = frozenset({State.SENT, State.REFUSED, State.WITHDRAWN})
NEXT: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.CONFIRMED, State.REFUSED, State.WITHDRAWN}),
    State.CONFIRMED: frozenset({State.GATHERING, State.REFUSED, State.WITHDRAWN}),
    State.GATHERING: frozenset({State.GATHERING, State.REDACTING, State.REFUSED, State.WITHDRAWN}),
    State.REDACTING: frozenset({State.GATHERING, State.SENT, State.REFUSED, State.WITHDRAWN}),
    State.SENT: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


class StepRefused(Exception):
    """The request cannot take this step now; the message says why in words."""


def check_step(now: str, to: State) -> None:
    """StepRefused unless a request in the state `now` may go to `to`."""
    if to not in NEXT[State(now)]:
        raise StepRefused(f"The request is “{STATE_LABELS[State(now)].lower()}”: this step is not open to it.")


# ---------------------------------------------------------------- the clock


def months_after(on: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last day when it has no such day."""
    year, month0 = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month0 + 1, min(on.day, calendar.monthrange(year, month0 + 1)[1]))


def due_on(confirmed_on: date, *, extended: bool = False) -> date:
    """The last day on which the answer is in time."""
    return next_working_day(months_after(confirmed_on, MONTHS + (FURTHER_MONTHS if extended else 0)))


def due_because(confirmed_on: date, *, extended: bool = False) -> str:
    """Why it is that day, in words."""
    plain = months_after(confirmed_on, MONTHS + (FURTHER_MONTHS if extended else 0))
    span = "Three calendar months (one, and two further for a complex request)" if extended else "One calendar month"
    words = f"{span} from {_day(confirmed_on)}, when identity was confirmed"
    if plain.day != confirmed_on.day:
        words += f"; {plain:%B} has no day {confirmed_on.day}, so its last day counts"
    moved = due_on(confirmed_on, extended=extended)
    if moved != plain:
        words += f"; {_day(plain)} is no working day, so the next one counts"
    return f"{words}."


def check_extension(confirmed_on: date, today: date) -> None:
    """StepRefused after the first month: the person must be told of an extension within it (Article 12(3))."""
    last_on = due_on(confirmed_on)
    if today > last_on:
        raise StepRefused(f"The person had to be told of an extension by {_day(last_on)}. It is too late for one.")


class Timing(StrEnum):
    """How a request stands against its day."""

    NO_CLOCK = "no clock yet"
    IN_TIME = "in time"
    SOON = "due soon"
    LATE = "late"


def timing(due: date | None, closed_on: date | None, today: date) -> Timing:
    """Of a closed request: whether it was closed in time."""
    if due is None:
        return Timing.NO_CLOCK
    if closed_on is not None:
        return Timing.LATE if closed_on > due else Timing.IN_TIME
    if today > due:
        return Timing.LATE
    return Timing.SOON if (due - today).days <= SOON_DAYS else Timing.IN_TIME


def _day(on: date) -> str:
    return f"{on:%-d %b %Y}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


def days_left(due: date, today: date) -> str:
    """ "12 days left", "today is the last day", "3 days late"."""
    days = (due - today).days
    if days == 0:
        return "today is the last day"
    return f"{_days(days)} left" if days > 0 else f"{_days(-days)} late"


# ---------------------------------------------------------------- redaction


class Ground(StrEnum):
    """Why something is removed from what the person gets (DPA 2018, Schedules 2, 3 and 4)."""

    THIRD_PARTY = "third_party"
    SERIOUS_HARM = "serious_harm"
    PRIVILEGE = "privilege"
    CRIME = "crime"
    ADOPTION = "adoption"
    OTHER_LAW = "other_law"


GROUND_LABELS: dict[Ground, str] = {
    Ground.THIRD_PARTY: "About another person",
    Ground.SERIOUS_HARM: "Serious harm to somebody's health",
    Ground.PRIVILEGE: "Legal advice",
    Ground.CRIME: "Would prejudice the prevention of crime",
    Ground.ADOPTION: "Adoption record",
    Ground.OTHER_LAW: "Another law forbids it",
}
GROUND_HINTS: dict[Ground, str] = {
    Ground.THIRD_PARTY: "Schedule 2, paragraph 16: without their consent, and not reasonable without it",
    Ground.SERIOUS_HARM: "Schedule 3: for health data a health professional must be asked; say who in the note",
    Ground.PRIVILEGE: "Schedule 2, paragraph 19",
    Ground.CRIME: "Schedule 2, paragraph 2",
    Ground.ADOPTION: "Schedule 4, paragraph 3",
    Ground.OTHER_LAW: "Name the law or the court's order in the note",
}
GROUND_PRINTED: dict[Ground, str] = {
    Ground.THIRD_PARTY: "about another person",
    Ground.SERIOUS_HARM: "it could seriously harm somebody’s health",
    Ground.PRIVILEGE: "advice from a lawyer",
    Ground.CRIME: "it could get in the way of preventing a crime",
    Ground.ADOPTION: "part of an adoption record",
    Ground.OTHER_LAW: "another law does not let us share it",
}
GROUND_EXPLAINED: dict[Ground, str] = {
    Ground.THIRD_PARTY: "It tells more of somebody else than of you, they have not agreed that we share it, and we "
    "did not think it fair to share it without asking them.",
    Ground.SERIOUS_HARM: "Somebody qualified told us that reading it could seriously harm your health or another "
    "person’s. Ask us if you want to talk about this with somebody.",
    Ground.PRIVILEGE: "It is what a lawyer told the council, or was written to ask one.",
    Ground.CRIME: "Sharing it could make it harder to prevent or find out about a crime.",
    Ground.ADOPTION: "Adoption records have rules of their own. We can tell you whom to ask for them.",
    Ground.OTHER_LAW: "A law or a court’s order says that it may not be shared.",
}


def removed_words(ground: Ground | str) -> str:
    """What stands in the place of something removed."""
    return f"[Removed: {GROUND_PRINTED[Ground(ground)]}]"


REFUSAL_LABELS: dict[str, str] = {
    "not_entitled": "The person who asks may not act for the one whose record it is",
    "identity": "Identity was not confirmed although we asked",
    "unfounded": "Manifestly unfounded",
    "excessive": "Manifestly excessive, such as the same again within a short time",
    "exempt": "Everything asked for is exempt",
}
"""Grounds for refusing a request as a whole (Article 12(5) and the exemptions)."""


# ---------------------------------------------------------------- prints


CLASSIFICATION = "OFFICIAL-SENSITIVE: PERSONAL"
"""The handling line of the Government Security Classifications for personal data that needs care."""

RECIPIENT_LABELS: dict[Recipient, str] = {
    Recipient.PARENT: "Parent or birth family",
    Recipient.CARER: "Carer",
    Recipient.SCHOOL: "School (designated teacher)",
    Recipient.SOCIAL_WORKER: "Social worker",
    Recipient.IRO: "Independent reviewing officer",
    Recipient.COURT: "Court or solicitor",
    Recipient.CHILD: "The child",
}
RECIPIENT_WORDS: dict[Recipient, str] = {
    Recipient.PARENT: "a parent or the birth family",
    Recipient.CARER: "a carer",
    Recipient.SCHOOL: "a school",
    Recipient.SOCIAL_WORKER: "a social worker",
    Recipient.IRO: "an independent reviewing officer",
    Recipient.COURT: "a court or a solicitor",
    Recipient.CHILD: "the child",
}
NEVER_PROTECTED = frozenset({Recipient.PARENT})
"""Whose print holds nothing protected whoever asks: a carer's address reached a parent on a print (practice.md 9.4)."""


@dataclass(frozen=True)
class Omission:
    """Why a print leaves something out."""

    what: str
    because: str


def may_hold_protected(recipient: Recipient) -> bool:
    """Whether single protected items may be let into a print for this recipient."""
    return recipient not in NEVER_PROTECTED


def keeps_whereabouts_from(recipient: Recipient, *, restricted: bool) -> bool:
    """Whether the print must not tell where the child can be found, such as the name of the school."""
    return restricted and recipient is Recipient.PARENT

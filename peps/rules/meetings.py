"""When a PEP meeting fits, and what of a child may leave the service in its invitation.

Plain Python. Care reviews: the first within 20 working days, the second within three months of it, later ones within
six months of the one before (Care Planning Regulations, SI 2010/959, reg. 33). Meetings on one day spare the child a
second one (practice.md 1.9).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.deadlines.rules import add_months, day_words
from core.rules import add_working_days

FIRST_REVIEW_WORKING_DAYS = 20
SECOND_REVIEW_MONTHS, LATER_REVIEW_MONTHS = 3, 6
CLOSE_DAYS = 21
"""A review that falls so near to the day by which the PEP meeting is due may share a day with it."""
SHORTEST, LONGEST = 15, 240
"""Minutes of a meeting."""


def initials(*names: str) -> str:
    """ "S.E." of "Sam", "Example"; nothing where no name is known."""
    return "".join(f"{name.strip()[0].upper()}." for name in names if name.strip())


def reference(pep_id: int) -> str:
    """How mails name a PEP: by its number, which says nothing outside the service."""
    return f"PEP {pep_id}"


POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][A-Z]{2}\b")


def postcodes_in(text: str) -> list[str]:
    """What looks like a postcode in a text, in the usual spelling ("WM1 2AB")."""
    found = ("".join(match.split()) for match in POSTCODE.findall(text.upper()))
    return [f"{code[:-3]} {code[-3:]}" for code in found]


def names_in(text: str, names: Iterable[str]) -> bool:
    """Whether a text holds one of the names as a word of its own, in whatever case."""
    return any(
        re.search(rf"(?<!\w){re.escape(name.strip())}(?!\w)", text, re.IGNORECASE) for name in names if name.strip()
    )


def care_review_by(start: date, reviews: Sequence[date]) -> date:
    """By when the next care review is to be held, after those on record since the child came into care."""
    held = sorted(on for on in reviews if on >= start)
    if not held:
        return add_working_days(start, FIRST_REVIEW_WORKING_DAYS)
    return add_months(held[-1], SECOND_REVIEW_MONTHS if len(held) == 1 else LATER_REVIEW_MONTHS)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A day worth choosing, or the span before it, and why."""

    on: date
    words: str


def suggestions(
    *, due_on: date, today: date, set_on: date | None, review_by: date | None, ehcp_on: date | None
) -> list[Suggestion]:
    """Days that fit a meeting, the earliest first; what has passed is left out.

    `set_on` was agreed in the last meeting; `review_by` is the last day of the next care review, `ehcp_on` the day of
    the next annual review of an EHCP.
    """
    found = []
    if set_on is not None:
        found.append(Suggestion(set_on, f"{day_words(set_on)}, as agreed in the last meeting"))
    if review_by is not None and _close(review_by, due_on):
        found.append(
            Suggestion(review_by, f"By {day_words(review_by)} the care review is due: one day could serve both")
        )
    if ehcp_on is not None and _close(ehcp_on, due_on):
        words = f"{day_words(ehcp_on)} is the annual review of the EHCP: one day could serve both"
        found.append(Suggestion(ehcp_on, words))
    return sorted((s for s in found if s.on >= today), key=lambda s: s.on)


def _close(one: date, other: date) -> bool:
    return abs(one - other) <= timedelta(days=CLOSE_DAYS)

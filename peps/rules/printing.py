"""What may stand on paper: nothing that tells where a child lives, and answers in words.

Plain Python.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from core.rules import add_working_days

NOT_PRINTED = "[address not printed]"
LOCKS_AFTER_WORKING_DAYS = 5
"""Between approval and lock (practice.md 1.7): time to see a slip and have it mended by reopening."""
KEPT_FOR = timedelta(hours=24)
"""A bulk print holds many children in one file: it is there for a day, to be fetched."""


def locks_on(approved_on: date) -> date:
    """The day on which an approved plan is locked: working days counted from the day after the approval."""
    return add_working_days(approved_on, LOCKS_AFTER_WORKING_DAYS)


def without_postcodes(text: str, postcodes: Iterable[str]) -> str:
    """The text without these postcodes, however they were spaced; people type them where nobody asked for them."""
    for code in postcodes:
        letters = re.sub(r"\W", "", code)
        if len(letters) >= 5:
            loose = r"\s*".join(re.escape(letter) for letter in letters)
            text = re.sub(rf"(?<!\w){loose}(?!\w)", NOT_PRINTED, text, flags=re.IGNORECASE)
    return text


def date_in_words(value: str) -> str:
    """An ISO day as "12 March 2027"; other text as it is."""
    try:
        return f"{date.fromisoformat(value):%-d %B %Y}"
    except ValueError:
        return value

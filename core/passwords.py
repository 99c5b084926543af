"""Which passwords are refused, by the advice of the National Cyber Security Centre.

Length and a deny list; no rules of composition, no expiry. The deny list is Django's list of common and breached
passwords together with `data/denied_words.txt` (seasons, months, towns, clubs, words of schools and councils), the
council's own name and what stands in the account. A denied word stays denied when it is dressed up: capitals, figures
and signs around it, letters written as figures, repeated, or joined with others of the same list.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

WORDS_FILE = Path(__file__).parent / "data" / "denied_words.txt"
MIN_LENGTH = 12
ADVICE = "Use three random words, like a lamp, a hedge and a kettle would make, with spaces or signs if you like"
RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
SHORTEST_RUN = 3
FEWEST_DIFFERENT = 5
AS_FIGURES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Django's list, in small letters."""
    return frozenset(password_validation.CommonPasswordValidator().passwords)


@lru_cache(maxsize=1)
def denied_words() -> frozenset[str]:
    """Our own list."""
    return frozenset(line for line in WORDS_FILE.read_text().split("\n") if line and not line.startswith("#"))


def is_denied(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether somebody who guesses would try it early. `own_words`: the council's name and what the account says."""
    plain = password.lower()
    if plain in common_passwords() or len(set(plain)) < FEWEST_DIFFERENT or _made_of_runs(plain):
        return True
    inner = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    words = denied_words() | {word for word in own_words if len(word) >= SHORTEST_RUN}
    for text in (inner, inner.translate(AS_FIGURES), plain.translate(AS_FIGURES)):
        letters = re.sub(r"[^a-z]", "", text)
        unit = _repeated(letters)
        if unit in common_passwords() or _made_of(unit, words):
            return True
    return False


def _repeated(text: str) -> str:
    """The part that the text repeats, or the text itself."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text[:length] * (len(text) // length) == text:
            return text[:length]
    return text


def _made_of(text: str, words: frozenset[str]) -> bool:
    """Whether the text is nothing but words of the list, one after the other; nothing left over counts too."""
    reached = [True] + [False] * len(text)
    for end in range(1, len(text) + 1):
        reached[end] = any(reached[start] and text[start:end] in words for start in range(end))
    return reached[-1]


def _made_of_runs(text: str) -> bool:
    """Whether it is nothing but neighbours on the keyboard or in the alphabet: "qwerty123456"."""
    rows = [row for run in RUNS for row in (run, run[::-1])]
    start = 0
    while start < len(text):
        longest = 0
        for row in rows:
            length = SHORTEST_RUN
            while start + length <= len(text) and text[start : start + length] in row:
                longest, length = max(longest, length), length + 1
        if not longest:
            return False
        start += longest
    return True


def own_words_of(user: Any) -> set[str]:
    """Words of the account and of the council, in small letters."""
    texts = [settings.COUNCIL_NAME, getattr(user, "name", ""), getattr(user, "email", "")]
    return {word for text in texts for word in re.split(r"[^a-z]+", (text or "").lower()) if word}


class PasswordValidator:
    """The one password validator of the settings."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with a sentence that says what to do."""
        if len(password) < MIN_LENGTH:
            raise ValidationError(f"The password must have at least {MIN_LENGTH} characters. {ADVICE}", "too_short")
        if is_denied(password, own_words_of(user)):
            raise ValidationError(
                "This password is easy to guess: it is on the list of common ones, or made of words and names that "
                f"people try first. {ADVICE}",
                "easy_to_guess",
            )

    def get_help_text(self) -> str:
        return f"At least {MIN_LENGTH} characters. {ADVICE}. You need no capitals or figures, and it never runs out."

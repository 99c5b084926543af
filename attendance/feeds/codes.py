"""Marks as files write them: codes, words that need a map, and codes of no list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from attendance import rules
from core.feeds.base import FeedRefused

LONGEST_CODE = 3
WORDS = frozenset({"present", "absent", "late", "excluded", "suspended", "closed", "weekend", "holiday", "sick"})
"""Words of four letters and more are never codes; these are said here for the message only."""


class Reading(IntEnum):
    """How a text was understood."""

    BLANK = 0
    CODE = 1
    UNKNOWN = 2
    WORD = 3


@dataclass
class CodeReader:
    """Reads distinct texts of marks. `words` maps words (folded) to symbols and goes before the code list."""

    words: Mapping[str, str] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    """Unknown codes as read, numbered over the whole delivery."""

    def read(self, text: str) -> tuple[int, int, Reading]:
        """(byte of the symbol, number of the unknown code's text or -1, how it was understood)."""
        mapped = self.words.get(fold_word(text)) if text else None
        symbol = mapped if mapped is not None else rules.symbol_for(text)
        if symbol is not None:
            return ord(symbol), -1, Reading.BLANK if symbol == rules.BLANK else Reading.CODE
        code = rules.normalise_code(text)
        if len(code) > LONGEST_CODE or not code.isprintable():
            return ord(rules.BLANK), -1, Reading.WORD
        number = self.texts.setdefault(code, len(self.texts))
        return ord(rules.UNKNOWN_CODE_SYMBOL), number, Reading.UNKNOWN

    def read_all(self, texts: Sequence[str]) -> list[tuple[int, int, Reading]]:
        """`read` of each."""
        return [self.read(text) for text in texts]


def fold_word(text: str) -> str:
    """ "School  Closed" and "school closed" are one word."""
    return " ".join(text.split()).casefold()


def parse_word_map(text: str) -> dict[str, str]:
    """ "present=/,absent=N" -> {"present": "/", "absent": "N"} (symbols). Raises FeedRefused BAD_CODE_MAP."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        word, equals, code = part.rpartition("=")
        symbol = rules.symbol_for(code)
        if not equals or not word.strip() or symbol in {None, rules.BLANK}:
            raise FeedRefused.because(
                "BAD_CODE_MAP",
                f"The word map cannot be read at “{part[:40]}”.",
                value=text,
                advice="Write word=code, separated by commas, with codes of the attendance list: present=/,absent=N",
            )
        assert symbol is not None
        if found.setdefault(fold_word(word), symbol) != symbol:
            raise FeedRefused.because(
                "BAD_CODE_MAP",
                f"The word map gives “{word.strip()[:40]}” two codes.",
                value=text,
                advice="Write each word once, with the one code that it means.",
            )
    return found

"""Which mark counts when several sources or schools report one session (4.4), and who is believed first."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from attendance.rules.codes import (
    ATTENDANCE_CODES,
    BLANK,
    CLOSED,
    TABLE_CHANGES_ON,
    CategoryNumber,
    category_table_of_era,
    era_of,
)


class Rank(IntEnum):
    """How strongly a mark speaks for a session when several sources or schools report it (4.4)."""

    BLANK = 0
    UNMARKED = 1
    CLOSED = 2
    NOT_ON_ROLL = 3
    NOT_POSSIBLE = 4
    DUAL = 5
    NOT_VALID = 6
    PHYSICAL = 7


@dataclass(frozen=True, slots=True)
class EffectiveMark:
    """The symbol that counts for one session; in a conflict the most trusted one, until a person has chosen."""

    symbol: str
    is_conflict: bool = False


_RANK_OF_CATEGORY = {
    CategoryNumber.UNMARKED: Rank.UNMARKED,
    CategoryNumber.NOT_POSSIBLE: Rank.NOT_POSSIBLE,
    CategoryNumber.NOT_COLLECTED: Rank.NOT_ON_ROLL,
    CategoryNumber.NOT_VALID: Rank.NOT_VALID,
}


@lru_cache(maxsize=len(TABLE_CHANGES_ON) + 1)
def _rank_table(era: int) -> bytes:
    categories = category_table_of_era(era)
    ranks = bytearray(_RANK_OF_CATEGORY.get(CategoryNumber(n), Rank.PHYSICAL) for n in categories)
    ranks[ord(BLANK)] = Rank.BLANK
    ranks[ord(CLOSED)] = Rank.CLOSED
    ranks[ord("D")] = Rank.DUAL
    return bytes(ranks)


def rank_table(on: dt.date) -> bytes:
    """256 ranks, indexed by a symbol's byte, as they hold on a day. D ranks below every mark that a school
    saw with its own eyes, also before September 2010 when it counted as attending."""
    return _rank_table(era_of(on))


def _same_mark_table() -> bytes:
    table = bytearray(range(256))
    table[ord("\\")] = ord("/")
    for row in ATTENDANCE_CODES:
        if row.rolls_up_to:
            table[ord(row.symbol)] = ord(row.rolls_up_to)
    return bytes(table)


SAME_MARK_TABLE = _same_mark_table()
"""256 bytes: symbols that mean the same mark have the same byte (both present strokes; sub-codes)."""


def effective_mark(symbols: Iterable[str], on: dt.date) -> EffectiveMark:
    """The mark that counts when several sources report one child's session on a day (4.4).

    `symbols` come in order of trust. A physical mark (present, approved activity, absence) goes before a code
    that is not valid, then D, then not possible, not on roll, closed, `-` and blank; among equals the first
    given. Two physical marks that differ are a conflict for a person: until it is decided the first given
    counts, flagged (OURS). Morning and afternoon strokes are the same mark.
    """
    ranks = rank_table(on)
    best, best_rank, is_conflict = BLANK, int(Rank.BLANK), False
    for symbol in symbols:
        rank = ranks[ord(symbol)]
        if rank > best_rank:
            best, best_rank = symbol, rank
        elif rank == Rank.PHYSICAL and SAME_MARK_TABLE[ord(symbol)] != SAME_MARK_TABLE[ord(best)]:
            is_conflict = True
    return EffectiveMark(best, is_conflict)


SOURCES_BY_TRUST = ("b2b", "welfare-call")
"""The school's own register goes before what was heard on the telephone (OURS)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A register that has a physical mark for a disputed session. `at_own_school`: the child is on the roll of
    the register's school that day, or the register names no school, or no school place is known."""

    register: int
    symbol: str
    source: str
    school: int | None
    at_own_school: bool


def in_order_of_trust(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Who is believed first when physical marks differ; the first is the proposal (OURS).

    A school where the child is on roll goes before one where it is not, then the school's register before the
    telephone call, then a register with a school before one without, then the school that we have known longer:
    the order in which files came does not matter.
    """
    return sorted(
        candidates,
        key=lambda c: (not c.at_own_school, SOURCES_BY_TRUST.index(c.source), c.school is None, c.school or 0),
    )


def reason_for_proposal(first: Candidate, second: Candidate) -> str:
    """Why the first of two candidates in order of trust is proposed, in words."""
    if first.at_own_school != second.at_own_school:
        return "Proposed because the child is on the roll of this school on that day, and not of the other."
    if first.source != second.source:
        return "Proposed because the school's own register goes before what was heard on the telephone."
    if (first.school is None) != (second.school is None):
        return "Proposed because this mark names its school."
    return "Neither goes before the other by rule; the first stands only until you decide."

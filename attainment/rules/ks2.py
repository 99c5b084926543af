"""Key Stage 2: what a test outcome means for NI 99 and NI 100."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from attainment.rules.stages import ResultFlag

EXPECTED_LEVEL = 4

KS2_CODES: Mapping[str, str] = MappingProxyType(
    {
        "A": "absent",
        "B": "below the level of the test, teacher assessed only",
        "D": "disapplied",
        "N": "took the test, no level registered",
        "T": "working at the level, unable to access the test",
        "F": "failed to register a level",
        "W": "working towards level 1",
        "M": "missing",
        "L": "left the school",
        "P": "took the test in an earlier year",
    }
)
KS2_NOT_ELIGIBLE = frozenset({"L", "P"})

_LEVEL = re.compile(r"^(?:LEVEL|LEV|L)?([1-8])[ABC]?$")


@dataclass(frozen=True, slots=True)
class Ks2Outcome:
    """One subject's outcome: `level` of the test where there is one, and what it means for NI 99 or 100."""

    level: int | None
    in_denominator: bool
    in_numerator: bool
    words: str
    flags: tuple[ResultFlag, ...] = ()


def ks2_level(text: str) -> int | None:
    """The level of "4", "4b", "Level 4" or "L4"; None for a code, a scaled score or anything else."""
    match = _LEVEL.match("".join(text.split()).upper())
    return int(match[1]) if match else None


def ks2_outcome(text: str | None) -> Ks2Outcome:
    """What one test outcome counts for (R-DEN-1, R-NUM-KS2).

    No result and the codes A B D N T F W M stay in the denominator; L and P leave it, with a flag (OURS).
    """
    code = "".join((text or "").split()).upper()
    if not code:
        return Ks2Outcome(None, True, False, "No test result is known")
    level = ks2_level(code)
    if level is not None:
        return Ks2Outcome(level, True, level >= EXPECTED_LEVEL, f"Level {level} in the test")
    if code not in KS2_CODES:
        words = f"Test outcome {code} is in no list"
        return Ks2Outcome(None, True, False, words, (ResultFlag.OUTCOME_UNKNOWN,))
    words = f"Test outcome {code}: {KS2_CODES[code]}"
    if code in KS2_NOT_ELIGIBLE:
        return Ks2Outcome(None, False, False, words, (ResultFlag.NOT_ELIGIBLE,))
    return Ks2Outcome(None, True, False, words)


def best_ks2_outcome(
    tests: Iterable[str], assessments: Iterable[str] = (), *, teacher_assessment_counts: bool = False
) -> Ks2Outcome:
    """A child's outcome in one subject and year from all its rows: the highest level wins.

    Teacher assessments are looked at only when the authority's setting says so and no test reached a level;
    the outcome then says so in a flag (R-NUM-KS2).
    """
    outcomes = [ks2_outcome(text) for text in tests] or [ks2_outcome(None)]
    best = max(outcomes, key=lambda o: (o.level or 0, o.in_denominator))
    if best.level is not None or not best.in_denominator or not teacher_assessment_counts:
        return best
    levels = [level for level in map(ks2_level, assessments) if level is not None]
    if not levels:
        return best
    words = f"Level {max(levels)} by teacher assessment"
    reached = max(levels) >= EXPECTED_LEVEL
    return Ks2Outcome(max(levels), True, reached, words, (ResultFlag.TEACHER_ASSESSMENT,))

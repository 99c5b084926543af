"""Key Stage 4: five A*-C or equivalent with GCSE English and mathematics."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from attainment.rules.qualifications import ENGLISH, MATHEMATICS, QualificationSpec, parse_grade, subject_key
from attainment.rules.stages import ResultFlag

LEVEL2_THRESHOLD = Decimal(5)


@dataclass(frozen=True, slots=True)
class Entry:
    """One KS4 result. `qualification` None is one that nobody has mapped: it counts nothing.

    `size` (GCSEs) and `level2_pass` override the qualification's own. `sat_on` None means in its year.
    """

    subject: str
    qualification: QualificationSpec | None
    grade: str
    assessment_year: int
    size: Decimal | None = None
    level2_pass: bool | None = None
    sat_on: dt.date | None = None

    @property
    def gcses(self) -> Decimal:
        """Its size in GCSEs."""
        if self.size is not None:
            return self.size
        return self.qualification.size if self.qualification else Decimal(0)


@dataclass(frozen=True, slots=True)
class CountedEntry:
    """An entry, how many GCSEs of it count towards the five, and why."""

    entry: Entry
    counts: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class Ks4Decision:
    """Whether a child has five A*-C with English and maths, and every entry with what it counts."""

    achieved: bool
    total: Decimal
    english: bool
    mathematics: bool
    reason: str
    lines: tuple[CountedEntry, ...]
    flags: tuple[ResultFlag, ...] = ()


def results_close_on(assessment_year: int) -> dt.date:
    """31 August: what is sat later belongs to a later year (R-NUM-KS4-4)."""
    return dt.date(assessment_year, 8, 31)


def is_sat_in_time(sat_on: dt.date | None, assessment_year: int) -> bool:
    """Whether a result may count for its assessment year; a result without a date does."""
    return sat_on is None or sat_on <= results_close_on(assessment_year)


def level2_passes(entry: Entry) -> bool:
    """Whether the entry passes at level 2, each part of its grade for itself (R-NUM-KS4-3).

    A pass or fail stated on the result goes before what the grade says.
    """
    if entry.qualification is None:
        return False
    if entry.level2_pass is not None:
        return entry.level2_pass
    parts = parse_grade(entry.grade, entry.qualification.scheme)
    return bool(parts) and all(part in entry.qualification.pass_grades for part in parts)


def _entry_flag(entry: Entry) -> ResultFlag | None:
    if entry.qualification is None:
        return ResultFlag.QUALIFICATION_UNKNOWN
    if entry.level2_pass is not None or parse_grade(entry.grade, entry.qualification.scheme):
        return None
    return ResultFlag.NUMBER_GRADE if entry.grade.strip().isdigit() else ResultFlag.GRADE_UNREADABLE


def _not_counted(entry: Entry, assessment_year: int) -> str | None:
    """Why an entry cannot count at all, or None when it can."""
    spec = entry.qualification
    if spec is None:
        return "Qualification not mapped yet"
    if entry.assessment_year > assessment_year or not is_sat_in_time(entry.sat_on, assessment_year):
        return f"Sat after 31 August {assessment_year}"
    if spec.counts_from is not None and assessment_year < spec.counts_from:
        return f"{spec.name} counts from {spec.counts_from}"
    if not level2_passes(entry):
        return f"{entry.grade.strip() or 'No grade'} is not a pass at level 2"
    return None


def _best_of_each_subject(entries: Sequence[Entry], assessment_year: int) -> tuple[list[CountedEntry], list[Entry]]:
    """All entries with what they count, and those that pass: the largest of each subject counts, once."""
    refused = {n: _not_counted(entry, assessment_year) for n, entry in enumerate(entries)}
    best: dict[str, int] = {}
    for n, entry in enumerate(entries):
        subject = subject_key(entry.subject)
        if refused[n] is None and (subject not in best or entry.gcses > entries[best[subject]].gcses):
            best[subject] = n
    lines = []
    for n, entry in enumerate(entries):
        words = refused[n]
        counts = entry.gcses if n in best.values() else Decimal(0)
        if words is None:
            words = "Counts" if counts else "Subject counted once already"
        lines.append(CountedEntry(entry, counts, words))
    return lines, [entry for n, entry in enumerate(entries) if refused[n] is None]


def _has_gcse(passed: Sequence[Entry], subject: str) -> bool:
    """A full GCSE in the subject among the passes; short courses and equivalents do not stand in."""
    return any(
        e.qualification is not None and e.qualification.is_gcse and e.gcses >= 1 and subject_key(e.subject) == subject
        for e in passed
    )


def achieves_5ac_em(results: Iterable[Entry], *, assessment_year: int) -> Ks4Decision:
    """Five or more A*-C or equivalent including GCSE English and mathematics (R-NUM-KS4-1 to R-NUM-KS4-5).

    Every result sat by 31 August of the year counts, early entries too; the best of a subject counts once.
    English Literature alone does not meet English; an iGCSE counts from 2010 only.
    """
    lines, passed = _best_of_each_subject(list(results), assessment_year)
    total = sum((line.counts for line in lines), Decimal(0))
    english, mathematics = _has_gcse(passed, ENGLISH), _has_gcse(passed, MATHEMATICS)
    achieved = total >= LEVEL2_THRESHOLD and english and mathematics
    lacks = [word for word, met in (("English", english), ("mathematics", mathematics)) if not met]
    reason = f"{total.normalize():f} GCSE{'' if total == 1 else 's'} or equivalent at A*-C"
    if lines:
        reason += f", without GCSE {' and '.join(lacks)}." if lacks else ", with GCSE English and mathematics."
    else:
        reason = "No results are known."
    flags = tuple(dict.fromkeys(flag for line in lines if (flag := _entry_flag(line.entry))))
    return Ks4Decision(achieved, total, english, mathematics, reason, tuple(lines), flags)

"""The qualification catalogue, and how subjects and grades are read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from attainment.rules.stages import Stage


class GradeScheme(StrEnum):
    """How a qualification writes its grades."""

    LEVEL = "level"
    LETTER = "letter"
    DOUBLE = "double letter"
    WORDS = "pass, merit, distinction"


LETTER_PASSES = frozenset({"A*", "A", "B", "C"})
PASS_GRADES = frozenset({"P", "M", "D", "D*"})


@dataclass(frozen=True, slots=True)
class QualificationSpec:
    """One qualification as the tables know it: its size in GCSEs and which grades pass at level 2.

    The built-in list below fills an editable table; a data manager's row comes back in this same shape.
    `counts_from` is the first assessment year in which it counts, None for every year.
    """

    code: str
    name: str
    size: Decimal
    scheme: GradeScheme
    pass_grades: frozenset[str]
    is_gcse: bool = False
    counts_from: int | None = None
    stage: Stage = Stage.KS4
    aliases: tuple[str, ...] = ()


KS2_TEST = QualificationSpec(
    "KS2_TEST", "KS2 test", Decimal(0), GradeScheme.LEVEL, frozenset(), stage=Stage.KS2,
    aliases=("Test", "National curriculum test", "SAT", "TT"),
)  # fmt: skip
KS2_TEACHER_ASSESSMENT = QualificationSpec(
    "KS2_TA", "KS2 teacher assessment", Decimal(0), GradeScheme.LEVEL, frozenset(), stage=Stage.KS2,
    aliases=("Teacher assessment", "TA"),
)  # fmt: skip


def _gcse(code: str, name: str, size: str, *aliases: str, counts_from: int | None = None) -> QualificationSpec:
    scheme = GradeScheme.DOUBLE if size == "2" else GradeScheme.LETTER
    return QualificationSpec(code, name, Decimal(size), scheme, LETTER_PASSES, True, counts_from, aliases=aliases)


def _equivalent(
    code: str, name: str, size: str, *aliases: str, passes: frozenset[str] = PASS_GRADES
) -> QualificationSpec:
    return QualificationSpec(code, name, Decimal(size), GradeScheme.WORDS, passes, aliases=aliases)


QUALIFICATIONS: tuple[QualificationSpec, ...] = (
    KS2_TEST,
    KS2_TEACHER_ASSESSMENT,
    _gcse("GCSE_FULL", "GCSE", "1", "GCSE full course", "GCSE full", "GCSE (9-1)"),
    _gcse("GCSE_SHORT", "GCSE short course", "0.5", "GCSE (short)", "Short course GCSE", "GCSE half course"),
    _gcse("GCSE_DOUBLE", "GCSE double award", "2", "GCSE (double)", "Double award GCSE",
          "Applied GCSE", "Applied GCSE double award", "Double applied GCSE", "GCSE applied double award",
          "GCSE (applied)", "Vocational GCSE"),
    _gcse("IGCSE", "iGCSE", "1", "International GCSE", counts_from=2010),
    _equivalent("BTEC_FIRST_CERTIFICATE", "BTEC First Certificate", "2", "BTEC First Certificate level 2",
                "BTEC Extended Certificate", "BTEC Extended Certificate level 2"),
    _equivalent("BTEC_FIRST_DIPLOMA", "BTEC First Diploma", "4", "BTEC First Diploma level 2"),
    _equivalent("OCR_NATIONAL_1", "OCR National", "1", "OCR National level 2", "OCR Level 2 National",
                "OCR Nationals"),
    _equivalent("OCR_NATIONAL_2", "OCR National (2 GCSEs)", "2"),
    _equivalent("OCR_NATIONAL_3", "OCR National (3 GCSEs)", "3"),
    _equivalent("OCR_NATIONAL_4", "OCR National (4 GCSEs)", "4"),
    _equivalent("GNVQ_INTERMEDIATE", "GNVQ Intermediate", "4", "GNVQ", "Intermediate GNVQ",
                "GNVQ Intermediate full", "Intermediate GNVQ full", "GNVQ full", "Full GNVQ", "GNVQ full award"),
    _equivalent("GNVQ_PART_ONE", "GNVQ Intermediate part one", "2", "GNVQ part one",
                "Intermediate GNVQ part one", "Part one GNVQ", "GNVQ part 1", "Intermediate GNVQ part 1",
                "GNVQ Intermediate part 1"),
    _equivalent("GNVQ_FOUNDATION", "GNVQ Foundation", "4", "Foundation GNVQ", passes=frozenset()),
)  # fmt: skip
"""Built-in sizes (R-NUM-KS4-3). OCR National is one GCSE unless the row gives its size by title."""


def qualification_key(text: str) -> str:
    """A qualification's name for matching: letters and digits only, in lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def find_qualification(text: str, catalogue: Iterable[QualificationSpec] = QUALIFICATIONS) -> QualificationSpec | None:
    """The qualification of this name, code or alias; None when nobody has mapped it yet."""
    key = qualification_key(text)
    for spec in catalogue:
        if key in {qualification_key(name) for name in (spec.code, spec.name, *spec.aliases)}:
            return spec
    return None


ENGLISH, MATHEMATICS, ENGLISH_LITERATURE = "english", "mathematics", "english literature"

_SUBJECT_ALIASES = {
    "eng": ENGLISH, "english language": ENGLISH, "english lang": ENGLISH, "eng lang": ENGLISH,
    "english lit": ENGLISH_LITERATURE, "eng lit": ENGLISH_LITERATURE, "literature": ENGLISH_LITERATURE,
    "maths": MATHEMATICS, "math": MATHEMATICS, "mat": MATHEMATICS, "ma": MATHEMATICS,
    "re": "religious studies", "rs": "religious studies", "religious education": "religious studies",
    "pe": "physical education", "ict": "information and communication technology",
    "dt": "design and technology", "art": "art and design",
}  # fmt: skip
_COURSE_WORDS = re.compile(
    r"\((?:short|full|double)[^)]*\)|\b(?:short course|full course|double award)\b", re.IGNORECASE
)


def subject_key(text: str) -> str:
    """A subject for comparing: "Maths" and "MATHEMATICS", "Religious Studies (short)" and "RE" are alike."""
    words = _COURSE_WORDS.sub(" ", text.lower()).replace("&", " and ").replace(".", "")
    words = " ".join(re.sub(r"[^a-z0-9 ]", " ", words).split())
    return _SUBJECT_ALIASES.get(words, words)


_PASS_WORDS = {
    "P": "P", "PASS": "P", "M": "M", "MERIT": "M", "D": "D", "DISTINCTION": "D", "D*": "D*",
    "DISTINCTION*": "D*", "STARREDDISTINCTION": "D*", "DIST": "D", "DIST*": "D*",
    "U": "U", "F": "U", "FAIL": "U", "N": "U",
}  # fmt: skip
_LETTER = re.compile(r"A\*|[A-GUX]")


def parse_grade(text: str, scheme: GradeScheme) -> tuple[str, ...]:
    """The grade's parts: ("C",) for a letter, ("C", "C") for a double award written CC, C-C, C/C or C C.

    Empty for what the scheme cannot read, a number in place of a letter included: numbers are never turned
    into letters (2.2).
    """
    compact = re.sub(r"[\s\-/,]", "", text.upper())
    if scheme is GradeScheme.WORDS:
        word = _PASS_WORDS.get(re.sub(r"^(?:LEVEL|L)2", "", compact))
        return (word,) if word else ()
    letters = _LETTER.findall(compact)
    wanted = 2 if scheme is GradeScheme.DOUBLE else 1
    return tuple(letters) if "".join(letters) == compact and len(letters) == wanted else ()

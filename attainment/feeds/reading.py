"""The columns of the results layout, and one row read and checked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from attainment.models import Qualification
from attainment.rules import (
    KS2_TEACHER_ASSESSMENT,
    QUALIFICATIONS,
    ResultFlag,
    Stage,
    is_sat_in_time,
    ks2_outcome,
    parse_grade,
    qualification_key,
    results_close_on,
    subject_key,
)
from core.feeds.base import Problems
from core.feeds.columns import CellError, Column, Row, parse_date, parse_decimal, parse_yes_no
from core.rules import assessment_year_of, parse_academic_year
from pupils.matching import PupilIndex
from pupils.rules import check_upn, is_upn_unknown_code

BUILT_IN = QUALIFICATIONS
TEACHER_ASSESSMENT_CODE = KS2_TEACHER_ASSESSMENT.code
EARLIEST_YEAR = 1988
LARGEST_SIZE = Decimal(20)
LAST_YEAR_OF_LEVELS, LAST_YEAR_OF_LETTERS = 2015, 2016
LONGEST = {"subject": 100, "qualification": 100, "grade": 20}

_YEAR = re.compile(r"^(?:summer|june|july)?\s*(\d{4})(?:\.0+)?$", re.IGNORECASE)
_MONTH_FORMS = (
    (re.compile(r"^(\d{4})-(\d{1,2})$"), "ym"),
    (re.compile(r"^(\d{1,2})[/.-](\d{4})$"), "my"),
    (re.compile(r"^([A-Za-z]{3})[a-z]*[ -](\d{4}|\d{2})$"), "name"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_STAGES = {
    "ks2": Stage.KS2, "keystage2": Stage.KS2, "2": Stage.KS2, "20": Stage.KS2, "stage2": Stage.KS2,
    "ks4": Stage.KS4, "keystage4": Stage.KS4, "4": Stage.KS4, "40": Stage.KS4, "stage4": Stage.KS4,
    "gcse": Stage.KS4,
}  # fmt: skip
_PRESENT_DAY_KS2 = re.compile(r"AS|NS|GDS|EXS|WTS|PKG|PKF|EM|HNM|H|Q|CA|CN|CB|PK[1-6]|80|8\d|9\d|1[01]\d|120")


def parse_year(cell: str) -> int:
    """2009 or "Summer 2009" is summer 2009, "2008/09" too. Raises CellError BAD_YEAR."""
    advice = "Write the year of the summer: 2009 for results of summer 2009."
    match = _YEAR.match(cell)
    try:
        year = int(match[1]) if match else parse_academic_year(cell) + 1
    except ValueError:
        raise CellError("BAD_YEAR", f"{cell} is not an assessment year.", advice) from None
    if not EARLIEST_YEAR <= year <= 2100:
        raise CellError("BAD_YEAR", f"{cell} is not a likely assessment year.", advice)
    return year


def parse_stage(cell: str) -> Stage:
    """KS2 or KS4 in the usual spellings. Raises CellError BAD_STAGE."""
    stage = _STAGES.get(re.sub(r"[^a-z0-9]", "", cell.lower()))
    if stage is None:
        raise CellError("BAD_STAGE", f"{cell} is not a stage kept here.", "Write KS2 or KS4.")
    return stage


def parse_sitting(cell: str) -> date | None:
    """A date, or a month ("2009-06", "06/2009", "Jun 2009", Excel's "Jun-09"), which is its first day."""
    for pattern, kind in _MONTH_FORMS:
        found = pattern.match(cell)
        if not found:
            continue
        if kind == "name":
            name, year = found[1].lower(), int(found[2])
            month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
            year += 2000 if year < 100 else 0
        else:
            year, month = (int(found[1]), int(found[2])) if kind == "ym" else (int(found[2]), int(found[1]))
        if 1 <= month <= 12 and 1900 <= year <= 2100:
            return date(year, month, 1)
        raise CellError("BAD_DATE", f"{cell} is not a date.", "Write dates as dd/mm/yyyy or yyyy-mm-dd.")
    return parse_date(cell)


def parse_size(cell: str) -> Decimal:
    """GCSE equivalents with at most two decimals. Raises CellError BAD_SIZE, BAD_NUMBER."""
    size = parse_decimal(cell)
    if not 0 <= size <= LARGEST_SIZE or size != round(size, 2):
        raise CellError("BAD_SIZE", f"{cell} is not a size in GCSEs.", "Write 0.5, 1, 2 or 4: 1 is one full GCSE.")
    return round(size, 2)


COLUMNS = (
    Column(name="child_id", aliases=("Child", "Child ref", "Child reference", "Childs id", "903 id", "Person id")),
    Column(name="upn", aliases=("Unique pupil number", "Pupil UPN", "UPN number")),
    Column(
        name="assessment_year",
        aliases=("Year", "Exam year", "Results year", "Result year", "Year of assessment", "Summer"),
        required=True,
        parse=parse_year,
    ),
    Column(name="stage", aliases=("Key stage", "KS"), required=True, parse=parse_stage),
    Column(name="subject", aliases=("Subject name", "Subject title", "Subject description"), required=True),
    Column(
        name="qualification",
        aliases=("Qualification type", "Qualification title", "Qual", "Qual type", "Award", "Exam type", "Type"),
        required=True,
    ),
    Column(name="grade", aliases=("Result", "Grade achieved", "Outcome", "Level"), required=True),
    Column(name="size", aliases=("GCSE equivalents", "GCSE equivalent", "Equivalence", "Volume"), parse=parse_size),
    Column(
        name="level2_pass",
        aliases=("Level 2 pass", "L2 pass", "Passes level 2", "Level 2", "Level 2 achieved"),
        parse=parse_yes_no,
    ),
    Column(
        name="sat_on",
        aliases=("Date sat", "Sat", "Sat date", "Exam date", "Date of exam", "Sitting", "Session"),
        parse=parse_sitting,
    ),
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row that may be used. None is a blank cell."""

    row: Row
    pupil_id: int
    year: int
    stage: Stage
    subject: str
    subject_key: str
    qualification: Qualification
    grade: str | None
    size: Decimal | None
    level2_pass: bool | None
    sat_on: date | None

    @property
    def identity(self) -> tuple[Any, ...]:
        """What a later row replaces, the sitting apart."""
        return self.pupil_id, self.year, self.stage.value, self.subject_key, self.qualification.key

    @property
    def says(self) -> tuple[Any, ...]:
        """What it says of that result: two rows that say the same are repeats."""
        return (self.grade or "").casefold(), self.size, self.level2_pass


def match_child(row: Row, index: PupilIndex, problems: Problems, warned: set[tuple[str, str]]) -> None:
    """Put `pupil_id` into the row's values, or hold the row. A doubtful number warns once in a delivery."""
    child_id, upn = row["child_id"] or "", row["upn"] or ""
    match = index.match(child_id=child_id, upn=upn)
    row.values["pupil_id"] = match.pupil_id
    column = "upn" if upn else "child_id"
    if match.pupil_id is None:
        problems.add(match.code, match.message, advice=match.advice, **row.where(column))
        row.held = True
        return
    code, message, advice = match.code, match.message, match.advice
    if not code and upn and not is_upn_unknown_code(upn):
        check = check_upn(upn)
        if not check.is_valid:
            code, message, advice = "UPN_INVALID", check.message, "The child was found all the same."
    if code and (child_id, upn) not in warned:
        warned.add((child_id, upn))
        problems.warn(code, message, advice=advice, **row.where(column))


def read_result(
    row: Row, find: Callable[[str, str], Qualification], today: date, problems: Problems
) -> ResultRow | None:
    """The row checked on its own; None when it is held. `find(name, stage)` gives its qualification."""
    found = [check(row, today, problems) for check in (_all_there, _not_too_long, _sat_in_its_year)]
    if not all(found):
        return None
    qualification = find(row["qualification"], row["stage"].value)
    if qualification.mapped and qualification.stage != row["stage"]:
        problems.add(
            "WRONG_STAGE",
            f"{qualification.name} belongs to {qualification.get_stage_display()}, not to {row['stage']}.",
            advice="Correct the stage or the qualification.",
            **row.where("qualification"),
        )
        return None
    result = ResultRow(
        row=row,
        pupil_id=row["pupil_id"],
        year=row["assessment_year"],
        stage=row["stage"],
        subject=row["subject"],
        subject_key=subject_key(row["subject"]),
        qualification=qualification,
        grade=row["grade"],
        size=row["size"],
        level2_pass=row["level2_pass"],
        sat_on=row["sat_on"],
    )
    _warn_of_meaning(result, problems)
    return result


def _all_there(row: Row, _today: date, problems: Problems) -> bool:
    """Year, stage, subject and qualification say which result it is: none may be blank."""
    complete = True
    for name in ("assessment_year", "stage", "subject", "qualification"):
        value = row[name]
        fold = {"subject": subject_key, "qualification": qualification_key}.get(name)
        if value is None or (fold is not None and not fold(value)):
            complete = False
            problems.add(
                "MISSING_VALUE",
                f"The row has no {name.replace('_', ' ')}.",
                advice="Without it nobody can tell which result this is. Fill it in and send the row again.",
                **row.where(name),
            )
    return complete


def _not_too_long(row: Row, _today: date, problems: Problems) -> bool:
    fits = True
    for name, longest in LONGEST.items():
        if len(row[name] or "") > longest:
            fits = False
            problems.add(
                "TOO_LONG",
                f"The {name} has more than {longest} characters.",
                advice="Shorten it.",
                **row.where(name),
            )
    return fits


def _sat_in_its_year(row: Row, today: date, problems: Problems) -> bool:
    """No result of a summer to come, none sat in the future, none sat after 31 August of its year."""
    year, sat_on = row["assessment_year"], row["sat_on"]
    if year is not None and year > assessment_year_of(today):
        problems.add(
            "YEAR_TO_COME",
            f"Summer {year} is still to come.",
            advice="Correct the assessment year.",
            **row.where("assessment_year"),
        )
        return False
    if sat_on is None or year is None:
        return True
    if sat_on > today:
        problems.add(
            "SAT_IN_FUTURE",
            "The day it was sat is still to come.",
            advice="Correct the date.",
            **row.where("sat_on"),
        )
        return False
    if not is_sat_in_time(sat_on, year):
        problems.add(
            "SAT_TOO_LATE",
            f"Sat after 31 August {year}, so it does not count for {year}.",
            advice=f"If it is a result of summer {assessment_year_of(sat_on)}, give that as its "
            f"assessment year; only what is sat by {results_close_on(year):%d/%m/%Y} counts for {year}.",
            **row.where("sat_on"),
        )
        return False
    return True


def _warn_of_meaning(result: ResultRow, problems: Problems) -> None:
    """Kept, but somebody should look: an unmapped qualification, a grade that means nothing to us."""
    if not result.qualification.mapped:
        problems.warn(
            ResultFlag.QUALIFICATION_UNKNOWN.value,
            f"The qualification {result.qualification.name} is not mapped yet: the result is kept and counts nothing.",
            advice="Say what it is worth under Qualifications.",
            **result.row.where("qualification"),
        )
    elif result.grade and not _grade_is_readable(result):
        problems.warn(
            "GRADE_UNKNOWN",
            f"{result.grade} is no known grade of {result.qualification.name}: kept, counts as no pass.",
            advice="Check the grade and the qualification (a double award has two letters: CC).",
            **result.row.where("grade"),
        )


def _grade_is_readable(result: ResultRow) -> bool:
    grade = result.grade or ""
    if result.stage is Stage.KS2:
        if ResultFlag.OUTCOME_UNKNOWN not in ks2_outcome(grade).flags:
            return True
        compact = re.sub(r"\s", "", grade).upper()
        return result.year > LAST_YEAR_OF_LEVELS and _PRESENT_DAY_KS2.fullmatch(compact) is not None
    spec = result.qualification.spec
    if spec is None or result.level2_pass is not None or parse_grade(grade, spec.scheme):
        return True
    return result.year > LAST_YEAR_OF_LETTERS and re.fullmatch(r"[1-9U](?:[-/ ]?[1-9U])?", grade) is not None

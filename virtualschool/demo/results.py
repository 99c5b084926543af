"""Writes Key Stage 2 and Key Stage 4 results of the plan's years, so that the figures come out near the plan's."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from pupils.rules.cohort import CohortStatus, looked_after_between
from virtualschool.demo.eras import Era
from virtualschool.demo.population import cohort_status
from virtualschool.demo.schooling import Pupil
from virtualschool.demo.tables import write_table

HEADINGS = (
    "child_id",
    "upn",
    "assessment_year",
    "stage",
    "subject",
    "qualification",
    "grade",
    "size",
    "level2_pass",
    "sat_on",
)
# assessment year -> share of the cohort: level 4 English, level 4 mathematics, five A*-C with both
SHARES = {2008: (0.33, 0.28, 0.055), 2009: (1 / 3, 1 / 3, 0.0634)}
OTHER_YEARS = (0.31, 0.28, 0.05)
Result = tuple[str, str, str, str, str, date]  # subject, qualification, grade, size, level-2 pass, sat on


def _cohort(pupils: list[Pupil], year: int, group: int) -> tuple[list[Pupil], list[Pupil]]:
    """(in the 12-month cohort, others looked after at some time in it) of a year group."""
    first, last = date(year - 1, 10, 1), date(year, 9, 30)
    taught = [
        pupil
        for pupil in pupils
        if pupil.life.year_group(year - 1) == group and looked_after_between(pupil.life.episodes, first, last)
    ]
    inside = [pupil for pupil in taught if cohort_status(pupil.life, year) is CohortStatus.IN]
    return inside, [pupil for pupil in taught if pupil not in inside]


def _best(pupils: list[Pupil], era: Era, subject: str, share: float) -> set[int]:
    """The numbers of the children who reach the level: the wanted share of the cohort, by ability and luck."""
    want = int(len(pupils) * share + 0.5)

    def score(pupil: Pupil) -> float:
        rng = era.rng("ability", pupil.life.number)
        ability = rng.gauss(0, 1) - (1.2 if pupil.send in ("S", "E") else 0) - (0.8 if pupil.life.origin else 0)
        return ability + era.rng("ability", subject, pupil.life.number).gauss(0, 0.45)

    return {pupil.life.number for pupil in sorted(pupils, key=score, reverse=True)[:want]}


# --- Key Stage 2 ----------------------------------------------------------------------------------


def _level(rng: Random, reached: bool) -> str:
    if reached:
        return rng.choice(("4", "4", "4c", "4b", "4b", "4a", "5"))
    return rng.choice(("3", "3", "3", "3a", "3b", "3c", "2", "2", "B", "B", "N", "A", "D", "T"))


def _ks2(rng: Random, year: int, english: bool, maths: bool) -> list[Result]:
    sat = date(year, 5, 12)
    rows: list[Result] = []
    for subject, reached in (
        ("English", english),
        ("Mathematics", maths),
        ("Science", english or rng.random() < 0.4),
    ):
        level = _level(rng, reached)
        rows.append((subject, "KS2 test", level, "", "", sat))
        assessed = level[0] if level[0].isdigit() else {"B": "2", "N": "2", "A": "3", "D": "W", "T": "3"}[level]
        if rng.random() < 0.08 and assessed.isdigit():
            assessed = str(max(1, int(assessed) - 1))
        rows.append((subject, "KS2 teacher assessment", assessed, "", "", date(year, 6, 26)))
    return rows


def _ks2_results(era: Era, year: int, pupils: list[Pupil]) -> dict[str, list[Result]]:
    english_share, maths_share, _ = SHARES.get(year, OTHER_YEARS)
    inside, others = _cohort(pupils, year, 6)
    english = _best(inside, era, "English", english_share) | _best(others, era, "English", 0.4)
    maths = _best(inside, era, "Mathematics", maths_share) | _best(others, era, "Mathematics", 0.38)
    found = {}
    for pupil in inside + others:
        number = pupil.life.number
        rng = era.rng("ks2", number)
        if number not in english | maths and rng.random() < 0.09:
            continue  # no result came: the child is in the cohort all the same
        found[pupil.life.child_id] = _ks2(rng, year, number in english, number in maths)
    return found


# --- Key Stage 4 ----------------------------------------------------------------------------------

OPTIONS = (
    "History", "Geography", "Art and Design", "Religious Studies", "Physical Education", "Drama", "Music",
    "Design and Technology", "Food Technology", "Media Studies", "French", "Spanish", "Business Studies",
    "Child Development", "Information Technology",
)  # fmt: skip
GCSE, SHORT, DOUBLE = "GCSE", "GCSE short course", "GCSE double award"


class _Sittings:
    """Builds one young person's results of an assessment year."""

    def __init__(self, rng: Random, year: int) -> None:
        self.rng, self.year = rng, year
        self.june = date(year, 6, rng.randrange(1, 24))
        self.rows: list[Result] = []

    def add(
        self,
        subject: str,
        grade: str,
        kind: str = GCSE,
        *,
        size: str = "",
        passed: str = "",
        on: date | None = None,
    ) -> None:
        self.rows.append((subject, kind, grade, size, passed, on or self.june))

    def some(self, count: int, grades: str) -> None:
        """`count` optional GCSEs at some of these grades."""
        for subject in self.rng.sample(OPTIONS, count):
            self.add(subject, self.rng.choice(grades.split()))

    def core(self, english: str, maths: str) -> None:
        """The two that must be there."""
        self.add("English", english)
        self.add("Mathematics", maths)

    @property
    def autumn(self) -> date:
        """The November sitting of Year 11."""
        return date(self.year - 1, 11, 10)


def _win_gcses(s: _Sittings) -> None:
    s.core(s.rng.choice(("B", "C", "C", "A")), s.rng.choice(("B", "C", "C")))
    s.add("English Literature", s.rng.choice(("B", "C", "D")))
    s.add("Science", "CC", DOUBLE)
    s.some(s.rng.randrange(2, 5), "A* A B B C C D")


def _win_double(s: _Sittings) -> None:
    s.core("C", "C")
    s.add("Applied Science", "C-C", DOUBLE)
    s.add("Religious Studies", "C")
    s.add("Citizenship", "D", SHORT)


def _win_btec(s: _Sittings) -> None:
    s.core("C", "B")
    s.add("Sport", "Pass", "BTEC First Diploma", passed="y")


def _win_early(s: _Sittings) -> None:
    s.add("English", "C")
    s.add("Mathematics", "D", on=date(s.year - 1, 6, 11))
    s.add("Mathematics", "C", on=s.autumn)
    s.add("Travel and Tourism", "Merit", "BTEC First Certificate", passed="y")
    s.add("History", "C")


def _miss_maths(s: _Sittings) -> None:
    s.core("C", "D")
    s.add("Science", "CC", DOUBLE)
    s.add("History", "C")
    s.add("Art and Design", "B")


def _miss_half(s: _Sittings) -> None:
    s.core("C", "C")
    s.add("Geography", "C")
    s.add("Drama", "B")
    s.add("Religious Studies", "B", SHORT)


def _miss_igcse(s: _Sittings) -> None:
    s.add("English", "B", "iGCSE")
    s.add("Mathematics", "C")
    s.add("Science", "CC", DOUBLE)
    s.add("French", "C")


def _miss_literature(s: _Sittings) -> None:
    s.core("D", "C")
    s.add("English Literature", "C")
    s.add("Business", "Pass", "BTEC First Certificate", passed="y")
    s.add("Art and Design", "C")


def _miss_letters(s: _Sittings) -> None:
    s.core("C", "C")
    s.add("Science", "C-D", DOUBLE)
    s.add("Music", "C")
    s.add("Information Technology", "Pass", "OCR National", size="2", passed="n")


def _miss_late(s: _Sittings) -> None:
    """Mathematics at last in the November of Year 12: the row is held, it does not count for this year."""
    s.core("C", "D")
    s.add("Sport", "Pass", "BTEC First Diploma", passed="y")
    s.add("Mathematics", "C", on=date(s.year, 11, 9))


def _some_grades(s: _Sittings) -> None:
    s.core(s.rng.choice("DEEFFG"), s.rng.choice("DEFFGU"))
    if s.rng.random() < 0.4:
        s.add("Science", s.rng.choice(("DD", "EE", "DE", "FF")), DOUBLE)
    s.some(s.rng.randrange(1, 6), "C D D E E F G U")


def _practical(s: _Sittings) -> None:
    s.core(s.rng.choice("EFG"), s.rng.choice("FGU"))
    s.add("Construction", s.rng.choice(("Pass", "Merit")), "BTEC First Certificate", passed="y")
    if s.rng.random() < 0.5:
        s.add("ICT", "Pass", "OCR National", size=s.rng.choice(("1", "2")), passed="y")
    s.add("Personal Effectiveness", "Bronze", "ASDAN CoPE")


def _few(s: _Sittings) -> None:
    s.some(s.rng.randrange(1, 3), "E F F G G U")
    if s.rng.random() < 0.5:
        s.add("English", "Entry 3", "Entry Level Certificate")


_WINS: tuple[Callable[[_Sittings], None], ...] = (_win_gcses, _win_btec, _win_gcses, _win_early, _win_double)
_MISSES: tuple[Callable[[_Sittings], None], ...] = (
    _miss_maths, _miss_half, _miss_igcse, _miss_literature, _miss_letters, _miss_late, _miss_maths,
)  # fmt: skip


def _ks4_results(era: Era, year: int, pupils: list[Pupil]) -> dict[str, list[Result]]:
    share = SHARES.get(year, OTHER_YEARS)[2]
    inside, others = _cohort(pupils, year, 11)
    ordered = [pupil.life.number for pupil in inside if pupil.life.number in _best(inside, era, "KS4", share)]
    near = [number for number in (p.life.number for p in inside) if number not in ordered]
    era.rng("near misses", year).shuffle(near)
    misses = dict(zip(near, _MISSES, strict=False))
    wins = dict(zip(ordered, _WINS * (len(ordered) // len(_WINS) + 1), strict=False))
    better = _best(others, era, "KS4", 0.12)
    found = {}
    for pupil in inside + others:
        number = pupil.life.number
        rng = era.rng("ks4", number)
        make = wins.get(number) or misses.get(number) or (_win_gcses if number in better else None)
        if make is None:
            make = rng.choices((None, _few, _practical, _some_grades), (27, 16, 20, 37))[0]
        if make is None:
            continue
        sittings = _Sittings(rng, year)
        make(sittings)
        found[pupil.life.child_id] = sittings.rows
    return found


# --- files ----------------------------------------------------------------------------------------


def _rows(pupils: list[Pupil], year: int, stage: str, results: dict[str, list[Result]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for pupil in pupils:
        upn = pupil.upn_on(date(year, 5, 1))
        # schools know a child by the UPN alone; some files carry both
        child_id = "" if upn and year % 2 == 0 else pupil.life.child_id
        for subject, kind, grade, size, passed, on in results.get(pupil.life.child_id, ()):
            rows.append((child_id, upn, str(year), stage, subject, kind, grade, size, passed, on.isoformat()))
    return rows


def write_results(folder: Path, era: Era, pupils: list[Pupil]) -> list[str]:
    """KS2 and KS4 results of each year up to 2009. Returns the names of the files."""
    names = []
    for year in range(era.first_day.year + 1, 2010):
        for stage, make in (("KS2", _ks2_results), ("KS4", _ks4_results)):
            name = f"results_{stage.lower()}_{year}.csv"
            rows = _rows(pupils, year, stage, make(era, year, pupils))
            write_table(folder / name, HEADINGS, rows)
            names.append(name)
    return names


def expected_figures(era: Era, pupils: list[Pupil]) -> dict[str, str]:
    """'NI 99 2009': '15 of 45' and so on, as these files should give them on the OC2 basis."""
    figures = {}
    for year in range(era.first_day.year + 1, 2010):
        english, maths, five = SHARES.get(year, OTHER_YEARS)
        for code, group, share in (("NI 99", 6, english), ("NI 100", 6, maths), ("NI 101", 11, five)):
            inside, _ = _cohort(pupils, year, group)
            figures[f"{code} {year}"] = f"{int(len(inside) * share + 0.5)} of {len(inside)}"
    return figures

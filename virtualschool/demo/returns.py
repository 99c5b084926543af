"""Writes the SSDA903 returns: one folder a year, with the headings of indicators.md 3.1."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from core.rules import age_on
from pupils.rules.cohort import CohortStatus, continuously_looked_after
from virtualschool.demo.care import Episode, Life
from virtualschool.demo.eras import CLOSED_CASES_ON, DAY, Era, birthday
from virtualschool.demo.schooling import Pupil
from virtualschool.demo.tables import uk_date, write_table

HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
    "HOME_POST", "PL_POST", "URN",
)  # fmt: skip
REVIEWS = ("CHILD", "DOB", "REVIEW", "REVIEW_CODE")
UASC = ("CHILD", "SEX", "DOB", "DUC")
OC2 = (
    "CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK",
    "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED",
)  # fmt: skip
PREVIOUS_PERMANENCE = ("CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM")
MISSING = ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
FIRST_YEAR_WITH_LETTERS = 2025  # SEX is M or F from the return of 2024-25
Row = tuple[str, ...]


@dataclass(frozen=True)
class Return:
    """The return to 31 March of `year`, with what is known on `known`: an in-year extract stops before the end."""

    era: Era
    year: int

    @property
    def first(self) -> date:
        """1 April."""
        return date(self.year - 1, 4, 1)

    @property
    def known(self) -> date:
        """31 March, or the last day known."""
        return min(date(self.year, 3, 31), self.era.known_until)

    @property
    def complete(self) -> bool:
        """True for a whole year."""
        return self.known == date(self.year, 3, 31)

    def episodes_of(self, life: Life) -> list[Episode]:
        """The child's episodes that touch the year."""
        return [e for e in life.episodes if e.decom <= self.known and (e.dec is None or e.dec >= self.first)]

    def sex(self, life: Life) -> str:
        """1 and 2, later M and F."""
        if self.year < FIRST_YEAR_WITH_LETTERS:
            return "2" if life.girl else "1"
        return "F" if life.girl else "M"

    def rng(self, life: Life, table: str) -> Random:
        """Chance of one child's rows in one table; the year is not in it, so that a date stays where it is."""
        return self.era.rng(table, life.number)


def _header_row(ret: Return, pupil: Pupil, known: date | None = None) -> Row:
    life = pupil.life
    upn = pupil.upn_on(known or ret.known)
    if not upn:
        new = (ret.known - life.episodes[0].decom).days <= 7
        upn = "UN4" if new and ret.complete else pupil.unknown_reason
    mother, mc_dob = "", ""
    if life.girl and not life.origin:
        mother = "0" if age_on(life.dob, ret.known) >= 12 else ""
        rng = ret.rng(life, "mother")
        born = birthday(life.dob, 16) + timedelta(days=rng.randrange(20, 600))
        if rng.random() < 0.05 and life.start < born <= ret.known:
            mother, mc_dob = "1", uk_date(born)
    return (life.child_id, ret.sex(life), uk_date(life.dob), life.ethnic, upn, mother, mc_dob)


def _episode_row(life: Life, e: Episode, known: date) -> Row:
    over = e.dec is not None and e.dec <= known
    ending = (uk_date(e.dec), e.rec, e.reason) if over else ("", "", "")
    place = (e.cin, e.place, e.provider)
    return (life.child_id, uk_date(e.decom), e.rne, e.ls, *place, *ending, e.home_post, e.pl_post, e.urn)


def _review_rows(ret: Return, pupil: Pupil) -> list[Row]:
    """The first review within 20 working days, the second after three months, then each six months."""
    life = pupil.life
    rng = ret.rng(life, "reviews")
    rows: list[Row] = []
    day = life.episodes[0].decom + timedelta(days=rng.randrange(15, 28))
    step = 84
    while day <= min(life.end - DAY, ret.known):
        age = age_on(life.dob, day)
        code = "PN0" if age < 4 else rng.choice(("PN1", "PN1", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6"))
        if day >= ret.first:
            rows.append((life.child_id, uk_date(life.dob), uk_date(day), code))
        day += timedelta(days=step + rng.randrange(-12, 10))
        step = 180
    return rows


def _oc2_rows(ret: Return, pupil: Pupil) -> list[Row]:
    """One row for each child looked after for 12 months on 31 March."""
    life = pupil.life
    if not ret.complete:
        return []
    if continuously_looked_after(life.episodes, as_at=ret.known).status is not CohortStatus.IN:
        return []
    rng = ret.era.rng("oc2", ret.year, life.number)
    age = age_on(life.dob, ret.known)
    score = reason = ""
    if 4 <= age <= 16:
        if rng.random() < 0.78:
            score = str(min(40, int(rng.gammavariate(3.4, 4.2))))
        else:
            reason = rng.choice(("SDQ1", "SDQ2", "SDQ3", "SDQ4"))
    convicted = str(int(age >= 10 and rng.random() < 0.05))
    checked = [str(int(rng.random() < share)) for share in (0.86, 0.84, 0.9)]
    misuse = int(age >= 11 and rng.random() < 0.06)
    received = str(int(rng.random() < 0.6)) if misuse else ""
    offered = ("0" if received == "1" else "1") if misuse else ""
    health = ("" if age >= 5 else "1", *checked)
    row = (
        life.child_id,
        uk_date(life.dob),
        score,
        reason,
        convicted,
        *health,
        str(misuse),
        received,
        offered,
    )
    return [row]


def _permanence_rows(ret: Return, pupil: Pupil) -> list[Row]:
    """For each child who started in the year: had they left care for a permanent home before?"""
    life = pupil.life
    if not ret.first <= life.episodes[0].decom <= ret.known:
        return []
    rng = ret.rng(life, "permanence")
    if life.origin or rng.random() > 0.05:
        return [(life.child_id, uk_date(life.dob), "Z1", "", "")]
    when = life.episodes[0].decom - timedelta(days=rng.randrange(300, 1500))
    when = max(when, life.dob + timedelta(days=200))
    text = rng.choice((uk_date(when), f"zz/{when:%m/%Y}", f"zz/zz/{when:%Y}", "zz/zz/zzzz"))
    if when >= life.episodes[0].decom:
        text = "zz/zz/zzzz"
    return [(life.child_id, uk_date(life.dob), rng.choice(("P1", "P2", "P3", "P4")), "990", text)]


def _missing_rows(ret: Return, pupil: Pupil) -> list[Row]:
    """Days away without leave, for some young people of twelve and over."""
    life = pupil.life
    rng = ret.era.rng("missing", ret.year, life.number)
    first = max(ret.first, life.episodes[0].decom, birthday(life.dob, 12))
    year_end = min(date(ret.year, 3, 31), life.end - DAY)
    if (year_end - first).days < 30 or rng.random() > 0.09:
        return []
    rows: list[Row] = []
    day = first
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        day += timedelta(days=rng.randrange(3, 60))
        back = day + timedelta(days=rng.choice((1, 1, 1, 2, 2, 3, 6, 14)))
        if back > year_end or day > ret.known:
            break
        kind = rng.choice(("M", "M", "M", "A"))
        rows.append((life.child_id, uk_date(life.dob), kind, uk_date(day), uk_date(back) if back <= ret.known else ""))
        day = back
    return rows


def _uasc_rows(ret: Return, pupil: Pupil) -> list[Row]:
    life = pupil.life
    if not life.origin:
        return []
    return [(life.child_id, ret.sex(life), uk_date(life.dob), uk_date(birthday(life.dob, 18)))]


_TABLES: tuple[tuple[str, Row, Callable[[Return, Pupil], list[Row]]], ...] = (
    ("header", HEADER, lambda ret, pupil: [_header_row(ret, pupil)]),
    ("reviews", REVIEWS, _review_rows),
    ("uasc", UASC, _uasc_rows),
    ("oc2", OC2, _oc2_rows),
    ("previous_permanence", PREVIOUS_PERMANENCE, _permanence_rows),
    ("missing", MISSING, _missing_rows),
)


def write_return(folder: Path, era: Era, year: int, pupils: list[Pupil]) -> list[Path]:
    """The files of one return. Returns their paths."""
    ret = Return(era, year)
    listed = [pupil for pupil in pupils if ret.episodes_of(pupil.life)]
    paths = []
    for name, headings, make in _TABLES:
        if name == "oc2" and not ret.complete:
            continue  # it is only asked for at the end of the year
        rows = [row for pupil in listed for row in make(ret, pupil)]
        write_table(folder / f"{name}.csv", headings, rows)
        paths.append(folder / f"{name}.csv")
    episodes = [_episode_row(pupil.life, e, ret.known) for pupil in listed for e in ret.episodes_of(pupil.life)]
    write_table(folder / "episodes.csv", EPISODES, episodes)
    return [*paths, folder / "episodes.csv"]


def write_closed_cases(folder: Path, era: Era, pupils: list[Pupil]) -> list[Path]:
    """How care ended for the children who were still looked after at the end of the last return.

    Without it they would be on the roll for ever, and so on today's.
    """
    ret = Return(era, era.known_until.year)
    later = [pupil for pupil in pupils if pupil.life.episodes[-1].dec and pupil.life.episodes[-1].dec > ret.known]
    end = CLOSED_CASES_ON
    write_table(folder / "header.csv", HEADER, [_header_row(ret, pupil, end) for pupil in later])
    rows = [
        _episode_row(pupil.life, e, end)
        for pupil in later
        for e in pupil.life.episodes
        if e.dec is None or e.dec > ret.known
    ]
    write_table(folder / "episodes.csv", EPISODES, rows)
    return [folder / "header.csv", folder / "episodes.csv"]

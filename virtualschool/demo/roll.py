"""Writes the roll: what the SSDA903 lacks, one row per school place (our own layout)."""

from datetime import date
from pathlib import Path

from core.rules import academic_year_label, academic_year_of
from virtualschool.demo.care import Life
from virtualschool.demo.eras import CLOSED_CASES_ON, DAY, Era
from virtualschool.demo.people import emails_of
from virtualschool.demo.schooling import Place, Pupil
from virtualschool.demo.schools import TOWNS
from virtualschool.demo.tables import uk_date, write_table

HEADINGS = (
    "child_id", "upn", "former_upns", "uln", "surname", "forename", "known_as", "dob", "sex", "nc_year", "nc_year_in",
    "school_urn", "school_laestab", "place_from", "place_to", "place_kind", "send", "adviser_email",
    "social_worker_email", "iro_email",
)  # fmt: skip


def staff_of(life: Life, era: Era) -> tuple[str, str, str]:
    """Adviser by district, social worker and reviewing officer by chance."""
    rng = era.rng("staff", life.number)
    advisers = emails_of("adviser")
    adviser = advisers[TOWNS.index(life.home) % len(advisers)]
    return adviser, rng.choice(emails_of("social_worker")), rng.choice(emails_of("iro"))


def _year_words(year_group: int, era: Era) -> str:
    if not -2 <= year_group <= 14:
        return ""
    if era.name == "plan" and year_group <= 0:
        return {0: "R", -1: "N2", -2: "N1"}[year_group]
    return str(year_group)


def _grade_cells(life: Life, year: int, era: Era) -> tuple[str, str]:
    words = _year_words(life.year_group(year), era)
    return words, academic_year_label(year) if words else ""


def _place_cells(place: Place | None, era: Era, known: date) -> tuple[str, ...]:
    if place is None:
        return ("", "", "", "", "")
    until = place.to_on - DAY if place.to_on and place.to_on - DAY <= known else None
    words = uk_date if era.name == "plan" else lambda day: day.isoformat() if day else ""
    return (str(place.school.urn), place.school.laestab, words(place.from_on), words(until), place.kind)


def _rows(pupil: Pupil, era: Era) -> list[tuple[str, ...]]:
    life = pupil.life
    # the plan's roll is written today, when all its places have ended
    known = era.known_until if era.name == "today" else CLOSED_CASES_ON
    dob = uk_date(life.dob) if era.name == "plan" else life.dob.isoformat()
    former = [old for old, until in pupil.former_upns if until <= known and old != pupil.upn]
    upn = pupil.upn_on(known)
    sex = ("2" if life.girl else "1") if era.name == "plan" else ("F" if life.girl else "M")
    identity = (
        life.child_id,
        upn,
        ";".join(former),
        pupil.uln,
        life.surname,
        life.forename,
        life.known_as,
        dob,
        sex,
    )
    staff = (pupil.send, *staff_of(life, era))
    years: set[int] = set()
    rows: list[tuple[str, ...]] = []
    places: list[Place | None] = [place for place in pupil.places if place.from_on <= known]
    for place in places or [None]:
        last = min(life.end - DAY, era.known_until)
        if place and place.to_on:
            last = max(place.from_on, min(last, place.to_on - DAY))
        year = academic_year_of(last)
        years.add(year)
        rows.append((*identity, *_grade_cells(life, year, era), *_place_cells(place, era, known), *staff))
    if life.held_back:
        # a year group that age does not tell is recorded for every year, in rows without a place
        taught = range(academic_year_of(era.first_day), academic_year_of(min(life.end, era.known_until)) + 1)
        nowhere = _place_cells(None, era, known)
        rows += [(*identity, *_grade_cells(life, year, era), *nowhere, *staff) for year in taught if year not in years]
    return rows


def write_roll(path: Path, era: Era, pupils: list[Pupil]) -> None:
    """The roll of one time; children below school age have one row without a school."""
    write_table(path, HEADINGS, (row for pupil in pupils for row in _rows(pupil, era)))

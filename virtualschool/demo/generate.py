"""Writes the whole demo county."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from virtualschool.demo import gias
from virtualschool.demo.attendance_files import write_attendance
from virtualschool.demo.dirty import write_dirty
from virtualschool.demo.eras import PLAN_ROLL_ON, Era, plan_era, today_era
from virtualschool.demo.manifest import LoadStep, remove_written, write_manifest
from virtualschool.demo.population import population
from virtualschool.demo.results import expected_figures, write_results
from virtualschool.demo.returns import write_closed_cases, write_return
from virtualschool.demo.roll import write_roll
from virtualschool.demo.schooling import Pupil, Registry
from virtualschool.demo.tables import write_bytes


@dataclass
class County:
    """What was written."""

    folder: Path
    steps: list[LoadStep] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)


def _everyone(era: Era) -> list[Pupil]:
    """All children of a time, those too who only come into care after the last day."""
    registry = Registry(era)
    return [registry.pupil(life) for life in population(era)]


def _write_schools(county: County) -> None:
    write_bytes(county.folder / "schools/gias.csv", gias.gias_csv())
    write_bytes(county.folder / "schools/links.csv", gias.links_csv())
    county.steps.append(LoadStep("gias", ("schools/gias.csv", "schools/links.csv")))


def _write_care(county: County, era: Era, pupils: list[Pupil]) -> None:
    folder = county.folder / era.name / "ssda903"
    for year in era.return_years:
        write_return(folder / str(year), era, year, pupils)
        county.steps.append(LoadStep("ssda903", (f"{era.name}/ssda903/{year}",)))
    if era.name == "plan":
        write_closed_cases(folder / "closed", era, pupils)
        county.steps.append(LoadStep("ssda903", (f"{era.name}/ssda903/closed",)))
    write_roll(county.folder / era.name / "roll.csv", era, pupils)
    county.steps.append(LoadStep("roll", (f"{era.name}/roll.csv",)))


def _write_results(county: County, era: Era, pupils: list[Pupil]) -> None:
    for name in write_results(county.folder / era.name, era, pupils):
        county.steps.append(LoadStep("results", (f"{era.name}/{name}",)))
    county.figures["indicators_oc2_30_september"] = expected_figures(era, pupils)


def _write_attendance(county: County, era: Era, everyone: list[Pupil], people: list[Pupil]) -> None:
    known = {pupil.life.number for pupil in people}
    for kind, name in write_attendance(county.folder / era.name, era, everyone, known):
        county.steps.append(LoadStep(kind, (f"{era.name}/{name}",)))


def write_county(*, folder: Path, pupils: int, years: int, seed: int, last_day: date) -> County:
    """Write all files into `folder`: the same bytes for the same four numbers and day."""
    remove_written(folder)
    county = County(folder)
    _write_schools(county)
    plan = plan_era(pupils=pupils, years=years, seed=seed)
    today = today_era(pupils=pupils, years=years, seed=seed, last_day=last_day)
    for era, on in ((plan, PLAN_ROLL_ON), (today, last_day)):
        everyone = _everyone(era)
        people = [pupil for pupil in everyone if pupil.life.episodes[0].decom <= era.known_until]
        _write_care(county, era, people)
        if era is plan:
            _write_results(county, era, people)
            write_dirty(county.folder / "dirty", people, last_day)
        _write_attendance(county, era, everyone, people)
        county.figures[f"looked_after_{era.name}"] = {
            "on": on.isoformat(),
            "children": sum(pupil.life.in_care(on) for pupil in people),
        }
    write_manifest(
        county.folder,
        county.steps,
        {"pupils": pupils, "years": years, "seed": seed, "last_day": last_day.isoformat()},
        county.figures,
    )
    return county

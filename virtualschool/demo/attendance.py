"""Invents the marks of a school year for every child at once (numpy), with the codes of that year."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.rules import default_terms, school_days
from virtualschool.demo.eras import Era
from virtualschool.demo.schooling import Place, Pupil
from virtualschool.demo.schools import FIRST_URN, all_schools

CODES = (
    "", "/", "\\", "L", "I", "M", "N", "O", "U", "E", "V", "P", "W", "B", "S", "C", "H", "F", "G", "R", "T", "X", "Y",
    "#", "-", "D", "J", "C1", "C2", "J1", "K", "Y1", "Y2", "Y4", "Y7", "Q",
)  # fmt: skip
INDEX = {code: number for number, code in enumerate(CODES)}
DAYS_IN_A_YEAR = 190
Grid = NDArray[np.uint8]
Mask = NDArray[np.bool_]
# code, weight for a child who is seldom away, weight for one who often is, shortest and longest run in days
RUNS = {
    "plan": (
        ("I", 60, 30, 1, 4), ("M", 14, 6, 1, 1), ("N", 5, 12, 1, 2), ("O", 4, 30, 1, 5), ("C", 6, 5, 1, 2),
        ("H", 4, 1, 3, 8), ("F", 1, 0, 8, 12), ("G", 2, 3, 3, 8), ("E", 3, 12, 1, 5), ("R", 1, 1, 1, 1),
    ),
    "today": (
        ("I", 62, 32, 1, 4), ("M", 15, 6, 1, 1), ("N", 4, 11, 1, 1), ("O", 4, 32, 1, 5), ("C", 6, 4, 1, 2),
        ("G", 4, 3, 3, 8), ("E", 3, 11, 1, 5), ("R", 1, 1, 1, 1), ("C1", 1, 0, 1, 1), ("Y7", 0, 1, 2, 5),
    ),
}  # fmt: skip
# (first day, last day, code, one school in so many): snow in the plan's years, a storm in today's
CLOSURES = (
    (date(2009, 2, 2), date(2009, 2, 3), "Y", 2),
    (date(2007, 11, 9), date(2007, 11, 9), "Y", 7),
    (date(2024, 11, 19), date(2024, 11, 20), "Y4", 5),
    (date(2025, 12, 4), date(2025, 12, 5), "Y4", 4),
    (date(2026, 10, 1), date(2026, 10, 2), "Y2", 4),
)


@dataclass
class YearMarks:
    """The marks of one academic year: `grid` is child x school day x session, numbers of CODES.

    `school` holds the number of the child's main school on each day (URN less the first URN), -1 for none.
    """

    year: int
    days: tuple[date, ...]
    grid: Grid
    school: NDArray[np.int16]

    def day_number(self, day: date) -> int:
        """How many school days lie before that day."""
        return int(np.searchsorted(np.array([d.toordinal() for d in self.days]), day.toordinal()))

    def span(self, place: Place) -> tuple[int, int]:
        """First day and end of a place, as day numbers."""
        last = self.day_number(place.to_on) if place.to_on else len(self.days)
        return self.day_number(place.from_on), last


def days_of(year: int) -> tuple[date, ...]:
    """All days in term, training days of teachers included."""
    return school_days(default_terms(year))


def _absence_rates(era: Era, year: int, pupils: list[Pupil]) -> NDArray[np.float64]:
    """How likely each child is to be away: most seldom, a tail often, a few nearly always."""
    n = len(pupils)
    kind = era.numpy_rng("absence").random(n)
    depth = era.numpy_rng("absence depth").random(n)
    drift = 0.78 + 0.65 * era.numpy_rng("absence drift", year).random(n)
    rates = np.select(
        [kind < 0.82, kind < 0.955, kind < 0.987],
        [0.008 + 0.045 * depth, 0.07 + 0.12 * depth, 0.2 + 0.25 * depth],
        0.5 + 0.4 * depth,
    )
    groups = np.array([pupil.life.year_group(year) for pupil in pupils])
    age = np.select([groups <= 6, groups <= 9, groups <= 11], [0.65, 1.0, 1.35], 1.1)
    rates[:] = np.minimum(rates * drift * age, 0.93)
    return rates


def _draw_runs(
    rng: np.random.Generator, era: Era, often: Mask, u: NDArray[np.float64]
) -> tuple[Grid, NDArray[np.int16]]:
    """For each child a code and a length in days, for a run of absence that would begin today."""
    table = RUNS[era.name]
    codes = np.array([INDEX[row[0]] for row in table], dtype=np.uint8)
    shortest = np.array([row[3] for row in table])
    longest = np.array([row[4] for row in table])
    seldom_to = np.cumsum([row[1] for row in table]) / sum(row[1] for row in table)
    often_to = np.cumsum([row[2] for row in table]) / sum(row[2] for row in table)
    pick = np.where(often, np.searchsorted(often_to, u), np.searchsorted(seldom_to, u))
    pick = np.minimum(pick, len(table) - 1)
    length = shortest[pick] + np.floor(rng.random(len(u)) ** 2 * (longest[pick] - shortest[pick] + 1))
    return codes[pick], length.astype(np.int16)


def _walk(era: Era, year: int, pupils: list[Pupil], days: int) -> Grid:
    """Day after day: who is away begins or goes on being away, the rest are present, some of them late."""
    n = len(pupils)
    rng = era.numpy_rng("marks", year)
    rates = _absence_rates(era, year, pupils)
    often = rates > 0.12
    hazard = rates / (1 - rates) / np.where(often, 2.3, 2.1)
    late = np.where(often, 0.05, 0.008)
    left = np.zeros(n, dtype=np.int16)
    run = np.zeros(n, dtype=np.uint8)
    grid = np.zeros((n, days, 2), dtype=np.uint8)
    for d in range(days):
        u = rng.random((6, n))
        begins = (left == 0) & (u[0] < hazard)
        code, length = _draw_runs(rng, era, often, u[1])
        run = np.where(begins, code, run)
        left = np.where(begins, length, left)
        away = left > 0
        morning = np.where(u[2] < late, INDEX["L"], np.where(u[2] > 0.997, INDEX["U"], INDEX["/"]))
        # half a day away is common: an appointment, or sent home unwell
        half = away & (u[3] < np.where(run == INDEX["M"], 0.75, 0.1))
        grid[:, d, 0] = np.where(away & ~(half & (u[4] < 0.5)), run, morning)
        grid[:, d, 1] = np.where(away & ~(half & (u[4] >= 0.5)), run, INDEX["\\"])
        left = np.where(away, left - 1, 0).astype(np.int16)
    return grid


def _present(grid: Grid) -> Mask:
    return (grid == INDEX["/"]) | (grid == INDEX["\\"])


def _sprinkle(era: Era, year: int, pupils: list[Pupil], days: tuple[date, ...], grid: Grid) -> None:
    """Visits, work experience, study leave, part-time timetables, interviews, marks that were never made."""
    n, count, _ = grid.shape
    rng = era.numpy_rng("sprinkle", year)
    groups = np.array([pupil.life.year_group(year) for pupil in pupils])[:, None]
    day_draw, session_draw = rng.random((n, count)), rng.random((n, count, 2))
    child_draw = rng.random((n, 1))
    number = np.arange(count)[None, :]

    def put(where: Mask, code: str) -> None:
        grid[(where[:, :, None] if where.ndim == 2 else where) & _present(grid)] = INDEX[code]

    put(day_draw < 0.006, "V")
    put((day_draw > 0.9985) & (groups >= 5), "P")
    put((groups == 10) & (child_draw < 0.6) & (number >= count - 25) & (number < count - 20), "W")
    put((groups >= 10) & (child_draw > 0.95) & (number % 5 == 4), "B")
    interview = "J" if era.name == "plan" else "J1"
    put((groups >= 11) & (day_draw > 0.994) & (day_draw < 0.9955) & (number > 80), interview)
    summer = np.array([(day.month, day.day) >= (5, 18) and day.month < 9 for day in days])[None, :]
    over = np.array([(day.month, day.day) >= (6, 22) and day.month < 9 for day in days])[None, :]
    put((groups == 11) & summer & ~over & (day_draw > 0.6), "S")
    grid[np.broadcast_to((groups >= 11) & over, (n, count))] = INDEX["#"]
    if era.name == "today":
        part_time = (child_draw > 0.35) & (child_draw < 0.359) & (number >= 22) & (number < 52)
        afternoon = np.zeros_like(grid, dtype=bool)
        afternoon[:, :, 1] = part_time
        put(afternoon, "C2")
        put((groups >= 8) & (child_draw > 0.6) & (child_draw < 0.604), "K")
    put(session_draw < 0.0025, "-")


def _schools(pupils: list[Pupil], days: tuple[date, ...]) -> NDArray[np.int16]:
    """The main school of each child on each day on which the child is in care and of an age for marks."""
    at = np.full((len(pupils), len(days)), -1, dtype=np.int16)
    ordinals = np.array([day.toordinal() for day in days])
    for i, pupil in enumerate(pupils):
        life = pupil.life
        first, end = life.episodes[0].decom, life.end
        for place in pupil.places:
            if place.kind != "main" or place.from_on > days[-1]:
                continue
            begins = max(place.from_on, first)
            ends = min(place.to_on or end, end)
            low, high = np.searchsorted(ordinals, (begins.toordinal(), ends.toordinal()))
            at[i, low:high] = place.school.urn - FIRST_URN
    return at


def training_days(urn: int, days: tuple[date, ...]) -> list[int]:
    """The day numbers on which one school is closed to pupils, so that about 190 days remain."""
    spare = max(0, len(days) - DAYS_IN_A_YEAR)
    chosen = [0, *((urn * 37 + k * len(days) // spare) % len(days) for k in range(1, spare))]
    return sorted(set(chosen[:spare]))


def _close_schools(grid: Grid, school: NDArray[np.int16], days: tuple[date, ...]) -> None:
    """Training days (#) and days when weather closed some schools."""
    closed = np.zeros((len(all_schools()) + 1, len(days)), dtype=np.uint8)
    for number, each in enumerate(all_schools()):
        closed[number, training_days(each.urn, days)] = INDEX["#"]
        for first, last, code, one_in in CLOSURES:
            if each.urn % one_in == 0:
                hit = [d for d, day in enumerate(days) if first <= day <= last]
                closed[number, hit] = INDEX[code]
    codes = closed[school, np.arange(len(days))[None, :]]
    grid[codes > 0] = codes[codes > 0][:, None]


def simulate(era: Era, year: int, pupils: list[Pupil]) -> YearMarks:
    """All marks of an academic year. `pupils` is everybody of the time, so that a later last day changes none."""
    days = days_of(year)
    grid = _walk(era, year, pupils, len(days))
    _sprinkle(era, year, pupils, days, grid)
    school = _schools(pupils, days)
    groups = np.array([pupil.life.year_group(year) for pupil in pupils])
    school[(groups < 0) | (groups > 13)] = -1
    _close_schools(grid, school, days)
    grid[school < 0] = 0
    return YearMarks(year, days, grid, school)

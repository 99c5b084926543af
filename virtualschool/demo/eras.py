"""The two times that the demo county shows side by side, and the streams of chance that make them."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np

from core.rules import academic_year_of

PLAN_ROLL_ON = date(2009, 12, 1)
CLOSED_CASES_ON = date(2020, 1, 1)  # the plan's children have all left care by then
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Era:
    """One of the two times.

    `anchor`: from this day to the horizon exactly `pupils` children are looked after each day.
    `known_until`: the last day of which the files know; an episode that ends later is open in them.
    `marks_until`: the last day with attendance marks. `first_day`: the first day that the first return covers.
    """

    name: str
    pupils: int
    years: int
    seed: int
    anchor: date
    horizon: date
    first_day: date
    known_until: date
    marks_until: date
    first_id: int

    def rng(self, *parts: object) -> Random:
        """A stream of chance of its own for each purpose, so that a change in one part moves no other."""
        return Random("/".join(str(p) for p in (self.seed, self.name, self.pupils, self.years, *parts)))  # noqa: S311

    def numpy_rng(self, *parts: object) -> np.random.Generator:
        """The same for whole arrays."""
        text = "/".join(str(p) for p in (self.seed, self.name, self.pupils, self.years, *parts))
        return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")))

    @property
    def academic_years(self) -> range:
        """The academic years with attendance, an int for the year each starts in."""
        return range(academic_year_of(self.first_day) + 1, academic_year_of(self.marks_until) + 1)

    @property
    def return_years(self) -> range:
        """The SSDA903 years: 2009 is the return to 31 March 2009."""
        return range(return_year(self.first_day), return_year(self.known_until) + 1)


def return_year(day: date) -> int:
    """The year in which the SSDA903 year of that day ends (31 March)."""
    return day.year + 1 if day >= date(day.year, 4, 1) else day.year


def birthday(dob: date, age: int) -> date:
    """The day on which somebody reaches an age; one born on 29 February does so on 1 March."""
    try:
        return dob.replace(year=dob.year + age)
    except ValueError:
        return date(dob.year + age, 3, 1)


def plan_era(*, pupils: int, years: int, seed: int) -> Era:
    """The plan's years: `years` returns to 31 March 2010; the plan's 'now' is 1 December 2009."""
    return Era(
        name="plan",
        pupils=pupils,
        years=years,
        seed=seed,
        anchor=PLAN_ROLL_ON,
        horizon=date(2010, 3, 31),
        first_day=date(2010 - years, 4, 1),
        known_until=date(2010, 3, 31),
        marks_until=date(2009, 11, 30),
        first_id=34000,
    )


def today_era(*, pupils: int, years: int, seed: int, last_day: date) -> Era:
    """The school year of `last_day` and the years before it. The people hang on the school year, not on the day:

    the same command a day later gives the same children, and one more day of them.
    """
    year = academic_year_of(last_day)
    return Era(
        name="today",
        pupils=pupils,
        years=years,
        seed=seed,
        anchor=date(year, 9, 1),
        horizon=date(year + 1, 8, 31),
        first_day=date(year + 1 - years, 4, 1),
        known_until=last_day,
        marks_until=last_day,
        first_id=816000,
    )

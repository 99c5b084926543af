"""Dates that everybody shares: academic years, year groups, terms, working days and half-open periods.

Plain Python: no clock is read here, every function is told the date it is asked about.
An academic year is an int, the calendar year in which it starts: 2009 is 1 September 2009 to 31 August 2010.
An assessment year is named after its summer: assessment year 2009 is academic year 2008.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import cast

ONE_DAY = dt.timedelta(days=1)
MONDAY, THURSDAY, FRIDAY, SATURDAY = 0, 3, 4, 5
YEAR_STARTS_IN_MONTH = 9


# ---------------------------------------------------------------- periods


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `from_on` up to but not including `to_on`; `to_on` None means still running."""

    from_on: dt.date
    to_on: dt.date | None = None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on <= self.from_on:
            raise ValueError(f"A period must end after it starts: {self.from_on} to {self.to_on}.")

    @classmethod
    def through(cls, first_on: dt.date, last_on: dt.date | None) -> "Period":
        """The period whose last day is `last_on` (included), as people write dates in files."""
        return cls(first_on, None if last_on is None else last_on + ONE_DAY)

    @property
    def last_on(self) -> dt.date | None:
        """The last day inside the period, or None while it runs."""
        return None if self.to_on is None else self.to_on - ONE_DAY

    def contains(self, on: dt.date) -> bool:
        """Whether the day lies in the period; the end day itself does not."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share at least one day."""
        return self.intersection(other) is not None

    def intersection(self, other: "Period") -> "Period | None":
        """The days that both have, or None when they share none."""
        from_on = max(self.from_on, other.from_on)
        ends = [end for end in (self.to_on, other.to_on) if end is not None]
        to_on = min(ends) if ends else None
        if to_on is not None and to_on <= from_on:
            return None
        return Period(from_on, to_on)

    def days(self) -> Iterator[dt.date]:
        """Every day of a period that has an end; ValueError for one that is still running."""
        if self.to_on is None:
            raise ValueError("A period that is still running has no last day.")
        for offset in range((self.to_on - self.from_on).days):
            yield self.from_on + dt.timedelta(days=offset)


# ---------------------------------------------------------------- academic years and year groups


def academic_year_of(on: dt.date) -> int:
    """The academic year (its starting year) in which a date lies; 1 September begins a new one (6.7)."""
    return on.year if on.month >= YEAR_STARTS_IN_MONTH else on.year - 1


def academic_year_start(academic_year: int) -> dt.date:
    """1 September of the year."""
    return dt.date(academic_year, YEAR_STARTS_IN_MONTH, 1)


def academic_year_end(academic_year: int) -> dt.date:
    """31 August, the last day of the year."""
    return dt.date(academic_year + 1, 8, 31)


def academic_year_period(academic_year: int) -> Period:
    """1 September to 31 August as a half-open period."""
    return Period(academic_year_start(academic_year), academic_year_start(academic_year + 1))


def academic_year_label(academic_year: int) -> str:
    """2009 -> "2009/10"."""
    return f"{academic_year}/{(academic_year + 1) % 100:02d}"


_YEAR_LABEL = re.compile(r"^(\d{4})\s*[/\-\u2013]\s*(\d{2}|\d{4})$")


def parse_academic_year(text: str) -> int:
    """Read "2009/10", "2009-10" or "2009/2010"; ValueError with what to write otherwise.

    A single year is refused, because people use 2009 for 2008/09 as well as for 2009/10.
    """
    match = _YEAR_LABEL.match(text.strip())
    if match:
        start, end = int(match[1]), match[2]
        if int(end) == (start + 1 if len(end) == 4 else (start + 1) % 100):
            return start
    raise ValueError(f"{text.strip()!r} is not an academic year: write it as 2009/10.")


def assessment_year_of(on: dt.date) -> int:
    """The assessment year (its summer) in which a date lies: June 2009 and October 2008 are both 2009."""
    return academic_year_of(on) + 1


def nc_year_for(dob: dt.date, academic_year: int) -> int:
    """National Curriculum year by age: 0 Reception, -1 and -2 nursery, 1 to 13 and beyond (6.7)."""
    return academic_year - academic_year_of(dob) - 5


def birth_period_for(nc_year: int, academic_year: int) -> Period:
    """The dates of birth that make this National Curriculum year in that academic year."""
    return academic_year_period(academic_year - nc_year - 5)


def age_on(dob: dt.date, on: dt.date) -> int:
    """Whole years of age; someone born on 29 February has the birthday on 1 March in other years."""
    return on.year - dob.year - ((on.month, on.day) < (dob.month, dob.day))


FIRST_SCHOOL_YEAR, LAST_SCHOOL_YEAR = 1, 11


def is_school_year(nc_year: int | None) -> bool:
    """Compulsory school age by year group, Years 1 to 11 (6.6); not known is none."""
    return nc_year is not None and FIRST_SCHOOL_YEAR <= nc_year <= LAST_SCHOOL_YEAR


def is_school_age(dob: dt.date, academic_year: int) -> bool:
    """The same by date of birth, where no year group is recorded."""
    return is_school_year(nc_year_for(dob, academic_year))


def year_group_label(nc_year: int | None) -> str:
    """What people call the year: "Reception", "Year 6", "Nursery", "After Year 13"; "Not known" for None."""
    if nc_year is None:
        return "Not known"
    if nc_year < -2:
        return "Under 2"
    if nc_year < 0:
        return "Nursery" if nc_year == -1 else "Nursery (2 year olds)"
    if nc_year == 0:
        return "Reception"
    return f"Year {nc_year}" if nc_year <= 13 else "After Year 13"


_NC_YEAR_WORDS = {"R": 0, "REC": 0, "RECEPTION": 0, "N1": -2, "N2": -1, "NURSERY": -1}
_NC_YEAR_NUMBER = re.compile(r"^(?:NATIONALCURRICULUM|NC)?(?:YEAR|YR|Y)?(-?\d{1,2})(?:\.0)?$")


def parse_nc_year(text: str) -> int:
    """Read a year group: -2 to 14, "R", "N1", "N2", "Year 6", "Y11"; ValueError otherwise."""
    word = re.sub(r"[\s.](?!0$)", "", text.upper())
    if word in _NC_YEAR_WORDS:
        return _NC_YEAR_WORDS[word]
    match = _NC_YEAR_NUMBER.match(word)
    if match and -2 <= int(match[1]) <= 14:
        return int(match[1])
    raise ValueError(f"{text.strip()!r} is not a year group: write R, N1, N2 or a number from 1 to 14.")


class KeyStage(StrEnum):
    """Stages of the National Curriculum, with the foundation stage and sixth form."""

    EYFS = "EYFS"
    KS1 = "KS1"
    KS2 = "KS2"
    KS3 = "KS3"
    KS4 = "KS4"
    KS5 = "KS5"


KEY_STAGE_LABELS: Mapping[KeyStage, str] = MappingProxyType(
    {
        KeyStage.EYFS: "Early years",
        KeyStage.KS1: "Key Stage 1",
        KeyStage.KS2: "Key Stage 2",
        KeyStage.KS3: "Key Stage 3",
        KeyStage.KS4: "Key Stage 4",
        KeyStage.KS5: "Sixth form",
    }
)

KEY_STAGE_YEARS: Mapping[KeyStage, range] = MappingProxyType(
    {
        KeyStage.EYFS: range(-2, 1),
        KeyStage.KS1: range(1, 3),
        KeyStage.KS2: range(3, 7),
        KeyStage.KS3: range(7, 10),
        KeyStage.KS4: range(10, 12),
        KeyStage.KS5: range(12, 14),
    }
)


def key_stage_of(nc_year: int | None) -> KeyStage | None:
    """The key stage of a year group, None below nursery, after Year 13 or when not known (6.6)."""
    if nc_year is None:
        return None
    return next((stage for stage, years in KEY_STAGE_YEARS.items() if nc_year in years), None)


# ---------------------------------------------------------------- bank holidays and working days


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> Mapping[dt.date, str]:
    """England's bank holidays of one calendar year: date -> name. Substitute days are in it."""
    import holidays

    found = cast("Mapping[dt.date, str]", holidays.country_holidays("GB", subdiv="ENG", years=year))
    return MappingProxyType({on: name for on, name in sorted(found.items()) if on.year == year})


def is_bank_holiday(on: dt.date) -> bool:
    """Whether England has a bank holiday on that day."""
    return on in bank_holidays(on.year)


def is_working_day(on: dt.date) -> bool:
    """Monday to Friday and no bank holiday in England."""
    return on.weekday() < SATURDAY and not is_bank_holiday(on)


def next_working_day(on: dt.date) -> dt.date:
    """The day itself when it is a working day, else the first one after it."""
    while not is_working_day(on):
        on += ONE_DAY
    return on


def add_working_days(on: dt.date, days: int) -> dt.date:
    """The date `days` working days after `on` (before it when negative).

    The day itself is not counted: one working day after a Friday is the Monday. With 0 the first working
    day on or after `on` comes back, so that a deadline never falls on a day when nobody is there.
    """
    if days == 0:
        return next_working_day(on)
    step = ONE_DAY if days > 0 else -ONE_DAY
    left = abs(days)
    while left:
        on += step
        left -= is_working_day(on)
    return on


def working_days_between(after: dt.date, until: dt.date) -> int:
    """How many working days lie after `after` up to and including `until`; negative when until is earlier."""
    if until < after:
        return -working_days_between(until, after)
    days = (after + dt.timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(is_working_day(on) for on in days)


# ---------------------------------------------------------------- terms and school days


class Season(StrEnum):
    """The three terms of a school year."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


@dataclass(frozen=True, slots=True, order=True)
class TermDates:
    """One half term. Both days are school days as schools publish them: `ends_on` is the last day in it."""

    starts_on: dt.date
    ends_on: dt.date
    season: Season
    half: int
    name: str

    @property
    def period(self) -> Period:
        """The same days, half-open."""
        return Period.through(self.starts_on, self.ends_on)


def _on_or_after(on: dt.date, weekday: int) -> dt.date:
    return on + dt.timedelta(days=(weekday - on.weekday()) % 7)


def _on_or_before(on: dt.date, weekday: int) -> dt.date:
    return on - dt.timedelta(days=(on.weekday() - weekday) % 7)


def _named_holiday(year: int, word: str) -> dt.date:
    return next(on for on, name in bank_holidays(year).items() if word in name.lower())


def easter_break(year: int) -> tuple[dt.date, dt.date]:
    """Last day of school before the Easter holiday, and the day school begins again (OURS, Kent's habit).

    Two weeks round Easter: after it when it is early, before it when it is late, else one week each side.
    """
    easter = _named_holiday(year, "easter monday") - ONE_DAY
    if (easter.month, easter.day) <= (4, 7):
        return easter - dt.timedelta(days=3), easter + dt.timedelta(days=15)
    if (easter.month, easter.day) <= (4, 14):
        return easter - dt.timedelta(days=9), easter + dt.timedelta(days=8)
    return easter - dt.timedelta(days=16), easter + dt.timedelta(days=2)


@lru_cache(maxsize=64)
def default_terms(academic_year: int) -> tuple[TermDates, ...]:
    """The six half terms of a county's usual pattern, for any year, in order of date (OURS, Kent's shape).

    A school's own dates replace these. October, February and spring bank holiday weeks are the half-term
    breaks; the year runs from the first weekday of September to about 22 July.
    """
    year = academic_year + 1
    week, to_friday = dt.timedelta(days=7), dt.timedelta(days=3)
    october = _on_or_after(dt.date(academic_year, 10, 22), MONDAY)
    february = _on_or_after(dt.date(year, 2, 12), MONDAY)
    spring_holiday = _named_holiday(year, "spring bank holiday")
    may = _on_or_before(spring_holiday, MONDAY)
    before_easter, after_easter = easter_break(year)
    july = dt.date(year, 7, 22)
    days = (
        (next_working_day(dt.date(academic_year, 9, 1)), october - to_friday),
        (october + week, _on_or_before(dt.date(academic_year, 12, 21), FRIDAY)),
        (next_working_day(_on_or_after(dt.date(year, 1, 2), MONDAY)), february - to_friday),
        (february + week, before_easter),
        (next_working_day(after_easter), may - to_friday),
        (may + week, july if july.weekday() < SATURDAY else _on_or_before(july, FRIDAY)),
    )
    seasons = [season for season in Season for _ in (1, 2)]
    return tuple(
        TermDates(starts_on, ends_on, seasons[n], n % 2 + 1, f"Term {n + 1}")
        for n, (starts_on, ends_on) in enumerate(days)
    )


_TERM_CODE = re.compile(r"^(\d{4})-(autumn|spring|summer)$")


def parse_term_code(text: str) -> tuple[int, Season]:
    """Read "2009-autumn" as (academic year, season); ValueError otherwise.

    The number is the calendar year in which the term lies, so "2010-spring" belongs to academic year 2009.
    """
    match = _TERM_CODE.match(text.strip().lower())
    if not match:
        raise ValueError(f"{text.strip()!r} is not a term: write it as 2009-autumn, 2010-spring or 2010-summer.")
    season = Season(match[2])
    return (int(match[1]) if season is Season.AUTUMN else int(match[1]) - 1), season


def term_code(academic_year: int, season: Season) -> str:
    """(2009, spring) -> "2010-spring"."""
    return f"{academic_year if season is Season.AUTUMN else academic_year + 1}-{season}"


def term_label(academic_year: int, season: Season) -> str:
    """(2009, spring) -> "Spring term 2010"."""
    year = academic_year if season is Season.AUTUMN else academic_year + 1
    return f"{season.capitalize()} term {year}"


def season_period(terms: Sequence[TermDates], season: Season) -> Period:
    """First to last day of a season's two halves, the half-term break between them included.

    ValueError when the terms given have none of that season.
    """
    mine = [term for term in terms if term.season is season]
    if not mine:
        raise ValueError(f"No {season} term among the terms given.")
    return Period.through(min(t.starts_on for t in mine), max(t.ends_on for t in mine))


def may_half_term_on(terms: Sequence[TermDates]) -> dt.date:
    """Last school day before the late-May half term, where the old annual absence basis stops (1.10)."""
    return next(t.ends_on for t in sorted(terms) if t.season is Season.SUMMER)


def is_school_day(on: dt.date, terms: Iterable[TermDates], closures: Collection[dt.date] = ()) -> bool:
    """A weekday inside a term, no bank holiday, and not one of the school's closure days."""
    if not is_working_day(on) or on in closures:
        return False
    return any(term.starts_on <= on <= term.ends_on for term in terms)


def school_days(
    terms: Iterable[TermDates], closures: Collection[dt.date] = (), *, within: Period | None = None
) -> tuple[dt.date, ...]:
    """All school days of the terms in order of date, cut to `within` when given."""
    return tuple(
        on
        for term in sorted(terms)
        for on in term.period.days()
        if is_working_day(on) and on not in closures and (within is None or within.contains(on))
    )


USUAL_SCHOOL_DAYS = range(185, 201)
"""How many days schools open in a year: the usual 190, less a few closures or with the staff days not yet taken out."""


@dataclass(frozen=True, slots=True)
class TermProblem:
    """What is wrong with the `number`th half term (1 to 6); `end` is "starts" or "ends"."""

    number: int
    end: str
    message: str


def term_problems(academic_year: int, terms: Sequence[TermDates]) -> list[TermProblem]:
    """Why these cannot be the half terms of a school year: outside it, ending before they start, or overlapping.

    The terms are judged in the order given. A term may begin or end on a weekend.
    """
    first, last = academic_year_start(academic_year), academic_year_end(academic_year)
    problems = []
    before: TermDates | None = None
    for number, term in enumerate(terms, start=1):
        for end, on in (("starts", term.starts_on), ("ends", term.ends_on)):
            if not first <= on <= last:
                text = f"{_words(on)} is outside the school year {academic_year_label(academic_year)}"
                problems.append(TermProblem(number, end, f"{text}: give a day from {_words(first)} to {_words(last)}"))
        if term.ends_on < term.starts_on:
            text = f"{term.name} ends before it starts: give a day from {_words(term.starts_on)} on"
            problems.append(TermProblem(number, "ends", text))
        if before is not None and term.starts_on <= before.ends_on:
            text = f"{term.name} must start after {before.name} ends on {_words(before.ends_on)}"
            problems.append(TermProblem(number, "starts", text))
        before = term
    return problems


def why_no_school_day(on: dt.date, terms: Iterable[TermDates]) -> str:
    """ "is a Saturday", "is Christmas Day", "lies in no term"; nothing when a session is expected on the day."""
    if on.weekday() >= SATURDAY:
        return f"is a {on:%A}"
    if is_bank_holiday(on):
        return f"is {bank_holidays(on.year)[on]}"
    return "" if any(term.starts_on <= on <= term.ends_on for term in terms) else "lies in no term"


def years_needing_terms(today: dt.date) -> tuple[int, ...]:
    """The school years whose dates should be recorded by now: this one, from June on the next one too (OURS)."""
    year = academic_year_of(today)
    return (year, year + 1) if 6 <= today.month < YEAR_STARTS_IN_MONTH else (year,)


def _words(on: dt.date) -> str:
    return f"{on:%-d %B %Y}"

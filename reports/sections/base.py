"""What a section of the termly report is made of: it collects figures once, and presents what was frozen.

`collect` reads the tables and gives numbers by name, how the section lays them out, and the children behind them.
`present` gets only what was frozen and a view of the numbers (restricted, or public with small ones hidden) and
gives the context of the section's template. So a document of a run can be made again at any time, from itself.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.calendars import county_year
from core.charts import Value
from core.figures import HIDDEN_SYMBOL, NOT_APPLICABLE, PublicFigure, count_text
from core.rules import Season
from pupils.models import Pupil
from pupils.roll import RollEntry, entries
from pupils.rules import Basis
from reports.rules import Audience, Numbers

FORMAT = 1
"""Version of the frozen shape, kept with every snapshot."""


@dataclass(frozen=True)
class Scope:
    """What a report is about: the term, the days it covers, and the choices that make its figures."""

    academic_year: int
    season: Season
    first_on: dt.date
    last_on: dt.date
    as_at: dt.date
    assessment_year: int
    basis: Basis
    home_la: str

    @classmethod
    def of_term(cls, academic_year: int, season: Season, *, as_at: dt.date, basis: Basis, home_la: str) -> "Scope":
        """The term by the county's calendar; the indicators are those of the last summer before its school year."""
        first_on, last_on = county_year(academic_year).season(season)
        return cls(academic_year, season, first_on, last_on, as_at, academic_year, basis, home_la)

    @cached_property
    def roll(self) -> list[RollEntry]:
        """The children looked after on the day, with where they live and learn; read once for all sections."""
        return entries(Pupil.objects.looked_after(on=self.as_at).order_by("pk"), on=self.as_at)

    @property
    def day_before_term(self) -> dt.date:
        return self.first_on - dt.timedelta(days=1)

    @property
    def year_before(self) -> dt.date:
        """The same day a year earlier; 28 February for a 29th."""
        try:
            return self.as_at.replace(year=self.as_at.year - 1)
        except ValueError:
            return self.as_at - dt.timedelta(days=366)

    def same_term_a_year_before(self) -> tuple[dt.date, dt.date]:
        """First day of that term, and the day as far into the calendar as the report's."""
        first_on, last_on = county_year(self.academic_year - 1).season(self.season)
        return first_on, max(min(self.year_before, last_on), first_on)

    def term_before(self) -> tuple[str, dt.date, dt.date]:
        """Season, first and last day of the term before this one."""
        seasons = list(Season)
        place = seasons.index(self.season)
        year = self.academic_year if place else self.academic_year - 1
        return (seasons[place - 1], *county_year(year).season(seasons[place - 1]))


@dataclass
class Collected:
    """What a section found. `data` and `definitions` are frozen as JSON; `cohorts` name the children by id."""

    numbers: Numbers = field(default_factory=Numbers)
    data: dict[str, Any] = field(default_factory=dict)
    cohorts: dict[str, list[int]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    def children(self, name: str, pupil_ids: Iterable[int], label: str) -> str:
        """Count these children under a name, and keep who they are."""
        found = sorted(set(pupil_ids))
        self.cohorts[name] = found
        return self.numbers.count(name, len(found), label)

    def share_of(self, part: str, whole: str, pupil_ids: Iterable[int], label: str) -> str:
        """As `children`, for the part of a share whose whole is counted already."""
        self.children(part, pupil_ids, label)
        self.numbers.share(part, whole)
        return part


@dataclass(frozen=True)
class View:
    """The frozen numbers as one audience sees them."""

    audience: Audience
    figures: Mapping[str, Any]
    commentary: str = ""
    decisions_wanted: str = ""

    @property
    def is_public(self) -> bool:
        return self.audience is Audience.PUBLIC

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return frozenset(self.figures["hidden"]) if self.is_public else frozenset()

    def number(self, name: str) -> int | None:
        """The number, or None when this audience does not see it."""
        return None if name in self._hidden else self.figures["numbers"][name]

    def text(self, name: str) -> str:
        """The number as printed, "x" when hidden."""
        return count_text(self.number(name))

    def value(self, name: str) -> Value:
        """The number for a chart, which prints "x" and draws nothing when it is hidden."""
        number = self.number(name)
        return HIDDEN_SYMBOL if number is None else number

    def share(self, part: str, whole: str) -> PublicFigure:
        """The share as this audience sees it."""
        return PublicFigure(self.number(part), self.number(whole))

    def percent(self, part: str, whole: str, places: int = 1) -> str:
        """ "33.3%", "x", or "n/a" for none of none."""
        if self.number(whole) == 0:
            return NOT_APPLICABLE
        printed = self.share(part, whole).percent(places)
        return printed if printed == HIDDEN_SYMBOL else f"{printed}%"

    def percent_value(self, part: str, whole: str) -> Value:
        """The percentage for a chart."""
        n, d = self.number(part), self.number(whole)
        if d == 0:
            return None
        if n is None or d is None:
            return HIDDEN_SYMBOL
        return Decimal(100 * n) / d

    def of(self, part: str, whole: str) -> str:
        """ "1 of 3", "x of 48", "x", or "n/a"."""
        n, d = self.number(part), self.number(whole)
        if d == 0:
            return NOT_APPLICABLE
        if d is None:
            return HIDDEN_SYMBOL
        return f"{count_text(n)} of {d:,}"

    def data(self, slug: str) -> Mapping[str, Any] | None:
        """The layout of another section, None when this report has no such section."""
        return next((s["data"] for s in self.figures["sections"] if s["slug"] == slug), None)


Conclude = Callable[[Mapping[str, Any], View], Mapping[str, Any]]
Present = Callable[[Mapping[str, Any], View], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ReportSection:
    """One section: its address and title, its template, and its two halves. `opens` marks the unnumbered first,
    `printed` whether it has a part of the document to itself.

    `conclude` may add to the section's data what follows from all figures as the public sees them, before they
    are frozen.
    """

    slug: str
    title: str
    template: str = ""
    collect: Callable[[Scope], Collected]
    present: Present
    conclude: Conclude | None = None
    opens: bool = False
    new_page: bool = True
    printed: bool = True


@dataclass(frozen=True)
class Breakdown:
    """How a total divides: rows of (label, name of the number), in the order of printing."""

    slug: str
    caption: str
    heading: str
    total: str
    rows: Sequence[tuple[str, str]]

    def as_data(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "caption": self.caption,
            "heading": self.heading,
            "total": self.total,
            "rows": [list(row) for row in self.rows],
        }


def break_down(
    found: Collected,
    *,
    total: str,
    prefix: str,
    caption: str,
    heading: str,
    groups: Sequence[tuple[str, str]],
    members: Mapping[str, Iterable[int]],
    keep_empty: bool = False,
) -> Breakdown:
    """Count the children of each group under `prefix.key` and state that they make up the total.

    `groups` are (key, label) in the order of printing; those without a child are left out unless `keep_empty`.
    """
    rows = []
    for key, label in groups:
        ids = list(members.get(key, ()))
        if ids or keep_empty:
            rows.append((label, found.children(f"{prefix}.{key}", ids, f"{caption}: {label}")))
    found.numbers.sum(total, [name for _, name in rows])
    return Breakdown(prefix, caption, heading, total, rows)


def in_words(on: dt.date) -> str:
    """1 December 2009."""
    return f"{on.day} {on:%B %Y}"


def from_iso(text: str) -> dt.date:
    return dt.date.fromisoformat(text)

"""What the plan foretells and aims at, beside what came out, by indicator and year."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from attainment.indicators import loaded_stages
from attainment.models import IndicatorFigure
from attainment.rules import NI_SPECS, NiCode
from core.figures import Figure
from pupils.rules import Basis, default_basis
from reports.models import IndicatorTarget
from reports.rules import Standing, has_outcome, standing_of

NO_RESULTS = "No results yet"


@dataclass(frozen=True, slots=True)
class IndicatorYear:
    """One indicator in one year and basis: what came out, what stood before, what was foretold and aimed at."""

    code: NiCode
    year: int
    basis: Basis
    row: IndicatorFigure | None
    target: IndicatorTarget | None
    standing: Standing
    loaded: bool = True
    """Whether anybody has a result of the stage and year."""

    @property
    def figure(self) -> Figure | None:
        """None before the first computation, and while nobody has a result: that is no outcome of nought."""
        return self.row.figure if self.row and (self.loaded or has_outcome(self.row)) else None

    @property
    def as_at(self) -> date:
        """The snapshot day."""
        return self.basis.as_at(self.year)

    @property
    def percent(self) -> Decimal | None:
        """For the trend: the result, else the outcome that the plan states."""
        if self.figure is not None and self.figure.denominator:
            return Decimal(100 * self.figure.numerator) / self.figure.denominator
        return self.target.stated_outcome if self.target else None

    @property
    def slug(self) -> str:
        """In addresses: "ni-99"."""
        return slug_of(self.code)


def slug_of(code: NiCode) -> str:
    """NI 99 -> "ni-99"."""
    return code.value.lower().replace(" ", "-")


def code_of(slug: str) -> NiCode | None:
    """ "ni-99" -> NI 99; None for anything else."""
    return next((code for code in NiCode if slug_of(code) == slug), None)


def indicator_years(*, today: date, codes: Iterable[NiCode] | None = None) -> dict[NiCode, list[IndicatorYear]]:
    """Every indicator with all years that have a figure or a target, newest first. Three queries."""
    loaded = loaded_stages()
    targets = {(t.code, t.assessment_year): t for t in IndicatorTarget.objects.all()}
    rows: dict[tuple[str, int], list[IndicatorFigure]] = defaultdict(list)
    for row in IndicatorFigure.objects.all():
        rows[row.code, row.assessment_year].append(row)
    found: dict[NiCode, list[IndicatorYear]] = {}
    for code in codes or NI_SPECS:
        years = {year for one, year in (*rows, *targets) if one == code.value}
        found[code] = [
            entry
            for year in sorted(years, reverse=True)
            for entry in _of_year(
                code,
                year,
                rows[code.value, year],
                targets.get((code.value, year)),
                today,
                loaded=(NI_SPECS[code].stage.value, year) in loaded,
            )
        ]
    return found


def _of_year(
    code: NiCode,
    year: int,
    rows: list[IndicatorFigure],
    target: IndicatorTarget | None,
    today: date,
    *,
    loaded: bool,
) -> Iterable[IndicatorYear]:
    """The year on its own basis first (even when not computed), then on others that somebody computed."""
    usual = default_basis(year)
    for basis in (usual, *(b for b in Basis if b is not usual)):
        row = next((one for one in rows if one.basis == basis.value), None)
        if row is not None or basis is usual:
            standing = standing_of(row, target, today=today)
            yield IndicatorYear(code, year, basis, row, target, standing, loaded)

"""What the plan foretells and aims at, beside what came out: targets, predictions, each year's standing in words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import transaction

from attainment.indicators import loaded_stages
from attainment.models import IndicatorFigure
from attainment.rules import NI_SPECS, NiCode
from core.actor import acting_as
from core.audit import Access, record_access
from core.figures import Figure, round_half_up
from core.models import User
from core.roles import Permission
from pupils.rules import Basis, default_basis
from reports.models import IndicatorTarget

NO_RESULTS = "No results yet"
SUBMITTED_ON = date(2009, 11, 27)
PLAN = "Action plan of 15 October 2009"
PLAN_TARGETS: tuple[tuple[NiCode, int, dict[str, Decimal | date]], ...] = (
    (NiCode.NI_99, 2008, {"stated_outcome": Decimal(33)}),
    (NiCode.NI_100, 2008, {"stated_outcome": Decimal(28)}),
    (NiCode.NI_99, 2009, {"prediction": Decimal("33.3"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_100, 2009, {"prediction": Decimal("33.3"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_101, 2009, {"prediction": Decimal("6.34"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_99, 2010, {"target": Decimal(43)}),
    (NiCode.NI_100, 2010, {"target": Decimal(53)}),
    (NiCode.NI_101, 2010, {"target": Decimal(19)}),
)
"""The founding plan's own numbers; it states no 2008 outcome for NI 101."""


def check_can_set_targets(user: User) -> None:
    """PermissionDenied with the reason, for those who may not enter targets."""
    if not user.can(Permission.SET_TARGETS):
        raise PermissionDenied("Your role does not include setting targets and predictions.")


def set_target(
    *,
    code: NiCode,
    year: int,
    actor: User | None,
    prediction: Decimal | None = None,
    target: Decimal | None = None,
    stated_outcome: Decimal | None = None,
    awaited_on: date | None = None,
    note: str = "",
) -> IndicatorTarget:
    """Enter what is foretold and aimed at for an indicator and year, in per cent; what stood there is replaced.

    `actor` None is the system (the plan's own numbers at set-up). Raises PermissionDenied.
    """
    if actor is not None:
        check_can_set_targets(actor)
    with transaction.atomic(), acting_as(actor):
        row, _ = IndicatorTarget.objects.update_or_create(
            code=NiCode(code).value,
            assessment_year=year,
            defaults={
                "prediction": prediction,
                "target": target,
                "stated_outcome": stated_outcome,
                "awaited_on": awaited_on,
                "note": note,
            },
        )
        if actor is not None:
            record_access(None, Access.DECIDED, user=actor, subject=row, screen="indicator target set")
    return row


def load_plan_targets(*, actor: User | None = None) -> list[IndicatorTarget]:
    """Enter the founding plan's numbers where nobody has entered others yet. Again: nothing changes."""
    known = set(IndicatorTarget.objects.values_list("code", "assessment_year"))
    return [
        set_target(code=code, year=year, actor=actor, note=PLAN, **values)  # type: ignore[arg-type]
        for code, year, values in PLAN_TARGETS
        if (code.value, year) not in known
    ]


# ---------------------------------------------------------------- where a year stands


class Outcome(Protocol):
    """What came out: a stored figure, or one computed a moment ago."""

    @property
    def figure(self) -> Figure: ...

    @property
    def denominator(self) -> int: ...

    @property
    def unmatched(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A year's state in a few words, with the colour of its tag."""

    words: str
    colour: str


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


def percent_words(value: Decimal) -> str:
    """A percentage as the plan writes it: 33.3%, 43%, 6.34%."""
    return f"{value.normalize():f}%"


def standing_of(row: Outcome | None, target: IndicatorTarget | None, *, today: date) -> Standing:
    """Where a year stands: awaited, without results, above or below target or prediction."""
    awaited = target.awaited_on if target else None
    if row is None or not has_outcome(row):
        if awaited is not None and today <= awaited:
            return Standing(f"Awaiting, due {awaited:%-d %b %Y}", "blue")
        if row is not None and row.denominator:
            return Standing("No results loaded yet", "orange")
        if awaited is not None:
            return Standing(f"Outcome was due {awaited:%-d %b %Y}", "orange")
        return Standing("No child counts" if row is not None else "Not computed", "grey")
    if target is not None and target.target is not None:
        return _against(row, target.target, "target", met="Target met", exceeded="Above target")
    if target is not None and target.prediction is not None:
        return _against(row, target.prediction, "prediction", met="As predicted", exceeded="Above prediction")
    return Standing("No target set", "grey")


def has_outcome(row: Outcome) -> bool:
    """Whether any child counted has a result at all: a cohort without results is no outcome of nought."""
    return row.denominator > row.unmatched


def _against(row: Outcome, aim: Decimal, name: str, *, met: str, exceeded: str) -> Standing:
    """Compared as printed, with one decimal (R-FMT-1), also where the aim has none: 15 of 45 meets 33.3%, 6.31%
    meets 6.34%, and 6.3% is 3.7 points below 10%, as a reader with a calculator finds."""
    result, aim = Decimal(row.figure.percent() or 0), Decimal(round_half_up(aim))
    if result == aim:
        return Standing(met, "green")
    points = round_half_up(abs(result - aim))
    if result > aim:
        return Standing(f"{exceeded} by {points} points", "green")
    return Standing(f"{points} points below {name}", "orange")


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

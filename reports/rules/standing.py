"""Where an indicator's year stands against what the plan foretold and aimed at, in a few words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from core.figures import Figure, round_half_up


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


class Aims(Protocol):
    """What the plan says of an indicator and year, in per cent."""

    @property
    def prediction(self) -> Decimal | None: ...

    @property
    def target(self) -> Decimal | None: ...

    @property
    def awaited_on(self) -> date | None: ...


def percent_words(value: Decimal) -> str:
    """A percentage as the plan writes it: 33.3%, 43%, 6.34%."""
    return f"{value.normalize():f}%"


def standing_of(row: Outcome | None, target: Aims | None, *, today: date) -> Standing:
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

"""From figures to positions: round axis marks and a straight-line scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_ROUND_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def nice_ticks(low: Decimal, high: Decimal, *, about: int = 5, whole: bool = False) -> tuple[Decimal, ...]:
    """Round numbers that cover low..high in about `about` equal steps; only whole numbers when `whole`.

    The first is at or below low, the last at or above high; low = high gives one step above it.
    """
    if high <= low:
        high = low + 1
    raw = (high - low) / about
    power = Decimal(1).scaleb(raw.adjusted())
    step = next(power * factor for factor in _ROUND_STEPS if power * factor >= raw)
    if whole and step != step.to_integral_value():
        step = step.to_integral_value(rounding=ROUND_CEILING)
    first = (low / step).to_integral_value(rounding=ROUND_FLOOR)
    last = (high / step).to_integral_value(rounding=ROUND_CEILING)
    return tuple(step * place for place in range(int(first), int(last) + 1))


def axis_ticks(
    values: Iterable[Decimal | None],
    *,
    minimum: Decimal | None = None,
    maximum: Decimal | None = None,
    whole: bool = False,
    about: int = 5,
) -> tuple[Decimal, ...]:
    """The axis for these values: from nought (or `minimum`) to the highest (at least `maximum`)."""
    known = [value for value in values if value is not None]
    low = min([Decimal(0) if minimum is None else minimum, *known])
    high = max([*known, low if maximum is None else maximum])
    return nice_ticks(low, high, about=about, whole=whole)


def decimals_of(ticks: Iterable[Decimal]) -> int:
    """The decimals that axis marks need so that no two of them read the same."""
    return max(max((-int(tick.normalize().as_tuple().exponent) for tick in ticks), default=0), 0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from [low, high] in figures to [start, end] in the drawing (end may be below start)."""

    low: Decimal
    high: Decimal
    start: float
    end: float

    def __call__(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low))
        return self.start + share * (self.end - self.start)

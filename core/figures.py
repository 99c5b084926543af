"""Figures: a numerator and a denominator kept exactly, and how they are printed.

A figure that leaves the team goes through `core.suppression` first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NOT_APPLICABLE = "n/a"
HIDDEN_SYMBOL = "x"
NO_CASES_SYMBOL = "z"

SMALL_NUMERATOR = 5
SMALL_DENOMINATOR = 10


def round_half_up(value: Decimal, places: int = 1) -> str:
    """A decimal as text with `places` decimals, halves away from zero (R-FMT-1): 6.25 -> "6.3"."""
    return str(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def percent_text(numerator: int, denominator: int, places: int = 1) -> str | None:
    """100 * n / d as text without a per cent sign; None for a denominator of 0 (R-FMT-1).

    Rounded once, from the exact fraction: the quotient of two integers is never rounded twice.
    """
    if denominator == 0:
        return None
    scaled = 100 * 10**places * numerator
    return round_half_up(Decimal((2 * scaled + denominator) // (2 * denominator)).scaleb(-places), places)


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of what was counted: `numerator` of `denominator`, both whole numbers of the same things."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"A figure needs 0 <= n <= d, not {self.numerator} of {self.denominator}.")

    @property
    def complement(self) -> int:
        """How many of the denominator are not in the numerator."""
        return self.denominator - self.numerator

    def percent(self, places: int = 1) -> str | None:
        """The percentage as text, "33.3"; None for 0 of 0, which is never 0% (R-FMT-1)."""
        return percent_text(self.numerator, self.denominator, places)

    def percent_label(self, places: int = 1) -> str:
        """The percentage with its sign, "33.3%", or "n/a"."""
        percent = self.percent(places)
        return NOT_APPLICABLE if percent is None else f"{percent}%"

    def n_of_d(self) -> str:
        """ "1 of 3", with a comma in thousands, or "n/a"."""
        if self.denominator == 0:
            return NOT_APPLICABLE
        return f"{self.numerator:,} of {self.denominator:,}"

    def text(self, places: int = 1) -> str:
        """How a figure is shown inside the team: "1 of 3 (33.3%)", or "n/a" for 0 of 0."""
        if self.denominator == 0:
            return NOT_APPLICABLE
        return f"{self.n_of_d()} ({self.percent_label(places)})"

    def is_small(self) -> bool:
        """Whether the percentage may not leave the team: numerator 5 or less, or denominator 10 or less
        (R-FMT-2, read literally: a true zero is small too)."""
        return self.numerator <= SMALL_NUMERATOR or self.denominator <= SMALL_DENOMINATOR

    def public_percent(self, places: int = 1) -> str:
        """One figure published alone (R-FMT-2): the percentage, "x" when too small, "z" for 0 of 0.

        Figures that stand beside others or under a total need `core.suppression.suppress_figures`.
        """
        percent = self.percent(places)
        if percent is None:
            return NO_CASES_SYMBOL
        return HIDDEN_SYMBOL if self.is_small() else percent


def percent(numerator: int, denominator: int, places: int = 1) -> str | None:
    """`Figure.percent` for callers that hold two integers."""
    return percent_text(numerator, denominator, places)


def n_of_d(numerator: int, denominator: int) -> str:
    """`Figure.n_of_d` for callers that hold two integers."""
    return Figure(numerator, denominator).n_of_d()


def sum_figures(figures: Iterable[Figure]) -> Figure:
    """A group's figure: sum of numerators of the sum of denominators, never a mean of percentages (4.4)."""
    listed = list(figures)
    return Figure(sum(f.numerator for f in listed), sum(f.denominator for f in listed))

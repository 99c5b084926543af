"""Figures: a numerator and a denominator kept exactly, and how they are printed inside and outside the team."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.suppression import Ledger, is_small_count, suppress_counts, suppress_table, with_totals

__all__ = [
    "HIDDEN_SYMBOL",
    "NOT_APPLICABLE",
    "NO_CASES_SYMBOL",
    "Figure",
    "PublicFigure",
    "count_text",
    "n_of_d",
    "percent",
    "percent_text",
    "round_half_up",
    "sum_figures",
    "suppress_counts",
    "suppress_figures",
    "suppress_table",
]

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

        Figures that stand beside others or under a total need `suppress_figures`.
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


# ---------------------------------------------------------------- what leaves the team


def count_text(count: int | None) -> str:
    """A count as printed in public, "x" when it is hidden."""
    return HIDDEN_SYMBOL if count is None else f"{count:,}"


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """A figure as it may leave the team; None is hidden."""

    numerator: int | None
    denominator: int | None

    def percent(self, places: int = 1) -> str:
        """The percentage, "x" when hidden, "z" for 0 of 0."""
        if self.numerator is None or self.denominator is None:
            return HIDDEN_SYMBOL
        return percent_text(self.numerator, self.denominator, places) or NO_CASES_SYMBOL

    def text(self, places: int = 1) -> str:
        """ "30 of 48 (62.5%)", "x of 48" when only the denominator may be shown, "x", or "n/a"."""
        if self.denominator is None:
            return HIDDEN_SYMBOL
        if self.numerator is None:
            return f"{HIDDEN_SYMBOL} of {self.denominator:,}"
        return Figure(self.numerator, self.denominator).text(places)


NUMERATOR, COMPLEMENT, DENOMINATOR = 0, 1, 2


def _hide_whole_shares(ledger: Ledger) -> None:
    """Numerator and complement go together: with the denominator, the one gives the other away."""
    for row in {i for i, _ in ledger.hidden}:
        ledger.hidden |= {(row, NUMERATOR), (row, COMPLEMENT)}


def suppress_figures(
    figures: Sequence[Figure], total: Figure | None = None, *, guard_complement: bool = True
) -> tuple[tuple[PublicFigure, ...], PublicFigure | None]:
    """A breakdown of shares, under its total when that is shown, as it may be published.

    A share is hidden when its numerator is 5 or less or its denominator 10 or less (R-FMT-2), a denominator when
    it is 1 to 5, and then whatever else would let a reader work one out. `guard_complement` (OURS, stricter than
    R-FMT-2) also hides a share of which only 1 to 5 are missing, "23 of 24": it tells of the one as "1 of 24"
    does. All of a group, "24 of 24", is shown. ValueError when the total is not the sum of the figures.
    """
    if total is not None and total != sum_figures(figures):
        raise ValueError("The total of a breakdown is the sum of its figures.")
    if not figures:
        return (), None if total is None else PublicFigure(0, 0)
    values = with_totals([[figure.numerator, figure.complement] for figure in figures])
    bottom = len(figures)
    ledger = Ledger(
        values,
        unpublished=set() if total is not None else {(bottom, column) for column in range(3)},
        floors=lambda cell: 1 if cell[1] == DENOMINATOR else 0,
        fixed=lambda cell: values[cell[0]][DENOMINATOR] == 0,
        widen=_hide_whole_shares,
    )
    for row, figure in enumerate([*figures, total] if total is not None else figures):
        if figure.denominator == 0:
            continue
        if figure.is_small() or (guard_complement and is_small_count(figure.complement)):
            ledger.hidden.add((row, NUMERATOR))
        if is_small_count(figure.denominator):
            ledger.hidden.add((row, DENOMINATOR))
    ledger.protect()

    def public(row: int) -> PublicFigure:
        n, d = (None if (row, c) in ledger.hidden else values[row][c] for c in (NUMERATOR, DENOMINATOR))
        return PublicFigure(n, d)

    return tuple(public(row) for row in range(bottom)), None if total is None else public(bottom)

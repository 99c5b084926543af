"""Text in a chart: how wide it will be, where it wraps, how a number is printed.

SVG has no line breaking, and the server has no browser to ask, so widths come from Arial's own advance widths
(Liberation Sans has the same). They are good to a few per cent, which is enough to keep labels off the bars.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# A value that is a string is a symbol to print in place of a figure ("c" for hidden); None is "not known".
Value = int | float | Decimal | str | None

MISSING = "n/a"

# Advance widths in thousandths of the font size, in groups of characters of one width.
_WIDTH_GROUPS = {
    222: "ijl'",
    278: " ftI.,:;!/\\[]|",
    333: "r()-`",
    355: '"',
    389: "*",
    469: "^",
    500: "ckrsvxyzJ",
    556: "abdeghnopqu0123456789L#$?_\u2013",
    584: "+<>=~",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1000: "—…",
}
_WIDTHS = {character: width for width, characters in _WIDTH_GROUPS.items() for character in characters}
_USUAL_WIDTH = 556
_BOLD_FACTOR = 1.07


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of `text` in the chart's units when set in Arial of `size`."""
    width = sum(_WIDTHS.get(character, _USUAL_WIDTH) for character in text) * size / 1000
    return width * _BOLD_FACTOR if bold else width


def wrap(text: str, size: float, width: float, *, lines: int = 2) -> tuple[str, ...]:
    """Break `text` at spaces into at most `lines` lines of at most `width`; what does not fit ends in "…"."""
    done: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if not line or text_width(longer, size) <= width:
            line = longer
        else:
            done.append(line)
            line = word
    done.append(line)
    if len(done) > lines:
        done = [*done[: lines - 1], " ".join(done[lines - 1 :])]
    return tuple(shorten(part, size, width) for part in done)


def shorten(text: str, size: float, width: float) -> str:
    """`text`, or as much of it as fits `width` followed by "…"."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def number(value: Value) -> Decimal | None:
    """The value as an exact number, or None where there is none to draw (None, a symbol, not a number)."""
    if value is None or isinstance(value, str):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def print_value(value: Value, *, unit: str = "", decimals: int = 0) -> str:
    """The value as people read it: thousands apart, halves rounded up, "n/a" for None, a symbol as it is."""
    if isinstance(value, str):
        return value
    exact = number(value)
    if exact is None:
        return MISSING
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    return f"{rounded:,}{unit}"


def coordinate(value: float) -> str:
    """A position in the drawing: at most two decimals, no trailing noughts, the same on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text

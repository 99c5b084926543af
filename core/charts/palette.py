"""Colours and, beside every colour, something that is not a colour: a pattern, a dash, a marker or a letter.

Each fill has at least 3:1 against white; dark and light alternate, so that neighbours differ in grey too.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "#0b0c0c"
MUTED = "#505a5f"
GRID = "#d9dde0"
AXIS = "#505a5f"
PAPER = "#ffffff"
TARGET = "#a3123f"

FILLS = ("#12436d", "#28877f", "#801650", "#c4501b", "#3d3d3d", "#8163b8")
# Hatching over the fill, in white: "" is solid.
HATCHES = ("", "diagonal", "dots", "back", "lines", "cross")
DASHES = ("", "7 4", "2 3", "10 3 2 3", "5 2", "1 3")
MARKERS = ("circle", "square", "triangle", "diamond", "circle", "square")


@dataclass(frozen=True, slots=True)
class Tone:
    """How a heat map's cell is painted: its fill and the colour of the letter on it (4.5:1 or more)."""

    fill: str
    ink: str
    hatch: str = ""


TONES = {
    "present": Tone("#cfe3f1", INK),
    "elsewhere": Tone("#9cc7c3", INK),
    "authorised": Tone("#f6c667", INK),
    "unauthorised": Tone("#942514", PAPER),
    "late": Tone("#e9a5c1", INK),
    "missing": Tone("#ffffff", INK),
    "closed": Tone("#e3e6e8", MUTED),
    "other": Tone("#5b4a86", PAPER),
}


def series_fill(index: int) -> str:
    """The colour of the series at this place; after six they repeat."""
    return FILLS[index % len(FILLS)]


def series_hatch(index: int) -> str:
    """The hatching of the series at this place."""
    return HATCHES[index % len(HATCHES)]

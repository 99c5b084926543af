"""Starter texts, one file for each audience, true for this product: the title, then paragraphs.

A council makes them its own before it approves them. Words in square brackets are for it to fill in.
"""

from pathlib import Path

from rights.notices.rules import Audience


def starter(audience: Audience) -> tuple[str, str]:
    """(title, text) with one line for each paragraph."""
    written = (Path(__file__).parent / f"{audience.value}.txt").read_text(encoding="utf-8")
    title, *paragraphs = [" ".join(part.split()) for part in written.split("\n\n")]
    return title, "\n\n".join(paragraphs)

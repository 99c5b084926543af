"""Headings of hand-written tables that sort by link: the address holds key and direction."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column's heading. Without `sortable` it is plain text."""

    key: str
    label: str
    sortable: bool = False
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class ShownHeading:
    """A heading with its state now (aria-sort) and what a click asks for."""

    label: str
    sortable: bool
    numeric: bool
    sorted: str
    next: str


def headings(columns: Iterable[Heading], sort: str) -> list[ShownHeading]:
    """`sort` is a key, with a minus before it when descending; for components/sort_headings.html."""
    return [
        ShownHeading(
            label=c.label,
            sortable=c.sortable,
            numeric=c.numeric,
            sorted={c.key: "ascending", f"-{c.key}": "descending"}.get(sort, "none"),
            next=f"-{c.key}" if sort == c.key else c.key,
        )
        for c in columns
    ]

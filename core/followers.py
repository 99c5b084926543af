"""What upper floors keep in store is derived anew when facts below change: they register here, nobody imports upward.

A follower runs in the transaction of the change, so that both are there or neither. It must be quick: what takes
longer queues a job that starts after the commit.
"""

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Changed(StrEnum):
    """Facts that something above is derived from and kept."""

    SCHOOL_PLACES = "school-places"
    TERM_DATES = "term-dates"
    DEADLINES = "deadlines"


_followers: dict[Changed, list[Callable[[], Any]]] = defaultdict(list)


def follow(fact: Changed, follower: Callable[[], Any]) -> None:
    """Called by an app at start-up."""
    _followers[fact].append(follower)


def tell_changed(fact: Changed) -> None:
    """Called by the service that changed the fact, inside its transaction."""
    for follower in _followers[fact]:
        follower()

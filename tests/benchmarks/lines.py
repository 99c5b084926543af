"""A measured line, and how time is taken."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """One measurement. `value` may be as large as `limit`, or exactly that large where `exact`."""

    name: str
    value: float
    unit: str
    limit: float
    exact: bool = False

    @property
    def ok(self) -> bool:
        return self.value == self.limit if self.exact else self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        shown = asdict(self)
        del shown["exact"]
        return {**shown, "value": round(self.value, 3), "limit": round(self.limit, 3), "ok": self.ok}


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_seconds(work: Callable[[], object], times: int) -> float:
    """The median of several runs, after one that warms up."""
    work()
    return statistics.median(seconds(work) for _ in range(times))

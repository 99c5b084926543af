"""Codes of the 903 that hold only for some time: accepted at any date, and told of outside their time (3.2)."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["code_in_force"]

_LAST_DAY: Mapping[tuple[str, str], dt.date] = MappingProxyType(
    {
        ("LS", "D1"): dt.date(2005, 12, 31),
        ("PLACE", "H5"): dt.date(2023, 10, 27),
        ("PLACE", "P2"): dt.date(2023, 10, 27),
        ("REC", "E43"): dt.date(2018, 3, 31),
        ("REC", "E44"): dt.date(2018, 3, 31),
    }
)
_FIRST_DAY: Mapping[tuple[str, str], dt.date] = MappingProxyType(
    {
        ("LS", "E1"): dt.date(2005, 12, 1),
        ("PLACE", "K3"): dt.date(2023, 10, 28),
    }
)


def code_in_force(column: str, code: str, on: dt.date) -> bool:
    """Whether a code held on a day; True for every code without a known beginning or end."""
    key = (column, code)
    return _FIRST_DAY.get(key, dt.date.min) <= on <= _LAST_DAY.get(key, dt.date.max)

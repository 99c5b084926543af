"""Until when a delegation may run."""

from datetime import date, timedelta

from core.rules import academic_year_of, academic_year_start


def latest_day(today: date) -> date:
    """A delegation ends with the school year at the latest: in September somebody looks at it anew (OURS)."""
    return academic_year_start(academic_year_of(today) + 1) - timedelta(days=1)

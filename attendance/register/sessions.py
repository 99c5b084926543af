"""Which places of a year are sessions, by calendar, as masks over a register."""

import numpy as np

from attendance.register.places import WIDTH, Bools
from core.calendars import Calendars, all_calendars
from core.rules import academic_year_period


class SessionMasks:
    """Masks of `WIDTH` places for a calendar (None: the county's) and an academic year; each made once."""

    def __init__(self, calendars: Calendars | None = None) -> None:
        self.calendars = calendars or all_calendars()
        self._masks: dict[tuple[int | None, int, bool], Bools] = {}

    def counting(self, calendar_id: int | None, academic_year: int) -> Bools:
        """A mark at this place counts: the calendar has, or may have, a session there."""
        return self._mask(calendar_id, academic_year, expected=False)

    def expected(self, calendar_id: int | None, academic_year: int) -> Bools:
        """A mark is expected at this place."""
        return self._mask(calendar_id, academic_year, expected=True)

    def _mask(self, calendar_id: int | None, academic_year: int, *, expected: bool) -> Bools:
        key = (calendar_id, academic_year, expected)
        if key not in self._masks:
            calendar = self.calendars.of(calendar_id, academic_year)
            ask = calendar.is_school_day if expected else calendar.may_have_session
            days = [ask(on) for on in academic_year_period(academic_year).days()]
            mask = np.zeros(WIDTH, bool)
            mask[: 2 * len(days)] = np.repeat(days, 2)
            self._masks[key] = mask
        return self._masks[key]

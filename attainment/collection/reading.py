"""What was recorded: of one child term by term, of many children in one term."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from attainment.models import TermAssessment
from attainment.rules import collection as rules
from core import rules as time_rules
from core.calendars import all_calendars
from core.rules import Season
from core.sections import Section
from pupils.models import Pupil

SEASON_ORDER = {Season.AUTUMN: 0, Season.SPRING: 1, Season.SUMMER: 2}


def window_on(today: date) -> rules.Window:
    """The term that is collected on a day, by the county's calendar."""
    calendars, year = all_calendars(), time_rules.academic_year_of(today)
    found = [
        rules.Window(academic_year, season, *calendars.of(None, academic_year).season(season))
        for academic_year in (year - 1, year)
        for season in Season
    ]
    return rules.window_of(today, found)


def collected_children(user: Any, window: rules.Window, today: date) -> tuple[Any, Any]:
    """(children looked after now whose results the person sees, those of them with a row in the term)."""
    children = Pupil.objects.visible_to(user, Section.ATTAINMENT).looked_after(on=today)
    rows = TermAssessment.objects.visible_to(user).filter(academic_year=window.academic_year, season=window.season)
    return children, children.filter(pk__in=rows.values("pupil_id"))


def term_key(row: TermAssessment) -> tuple[int, int]:
    """Orders the rows by term."""
    return row.academic_year, SEASON_ORDER[Season(row.season)]


def recorded_in(window: rules.Window, user: Any, pupils: Iterable[Pupil]) -> Mapping[int, list[TermAssessment]]:
    """{child: rows of the term}, in one query."""
    found: dict[int, list[TermAssessment]] = {}
    rows = TermAssessment.objects.visible_to(user).filter(
        pupil__in=list(pupils), academic_year=window.academic_year, season=window.season
    )
    for row in rows:
        found.setdefault(row.pupil_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One subject over the terms shown: a cell for each, None where nothing was recorded."""

    subject: str
    cells: Sequence[TermAssessment | None]

    @property
    def latest(self) -> TermAssessment:
        """The newest row; a line has at least one."""
        return next(cell for cell in reversed(self.cells) if cell is not None)

    @property
    def movement(self) -> str:
        """ "up", "down" or "same" between the last two terms that have a row; nothing with one row only."""
        known = [cell for cell in self.cells if cell is not None]
        return rules.movement(known[-2].standing, known[-1].standing) if len(known) > 1 else ""


@dataclass(frozen=True, slots=True)
class History:
    """The terms shown, oldest first, and the subjects with a cell for each."""

    terms: Sequence[str]
    lines: Sequence[SubjectLine]


def history_of(user: Any, pupil: Pupil, *, terms: int = 4) -> History:
    """The child's last `terms` terms that have any row."""
    rows = sorted(TermAssessment.objects.visible_to(user).filter(pupil=pupil), key=term_key)
    keys = sorted({term_key(row) for row in rows})[-terms:]
    labels = {term_key(row): row.term_label for row in rows}
    by_subject: dict[str, dict[tuple[int, int], TermAssessment]] = {}
    for row in rows:
        if term_key(row) in keys:
            by_subject.setdefault(row.subject_key, {})[term_key(row)] = row
    lines = [
        SubjectLine(next(reversed(cells.values())).subject, [cells.get(key) for key in keys])
        for cells in by_subject.values()
    ]
    return History([labels[key] for key in keys], lines)

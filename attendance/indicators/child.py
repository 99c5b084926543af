"""One child's year: what each session was, how it counts, what was said about it and what it was before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from attendance import rules
from attendance.indicators.counting import ChildAttendance, YearMarks, attendance_between
from attendance.indicators.groups import by_term
from attendance.models import EffectiveRegister, MarkConflict, MarkCorrection, MarkNote, Register, Source
from attendance.register.places import BLANK, date_of, session_of
from attendance.rules import AttendanceCounts, CategoryNumber
from core.calendars import Calendars
from core.rules import academic_year_end, academic_year_of, academic_year_start
from pupils.models import Pupil


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the heat map. `code` is "" where no mark counts; `counts` whether the day was in care."""

    on: dt.date
    session: str
    code: str
    meaning: str
    category: CategoryNumber
    counts: bool


@dataclass(slots=True)
class Entry:
    """A mark worth a line: not simply present, or with something said about it, corrected or disputed."""

    place: int
    on: dt.date
    session: str
    code: str
    meaning: str
    said: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    disputed: bool = False


@dataclass(frozen=True)
class ChildYear:
    """Everything of one child and academic year that its page shows."""

    academic_year: int
    sessions: Sequence[Session]
    attendance: ChildAttendance | None
    rule_words: str
    terms: Sequence[tuple[str, AttendanceCounts]]

    @property
    def counts(self) -> AttendanceCounts:
        """The sessions of the year up to today."""
        return self.attendance.counts if self.attendance else AttendanceCounts()


def years_with_marks(pupil: Pupil) -> list[int]:
    """Academic years for which the child has marks, the latest first."""
    years = EffectiveRegister.objects.filter(pupil=pupil).order_by("-academic_year")
    return list(years.values_list("academic_year", flat=True))


def meaning_of(symbol: str, on: dt.date) -> tuple[str, str]:
    """(code, what it means on that day) of a stored symbol."""
    if symbol == rules.UNMARKED:
        return symbol, "Not marked"
    if symbol == rules.UNKNOWN_CODE_SYMBOL:
        return symbol, "Unknown code, not counted"
    code = rules.CODE_OF_SYMBOL.get(symbol, symbol)
    row = rules.code_on(code, on)
    return code, row.meaning if row else "Not in use on this day, not counted"


def child_year(pupil: Pupil, academic_year: int, *, today: dt.date) -> ChildYear:
    """The child's sessions and figures of a year, up to today; sessions of today that no mark came for yet do not
    count as unmarked."""
    calendars = Calendars()
    first, end = academic_year_start(academic_year), academic_year_end(academic_year)
    last = max(first, min(end, today))
    yesterday = today - dt.timedelta(days=1)
    marks = YearMarks.load(academic_year, today=yesterday, pupil_ids=[pupil.pk], calendars=calendars)
    result = attendance_between(first, last, today=today, pupil_ids=[pupil.pk], years=[marks])
    terms = by_term(marks, calendars.of(None, academic_year).terms, last) if marks.pupils else []
    return ChildYear(
        academic_year,
        _sessions(marks) if marks.pupils else [],
        next(iter(result.children), None),
        result.rule.words,
        terms,
    )


def _sessions(marks: YearMarks) -> list[Session]:
    found = []
    for place, symbol in enumerate(marks.grid[0].tolist()):
        counts = bool(marks.countable[0, place])
        if symbol == BLANK and not counts:
            continue
        on = date_of(marks.academic_year, place)
        code, meaning = ("", "No mark") if symbol == BLANK else meaning_of(chr(symbol), on)
        category = CategoryNumber(int(marks.categories[0, place]))
        found.append(Session(on, session_of(place), code, meaning, category, counts))
    return found


PLAIN = {CategoryNumber.PRESENT, CategoryNumber.NOT_COLLECTED}


def entries(pupil: Pupil, year: ChildYear) -> list[Entry]:
    """The lines of the mark list, newest first: absences and odd codes, notes, corrections, disputes."""
    found: dict[int, Entry] = {}
    start = academic_year_start(year.academic_year)
    plain: dict[int, Session] = {}
    for session in year.sessions:
        place = 2 * (session.on - start).days + (session.session == "PM")
        plain[place] = session
        if session.code and session.category not in PLAIN:
            found[place] = _entry(place, session, year.academic_year)

    def at(place: int) -> Entry:
        if place not in found:
            found[place] = _entry(place, plain.get(place), year.academic_year)
        return found[place]

    registers = Register.objects.filter(pupil=pupil, academic_year=year.academic_year)
    for note in MarkNote.objects.filter(register__in=registers).select_related("register__school"):
        at(note.place).said.append(note_in_words(note))
    corrections = MarkCorrection.objects.filter(register__in=registers).select_related("register").order_by("at", "pk")
    for correction in corrections:
        at(correction.place).before.append(_correction_in_words(correction, year.academic_year))
    open_rows = MarkConflict.objects.filter(
        pupil=pupil, academic_year=year.academic_year, state=MarkConflict.State.OPEN
    )
    for place in open_rows.values_list("place", flat=True):
        at(place).disputed = True
    return [found[place] for place in sorted(found, reverse=True)]


def _entry(place: int, session: Session | None, academic_year: int) -> Entry:
    on = date_of(academic_year, place)
    if session is None:
        return Entry(place, on, session_of(place), "", "Does not count")
    return Entry(place, on, session_of(place), session.code, session.meaning)


def note_in_words(note: MarkNote) -> str:
    """Who said what: "Welfare Call: Sent home unwell; 12 minutes late"."""
    late = f"{note.minutes_late} minutes late" if note.minutes_late is not None else ""
    code = f"sent as {note.code_text}" if note.code_text else ""
    said = "; ".join(part for part in (code, note.reason, late, note.comment) if part)
    return f"{Source(note.register.source).label}: {said}"


def _correction_in_words(correction: MarkCorrection, academic_year: int) -> str:
    on = date_of(academic_year, correction.place)
    code, meaning = meaning_of(correction.before, on)
    text = f", {correction.before_text}" if correction.before_text else ""
    return f"{code} ({meaning}{text}) until {correction.at:%-d %b %Y}, {Source(correction.register.source).label}"


def registers_of(pupil: Pupil, academic_year: int) -> list[Register]:
    """The child's registers of a year with their schools: who has sent marks."""
    rows = Register.objects.filter(pupil=pupil, academic_year=academic_year)
    return list(rows.select_related("school", "run").order_by("source", "school__name"))


def present_year(pupil: Pupil, today: dt.date) -> int:
    """The year that a page opens with: this one, else the latest with marks."""
    years = years_with_marks(pupil)
    now = academic_year_of(today)
    return now if now in years or not years else years[0]


def weeks_of(sessions: Sequence[Session]) -> dict[dt.date, dict[tuple[int, str], Session]]:
    """Monday -> (weekday, "AM" or "PM") -> session, in order; weeks between the first and the last are all there."""
    found: dict[dt.date, dict[tuple[int, str], Session]] = defaultdict(dict)
    if not sessions:
        return {}
    monday = sessions[0].on - dt.timedelta(days=sessions[0].on.weekday())
    while monday <= sessions[-1].on:
        found[monday] = {}
        monday += dt.timedelta(days=7)
    for session in sessions:
        found[session.on - dt.timedelta(days=session.on.weekday())][session.on.weekday(), session.session] = session
    return dict(found)

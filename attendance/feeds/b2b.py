"""B2B: marks as school systems send them, one row a session mark, or a string of marks from a Monday on (5.3)."""

import datetime as dt

import numpy as np

from attendance import rules
from attendance.feeds.codes import Reading
from attendance.feeds.layouts import MARK_STRING, REGISTER, SESSION_WORDS, requiring
from attendance.feeds.marks import Delivery, MarkReader
from attendance.feeds.sheets import Sheet
from attendance.models import Source
from attendance.register.incoming import Marks, Note
from attendance.register.places import Bools, Bytes, Ints
from core.feeds.base import FeedRefused, Problem, Problems, Severity, SourceFile
from core.feeds.columns import Column, HeadingMatch, match_headings, normalise_heading, require_headings
from core.feeds.reading import read_table

WEEK = 14
PRESENT = [ord(s) for s in ("/", "\\")]
STRING_KEYS = next(c.keys for c in MARK_STRING if c.name == "marks")
MAX_STRING = 14 * 60


class B2BReader(MarkReader):
    """Profile B, rows and strings."""

    source = Source.B2B.value

    def open_file(self, file: SourceFile, problems: Problems) -> Sheet:
        table = read_table(file, _fits, verbatim=lambda h: normalise_heading(h) in STRING_KEYS)
        columns = MARK_STRING if _is_string(table.headings) else REGISTER
        columns = _demand_keys(columns, match_headings(table.headings, columns))
        sheet = Sheet(table, require_headings(table, columns, problems), columns)
        if sheet.has("marks"):
            _refuse_two_character_codes(sheet)
        return sheet

    def day_column(self, sheet: Sheet) -> str:
        return "start_date" if sheet.has("marks") else "date"

    def column_of(self, sheet: Sheet, session: int) -> str:
        return "marks" if sheet.has("marks") else "mark"

    def marks_of(self, sheet: Sheet, delivery: Delivery) -> Marks:
        return _string_marks(sheet, delivery) if sheet.has("marks") else _row_marks(sheet, delivery)


def _is_string(headings: list[str]) -> bool:
    """Told by headings: a string of marks comes with the day on which it starts."""
    return not match_headings(headings, MARK_STRING).missing and bool(match_headings(headings, REGISTER).missing)


def _fits(headings: object) -> bool:
    row = list(headings)  # type: ignore[call-overload]
    return any(not match_headings(row, columns).missing for columns in (REGISTER, MARK_STRING))


def _demand_keys(columns: tuple[Column, ...], match: HeadingMatch) -> tuple[Column, ...]:
    """A UPN (or child id) and a school (LAESTAB or URN) must be among the headings."""
    has = match.positions
    if "child_ref" not in has and "former_upn" not in has:
        columns = requiring(columns, "upn")
    if "urn" not in has:
        columns = requiring(columns, "laestab")
    return columns


# ---------------------------------------------------------------- one row a mark


def _row_marks(sheet: Sheet, delivery: Delivery) -> Marks:
    part, problems = delivery.rows_of(sheet), delivery.problems
    read = delivery.codes.read_all(sheet.texts("mark"))
    symbol: Bytes = sheet.look_up("mark", [r[0] for r in read], np.uint8)
    words: Bools = sheet.look_up("mark", [r[2] is Reading.WORD for r in read], bool)
    for row in np.flatnonzero(words).tolist():
        problems.add(
            "BAD_MARK",
            "This is not an attendance code.",
            advice="Send the code of the attendance list (/ \\ N I ...).",
            **sheet.where(row, "mark"),
        )
    session = sheet.look_up("session", [SESSION_WORDS.get(_squeeze(t), -1) for t in sheet.texts("session")])
    for row in np.flatnonzero(session < 0).tolist():
        problems.add(
            "BAD_SESSION",
            "The session is neither morning nor afternoon.",
            advice="Write AM or PM, or period 1 or 2.",
            **sheet.where(row, "session"),
        )
    delivery.held[part] |= words | (session < 0)
    session = np.maximum(session, 0)
    strokes = np.isin(symbol, PRESENT)
    symbol[strokes] = np.array(PRESENT, np.uint8)[session[strokes]]
    text = sheet.look_up("mark", [r[1] for r in read])
    marks = Marks(
        np.arange(part.start, part.stop),
        delivery.pupil[part],
        delivery.school[part],
        delivery.day[part],
        session,
        symbol,
        text,
    )
    marks.notes = _row_notes(sheet, delivery, text)
    return marks


def _squeeze(text: str) -> str:
    return "".join(text.replace(".0", "").split()).upper()


def _row_notes(sheet: Sheet, delivery: Delivery, text: Ints) -> dict[int, Note]:
    late = sheet.parsed("minutes_late", delivery.problems)[0] if sheet.has("minutes_late") else []
    codes = list(delivery.codes.texts)
    notes = {}
    for row in np.flatnonzero((text >= 0) | sheet.filled("comment") | sheet.filled("minutes_late")).tolist():
        minutes = late[int(sheet.codes("minutes_late")[row])] if late else None
        code = codes[text[row]] if text[row] >= 0 else ""
        note = Note(code, "", sheet.text("comment", row)[:500], minutes)
        if note != Note():
            notes[row] = note
    return notes


# ---------------------------------------------------------------- a string of marks


def _refuse_two_character_codes(sheet: Sheet) -> None:
    """A digit in a string of one-character marks is half of C1, Y7 or J1, and all marks behind it are shifted."""
    bad = [any(c.isdigit() for c in text) for text in sheet.texts("marks")]
    rows = np.flatnonzero(sheet.look_up("marks", bad, bool)).tolist()
    if not rows:
        return
    raise FeedRefused(
        *(
            Problem(
                code="TWO_CHARACTER_CODE",
                severity=Severity.ERROR,
                message="The string holds a code of two characters (C1, J1, Y1 to Y7 ...): each mark of a string has "
                "one character, so it cannot be said which mark belongs to which session.",
                advice="Ask the school or supplier for one row a mark (UPN, LAESTAB, Date, Session, Mark).",
                file=sheet.table.file,
                row=int(sheet.numbers[row]),
                column=sheet.match.headings["marks"],
                value=sheet.text("marks", row)[:200],
            )
            for row in rows
        )
    )


def _marks_weekends(text: str) -> bool:
    """Whether a Saturday or a Sunday has a mark: in a string of school days only, the next week stands there."""
    return any(at % WEEK >= WEEK - 4 and mark not in rules.SILENT_ON_CLOSED_DAYS for at, mark in enumerate(text))


def _string_problem(text: str) -> tuple[str, str] | None:
    if not text.strip():
        return None
    if len(text) % 2:
        return (
            "BAD_LENGTH",
            f"The string has {len(text)} characters; it needs {WEEK} for each week, Saturday and Sunday included.",
        )
    if len(text) % WEEK and _marks_weekends(text):
        return (
            "BAD_LENGTH",
            f"The string has {len(text)} characters and marks on weekends: it seems to leave out Saturday and Sunday.",
        )
    if len(text) > MAX_STRING:
        return "TOO_LONG", "The string is longer than a year."
    return None


def _string_marks(sheet: Sheet, delivery: Delivery) -> Marks:
    part, problems = delivery.rows_of(sheet), delivery.problems
    faults = [_string_problem(text) for text in sheet.texts("marks")]
    bad: Bools = sheet.look_up("marks", [fault is not None for fault in faults], bool)
    for row in np.flatnonzero(bad).tolist():
        code, message = faults[int(sheet.codes("marks")[row])] or ("", "")
        problems.add(
            code,
            message,
            advice="Ask for all seven days from a Monday, two characters a day (- not marked, # closed); only the "
            "last week may end early.",
            **sheet.where(row, "marks"),
        )
    days = delivery.day[part]
    no_monday = (days > 0) & ((days - 1) % 7 != 0)
    for row in np.flatnonzero(no_monday).tolist():
        on = dt.date.fromordinal(int(days[row]))
        problems.add(
            "NOT_A_MONDAY",
            f"The string starts on a {on:%A}; it must start on a Monday.",
            advice="Ask for whole weeks from a Monday.",
            **sheet.where(row, "start_date"),
        )
    delivery.held[part] |= bad | no_monday
    return _spread(sheet, delivery)


def _spread(sheet: Sheet, delivery: Delivery) -> Marks:
    """The strings of all rows that are not held, one element a character."""
    part = delivery.rows_of(sheet)
    rows = np.flatnonzero(~delivery.held[part])
    texts = [sheet.text("marks", row) for row in rows.tolist()]
    lengths = np.array([len(t) for t in texts], np.int64)
    read = {c: delivery.codes.read(c) for c in sorted(set("".join(texts)))}
    characters = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    alphabet, which = np.unique(characters, return_inverse=True)
    symbols = np.array([read[chr(c)][0] for c in alphabet], np.uint8)[which]
    text = np.array([read[chr(c)][1] for c in alphabet], np.int64)[which]
    owner = np.repeat(np.arange(len(rows)), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    session = offset % 2
    strokes = np.isin(symbols, PRESENT)
    symbols[strokes] = np.array(PRESENT, np.uint8)[session[strokes]]
    at = rows[owner] + part.start
    marks = Marks(
        at,
        delivery.pupil[at],
        delivery.school[at],
        delivery.day[at] + offset // 2,
        session,
        symbols,
        text,
    )
    codes = list(delivery.codes.texts)
    marks.notes = {i: Note(code_text=codes[text[i]]) for i in np.flatnonzero(text >= 0).tolist()}
    return marks

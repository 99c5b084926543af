"""What both attendance feeds share: rows to marks, checks against day, child and calendar, and the comparison."""

import datetime as dt
import gc
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attendance import rules
from attendance.feeds.codes import CodeReader
from attendance.feeds.lookups import Children, Schools, resolve_days
from attendance.feeds.sheets import Sheet
from attendance.indicators.expected import children_expected_on
from attendance.models import Register
from attendance.register.effective import derive
from attendance.register.incoming import Comparison, Marks, RowState, compare, concatenate
from attendance.register.places import BLANK, Bools, Bytes, Ints, distinct, tables_of
from attendance.register.sessions import SessionMasks
from attendance.register.storing import load_registers, pupil_years, write_comparison
from core.calendars import Calendars
from core.feeds.base import (
    Change,
    Checked,
    Counts,
    Difference,
    FeedContext,
    Problems,
    SourceFile,
    refuse_unless_rows,
)
from core.rules import academic_year_of
from schools.models import School

MAX_LISTED = 100
DAYS_JUDGED = 3
NEW_MARKS_TOLD = 20
"""Examples: a new mark is a row of the file itself, a changed one is not."""


@dataclass
class Delivery:
    """All rows of all files: who, where, when, and which rows are held. Arrays have one element a row."""

    sheets: Sequence[Sheet]
    problems: Problems
    codes: CodeReader
    children: Children
    held: Bools
    pupil: Ints
    school: Ints
    day: Ints

    def sheet_of(self, row: int) -> tuple[Sheet, int]:
        """The file of a row of the delivery, and its position in it."""
        sheet = next(s for s in reversed(self.sheets) if s.offset <= row)
        return sheet, row - sheet.offset

    def rows_of(self, sheet: Sheet) -> slice:
        """The rows of one file."""
        return slice(sheet.offset, sheet.offset + len(sheet))


class MarkReader(ABC):
    """How one kind of file turns its rows into marks."""

    source: ClassVar[str]

    @abstractmethod
    def open_file(self, file: SourceFile, problems: Problems) -> Sheet:
        """Read a file and match its headings. Raises FeedRefused."""

    @abstractmethod
    def day_column(self, sheet: Sheet) -> str:
        """The column that holds the day of a row."""

    @abstractmethod
    def column_of(self, sheet: Sheet, session: int) -> str:
        """The column that holds the mark of a session, for problems."""

    @abstractmethod
    def marks_of(self, sheet: Sheet, delivery: Delivery) -> Marks:
        """The marks of a file; rows that cannot be used are added to `delivery.held`."""

    def code_reader(self, context: FeedContext) -> CodeReader:
        """How texts of marks are read."""
        return CodeReader()

    def check_texts(self, delivery: Delivery, marks: Marks) -> None:
        """A look at all marks at once, for files that mean something else by them. May raise FeedRefused."""
        return


@contextmanager
def no_collection() -> Iterator[None]:
    """Garbage collection waits: a year's notes and problems are many small things, none of them garbage."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def check(reader: MarkReader, files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Read, check every row and compare with the stored registers; the payload is a Comparison."""
    with no_collection():
        return _check(reader, files, context)


def _check(reader: MarkReader, files: Sequence[SourceFile], context: FeedContext) -> Checked:
    problems = Problems()
    sheets: list[Sheet] = []
    for number, file in enumerate(files):
        context.progress(number, len(files) + 2, f"Reading {file.name}")
        sheet = reader.open_file(file, problems)
        sheet.offset = sum(len(s) for s in sheets)
        sheets.append(sheet)
    rows = sum(len(s) for s in sheets)
    refuse_unless_rows(rows, files)
    context.progress(len(files), len(files) + 2, f"Checking {rows:,} rows")
    delivery = _resolve(reader, sheets, problems, reader.code_reader(context))
    marks = concatenate([reader.marks_of(sheet, delivery) for sheet in sheets])
    marks.texts = list(delivery.codes.texts)
    reader.check_texts(delivery, marks)
    marks = _check_days(reader, delivery, marks, context.today)
    _check_codes(reader, delivery, marks)
    context.progress(len(files) + 1, len(files) + 2, f"Comparing {len(marks):,} marks")
    comparison = compare(
        marks, held=delivery.held, source=reader.source, load=lambda keys: load_registers(reader.source, keys)
    )
    _tell_clashes(reader, delivery, comparison)
    difference = _difference(delivery, comparison)
    _tell_missing_children(reader, delivery, marks, difference)
    return Checked(counts=_count(comparison.states), problems=problems, difference=difference, payload=comparison)


def apply(checked: Checked, context: FeedContext) -> None:
    """Write the registers that differ, then the effective registers of their children."""
    comparison: Comparison = checked.payload
    with no_collection():
        write_comparison(comparison, run_id=context.run_id)
    masks = SessionMasks()
    for year, pupils in pupil_years(comparison).items():
        derive(pupils, year, masks=masks)


def _resolve(reader: MarkReader, sheets: Sequence[Sheet], problems: Problems, codes: CodeReader) -> Delivery:
    children, schools = Children(), Schools(sheets)
    rows = sum(len(s) for s in sheets)
    zeros = [np.zeros(rows, np.int64) for _ in range(3)]
    delivery = Delivery(sheets, problems, codes, children, np.zeros(rows, bool), *zeros)
    for sheet in sheets:
        part = delivery.rows_of(sheet)
        delivery.held[part] |= _overflow(sheet, problems)
        delivery.pupil[part], unknown = children.resolve(sheet, problems)
        delivery.day[part], undated = resolve_days(sheet, reader.day_column(sheet), problems)
        delivery.school[part] = schools.resolve(sheet, delivery.day[part], problems)
        delivery.held[part] |= unknown | undated
    return delivery


def _overflow(sheet: Sheet, problems: Problems) -> Bools:
    held: Bools = np.isin(sheet.numbers, list(sheet.table.overflow))
    for row in np.flatnonzero(held).tolist():
        problems.add(
            "TOO_MANY_CELLS",
            "The row has more cells than there are headings.",
            advice="Usually a separator inside a text: put the text in double quotes.",
            **sheet.where(row),
        )
    return held


# ---------------------------------------------------------------- the day of a mark


def _check_days(reader: MarkReader, delivery: Delivery, marks: Marks, today: dt.date) -> Marks:
    """Hold rows with marks in the future or before birth; drop what is silent there. Warn of days without a session."""
    silent = np.isin(marks.symbol, [ord(s) for s in rules.SILENT_ON_CLOSED_DAYS])
    births = np.zeros(int(marks.pupil.max(initial=0)) + 1, np.int64)
    for pupil, born in delivery.children.births.items():
        if pupil < len(births):
            births[pupil] = born.toordinal()
    future = marks.day > today.toordinal()
    unborn = (marks.day < births[marks.pupil]) & ~future
    usable = ~delivery.held[marks.row]
    for wrong, code, message in (
        (future, "FUTURE_DATE", "The day lies in the future."),
        (unborn, "BEFORE_BIRTH", "The day lies before the child was born."),
    ):
        rows = distinct(marks.row[wrong & usable & ~(silent & _from_string(delivery, marks))])
        for row in rows.tolist():
            sheet, at = delivery.sheet_of(row)
            where = sheet.where(at, reader.day_column(sheet))
            delivery.problems.add(
                code, message, advice="Correct the date or the child and send the row again.", **where
            )
        delivery.held[rows] = True
    marks = marks.where(~(future | unborn) & ~delivery.held[marks.row])
    _warn_closed(reader, delivery, marks)
    return marks


def _from_string(delivery: Delivery, marks: Marks) -> Bools:
    strings = np.zeros(len(delivery.held), bool)
    for sheet in delivery.sheets:
        strings[delivery.rows_of(sheet)] = sheet.has("marks")
    result: Bools = strings[marks.row]
    return result


def _warn_closed(reader: MarkReader, delivery: Delivery, marks: Marks) -> None:
    """Marks on weekends, bank holidays and closed days are kept, and told of (A.1)."""
    if not len(marks):
        return
    first = int(marks.day.min())
    schools = distinct(marks.school)
    known = dict(School.objects.filter(pk__in=schools.tolist()).values_list("pk", "calendar_id"))
    calendars = list(dict.fromkeys(known.get(int(school)) for school in schools))
    masks = SessionMasks()
    table = np.ones((len(calendars), int(marks.day.max()) - first + 1), bool)
    for day in distinct(marks.day).tolist():
        on = dt.date.fromordinal(day)
        for n, calendar in enumerate(calendars):
            table[n, day - first] = masks.calendars.of(calendar, academic_year_of(on)).may_have_session(on)
    which = np.zeros(int(schools[-1]) + 1, np.int64)
    which[schools] = [calendars.index(known.get(int(school))) for school in schools]
    closed = ~table[which[marks.school], marks.day - first]
    silent = np.isin(marks.symbol, [ord(s) for s in rules.SILENT_ON_CLOSED_DAYS])
    for position in np.flatnonzero(closed & ~silent).tolist():
        on = dt.date.fromordinal(int(marks.day[position]))
        _warn_mark(
            reader, delivery, marks, position, code="NO_SESSION",
            message=f"The school has no session on {on:%A} {on.day} {on:%B %Y}: the mark is kept and does not count.",
            advice="If the school taught that day, correct its term dates; otherwise ask the sender.",
        )  # fmt: skip


def _warn_mark(
    reader: MarkReader, delivery: Delivery, marks: Marks, position: int, *, code: str, message: str, advice: str
) -> None:
    sheet, row = delivery.sheet_of(int(marks.row[position]))
    where = sheet.where(row, reader.column_of(sheet, int(marks.session[position])))
    if sheet.has("marks"):
        where["value"] = chr(marks.symbol[position])
    delivery.problems.warn(code, message, advice=advice, **where)


# ---------------------------------------------------------------- the code of a mark


def _check_codes(reader: MarkReader, delivery: Delivery, marks: Marks) -> None:
    """Unknown codes and codes that are not valid on their day are kept, told of and left out of the figures (4.2)."""
    if not len(marks):
        return
    first = int(marks.day.min())
    days = distinct(marks.day)
    tables: list[bytes] = []
    era = np.zeros(int(days[-1]) - first + 1, np.int64)
    for day in days.tolist():
        table = rules.category_table(dt.date.fromordinal(day))
        if not tables or tables[-1] != table:
            tables.append(table)
        era[day - first] = len(tables) - 1
    categories: Bytes = tables_of(tables)[era[marks.day - first], marks.symbol]
    for position in np.flatnonzero(categories == rules.CategoryNumber.NOT_VALID).tolist():
        on = dt.date.fromordinal(int(marks.day[position]))
        if marks.text[position] >= 0:
            _warn_mark(
                reader, delivery, marks, position, code="UNKNOWN_CODE",
                message=f"{marks.texts[marks.text[position]]} is no attendance code: it is kept and does not count.",
                advice="Ask the sender what it means; a later file with the right code replaces it.",
            )  # fmt: skip
        else:
            code = rules.CODE_OF_SYMBOL[chr(marks.symbol[position])]
            _warn_mark(
                reader, delivery, marks, position, code="CODE_NOT_VALID",
                message=f"Code {code} was not in use on {on.day} {on:%B %Y}: it is kept and does not count.",
                advice="Ask the sender for the code of the list that held on that day.",
            )  # fmt: skip


# ---------------------------------------------------------------- the result


def _tell_clashes(reader: MarkReader, delivery: Delivery, comparison: Comparison) -> None:
    for row, (other, cell) in sorted(comparison.clashes.items()):
        sheet, at = delivery.sheet_of(row)
        other_sheet, other_at = delivery.sheet_of(other)
        _, on, session = comparison.describe(cell)
        place = f"row {other_sheet.numbers[other_at]}"
        if other_sheet is not sheet:
            place += f" of {other_sheet.table.file}"
        delivery.problems.add(
            "TWO_MARKS",
            f"{place[0].upper()}{place[1:]} has another mark for this child on {on.day} {on:%B %Y} {session}.",
            advice="Neither was taken. Remove the wrong one and send both rows again.",
            **sheet.where(at, reader.column_of(sheet, 0 if session == "AM" else 1)),
        )


def _count(states: Bytes) -> Counts:
    tally = np.bincount(states, minlength=len(RowState))
    return Counts(
        read=len(states),
        applied=int(tally[RowState.APPLIED]),
        unchanged=int(tally[RowState.UNCHANGED]),
        held=int(tally[RowState.HELD]),
        ignored=int(tally[RowState.IGNORED]),
    )


def _code_text(symbol: int) -> str:
    return rules.CODE_OF_SYMBOL.get(chr(symbol), chr(symbol)).strip()


def _difference(delivery: Delivery, comparison: Comparison) -> Difference:
    fills = comparison.fills
    corrected = comparison.corrected_cells()
    added = int(np.count_nonzero(fills))
    difference = Difference(added=added, changed=len(corrected))
    difference.left = int(np.count_nonzero(comparison.grid != BLANK)) - added - len(corrected)
    if added:
        difference.summary.append(f"{added:,} marks are new.")
    if len(corrected):
        difference.summary.append(f"{len(corrected):,} marks replace another mark; the earlier one is kept with them.")
    before, after = comparison.stored.grid.ravel(), comparison.grid.ravel()
    cells = [*corrected.tolist(), *np.flatnonzero(fills)[:NEW_MARKS_TOLD].tolist()]
    for cell in cells:
        pupil, on, session = comparison.describe(cell)
        difference.tell(
            Change(
                subject=delivery.children.index.child_ids.get(pupil, ""),
                what=f"{on:%a} {on.day} {on:%b %Y} {session}",
                before=_code_text(before[cell]),
                after=_code_text(after[cell]),
            )
        )
    return difference


def _tell_missing_children(reader: MarkReader, delivery: Delivery, marks: Marks, difference: Difference) -> None:
    """Children of whom a day's file should have had a mark and has none: a main screen item (5.4)."""
    found = _day_of_file(reader, marks.where(marks.symbol != BLANK))
    if found is None:
        return
    on, without = found
    ids = delivery.children.index.child_ids
    missing = sorted(ids[pupil] for pupil in without)
    if not missing:
        return
    one = len(missing) == 1
    message = (
        f"{len(missing):,} {'child' if one else 'children'} looked after and at school on {on.day} {on:%B %Y}"
        f" {'has' if one else 'have'} no mark in this file"
    )
    listed = ", ".join(missing[:MAX_LISTED])
    more = f" and {len(missing) - MAX_LISTED:,} more" if len(missing) > MAX_LISTED else ""
    delivery.problems.note(
        "CHILDREN_WITHOUT_MARK",
        f"{message}: {listed}{more}.",
        file=delivery.sheets[0].table.file,
        value=str(len(missing)),
        advice="Ask the schools of these children; the page Marks received lists schools that are silent.",
    )
    difference.summary.append(f"{message}.")


def _day_of_file(reader: MarkReader, said: Marks) -> tuple[dt.date, set[int]] | None:
    """The day that a day's file is about, and who was expected then and is not in it; None for other files.

    The rule: of the last days with a mark on which the county may have school, the latest on which the file names at
    least half of the children it should. These are the children expected that day of whom the source has sent marks
    this academic year; all that are expected, where it has sent none yet. So one mistyped date, a correction of a
    few marks or a source for a few schools tells of nobody.
    """
    calendars = Calendars()
    judged = 0
    for day in distinct(said.day)[::-1].tolist():
        on = dt.date.fromordinal(day)
        year = academic_year_of(on)
        if not calendars.of(None, year).may_have_session(on):
            continue
        expected = children_expected_on(on)
        known = set(
            Register.objects.filter(source=reader.source, academic_year=year).values_list("pupil_id", flat=True)
        )
        should = expected & known or expected
        without = should - set(distinct(said.pupil[said.day == day]).tolist())
        if should and 2 * len(without) <= len(should):
            return on, without
        judged += 1
        if judged == DAYS_JUDGED:
            break
    return None

"""What a delivery says, laid beside what is stored: which rows change something, which contradict each other."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from attendance.register.places import BLANK, UNMARKED, WIDTH, Bools, Bytes, Ints, distinct, place_of, session_of
from core.rules import academic_year_of, academic_year_start


class RowState(IntEnum):
    """What became of a row. The order matters: a row is as far as its furthest mark."""

    IGNORED = 0
    UNCHANGED = 1
    APPLIED = 2
    HELD = 3


class Note(NamedTuple):
    """What came with one mark. `code_text` is an unknown code as it was read."""

    code_text: str = ""
    reason: str = ""
    comment: str = ""
    minutes_late: int | None = None

    def over(self, earlier: "Note") -> "Note":
        """This note with the earlier one's words where it says nothing: a blank cell changes nothing."""
        return Note(
            self.code_text,
            self.reason or earlier.reason,
            self.comment or earlier.comment,
            earlier.minutes_late if self.minutes_late is None else self.minutes_late,
        )

    def in_words(self) -> str:
        """For the correction row: what the replaced mark had with it."""
        late = f"{self.minutes_late} minutes late" if self.minutes_late is not None else ""
        return "; ".join(part for part in (self.code_text, self.reason, late, self.comment) if part)


@dataclass
class Marks:
    """Marks as a delivery gives them, one element a mark; all arrays have one length.

    `row` is the position of the row in the delivery, `school` 0 for 'not stated', `day` a proleptic ordinal,
    `session` 0 or 1, `symbol` the byte that stores the mark, `text` the position of an unknown code's text
    in `texts` (-1: none). `notes` are keyed by the position of the mark.
    """

    row: Ints
    pupil: Ints
    school: Ints
    day: Ints
    session: Ints
    symbol: Bytes
    text: Ints
    texts: list[str] = field(default_factory=list)
    notes: dict[int, Note] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.row)

    def where(self, keep: Bools) -> "Marks":
        """Only the marks where `keep` is true."""
        if keep.all():
            return self
        positions = np.cumsum(keep) - 1
        notes = {int(positions[i]): note for i, note in self.notes.items() if keep[i]}
        arrays = (self.row, self.pupil, self.school, self.day, self.session, self.symbol, self.text)
        return Marks(*(array[keep] for array in arrays), texts=self.texts, notes=notes)  # type: ignore[arg-type,misc]


def concatenate(parts: list[Marks]) -> Marks:
    """The marks of several files as one; rows and texts must already be numbered through the whole delivery."""
    if len(parts) == 1:
        return parts[0]
    notes: dict[int, Note] = {}
    at = 0
    for part in parts:
        notes.update({at + i: note for i, note in part.notes.items()})
        at += len(part)
    columns = ("row", "pupil", "school", "day", "session", "symbol", "text")
    arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in columns]
    return Marks(*arrays, notes=notes)  # type: ignore[arg-type,misc]


@dataclass
class Keys:
    """The registers that a delivery touches, one element a register."""

    pupil: Ints
    school: Ints
    year: Ints

    def __len__(self) -> int:
        return len(self.pupil)


def registers_of(marks: Marks) -> tuple[Keys, Ints]:
    """The registers, and for each mark its cell: register x WIDTH + place."""
    if not len(marks):
        empty = np.zeros(0, np.int64)
        return Keys(empty, empty, empty), empty
    first = int(marks.day.min())
    years, places = _calendar(distinct(marks.day), first)
    year, place = years[marks.day - first], places[marks.day - first] + marks.session
    pupil_codes, pupils = pd.factorize(marks.pupil)
    school_codes, schools = pd.factorize(marks.school)
    base = int(year.min())
    span = int(year.max()) - base + 1
    codes, uniques = pd.factorize((pupil_codes * len(schools) + school_codes) * span + (year - base))
    keys = Keys(pupils[uniques // span // len(schools)], schools[uniques // span % len(schools)], uniques % span + base)
    return keys, codes.astype(np.int64) * WIDTH + place


def _calendar(days: Ints, first: int) -> tuple[Ints, Ints]:
    years = np.zeros(int(days[-1]) - first + 1, np.int64)
    places = np.zeros(len(years), np.int64)
    for day in days:
        on = dt.date.fromordinal(int(day))
        years[day - first] = academic_year_of(on)
        places[day - first] = place_of(on, "AM")
    return years, places


@dataclass
class Stored:
    """What the tables hold for the registers of `Keys`: id (0: none yet), marks, and notes by cell."""

    ids: Ints
    grid: Bytes
    notes: Mapping[int, tuple[int, Note]] = field(default_factory=dict)


@dataclass
class Comparison:
    """The difference that a delivery makes. `changed` marks the cells whose symbol differs from the stored one;
    `recoded` are cells that stay unknown but with another text. `notes` are to be written, `old_notes` replaced."""

    source: str
    keys: Keys
    stored: Stored
    grid: Bytes
    changed: Bools
    states: Bytes
    recoded: set[int] = field(default_factory=set)
    notes: dict[int, Note] = field(default_factory=dict)
    old_notes: dict[int, tuple[int, Note]] = field(default_factory=dict)
    clashes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Row held because another row says otherwise: row -> (that other row, cell)."""

    @property
    def fills(self) -> Bools:
        """Changed cells in which nothing stood."""
        before = self.stored.grid
        return self.changed & ((before == BLANK) | (before == UNMARKED))

    def corrected_cells(self) -> Ints:
        """Cells whose mark was replaced by another: each leaves a correction row."""
        cells = np.flatnonzero(self.changed & ~self.fills)
        if self.recoded:
            cells = np.union1d(cells, np.fromiter(self.recoded, np.int64))
        return cells.astype(np.int64)

    def describe(self, cell: int) -> tuple[int, dt.date, str]:
        """(pupil, date, "AM" or "PM") of a cell."""
        register, place = divmod(int(cell), WIDTH)
        start = academic_year_start(int(self.keys.year[register]))
        return int(self.keys.pupil[register]), start + dt.timedelta(days=place // 2), session_of(place)


Load = Callable[[Keys], Stored]
"""Reads the stored registers of the keys."""


def compare(marks: Marks, *, held: Bools, source: str, load: Load) -> Comparison:
    """Lay the marks of a delivery beside what is stored. `held` has one element a row; those rows are left out.

    Two rows that give one session different marks are both held; a mark given twice alike counts once. A blank
    or `-` never contradicts and never replaces a mark (5.4).
    """
    marks = marks.where((marks.symbol != BLANK) & ~held[marks.row])
    keys, cells = registers_of(marks)
    firsts, clashes = _clashes(marks, cells, len(keys))
    out = held.copy()
    if clashes:
        out[list(clashes)] = True
        keep = ~out[marks.row]
        marks, cells = marks.where(keep), cells[keep]
        firsts, _ = _clashes(marks, cells, len(keys))
    stored = load(keys)
    cells_sent = np.full(len(keys) * WIDTH, BLANK, np.uint8)
    first = firsts[cells] == np.arange(len(cells))
    cells_sent[cells[first]] = marks.symbol[first]
    sent = cells_sent.reshape(stored.grid.shape)
    takes = (sent != BLANK) & ~((sent == UNMARKED) & (stored.grid != BLANK))
    result = Comparison(
        source=source,
        keys=keys,
        stored=stored,
        grid=np.where(takes, sent, stored.grid),
        changed=takes & (sent != stored.grid),
        states=np.where(out, RowState.HELD, RowState.IGNORED).astype(np.uint8),
        clashes=clashes,
    )
    _compare_notes(result, marks, cells, cells_sent)
    _settle_rows(result, marks, cells, first)
    return result


def _clashes(marks: Marks, cells: Ints, registers: int) -> tuple[Ints, dict[int, tuple[int, int]]]:
    """First mark of each cell (-1: none; a real mark goes before `-`), and the rows that contradict another."""
    firsts = np.full(registers * WIDTH, -1, np.int64)
    real = marks.symbol != UNMARKED
    for kind in (~real, real):
        positions = np.flatnonzero(kind)[::-1]
        firsts[cells[positions]] = positions
    identity = marks.symbol.astype(np.int64) + 256 * (marks.text + 1)
    differs = real & (identity != identity[firsts[cells]])
    if not differs.any():
        return firsts, {}
    disputed = np.zeros(registers * WIDTH, bool)
    disputed[cells[differs]] = True
    others = dict(zip(cells[differs].tolist(), marks.row[differs].tolist(), strict=True))
    clashes: dict[int, tuple[int, int]] = {}
    for position in np.flatnonzero(disputed[cells] & real).tolist():
        cell, row = int(cells[position]), int(marks.row[position])
        first = int(marks.row[firsts[cell]])
        clashes.setdefault(row, (first if first != row else others[cell], cell))
    return firsts, clashes


def _sent_notes(marks: Marks, cells: Ints, sent: Bytes) -> dict[int, Note]:
    """One note a cell; of several with the same mark the longest, so that the order of rows does not matter."""
    found: dict[int, Note] = {}
    for position, note in marks.notes.items():
        cell = int(cells[position])
        if marks.symbol[position] != sent[cell]:
            continue
        other = found.get(cell)
        if other is None or (len(note.in_words()), note.in_words()) > (len(other.in_words()), other.in_words()):
            found[cell] = note
    return found


def _compare_notes(result: Comparison, marks: Marks, cells: Ints, sent: Bytes) -> None:
    stored, changed, after = result.stored.notes, result.changed.ravel(), result.grid.ravel()
    notes = _sent_notes(marks, cells, sent)
    for cell, note in notes.items():
        if sent[cell] != after[cell]:
            continue
        before = stored.get(cell)
        if before is None:
            result.notes[cell] = note
            continue
        if note == before[1]:
            continue
        if note.code_text != before[1].code_text and not changed[cell]:
            result.recoded.add(cell)
        merged = note if changed[cell] or cell in result.recoded else note.over(before[1])
        if merged != before[1]:
            result.notes[cell] = merged
            result.old_notes[cell] = before
    for cell, before in stored.items():
        if cell not in notes and changed[cell]:
            result.old_notes[cell] = before


def _settle_rows(result: Comparison, marks: Marks, cells: Ints, first: Bools) -> None:
    """Each row is as far as its furthest mark: applied, unchanged, or ignored (nothing said, or said before)."""
    touched = result.changed.ravel().copy()
    if result.notes:
        touched[np.fromiter(result.notes, np.int64)] = True
    result.states[marks.row[first]] = RowState.UNCHANGED
    result.states[marks.row[first & touched[cells]]] = RowState.APPLIED

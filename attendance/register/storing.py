"""Registers, notes and corrections from and to the tables, many at a time; only rows that differ are written."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db import connection, models
from django.db.models import QuerySet
from django.utils import timezone

from attendance.models import MarkCorrection, MarkNote, Register
from attendance.register.incoming import Comparison, Keys, Note, Stored
from attendance.register.places import BLANK, WIDTH, Bytes, grid_from_texts, text_from_row
from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage

FEW = 500
"""Up to so many children are named in a query; for more all rows of the years are read and the others passed over."""


def load_registers(source: str, keys: Keys) -> Stored:
    """The stored registers of a source for these keys, in their order; two queries."""
    stored = Stored(np.zeros(len(keys), np.int64), np.full((len(keys), WIDTH), BLANK, np.uint8))
    triples = zip(keys.pupil.tolist(), keys.school.tolist(), keys.year.tolist(), strict=True)
    positions = {triple: n for n, triple in enumerate(triples)}
    pupils = np.unique(keys.pupil).tolist()
    registers = Register.objects.filter(source=source, academic_year__in=np.unique(keys.year).tolist())
    if len(pupils) <= FEW:
        registers = registers.filter(pupil_id__in=pupils)
    rows = registers.values_list("pk", "pupil_id", "school_id", "academic_year", "marks")
    found = [(positions.get((row[1], row[2] or 0, row[3])), row[0], row[4]) for row in rows]
    wanted = [(at, pk, marks) for at, pk, marks in found if at is not None]
    if not wanted:
        return stored
    at = np.array([row[0] for row in wanted])
    stored.ids[at] = [row[1] for row in wanted]
    stored.grid[at] = grid_from_texts([row[2] for row in wanted])
    stored.notes = _load_notes(registers, dict(zip(stored.ids[at].tolist(), at.tolist(), strict=True)))
    return stored


def _load_notes(registers: QuerySet[Register], positions: dict[int, int]) -> dict[int, tuple[int, Note]]:
    """Notes by cell. Fetched at once: a year of calls has tens of thousands."""
    rows = MarkNote.objects.filter(register__in=registers.values("pk")).values_list(
        "pk", "register_id", "place", "code_text", "reason", "comment", "minutes_late"
    )
    with connection.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        return {
            positions[row[1]] * WIDTH + row[2]: (row[0], Note(*row[3:]))
            for row in cursor.fetchall()
            if row[1] in positions
        }


def write_comparison(comparison: Comparison, *, run_id: int | None) -> None:
    """Store what a comparison found. Must run inside a transaction."""
    rows = np.flatnonzero(comparison.changed.any(axis=1))
    new = rows[comparison.stored.ids[rows] == 0]
    old = rows[comparison.stored.ids[rows] != 0]
    comparison.stored.ids[new] = reserve_ids(Register, len(new))
    _insert_registers(comparison, new, run_id)
    ids = comparison.stored.ids[old].tolist()
    texts = _texts(comparison.grid, comparison.keys, old)
    update_marks(Register, zip(ids, texts, strict=True), run_id=run_id)
    _write_corrections(comparison, run_id)
    _write_notes(comparison)


def reserve_ids(model: type[models.Model], number: int) -> list[int]:
    """Ids for rows that COPY will write."""
    if not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def _texts(grid: Bytes, keys: Keys, rows: Any) -> list[str]:
    return [text_from_row(grid[n], int(keys.year[n])) for n in rows]


def _insert_registers(comparison: Comparison, rows: Any, run_id: int | None) -> None:
    keys, ids = comparison.keys, comparison.stored.ids
    texts = _texts(comparison.grid, keys, rows)
    copy_rows(
        Register,
        ["id", "pupil_id", "school_id", "academic_year", "source", "marks", "run_id"],
        (
            (ids[n], keys.pupil[n], keys.school[n] or None, keys.year[n], comparison.source, text, run_id)
            for n, text in zip(rows.tolist(), texts, strict=True)
        ),
    )


def update_marks(model: type[models.Model], rows: Iterable[tuple[int, str]], *, run_id: int | None = None) -> None:
    """Set the marks of registers (id, marks) in one statement; with `run_id` also the run that changed them."""
    columns = {"id": "bigint", "marks": "text"} | ({"run_id": "bigint"} if run_id is not None else {})
    tail = () if run_id is None else (run_id,)
    if stage("attendance_stage", columns, ((*row, *tail) for row in rows)):
        update_from_stage(model._meta.db_table, "attendance_stage", [c for c in columns if c != "id"])


def _write_corrections(comparison: Comparison, run_id: int | None) -> None:
    before, after = comparison.stored.grid.ravel(), comparison.grid.ravel()
    at = timezone.now().isoformat()
    copy_rows(
        MarkCorrection,
        ["register_id", "place", "before", "before_text", "after", "run_id", "at"],
        (
            (
                comparison.stored.ids[cell // WIDTH],
                cell % WIDTH,
                chr(before[cell]),
                comparison.old_notes[cell][1].in_words()[:300] if cell in comparison.old_notes else "",
                chr(after[cell]),
                run_id,
                at,
            )
            for cell in comparison.corrected_cells().tolist()
        ),
    )


def _write_notes(comparison: Comparison) -> None:
    if comparison.old_notes:
        MarkNote.objects.filter(pk__in=[pk for pk, _ in comparison.old_notes.values()]).delete()
    copy_rows(
        MarkNote,
        ["register_id", "place", "code_text", "reason", "comment", "minutes_late"],
        (
            (
                comparison.stored.ids[cell // WIDTH],
                cell % WIDTH,
                note.code_text[:20],
                note.reason[:300],
                note.comment[:500],
                note.minutes_late,
            )
            for cell, note in sorted(comparison.notes.items())
        ),
    )


def pupil_years(comparison: Comparison) -> dict[int, Sequence[int]]:
    """Academic year -> pupils whose registers a comparison changed."""
    rows = comparison.changed.any(axis=1)
    years = np.unique(comparison.keys.year[rows])
    return {
        int(year): np.unique(comparison.keys.pupil[rows & (comparison.keys.year == year)]).tolist() for year in years
    }

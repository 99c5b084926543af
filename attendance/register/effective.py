"""The marks that count: derived from all registers of a child and year by the precedence of rules.py, and stored."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from attendance import rules
from attendance.models import EffectiveRegister, MarkConflict, Register
from attendance.register.places import (
    BLANK,
    WIDTH,
    Bools,
    Bytes,
    Ints,
    date_of,
    grid_from_texts,
    ranks_of,
    session_of,
    text_from_row,
)
from attendance.register.sessions import SessionMasks
from attendance.register.storing import update_marks
from core.db.copy import copy_rows
from pupils.models import SchoolPlace
from schools.models import School

SAME_MARK = np.frombuffer(rules.SAME_MARK_TABLE, np.uint8)
State = MarkConflict.State


@dataclass
class Layers:
    """All registers of some children in one year, those of a child together, the most trusted source first."""

    academic_year: int
    ids: list[int]
    pupils: Ints
    schools: list[int | None]
    sources: list[str]
    grid: Bytes
    ranks: Bytes

    def __post_init__(self) -> None:
        self.children, self.starts, self.group = np.unique(self.pupils, return_index=True, return_inverse=True)
        self.layer = np.arange(len(self.pupils)) - self.starts[self.group]


@dataclass
class Derived:
    """The best mark of each child (rows) and place, and where physical marks differ."""

    grid: Bytes
    conflict: Bools


def load_layers(pupil_ids: Iterable[int], academic_year: int, masks: SessionMasks) -> Layers:
    """The registers of these children, without what stands on days that have no session."""
    order = {source: n for n, source in enumerate(rules.SOURCES_BY_TRUST)}
    rows = sorted(
        Register.objects.filter(pupil_id__in=list(pupil_ids), academic_year=academic_year).values_list(
            "pk", "pupil_id", "school_id", "source", "marks"
        ),
        key=lambda r: (r[1], order[r[3]], r[2] is None, r[2] or 0),
    )
    schools = [row[2] for row in rows]
    calendars = dict(School.objects.filter(pk__in=set(schools) - {None}).values_list("pk", "calendar_id"))
    grid = grid_from_texts([row[4] for row in rows])
    if rows:
        own = [calendars.get(school) if school is not None else None for school in schools]
        names = list(dict.fromkeys(own))
        counting = np.stack([masks.counting(name, academic_year) for name in names])
        which = [names.index(name) for name in own] if len(names) > 1 else [0] * len(own)
        grid[~counting[which]] = BLANK
    return Layers(
        academic_year,
        [row[0] for row in rows],
        np.array([row[1] for row in rows], np.int64),
        schools,
        [row[3] for row in rows],
        grid,
        ranks_of(grid, academic_year),
    )


def choose(layers: Layers) -> Derived:
    """rules.effective_mark for every child and place at once."""
    best, rank = layers.grid[layers.starts], layers.ranks[layers.starts]
    conflict = np.zeros(best.shape, bool)
    for number in range(1, int(layers.layer.max(initial=0)) + 1):
        rows = np.flatnonzero(layers.layer == number)
        at = layers.group[rows]
        marks, ranks = layers.grid[rows], layers.ranks[rows]
        physical = (ranks == rules.Rank.PHYSICAL) & (rank[at] == rules.Rank.PHYSICAL)
        conflict[at] |= physical & (SAME_MARK[marks] != SAME_MARK[best[at]])
        stronger = ranks > rank[at]
        best[at] = np.where(stronger, marks, best[at])
        rank[at] = np.where(stronger, ranks, rank[at])
    return Derived(best, conflict)


def derive(pupil_ids: Sequence[int], academic_year: int, *, masks: SessionMasks | None = None) -> int:
    """Derive and store the effective registers of these children. Returns how many differ from before.

    Decided conflicts keep their decision as long as their marks are the same. Must run inside a transaction.
    """
    layers = load_layers(pupil_ids, academic_year, masks or SessionMasks())
    if not layers.ids:
        return 0
    derived = choose(layers)
    _settle_conflicts(layers, derived)
    return _store(layers, derived)


def _store(layers: Layers, derived: Derived) -> int:
    year = layers.academic_year
    children = layers.children.tolist()
    stored = {
        pupil: (pk, marks)
        for pk, pupil, marks in EffectiveRegister.objects.filter(pupil_id__in=children, academic_year=year).values_list(
            "pk", "pupil_id", "marks"
        )
    }
    new, changed = [], []
    for n, pupil in enumerate(children):
        marks = text_from_row(derived.grid[n], year)
        before = stored.get(pupil)
        if before is None:
            new.append((pupil, year, marks))
        elif before[1] != marks:
            changed.append((before[0], marks))
    copy_rows(EffectiveRegister, ["pupil_id", "academic_year", "marks"], new)
    update_marks(EffectiveRegister, changed)
    return len(new) + len(changed)


# ---------------------------------------------------------------- conflicts


@dataclass
class _Settled:
    new: list[tuple[object, ...]] = field(default_factory=list)
    changed: list[MarkConflict] = field(default_factory=list)


def _settle_conflicts(layers: Layers, derived: Derived) -> None:
    """Open, keep or close conflicts, and put the proposal or the decision into the derived grid."""
    found = np.argwhere(derived.conflict)
    known = {
        (row.pupil_id, row.place): row
        # Locked, in order: a person may be deciding one of them at this moment.
        for row in MarkConflict.objects.select_for_update()
        .filter(pupil_id__in=layers.children.tolist(), academic_year=layers.academic_year)
        .order_by("pk")
    }
    if not len(found) and not known:
        return
    settled = _Settled()
    trust = _Trust(layers, np.unique(layers.children[found[:, 0]]).tolist())
    for child, place in found.tolist():
        ranked = trust.candidates(child, place)
        first = ranked[0]
        second = next(c for c in ranked if SAME_MARK[ord(c.symbol)] != SAME_MARK[ord(first.symbol)])
        row = known.pop((int(layers.children[child]), place), None)
        symbol = first.symbol
        if row is None:
            settled.new.append(_new_conflict(layers, child, place, first, second))
        else:
            symbol = _keep_or_reopen(row, first, second, settled)
        derived.grid[child, place] = ord(symbol)
    for row in known.values():
        if row.state != State.GONE:
            row.state = State.GONE
            settled.changed.append(row)
    _write_conflicts(settled)


def _new_conflict(
    layers: Layers, child: int, place: int, first: rules.Candidate, second: rules.Candidate
) -> tuple[object, ...]:
    year = layers.academic_year
    return (
        int(layers.children[child]), year, place, date_of(year, place), session_of(place),
        first.register, first.symbol, second.register, second.symbol, State.OPEN.value,
    )  # fmt: skip


def _keep_or_reopen(row: MarkConflict, first: rules.Candidate, second: rules.Candidate, settled: _Settled) -> str:
    """The symbol that counts. A decision holds while both marks are those it was made about."""
    pair = {(row.first_id, row.first_mark), (row.second_id, row.second_mark)}
    same = pair == {(first.register, first.symbol), (second.register, second.symbol)}
    if same and row.chosen_id is not None:
        if row.state != State.RESOLVED:
            row.state = State.RESOLVED
            settled.changed.append(row)
        return row.first_mark if row.chosen_id == row.first_id else row.second_mark
    if not same or row.state != State.OPEN or row.first_id != first.register:
        row.state, row.chosen_id, row.decided_by_id, row.decided_at = State.OPEN, None, None, None
        row.first_id, row.first_mark = first.register, first.symbol
        row.second_id, row.second_mark = second.register, second.symbol
        settled.changed.append(row)
    return first.symbol


def _write_conflicts(settled: _Settled) -> None:
    columns = [
        "pupil_id", "academic_year", "place", "on", "session", "first_id", "first_mark", "second_id", "second_mark",
        "state",
    ]  # fmt: skip
    copy_rows(MarkConflict, columns, settled.new)
    fields = ["state", "chosen", "decided_by", "decided_at", "first", "first_mark", "second", "second_mark"]
    MarkConflict.objects.bulk_update(settled.changed, fields, batch_size=500)


class _Trust:
    """Puts the registers that dispute a session in the order of rules.in_order_of_trust."""

    def __init__(self, layers: Layers, pupil_ids: list[int]) -> None:
        self.layers = layers
        self.places: dict[int, list[SchoolPlace]] = defaultdict(list)
        for place in SchoolPlace.objects.filter(pupil_id__in=pupil_ids):
            self.places[place.pupil_id].append(place)

    def candidates(self, child: int, place: int) -> list[rules.Candidate]:
        layers = self.layers
        on = date_of(layers.academic_year, place)
        pupil = int(layers.children[child])
        at = [p.school_id for p in self.places[pupil] if p.from_on <= on and (p.to_on is None or on < p.to_on)]
        rows = np.flatnonzero(layers.group == child)
        return rules.in_order_of_trust(
            rules.Candidate(
                register=layers.ids[row],
                symbol=chr(layers.grid[row, place]),
                source=layers.sources[row],
                school=layers.schools[row],
                at_own_school=not at or layers.schools[row] is None or layers.schools[row] in at,
            )
            for row in rows.tolist()
            if layers.ranks[row, place] == rules.Rank.PHYSICAL
        )


def disputed_cells(pupil_ids: Sequence[int], academic_year: int) -> dict[int, list[int]]:
    """Places of open conflicts by child."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = MarkConflict.objects.filter(
        pupil_id__in=list(pupil_ids), academic_year=academic_year, state=State.OPEN
    ).values_list("pupil_id", "place")
    for pupil, place in rows:
        found[pupil].append(place)
    return dict(found)


__all__ = ["WIDTH", "Derived", "Layers", "choose", "derive", "disputed_cells", "load_layers"]

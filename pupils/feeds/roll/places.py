"""School places of a roll file: one row a place, an absent place ends nothing, a closed school gives way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.feeds.base import Change, Difference, Problems
from core.feeds.columns import Row
from pupils.feeds.roll.children import RollChild
from pupils.feeds.roll.schools import SchoolIndex
from pupils.models import SchoolPlace

if TYPE_CHECKING:
    from pupils.feeds.roll.plan import Plan

DAY = timedelta(days=1)
MAIN = SchoolPlace.Kind.MAIN.value


@dataclass
class PlaceState:
    """A school place as stored or as it will be; `to_on` is the first day no longer on roll."""

    child_id: str
    school_id: int
    urn: str
    from_on: date
    to_on: date | None
    kind: str
    pk: int | None = None

    def overlaps(self, other: "PlaceState") -> bool:
        return (self.to_on is None or self.to_on > other.from_on) and (
            other.to_on is None or other.to_on > self.from_on
        )


@dataclass
class _Wanted:
    """A place as a row gives it: a blank end or kind is None and changes nothing.

    `derived` is a stay at a successor of the school in the row; a row that names the successor itself goes before.
    """

    row: Row
    school_id: int
    urn: str
    from_on: date
    to_on: date | None
    kind: str | None
    derived: bool = False


class PlacePlanner:
    """Compares the places of a file with those stored; fills the plan. Call `run()` once."""

    def __init__(
        self,
        children: Sequence[RollChild],
        plan: "Plan",
        difference: Difference,
        problems: Problems,
        fates: dict[int, str],
        *,
        today: date,
    ) -> None:
        self.children, self.plan, self.difference = children, plan, difference
        self.problems, self.fates, self.today = problems, fates, today
        self.schools = SchoolIndex()

    def run(self) -> None:
        stored = self._stored()
        for child in self.children:
            states = stored[child.pupil_id] if child.pupil_id is not None else {}
            touched = False
            for wanted in self._wanted(child, states.values()):
                touched |= self._plan_place(child, wanted, states)
            if touched:
                self._tell_two_mains(child, list(states.values()))

    def _stored(self) -> dict[int, dict[tuple[int, date], PlaceState]]:
        found: dict[int, dict[tuple[int, date], PlaceState]] = defaultdict(dict)
        keys = [c.pupil_id for c in self.children if c.pupil_id is not None]
        rows = SchoolPlace.objects.filter(pupil__in=keys).values_list(
            "pk", "pupil_id", "pupil__child_id", "school_id", "school__urn", "from_on", "to_on", "kind"
        )
        for pk, pupil_id, child_id, school_id, urn, from_on, to_on, kind in rows:
            found[pupil_id][school_id, from_on] = PlaceState(child_id, school_id, urn, from_on, to_on, kind, pk)
        return found

    def _wanted(self, child: RollChild, states: Iterable[PlaceState]) -> list[_Wanted]:
        """The places that the child's rows give. Rows that give one twice, or none that makes sense, are held."""
        wanted: dict[tuple[int, date], list[_Wanted]] = defaultdict(list)
        known = list(states)
        for row in child.rows:
            for place in () if row.held else self._places_of(row, known):
                wanted[place.school_id, place.from_on].append(place)
        groups = [[p for p in group if not p.derived] or group for group in wanted.values()]
        found = [group[0] for group in groups if len(group) == 1 or self._agree(group)]
        return [place for place in found if not place.row.held]

    def _places_of(self, row: Row, states: Sequence[PlaceState]) -> list[_Wanted]:
        if not row["school_urn"] and not row["school_laestab"]:
            if row["place_from"] or row["place_to"]:
                self._hold(row, "SCHOOL_MISSING", "The row has dates of a place but names no school.", "place_from")
            return []
        school = self.schools.find(row, self.problems, today=self.today)
        if school is None:
            return []
        from_on = row["place_from"] or self._open_place(school.pk, states)
        if from_on is None:
            self._hold(row, "PLACE_FROM_MISSING", "The row names a school but no first day there.", "place_from")
            return []
        to_on = row["place_to"] + DAY if row["place_to"] else None
        if to_on is not None and to_on <= from_on:
            self._hold(row, "PLACE_TO_BEFORE_FROM", "The place ends before it begins.", "place_to")
            return []
        return [
            _Wanted(row, where.pk, where.urn, start, end, row["place_kind"], where is not school)
            for where, start, end in self.schools.spans(school, from_on, to_on, row, self.problems)
        ]

    @staticmethod
    def _open_place(school_id: int, states: Sequence[PlaceState]) -> date | None:
        """A row without a first day means the child's one open place at that school, where there is one."""
        fits = [s.from_on for s in states if s.school_id == school_id and s.to_on is None]
        return fits[0] if len(fits) == 1 else None

    def _hold(self, row: Row, code: str, message: str, column: str) -> None:
        row.held = True
        self.problems.add(code, message, advice="Correct the row and send it again.", **row.where(column))

    def _agree(self, group: Sequence[_Wanted]) -> bool:
        """Rows of one child, school and first day: the same said twice is ignored, else both are held."""
        numbers = " and ".join(str(place.row.number) for place in group)
        first = group[0]
        same = all((p.to_on, p.kind or MAIN) == (first.to_on, first.kind or MAIN) for p in group)
        for place in group[1:] if same else group:
            if same:
                self.fates.setdefault(id(place.row), "ignored")
                self.problems.note(
                    "DUPLICATE_ROW", f"Rows {numbers} give the same place; the first was used.",
                    **place.row.where("place_from"),
                )  # fmt: skip
            else:
                self._hold(
                    place.row, "PLACE_TWICE", f"Rows {numbers} say different things of the same place.", "place_to"
                )
        return same

    def _plan_place(self, child: RollChild, wanted: _Wanted, states: dict[tuple[int, date], PlaceState]) -> bool:
        """Put one place into the plan; True when it changes something."""
        key = (wanted.school_id, wanted.from_on)
        before = states.get(key)
        what = f"place at {wanted.urn} from {wanted.from_on:%d/%m/%Y}"
        if before is None:
            state = PlaceState(
                child.child_id, wanted.school_id, wanted.urn, wanted.from_on, wanted.to_on, wanted.kind or MAIN
            )
            self.plan.places_new.append(state)
            self.difference.added += 1
            self.difference.tell(Change(subject=child.child_id, what=what, after="new"))
        else:
            to_on, kind = wanted.to_on or before.to_on, wanted.kind or before.kind
            if (to_on, kind) == (before.to_on, before.kind):
                return False
            state = PlaceState(child.child_id, wanted.school_id, wanted.urn, wanted.from_on, to_on, kind, before.pk)
            self.plan.places_changed.append(state)
            self.difference.changed += 1
            self.difference.tell(Change(subject=child.child_id, what=what, before=_words(before), after=_words(state)))
        states[key] = state
        self.fates[id(wanted.row)] = "applied"
        return True

    def _tell_two_mains(self, child: RollChild, states: Sequence[PlaceState]) -> None:
        mains = sorted((s for s in states if s.kind == MAIN), key=lambda s: s.from_on)
        for i, one in enumerate(mains):
            for other in mains[i + 1 :]:
                if one.overlaps(other):
                    row = next(row for row in child.rows if not row.held)
                    self.problems.warn(
                        "TWO_MAIN_PLACES",
                        f"Child {child.child_id} has two main schools at once: {one.urn} from {one.from_on:%d/%m/%Y} "
                        f"and {other.urn} from {other.from_on:%d/%m/%Y}.",
                        advice="Give the last day on roll at the earlier school in place_to.",
                        **row.where("school_urn"),
                    )


def _words(place: PlaceState) -> str:
    last = f"to {place.to_on - DAY:%d/%m/%Y}" if place.to_on else "open"
    return f"{place.kind}, {last}"

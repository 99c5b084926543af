"""The timeliness board: how the plans of a term stand against their days, by school, adviser, area and state."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.utils import timezone

from core.figures import Figure
from peps import rules
from peps.models import PEP, PEPStep
from peps.rules.measures import days_to_approval
from peps.rules.workflow import STATE_LABELS, WAITS_FOR_MEETING, State
from pupils.models import Allocation, SchoolPlace

NOBODY = "0"
"""The key of children without an adviser, without a school place, or at a school whose area is not known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One plan with what the board asks of it; the keys say under whom it stands."""

    state: State
    due_on: date
    held_on: date | None
    submitted: bool
    approved_on: date | None
    returned: bool
    school: str
    area: str
    adviser: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A group's numbers. `in_time`, `late`, `overdue` and `ahead` add up to `all`."""

    key: str
    label: str
    all: int
    in_time: int
    late: int
    overdue: int
    ahead: int
    submitted: int
    returned: int
    approved: int
    days: float | None

    @property
    def held_in_time(self) -> Figure:
        """Held in time, of those whose day has come or whose meeting was held."""
        return Figure(self.in_time, self.in_time + self.late + self.overdue)


@dataclass(frozen=True)
class Board:
    """The whole and its divisions; `states` are (state, number)."""

    total: Row
    schools: Sequence[Row]
    advisers: Sequence[Row]
    areas: Sequence[Row]
    states: Sequence[tuple[State, int]] = field(default_factory=tuple)


def board_of(term: rules.Term, user: Any, today: date) -> Board:
    """The plans of a term that are still meant, in the person's scope: six queries for any number of children."""
    peps = PEP.objects.visible_to(user).of_term(term).still_meant(today)
    rows = list(
        peps.order_by().values_list("pk", "pupil_id", "state", "due_on", "held_on", "submitted_at", "approved_at")
    )
    pupils = peps.order_by().values("pupil_id")
    returned = set(
        PEPStep.objects.filter(pep__in=peps.order_by().values("pk"), name="return").values_list("pep_id", flat=True)
    )
    places, schools, areas = _places(pupils, today)
    advisers, names = _advisers(pupils, today)
    plans = [
        Standing(
            state=State(state),
            due_on=due_on,
            held_on=held_on,
            submitted=submitted_at is not None,
            approved_on=timezone.localdate(approved_at) if approved_at else None,
            returned=pk in returned,
            school=places.get(pupil, (NOBODY, NOBODY))[0],
            area=places.get(pupil, (NOBODY, NOBODY))[1],
            adviser=advisers.get(pupil, NOBODY),
        )
        for pk, pupil, state, due_on, held_on, submitted_at, approved_at in rows
    ]
    counted = Counter(p.state for p in plans)
    return Board(
        total=_row("", "All", plans, today),
        schools=_rows(plans, lambda p: p.school, schools, today),
        advisers=_rows(plans, lambda p: p.adviser, names, today),
        areas=_rows(plans, lambda p: p.area, areas, today),
        states=[(s, counted[s]) for s in STATE_LABELS if counted[s]],
    )


def _places(pupils: Any, today: date) -> tuple[dict[int, tuple[str, str]], dict[str, str], dict[str, str]]:
    """({child: (school, area)}, names of schools, names of areas) by the main place of today."""
    rows = SchoolPlace.objects.current(today).filter(kind=SchoolPlace.Kind.MAIN, pupil__in=pupils).order_by("from_on")
    places, schools, areas = {}, {NOBODY: "No school place known"}, {NOBODY: "Area not known"}
    for pupil, pk, name, la_code, la_name in rows.values_list(
        "pupil_id", "school_id", "school__name", "school__la_code", "school__la_name"
    ):
        area = la_code or NOBODY
        places[pupil] = (str(pk), area)
        schools[str(pk)] = name
        areas.setdefault(area, la_name or f"Authority {la_code}")
    return places, schools, areas


def _advisers(pupils: Any, today: date) -> tuple[dict[int, str], dict[str, str]]:
    rows = Allocation.objects.current(today).filter(kind=Allocation.Kind.ADVISER, pupil__in=pupils).order_by("from_on")
    found, names = {}, {NOBODY: "No adviser"}
    for pupil, pk, name in rows.values_list("pupil_id", "user_id", "user__name"):
        found[pupil] = str(pk)
        names[str(pk)] = name
    return found, names


def _rows(
    plans: Iterable[Standing], key: Callable[[Standing], str], names: Mapping[str, str], today: date
) -> list[Row]:
    """What is most overdue stands first."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for plan in plans:
        groups[key(plan)].append(plan)
    rows = [_row(k, names[k], group, today) for k, group in groups.items()]
    return sorted(rows, key=lambda r: (-r.overdue, -r.late, r.label))


def _row(key: str, label: str, plans: Sequence[Standing], today: date) -> Row:
    waiting = [p for p in plans if p.state in WAITS_FOR_MEETING]
    held = [p for p in plans if p.state not in WAITS_FOR_MEETING and p.held_on is not None]
    late = sum(p.held_on > p.due_on for p in held if p.held_on)
    overdue = sum(p.due_on < today for p in waiting)
    days = [days_to_approval(p.held_on, p.approved_on) for p in held if p.held_on and p.approved_on]
    return Row(
        key=key,
        label=label,
        all=len(plans),
        in_time=len(held) - late,
        late=late,
        overdue=overdue,
        ahead=len(waiting) - overdue,
        submitted=sum(p.submitted for p in plans),
        returned=sum(p.returned for p in plans),
        approved=len(days),
        days=median(days) if days else None,
    )

"""Conflicts: one card a child and session, two marks side by side, one click keeps."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from attendance import rules, services
from attendance.models import MarkConflict, MarkNote, Register, Source
from attendance.permissions import CannotDecide, can_resolve
from core.audit import Access, record_access
from core.models import User
from core.roles import Permission
from core.rules import academic_year_label, academic_year_of
from core.scoping import require
from core.wording import count_of
from pupils.models import SchoolPlace

PER_PAGE = 20
EARLIER = "earlier"
DECIDED_KEY = "conflict_decided"
"""In the session: what was decided last, so that the next page can name it and take it back."""


@dataclass(frozen=True)
class Side:
    """One of the two registers that differ."""

    register: Register
    code: str
    meaning: str
    said: str
    proposed: bool

    @property
    def mark(self) -> str:
        """ "Present (/)", or the code alone where its meaning is not known."""
        return f"{self.meaning} ({self.code})" if self.meaning else self.code

    @property
    def source(self) -> str:
        """Who says so, and for which school."""
        school = self.register.school
        return f"{Source(self.register.source).label}, {school.name if school else 'no school named'}"


@dataclass(frozen=True)
class Card:
    """One conflict as its card shows it."""

    conflict: MarkConflict
    sides: Sequence[Side]
    why: str
    others: int
    """Further open conflicts of the same two sources at the same school in the same week."""

    @property
    def session(self) -> str:
        """ "morning" or "afternoon"."""
        return "morning" if self.conflict.session == "AM" else "afternoon"

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return _monday(self.conflict.on)


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def conflict_list(request: HttpRequest) -> HttpResponse:
    """Conflicts still to be decided, the latest day first: those of this school year, or earlier ones when asked."""
    require(request, Permission.RESOLVE_CONFLICTS)
    still_open = MarkConflict.objects.visible_to(request.user).filter(state=MarkConflict.State.OPEN)
    year = academic_year_of(timezone.localdate())
    this_year, older = still_open.filter(academic_year=year), still_open.filter(academic_year__lt=year)
    earlier = request.GET.get("when") == EARLIER
    shown, other = (older, this_year) if earlier else (this_year, older)
    rows = shown.select_related("pupil", "first__school", "second__school").order_by(
        "-on", "pupil__sort_name", "pupil_id", "session"
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {
        "page_title": "Marks that differ",
        "page": page,
        "cards": _cards(list(page.object_list), request.user),
        "decided": _decided(request),
        "total": page.paginator.count,
        "earlier": earlier,
        "others": other.count(),
        "year_label": academic_year_label(year),
    }
    return render(request, "attendance/conflicts.html", context)


def _cards(conflicts: Sequence[MarkConflict], user: Any) -> list[Card]:
    notes = _notes(conflicts, user)
    places: dict[int, list[SchoolPlace]] = defaultdict(list)
    for place in SchoolPlace.objects.visible_to(user).filter(pupil_id__in={c.pupil_id for c in conflicts}):
        places[place.pupil_id].append(place)
    alike = Counter(_week_of(row) for row in _open_keys(user, {_monday(c.on) for c in conflicts}))
    cards = []
    for conflict in conflicts:
        both = ((conflict.first, conflict.first_mark), (conflict.second, conflict.second_mark))
        why = rules.reason_for_proposal(*(_candidate(r, m, conflict, places[conflict.pupil_id]) for r, m in both))
        sides = [
            Side(register, *_words(mark, conflict.on), notes.get((register.pk, conflict.place), ""), n == 0)
            for n, (register, mark) in enumerate(both)
        ]
        key = (
            _monday(conflict.on),
            frozenset([_side(r.source, r.school_id) for r, _ in both]),
        )
        cards.append(Card(conflict, sides, why, alike[key] - 1))
    return cards


def _side(source: str, school: int | None) -> tuple[str, int | None]:
    return source, school


def _open_keys(user: Any, mondays: set[date]) -> Any:
    """The two sides of each open conflict of these weeks."""
    weeks = Q(pk__in=[])
    for monday in mondays:
        weeks |= Q(on__gte=monday, on__lt=monday + timedelta(days=7))
    rows = MarkConflict.objects.visible_to(user).filter(weeks, state=MarkConflict.State.OPEN)
    return rows.values_list("on", "first__source", "first__school", "second__source", "second__school")


def _week_of(row: tuple[Any, ...]) -> tuple[date, frozenset[tuple[str, int | None]]]:
    on, first_source, first_school, second_source, second_school = row
    return _monday(on), frozenset([_side(first_source, first_school), _side(second_source, second_school)])


def _words(symbol: str, on: date) -> tuple[str, str]:
    code = rules.CODE_OF_SYMBOL.get(symbol, symbol)
    row = rules.code_on(code, on)
    return code, row.meaning if row else ""


def _notes(conflicts: Sequence[MarkConflict], user: Any) -> dict[tuple[int, int], str]:
    registers = {r for c in conflicts for r in (c.first_id, c.second_id)}
    rows = MarkNote.objects.visible_to(user).filter(register_id__in=registers, place__in={c.place for c in conflicts})
    found = {}
    for note in rows:
        late = f"{note.minutes_late} minutes late" if note.minutes_late is not None else ""
        found[note.register_id, note.place] = "; ".join(p for p in (note.reason, late, note.comment) if p)
    return found


def _candidate(register: Register, mark: str, conflict: MarkConflict, places: Sequence[SchoolPlace]) -> rules.Candidate:
    here = [p.school_id for p in places if p.from_on <= conflict.on and (p.to_on is None or conflict.on < p.to_on)]
    own = not here or register.school_id is None or register.school_id in here
    return rules.Candidate(register.pk, mark, register.source, register.school_id, own)


@require_POST
def resolve(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """Keep one of the two marks, for this session or for the school's whole week."""
    conflict = _visible_conflict(request, conflict_id)
    chosen = next((r for r in (conflict.first, conflict.second) if str(r.pk) == request.POST.get("chosen")), None)
    if chosen is None:
        raise Http404("This register is not one of the two.")
    assert isinstance(request.user, User)
    try:
        if "week" in request.POST:
            decided = services.resolve_school_week(conflict=conflict, chosen=chosen, actor=request.user)
        else:
            services.resolve_conflict(conflict=conflict, chosen=chosen, actor=request.user)
            decided = 1
    except CannotDecide as reason:
        if not can_resolve(request.user, conflict) and conflict.state == MarkConflict.State.OPEN:
            raise PermissionDenied(str(reason)) from reason
        messages.error(request, str(reason))
    else:
        request.session[DECIDED_KEY] = [conflict.pk, decided]
    return _back(request)


@require_POST
def reopen(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """Take a decision back, and all that one click decided."""
    conflict = _visible_conflict(request, conflict_id)
    assert isinstance(request.user, User)
    try:
        number = services.reopen_decision(conflict=conflict, actor=request.user)
    except CannotDecide as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{count_of(number, 'session is,sessions are')} to be decided again.")
    return _back(request)


def _visible_conflict(request: HttpRequest, conflict_id: int) -> MarkConflict:
    require(request, Permission.RESOLVE_CONFLICTS)
    rows = MarkConflict.objects.visible_to(request.user).select_related("pupil", "first", "second")
    conflict = rows.filter(pk=conflict_id).first()
    if conflict is None:
        raise Http404("No conflict of yours has this number.")
    return conflict


def _back(request: HttpRequest) -> HttpResponse:
    here = f"?when={EARLIER}" if request.POST.get("when") == EARLIER else ""
    return redirect(reverse("attendance:conflicts") + here)


def _decided(request: HttpRequest) -> dict[str, Any] | None:
    """What this person decided just now, said once: the child, the session, the mark, and how many sessions more."""
    pk, number = request.session.pop(DECIDED_KEY, (None, 0))
    rows = MarkConflict.objects.visible_to(request.user).select_related("pupil", "chosen")
    row = rows.filter(pk=pk, state=MarkConflict.State.RESOLVED).first() if pk else None
    if row is None or row.chosen is None:
        return None
    code, meaning = _words(row.first_mark if row.chosen_id == row.first_id else row.second_mark, row.on)
    return {
        "conflict": row,
        "session": "morning" if row.session == "AM" else "afternoon",
        "mark": f"{meaning} ({code})" if meaning else code,
        "source": Source(row.chosen.source).label,
        "others": number - 1,
    }

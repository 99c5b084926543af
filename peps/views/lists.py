"""The list of PEPs and a child's PEPs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.roles import Permission, Role
from core.scoping import require
from core.sections import Section
from peps import cycle, rules
from peps.filters import PEPFilterForm
from peps.indicators import held_in_term
from peps.models import PEP
from peps.permissions import can_record_meeting, why_due
from peps.rules.form import Circumstance
from peps.rules.workflow import STATE_COLOURS, STATE_LABELS, TEAM, WAITS_FOR_MEETING, State
from peps.views.pages import tabs
from pupils import roll
from pupils.views import child_context, visible_pupil

PER_PAGE = 50
ORDERS = {"due": "due_on", "name": "pupil__sort_name", "held": "held_on"}
WAITING_FIRST = Case(When(state__in=WAITS_FOR_MEETING, then=0), default=1)
HEADINGS = [
    Heading(key="name", label="Child", sortable=True),
    Heading(key="year", label="Year"),
    Heading(key="school", label="School"),
    Heading(key="term", label="Term"),
    Heading(key="due", label="Due", sortable=True),
    Heading(key="status", label="How it stands"),
    Heading(key="held", label="Meeting", sortable=True),
]


def tag_of_pep(pep: PEP, today: date) -> tuple[str, str]:
    """(word, colour): overdue and due while the meeting is awaited, then the state in words."""
    word, colour = rules.tag_of(pep.status(today))
    return (
        (word, colour) if pep.waits_for_meeting else (STATE_LABELS[State(pep.state)], STATE_COLOURS[State(pep.state)])
    )


class PEPListing:
    """What the list and its exports have in common: scope, filter and order."""

    def __init__(self, request: HttpRequest) -> None:
        require(request, Permission.SEE_PEPS)
        self.user = request.user
        self.today = timezone.localdate()
        self.term = cycle.current_term(self.today)
        self.form = PEPFilterForm(request.user, self.term, self.today, request.GET or None)
        self.sort = request.GET.get("sort", "")

    def queryset(self) -> QuerySet[Any]:
        peps = self.form.narrow(PEP.objects.visible_to(self.user), self.today)
        field = ORDERS.get(self.sort.lstrip("-"))
        minus = "-" if self.sort.startswith("-") else ""
        first: list[Any] = [f"{minus}{field}"] if field else [WAITING_FIRST, "due_on"]
        return peps.select_related("pupil").order_by(*first, "pupil__sort_name", "pk")

    def rows(self, peps: Iterable[PEP]) -> list[dict[str, Any]]:
        found = list(peps)
        entries = {e.pupil.pk: e for e in roll.entries([p.pupil for p in found], on=self.today)}
        return [{"pep": pep, "entry": entries[pep.pupil_id], "tag": tag_of_pep(pep, self.today)} for pep in found]


def pep_list(request: HttpRequest) -> HttpResponse:
    """PEPs of the term, or as filtered: what waits longest stands first."""
    listing = PEPListing(request)
    page = Paginator(listing.queryset(), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    scoped = PEP.objects.visible_to(request.user)
    # Whoever may record meetings may for every PEP they can see, and only those are listed.
    may_record = request.user.can(Permission.RECORD_PEPS)  # type: ignore[union-attr]
    return render(
        request,
        "peps/list.html",
        {
            "page_title": "PEPs",
            "tabs": tabs(request.user, "peps:list"),
            "form": listing.form,
            "page": page,
            "rows": listing.rows(page.object_list),
            "headings": headings(HEADINGS, listing.sort),
            "term": listing.term,
            "figure": held_in_term(request.user, listing.term, listing.today),
            "overdue": scoped.overdue(listing.today).count(),
            "due": scoped.wanted(listing.today).filter(due_on__gte=listing.today).count(),
            "may_record": may_record,
            "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        },
    )


@limited(Limit.EXPORTS)
def pep_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as filtered, all pages."""
    require(request, Permission.EXPORT_PUPILS)
    listing = PEPListing(request)
    rows = listing.rows(listing.queryset())
    export = Export(
        "peps",
        ["Child id", "Name", "Year", "School", "Term", "Due", "How it stands", "Meeting held", "Why due"],
        (
            [
                row["pep"].pupil.child_id,
                row["pep"].pupil.display_name,
                row["entry"].year_label,
                row["entry"].main_place.school.name if row["entry"].main_place else "",
                row["pep"].term_label,
                row["pep"].due_on,
                row["tag"][0],
                row["pep"].held_on,
                row["pep"].due_because,
            ]
            for row in rows
        ),
    )
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": extension})
    respond = csv_response if extension == "csv" else xlsx_response
    return respond(export, on=listing.today)


def child_peps(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A child's PEPs, newest first, each with why it is due."""
    require(request, Permission.SEE_PEPS)
    pupil = visible_pupil(request, pupil_id, Section.PEPS)
    context = child_context(request, pupil, active="peps:child")
    peps = list(pupil.peps.visible_to(request.user))
    # All of one child: what may be done with one of them may be done with each.
    may_record = bool(peps) and can_record_meeting(request.user, peps[0])
    context["peps"] = [
        {
            "pep": pep,
            "why_due": why_due(request.user, pep),
            "tag": _tag_on_child(pep, context),
            "may_record": may_record and (pep.waits_for_meeting or pep.state == PEP.State.MEETING_HELD),
        }
        for pep in peps
    ]
    context["may_open"] = _may_open(request, peps)
    return render(request, "peps/child.html", context)


def _may_open(request: HttpRequest, peps: list[PEP]) -> bool:
    """The Virtual School, where the child has no plan of this term."""
    if Role(request.user.role) not in TEAM:  # type: ignore[union-attr]
        return False
    term = cycle.current_term(timezone.localdate())
    return not any((pep.academic_year, pep.season) == (term.academic_year, term.season) for pep in peps)


def _tag_on_child(pep: PEP, context: dict[str, Any]) -> tuple[str, str]:
    voluntary = Circumstance.EDGE_OF_CARE in pep.circumstances
    if pep.waits_for_meeting and context["entry"].episode is None and not voluntary:
        return "Not held, no longer looked after", "grey"
    return tag_of_pep(pep, context["today"])

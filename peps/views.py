"""The list of PEPs, a child's PEPs, and recording that a meeting was held."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.roles import Permission
from core.scoping import require
from core.sections import Section
from peps import cycle, rules, services
from peps.filters import PEPFilterForm
from peps.forms import MeetingForm
from peps.indicators import held_in_term
from peps.models import PEP
from peps.permissions import can_complete, can_record_meeting, check_can_record_meeting
from pupils import roll
from pupils.views import child_context, visible_pupil

PER_PAGE = 50
ORDERS = {"due": "due_on", "name": "pupil__sort_name", "held": "held_on"}
WAITING_FIRST = Case(When(state=PEP.State.DUE, then=0), default=1)
HEADINGS = [
    Heading(key="name", label="Child", sortable=True),
    Heading(key="year", label="Year"),
    Heading(key="school", label="School"),
    Heading(key="term", label="Term"),
    Heading(key="due", label="Due", sortable=True),
    Heading(key="status", label="How it stands"),
    Heading(key="held", label="Meeting", sortable=True),
]


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
        return [
            {"pep": pep, "entry": entries[pep.pupil_id], "tag": rules.tag_of(pep.status(self.today))} for pep in found
        ]


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
            "form": listing.form,
            "page": page,
            "rows": listing.rows(page.object_list),
            "headings": headings(HEADINGS, listing.sort),
            "term": listing.term,
            "figure": held_in_term(request.user, listing.term, listing.today),
            "overdue": scoped.overdue(listing.today).count(),
            "due": scoped.wanted(listing.today).filter(due_on__gte=listing.today).count(),
            "may_record": may_record,
            "may_complete": request.user.can(Permission.COMPLETE_PEPS),  # type: ignore[union-attr]
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
    may_complete = bool(peps) and can_complete(request.user, peps[0])
    context["peps"] = [
        {
            "pep": pep,
            "tag": _tag_on_child(pep, context),
            "may_record": may_record and pep.state != PEP.State.COMPLETE,
            "may_complete": may_complete and pep.state == PEP.State.HELD,
        }
        for pep in peps
    ]
    return render(request, "peps/child.html", context)


def _tag_on_child(pep: PEP, context: dict[str, Any]) -> tuple[str, str]:
    if pep.state == PEP.State.DUE and context["entry"].episode is None:
        return "Not held, no longer looked after", "grey"
    return rules.tag_of(pep.status(context["today"]))


def _visible_pep(request: HttpRequest, pep_id: int) -> PEP:
    require(request, Permission.SEE_PEPS)
    pep = PEP.objects.visible_to(request.user).filter(pk=pep_id).select_related("pupil").first()
    if pep is None:
        raise Http404("There is no such PEP among your children's.")
    return pep


def record_meeting(request: HttpRequest, pep_id: int) -> HttpResponse:
    """When was the meeting held?"""
    pep = _visible_pep(request, pep_id)
    check_can_record_meeting(request.user, pep)
    pupil = visible_pupil(request, pep.pupil_id, Section.PEPS)
    today = timezone.localdate()
    back = reverse("peps:child", args=[pupil.pk])
    form = MeetingForm(request.POST or None, today=today, initial={"held_on": pep.held_on}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_meeting(pep=pep, held_on=form.cleaned_data["held_on"], today=today, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record_access(request, Access.DECIDED, subject=pupil, detail={"pep": pep.pk})
            messages.success(request, f"The PEP meeting of the {pep.term_label.lower()} is recorded.")
            return redirect(back)
    return render(
        request,
        "peps/meeting.html",
        {
            "page_title": f"Record a PEP meeting: {pupil.display_name}",
            "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
            "form": form,
            "facts": [
                ("Plan", pep.term_label),
                ("Due", f"{pep.due_on:%a %-d %b %Y}"),
                ("Why", pep.due_because),
            ],
        },
    )


@require_POST
def complete(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The Virtual School takes the plan as complete."""
    pep = _visible_pep(request, pep_id)
    try:
        services.complete_pep(pep=pep, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        record_access(request, Access.DECIDED, subject=pep.pupil, detail={"pep": pep.pk, "complete": True})
        messages.success(request, f"The PEP of the {pep.term_label.lower()} is complete.")
    if "list" in request.POST:
        # Back to the list as it was filtered: the address is ours, only its query comes from the form.
        return redirect(f"{reverse('peps:list')}?{QueryDict(request.POST['list']).urlencode()}")
    return redirect("peps:child", pupil_id=pep.pupil_id)

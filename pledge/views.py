"""The Pledge: the worklist of children, and one page for a child's promises."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.roles import Permission
from core.scoping import require
from pledge import rules, services
from pledge.filters import PledgeFilterForm
from pledge.forms import PledgeForm
from pledge.indicators import Standing, kept, standings, tracked
from pledge.permissions import can_record_pledge, check_can_record_pledge
from pupils import roll
from pupils.models import Allocation, Pupil
from pupils.views import child_context, visible_pupil

PER_PAGE = 50
HEADINGS = [
    Heading(key="name", label="Child", sortable=True),
    Heading(key="iro", label="Reviewing officer"),
    Heading(key="state", label="How the child stands"),
    Heading(key="recorded", label="Answered", numeric=True),
    Heading(key="gaps", label="Missing", sortable=True),
    Heading(key="last", label="Last recorded", sortable=True),
]


class PledgeListing:
    """What the list and its exports have in common: scope, filter and order."""

    def __init__(self, request: HttpRequest) -> None:
        require(request, Permission.SEE_PLEDGE)
        self.today = timezone.localdate()
        self.form = PledgeFilterForm(request.user, request.GET or None)
        self.sort = request.GET.get("sort", "name")
        pupils = Pupil.objects.visible_to(request.user).looked_after(on=self.today)
        if officer := self.form.chosen("iro"):
            allocations = Allocation.objects.visible_to(request.user).held_by(officer, self.today)
            own = allocations.filter(kind=Allocation.Kind.IRO)
            pupils = pupils.filter(pk__in=own.values("pupil_id"))
        self.all = standings(pupils.order_by("sort_name", "child_id"), today=self.today)

    def shown(self) -> list[Standing]:
        state = self.form.chosen("state")
        found = [s for s in self.all if not state or s.state == state]
        key, reverse = self.sort.lstrip("-"), self.sort.startswith("-")
        if key == "gaps":
            return sorted(found, key=lambda s: len(s.gaps), reverse=reverse)
        if key == "last":
            return sorted(found, key=lambda s: s.last_on.toordinal() if s.last_on else 0, reverse=reverse)
        return found[::-1] if self.sort == "-name" else found

    def rows(self, found: list[Standing]) -> list[dict[str, Any]]:
        teams = roll.team_on([s.pupil.pk for s in found], self.today)
        return [
            {
                "standing": s,
                "tag": (rules.STATE_LABELS[s.state], rules.STATE_COLOURS[s.state]),
                "iro": team["iro"].user.name if "iro" in team else "",
            }
            for s in found
            for team in [teams.get(s.pupil.pk, {})]
        ]


def pledge_list(request: HttpRequest) -> HttpResponse:
    """Children and how far their Pledge is tracked, each gap named."""
    listing = PledgeListing(request)
    page = Paginator(listing.shown(), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    states = [s.state for s in listing.all]
    return render(
        request,
        "pledge/list.html",
        {
            "page_title": "The Pledge",
            "form": listing.form,
            "page": page,
            "rows": listing.rows(list(page.object_list)),
            "headings": headings(HEADINGS, listing.sort),
            "tracked": tracked(listing.all),
            "kept": kept(listing.all),
            "gaps": states.count(rules.State.GAPS),
            "new": states.count(rules.State.NEW),
            "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        },
    )


@limited(Limit.EXPORTS)
def pledge_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as filtered; the codes of the promises without an answer are named."""
    require(request, Permission.EXPORT_PUPILS)
    listing = PledgeListing(request)
    rows = listing.rows(listing.shown())
    export = Export(
        "pledge",
        [
            "Child id",
            "Name",
            "Reviewing officer",
            "How the child stands",
            "Apply",
            "Answered",
            "Missing",
            "Last recorded",
        ],
        (
            [
                s.pupil.child_id,
                s.pupil.display_name,
                row["iro"],
                row["tag"][0],
                len(s.applicable),
                s.recorded,
                ", ".join(c.code for c in s.gaps),
                s.last_on,
            ]
            for row in rows
            for s in [row["standing"]]
        ),
    )
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": extension})
    respond = csv_response if extension == "csv" else xlsx_response
    return respond(export, on=listing.today)


def child_pledge(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """One page: the promises by theme, each with the last answer; the child's own reviewing officer records."""
    require(request, Permission.RECORD_PLEDGE if request.method == "POST" else Permission.SEE_PLEDGE)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="pledge:child")
    today = context["today"]
    standing = next(iter(standings([pupil], today=today)), None)
    may_record = standing is not None and can_record_pledge(request.user, pupil, today=today)
    form = PledgeForm(standing, request.POST or None) if standing else None
    if request.method == "POST":
        check_can_record_pledge(request.user, pupil, today=today)
        if form is not None and form.is_valid() and _record(request, pupil, form):
            return redirect("pledge:child", pupil_id=pupil.pk)
    context |= {"standing": standing, "form": form, "may_record": may_record}
    if standing is not None:
        context["themes"] = _themes(standing, form)
        context["tag"] = (rules.STATE_LABELS[standing.state], rules.STATE_COLOURS[standing.state])
        context["review_due_on"] = rules.first_review_due_on(standing.since)
    return render(request, "pledge/child.html", context)


def _record(request: HttpRequest, pupil: Pupil, form: PledgeForm) -> bool:
    try:
        number = services.record_answers(
            pupil=pupil, answers=form.answers(), today=timezone.localdate(), actor=request.user
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    record_access(request, Access.DECIDED, subject=pupil, detail={"answers": number})
    messages.success(request, f"{number} {'answer is' if number == 1 else 'answers are'} recorded.")
    return True


def _themes(standing: Standing, form: Any) -> list[dict[str, Any]]:
    """[{theme, rows: [{commitment, last, is_gap, field}]}] in the catalogue's order."""
    themes: dict[str, list[dict[str, Any]]] = {}
    gaps = {c.pk for c in standing.gaps}
    for commitment in standing.applicable:
        row = {
            "commitment": commitment,
            "last": standing.latest.get(commitment.pk),
            "is_gap": commitment.pk in gaps,
            "field": form[f"c{commitment.pk}"],
        }
        themes.setdefault(commitment.theme, []).append(row)
    return [{"theme": theme, "rows": rows} for theme, rows in themes.items()]

"""Exclusions: the list, one exclusion with what must happen next, and recording one."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core import rules as time_rules
from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.roles import Permission
from core.scoping import require
from core.sections import Section
from provision import rules, services
from provision.filters import ExclusionFilterForm
from provision.forms import ExclusionForm
from provision.models import Exclusion
from provision.permissions import check_can_record_exclusion
from pupils import roll
from pupils.emergencies.reading import reading_access
from pupils.models import Pupil
from pupils.relations import own_schools
from pupils.views import visible_pupil, visible_row

PER_PAGE = 50
ORDERS = {"from": "from_on", "name": "pupil__sort_name", "school": "school__name", "length": "sessions"}
HEADINGS = [
    Heading(key="name", label="Child", sortable=True),
    Heading(key="year", label="Year"),
    Heading(key="school", label="School", sortable=True),
    Heading(key="category", label="What was decided"),
    Heading(key="from", label="From", sortable=True),
    Heading(key="length", label="Length", sortable=True),
    Heading(key="total", label="That school year"),
]


class ExclusionListing:
    """What the list and its exports have in common: scope, filter and order."""

    def __init__(self, request: HttpRequest) -> None:
        require(request, Permission.SEE_PUPILS)
        self.user = request.user
        self.today = timezone.localdate()
        self.form = ExclusionFilterForm(request.user, self.today, request.GET or None)
        self.sort = request.GET.get("sort", "-from")
        self.filtered = self.form.narrow(Exclusion.objects.visible_to(request.user))

    def queryset(self) -> QuerySet[Any]:
        minus = "-" if self.sort.startswith("-") else ""
        field = ORDERS.get(self.sort.lstrip("-"), "from_on")
        return self.filtered.select_related("pupil", "school").order_by(f"{minus}{field}", "pupil__sort_name", "pk")

    def rows(self, exclusions: Iterable[Exclusion]) -> list[dict[str, Any]]:
        found = list(exclusions)
        entries = {e.pupil.pk: e for e in roll.entries({x.pupil for x in found}, on=self.today)}
        totals = _year_totals(self.user, found)
        return [
            {
                "exclusion": x,
                "entry": entries[x.pupil_id],
                "total": totals.get((x.pupil_id, time_rules.academic_year_of(x.from_on)), 0),
            }
            for x in found
        ]


def _year_totals(user: Any, exclusions: list[Exclusion]) -> dict[tuple[int, int], int]:
    """{(pupil, school year): sessions of suspension} for the children listed."""
    totals: dict[tuple[int, int], int] = {}
    rows = Exclusion.objects.visible_to(user).filter(pupil__in={x.pupil_id for x in exclusions}, sessions__isnull=False)
    for pupil_id, from_on, sessions in rows.values_list("pupil_id", "from_on", "sessions"):
        key = (pupil_id, time_rules.academic_year_of(from_on))
        totals[key] = totals.get(key, 0) + sessions
    return totals


def exclusion_list(request: HttpRequest) -> HttpResponse:
    """Exclusions of the school year, or as filtered, newest first."""
    listing = ExclusionListing(request)
    page = Paginator(listing.queryset(), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    permanent = Q(category=rules.Category.PERMANENT.value)
    counts = listing.filtered.order_by().aggregate(
        children=Count("pupil", distinct=True), sessions=Sum("sessions"), permanent=Count("pk", filter=permanent)
    )
    return render(
        request,
        "provision/list.html",
        {
            "page_title": "Exclusions",
            "form": listing.form,
            "page": page,
            "rows": [
                row | {"days": rules.days_text(row["total"]) if row["total"] else "–"}
                for row in listing.rows(page.object_list)
            ],
            "headings": headings(HEADINGS, listing.sort),
            "counts": counts,
            "filtered": listing.form.is_bound,
            "lost": rules.days_text(counts["sessions"] or 0),
            "can_record": request.user.can(Permission.RECORD_EXCLUSIONS),  # type: ignore[union-attr]
            "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        },
    )


@limited(Limit.EXPORTS)
def exclusion_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as filtered, all pages."""
    require(request, Permission.EXPORT_PUPILS)
    listing = ExclusionListing(request)
    rows = listing.rows(listing.queryset())
    export = Export(
        "exclusions",
        ["Child id", "Name", "Year", "School", "What was decided", "From", "Sessions", "Sessions that school year"],
        (
            [
                x.pupil.child_id,
                x.pupil.display_name,
                row["entry"].year_label,
                x.school.name,
                x.get_category_display(),
                x.from_on,
                x.sessions,
                row["total"],
            ]
            for row in rows
            for x in [row["exclusion"]]
        ),
    )
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": extension})
    respond = csv_response if extension == "csv" else xlsx_response
    return respond(export, on=listing.today)


def exclusion_page(request: HttpRequest, exclusion_id: int) -> HttpResponse:
    """One exclusion: what was decided, what it sets off, and what must happen when."""
    require(request, Permission.SEE_PUPILS)
    pupil, exclusion = visible_row(request, Exclusion, exclusion_id, Section.EXCLUSIONS)
    today = timezone.localdate()
    return render(
        request,
        "provision/exclusion.html",
        {
            "page_title": f"{exclusion.get_category_display()}: {pupil.display_name}",
            "crumbs": [
                ("Children", reverse("pupils:list")),
                (pupil.display_name, reverse("pupils:detail", args=[pupil.pk])),
            ],
            "exclusion": exclusion,
            "emergency": reading_access(request.user),
            "warnings": services.warnings_for(exclusion),
            "duties": services.duties_of(exclusion),
            "today": today,
        },
    )


def exclusion_new(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Record what a school decided about a child."""
    require(request, Permission.RECORD_EXCLUSIONS)
    pupil = visible_pupil(request, pupil_id, Section.EXCLUSIONS)
    check_can_record_exclusion(request.user, pupil)
    today = timezone.localdate()
    back = reverse("pupils:detail", args=[pupil.pk])
    form = ExclusionForm(_schools_of(request.user, pupil, today), request.POST or None, today=today, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            recorded = services.record_exclusion(
                pupil=pupil,
                school=form.cleaned_data["school"],
                category=rules.Category(form.cleaned_data["category"]),
                from_on=form.cleaned_data["from_on"],
                sessions=form.sessions,
                today=today,
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record_access(request, Access.DECIDED, subject=pupil, detail={"exclusion": recorded.exclusion.pk})
            messages.success(request, "The exclusion is recorded.")
            return redirect("provision:exclusion", exclusion_id=recorded.exclusion.pk)
    return render(
        request,
        "layouts/form.html",
        {
            "page_title": f"Record an exclusion: {pupil.display_name}",
            "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
            "form": form,
        },
    )


def _schools_of(user: Any, pupil: Pupil, today: Any) -> QuerySet[Any]:
    """Schools in scope with a place of the child in the last year: a designated teacher chooses the own only, and so
    does a colleague."""
    recent = pupil.school_places.filter(Q(to_on__isnull=True) | Q(to_on__gt=today - timedelta(days=365)))
    return own_schools(user).filter(pk__in=recent.values("school_id")).order_by("name")

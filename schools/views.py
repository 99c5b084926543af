"""The schools register as the Virtual School uses it: list, exports, a school's page, its designated teacher."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core import rules as time_rules
from core.audit import Access, record_access
from core.calendars import Calendars
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.panels import SchoolCard, SchoolColumn, panels_for
from core.roles import Permission
from core.scoping import require
from schools import services
from schools.filters import SchoolFilterForm
from schools.forms import CalendarForm, EndForm, TeacherForm
from schools.models import School, SchoolLink, SchoolMembership
from schools.permissions import (
    can_appoint_teacher,
    can_choose_calendar,
    check_can_appoint_teacher,
    check_can_choose_calendar,
)

PER_PAGE = 50
ORDERS = {"name": "name", "town": "town", "phase": "phase"}
OPPOSITE = {"Successor": "Predecessor", "Predecessor": "Successor"}


class SchoolListing:
    """What the list and its exports have in common: scope, filter, order and columns."""

    def __init__(self, request: HttpRequest) -> None:
        require(request, Permission.SEE_SCHOOLS)
        self.user = request.user
        self.today = timezone.localdate()
        self.columns = panels_for(SchoolColumn, request.user)
        self.form = SchoolFilterForm(request.user, request.GET or None)
        counted = next((c for c in self.columns if c.order_by is not None), None)
        self.sort = request.GET.get("sort", f"-{counted.key}" if counted else "name")

    def queryset(self) -> QuerySet[Any]:
        schools = self.form.narrow(School.objects.visible_to(self.user), self.today)
        key, descending = self.sort.lstrip("-"), self.sort.startswith("-")
        column = next((c for c in self.columns if c.key == key and c.order_by is not None), None)
        if column is not None and column.order_by is not None:
            schools = column.order_by(schools, self.user, self.today)
            field = F(f"sort_{key}")
            return schools.order_by(field.desc(nulls_last=True) if descending else field.asc(nulls_last=True), "name")
        return schools.order_by(f"{'-' if descending else ''}{ORDERS.get(key, 'name')}", "name", "urn")

    def headings(self) -> Any:
        own = [
            Heading(key="name", label="School", sortable=True),
            Heading(key="town", label="Town", sortable=True),
            Heading(key="phase", label="Phase", sortable=True),
            Heading(key="status", label="Status"),
            Heading(key="teacher", label="Designated teacher"),
        ]
        added = [
            Heading(key=c.key, label=c.label, sortable=c.order_by is not None, numeric=c.numeric) for c in self.columns
        ]
        return headings([*own, *added], self.sort)

    def rows(self, schools: Iterable[School]) -> list[dict[str, Any]]:
        """Each column is read once for all schools."""
        found = list(schools)
        ids = [s.pk for s in found]
        teachers = _teachers(ids, self.today)
        values = [(c, c.values(self.user, ids, self.today)) for c in self.columns]
        return [
            {
                "school": s,
                "teachers": teachers.get(s.pk, []),
                "values": [(c, v.get(s.pk)) for c, v in values],
            }
            for s in found
        ]


def _teachers(ids: Sequence[int], today: Any) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = SchoolMembership.objects.current(today).filter(school_id__in=ids).select_related("user")
    for row in rows.order_by("from_on"):
        names.setdefault(row.school_id, []).append(row.user.name)
    return names


def school_list(request: HttpRequest) -> HttpResponse:
    """The register, schools with our children first."""
    listing = SchoolListing(request)
    page = Paginator(listing.queryset(), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    return render(
        request,
        "schools/list.html",
        {
            "page_title": "Schools",
            "form": listing.form,
            "page": page,
            "rows": listing.rows(page.object_list),
            "headings": listing.headings(),
        },
    )


@limited(Limit.EXPORTS)
def school_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as filtered, all pages. The register itself is public."""
    listing = SchoolListing(request)
    rows = listing.rows(listing.queryset())
    export = Export(
        "schools",
        [
            "URN", "DfE number", "Name", "Kind", "Phase", "Status", "Authority", "Town", "Postcode",
            "Designated teacher", *(c.label for c in listing.columns),
        ],
        (
            [
                s.urn, s.laestab, s.name, s.kind, s.phase_words, s.status, s.la_name, s.town, s.postcode,
                ", ".join(row["teachers"]), *(value for _, value in row["values"]),
            ]
            for row in rows
            for s in [row["school"]]
        ),
    )  # fmt: skip
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": extension})
    respond = csv_response if extension == "csv" else xlsx_response
    return respond(export, on=listing.today)


def visible_school(request: HttpRequest, school_id: int) -> School:
    """The school if in the person's scope, else 404."""
    require(request, Permission.SEE_SCHOOLS)
    school: School | None = School.objects.visible_to(request.user).filter(pk=school_id).first()
    if school is None:
        raise Http404("No school of yours has this number.")
    return school


def school_detail(request: HttpRequest, school_id: int) -> HttpResponse:
    """Register facts, designated teachers, term dates, what became of it, and what other apps know."""
    school = visible_school(request, school_id)
    record_access(request, Access.OPENED, subject=school)
    today = timezone.localdate()
    calendar = Calendars().of(school.calendar_id, time_rules.academic_year_of(today))
    cards: list[dict[str, Any]] = [
        {"template": card.template, "context": found}
        for card in panels_for(SchoolCard, request.user)
        if (found := card.context(request.user, school, today)) is not None
    ]
    # A card that names children is a list like any other, and leaves the same trace.
    if named := sum(card["context"].get("named", 0) for card in cards):
        record_access(request, Access.LISTED, detail={"rows": named})
    return render(
        request,
        "schools/detail.html",
        {
            "page_title": school.name,
            "crumbs": [("Schools", reverse("schools:list"))],
            "school": school,
            "identity": _identity(school),
            "facts": _facts(school),
            "contact": _contact(school),
            "links": _links(request, school),
            "teachers": school.memberships.select_related("user").order_by("-from_on"),
            "today": today,
            "may_appoint": can_appoint_teacher(request.user, school),
            "may_choose_calendar": can_choose_calendar(request.user, school),
            "calendar": calendar,
            "year_label": time_rules.academic_year_label(calendar.academic_year),
            "cards": cards,
        },
    )


def _identity(school: School) -> dict[str, Any]:
    tags = [] if school.is_open else [("Closed", "grey")]
    return {"facts": [school.kind, school.phase_words, school.la_name, f"URN {school.urn}"], "tags": tags}


def _facts(school: School) -> list[tuple[str, Any]]:
    ages = f"{school.low_age} to {school.high_age}" if school.high_age is not None else ""
    ofsted = school.ofsted_rating
    if ofsted and school.ofsted_on:
        ofsted = f"{ofsted}, {_day(school.ofsted_on)}"
    rows = [
        ("Status", school.status or ("Open" if school.is_open else "Closed")),
        ("Kind", school.kind),
        ("Phase", school.phase_words),
        ("Ages", ages),
        ("Gender", school.gender),
        ("DfE number", f"{school.laestab[:3]}/{school.laestab[3:]}" if school.laestab else ""),
        ("Authority", school.la_name),
        ("Ofsted", ofsted),
    ]
    if school.opened_on:
        rows.append(("Opened", _day(school.opened_on)))
    if school.closed_on:
        rows.append(("Closed", _day(school.closed_on)))
    return rows


def _contact(school: School) -> list[tuple[str, Any]]:
    address = ", ".join(part for part in (school.street, school.town, school.postcode) if part)
    return [("Head", school.head_name), ("Address", address), ("Telephone", school.telephone),
            ("Website", school.website)]  # fmt: skip


def _day(on: Any) -> str:
    return f"{on:%-d %b %Y}"


def _links(request: HttpRequest, school: School) -> list[dict[str, Any]]:
    """What it became and what it was, also where only the other school's entry says so."""
    rows = [(link.link_type, link.linked_urn, link.linked_name, link.established_on) for link in school.links.all()]
    known = {urn for _, urn, _, _ in rows}
    for link in SchoolLink.objects.filter(linked_urn=school.urn).select_related("school"):
        if link.school.urn not in known:
            word = link.link_type.split(" ")[0]
            rows.append((OPPOSITE.get(word, link.link_type), link.school.urn, link.school.name, link.established_on))
    urns = [urn for _, urn, _, _ in rows]
    found = {s.urn: s for s in School.objects.visible_to(request.user).filter(urn__in=urns)}
    return [
        {"kind": kind, "urn": urn, "name": name, "on": on, "school": found.get(urn)} for kind, urn, name, on in rows
    ]


def appoint_teacher(request: HttpRequest, school_id: int) -> HttpResponse:
    """Who is the designated teacher, from when?"""
    school = visible_school(request, school_id)
    check_can_appoint_teacher(request.user, school)
    back = reverse("schools:detail", args=[school.pk])
    form = TeacherForm(request.POST or None, today=timezone.localdate(), cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.appoint_teacher(
                school=school,
                user=form.cleaned_data["user"],
                from_on=form.cleaned_data["from_on"],
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record_access(request, Access.DECIDED, subject=school, detail={"membership": made.pk})
            messages.success(request, f"{made.user.name} is recorded as designated teacher.")
            return redirect(back)
    return _teacher_page(request, school, form, f"Record the designated teacher of {school.name}")


def end_appointment(request: HttpRequest, school_id: int, membership_id: int) -> HttpResponse:
    """Until when?"""
    school = visible_school(request, school_id)
    check_can_appoint_teacher(request.user, school)
    membership = school.memberships.filter(pk=membership_id).select_related("user", "school").first()
    if membership is None:
        raise Http404("This school has no such designated teacher.")
    back = reverse("schools:detail", args=[school.pk])
    form = EndForm(request.POST or None, today=timezone.localdate(), cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_appointment(membership=membership, last_on=form.cleaned_data["last_on"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record_access(request, Access.DECIDED, subject=school, detail={"membership": membership.pk})
            messages.success(request, f"The last day of {membership.user.name} is recorded.")
            return redirect(back)
    return _teacher_page(request, school, form, f"Last day of {membership.user.name}")


def choose_calendar(request: HttpRequest, school_id: int) -> HttpResponse:
    """Whose term dates does the school keep?"""
    school = visible_school(request, school_id)
    check_can_choose_calendar(request.user, school)
    back = reverse("schools:detail", args=[school.pk])
    form = CalendarForm(request.POST or None, current=school.calendar, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        calendar = form.cleaned_data["calendar"]
        services.choose_calendar(school=school, calendar=calendar, actor=request.user)
        record_access(request, Access.DECIDED, subject=school, detail={"calendar": calendar.pk if calendar else None})
        messages.success(request, "Saved. Figures that count the school’s days follow its dates from now on.")
        return redirect(back)
    crumbs = [("Schools", reverse("schools:list")), (school.name, back)]
    context = {"page_title": f"Term dates of {school.name}", "crumbs": crumbs, "form": form}
    return render(request, "schools/calendar.html", context)


def _teacher_page(request: HttpRequest, school: School, form: Any, title: str) -> HttpResponse:
    back = reverse("schools:detail", args=[school.pk])
    crumbs = [("Schools", reverse("schools:list")), (school.name, back)]
    return render(request, "layouts/form.html", {"page_title": title, "crumbs": crumbs, "form": form})

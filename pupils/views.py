"""The roll list, a child's pages, and the search. Every look leaves an audit row."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.models import AccessEvent, User
from core.moved import Moved
from core.panels import (
    ChildTab,
    OverviewCard,
    TimelineEvent,
    TimelineSource,
    panels_for,
)
from core.roles import Permission
from core.scoping import require
from core.sections import Section, is_limited, may_see
from pupils import looks, roll
from pupils.alerts import roll_columns
from pupils.caseloads.covered import covered_on
from pupils.emergencies.reading import child_of, note_reading, open_access, reading_access, trace_of
from pupils.filters import RollFilterForm, TimelineForm, UnusualLooksForm
from pupils.history import changes_of
from pupils.matching import keys_of
from pupils.models import CareEpisode, ChildMerge, ProtectedNote, Pupil
from pupils.permissions import can_reveal_address, check_can_reveal_address
from pupils.rules.looks import UNUSUAL_LABELS, Unusual
from pupils.search import matching, near

PER_PAGE = 50
SEARCH_KEY = "pupil_search"
ADDRESS_SHOWN_FOR = "show_address_of"


class RollPage:
    """What the list and its exports have in common: the same filter, order, columns and scope."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.today = timezone.localdate()
        self.columns = roll_columns(request.user)
        self.form = RollFilterForm(request.user, request.GET or None)
        self.on = self.form.day(self.today)
        self.searched = request.session.get(SEARCH_KEY, "") if "search" in request.GET else ""
        self.sort = request.GET.get("sort", "name")

    @property
    def narrowed(self) -> bool:
        """A filter is set: the list is a part of the day's roll."""
        return not self.searched and bool(self.form.chosen())

    def on_roll(self) -> int:
        """All children of the day whom the person may see."""
        return Pupil.objects.visible_to(self.request.user).looked_after(on=self.on).count()

    def queryset(self) -> QuerySet[Any]:
        visible = Pupil.objects.visible_to(self.request.user)
        pupils = matching(visible, self.searched) if self.searched else visible.looked_after(on=self.on)
        if self.form.is_bound:
            pupils = self.form.narrow(pupils, self.on)
        if self.searched:
            here = Exists(
                CareEpisode.objects.visible_to(self.request.user).open_on(self.on).filter(pupil=OuterRef("pk"))
            )
            return self._ordered(pupils.annotate(looked_after_now=here), "-looked_after_now")
        return self._ordered(pupils)

    def near(self) -> list[Pupil]:
        """Children in scope whose names are nearly what was typed, for a search that found nobody."""
        return near(Pupil.objects.visible_to(self.request.user), self.searched) if self.searched else []

    def _ordered(self, pupils: QuerySet[Any], *first: str) -> QuerySet[Any]:
        key, descending = self.sort.lstrip("-"), self.sort.startswith("-")
        column = next((c for c in self.columns if c.key == key and c.order_by is not None), None)
        if column is None or column.order_by is None:
            name = "-sort_name" if self.sort == "-name" else "sort_name"
            return pupils.order_by(*first, name, "child_id")
        field = F(f"sort_{key}")
        order = field.desc(nulls_last=True) if descending else field.asc(nulls_last=True)
        return column.order_by(pupils, self.on).order_by(*first, order, "sort_name", "child_id")

    def rows(self, pupils: Iterable[Pupil]) -> list[tuple[Pupil, list[Any]]]:
        """(pupil, one value a column), each column read once for all pupils."""
        children = list(pupils)
        ids = [p.pk for p in children]
        values = [column.values(ids, self.on) for column in self.columns]
        return [(p, [v.get(p.pk) for v in values]) for p in children]


def pupil_list(request: HttpRequest) -> HttpResponse:
    """The roll of a day as filtered, or what a search found; outside the search its words are forgotten."""
    require(request, Permission.SEE_PUPILS)
    listing = RollPage(request)
    if not listing.searched:
        request.session.pop(SEARCH_KEY, None)
    page = Paginator(listing.queryset(), PER_PAGE).get_page(request.GET.get("page"))
    alike = [] if page.paginator.count else listing.near()
    record_access(
        request,
        Access.SEARCHED if listing.searched else Access.LISTED,
        detail={"rows": page.paginator.count or len(alike), "filters": listing.form.chosen()},
    )
    shown = [p.pk for p in (page.object_list or alike)] if listing.searched else []
    columns = [
        {
            "column": column,
            "sortable": column.order_by is not None,
            "sorted": {column.key: "ascending", f"-{column.key}": "descending"}.get(listing.sort, "none"),
            "next": f"-{column.key}" if listing.sort == column.key else column.key,
        }
        for column in listing.columns
        if column.key != "alerts"
    ]
    return render(
        request,
        "pupils/list.html",
        {
            "covered": covered_on(request.user, [p.pk for p in page.object_list], listing.today),
            # Never the words of the search: a browser keeps the titles of pages.
            "page_title": "Children found" if listing.searched else "Children",
            "near": alike,
            "left": {} if is_limited(request.user) else roll.left_care_on(shown, listing.today),
            "form": listing.form,
            "listing": listing,
            "columns": columns,
            "page": page,
            "rows": [
                # The alerts stand below the name: the other columns need the width.
                (pupil, alerts, list(zip(listing.columns[1:], values, strict=True)))
                for pupil, (alerts, *values) in listing.rows(page.object_list)
            ],
            "on": listing.on,
            "on_roll": listing.on_roll() if listing.narrowed else None,
            "today": listing.today,
            "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        },
    )


@limited(Limit.EXPORTS)
def pupil_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as filtered, all pages, as CSV or XLSX; the audit row holds the number of rows."""
    require(request, Permission.EXPORT_PUPILS)
    listing = RollPage(request)
    rows = listing.rows(listing.queryset())
    export = Export(
        "children",
        # The alerts come last: people's own tables count on the columns before them.
        ["Child id", "UPN", "Name", *(c.label for c in listing.columns[1:]), listing.columns[0].label],
        (
            [p.child_id, p.upn, p.display_name, *(_plain(v) for v in values), _plain(alerts)]
            for p, (alerts, *values) in rows
        ),
    )
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": extension})
    return csv_response(export, on=listing.on) if extension == "csv" else xlsx_response(export, on=listing.on)


def _plain(value: Any) -> Any:
    """An export cell of a column's value: tags come as (word, colour), figures as their text."""
    if isinstance(value, tuple):
        return value[0]
    return value if value is None or isinstance(value, int | date) else str(value)


@require_POST
@limited(Limit.SEARCHES)
def pupil_search(request: HttpRequest) -> HttpResponse:
    """Names and numbers are posted, kept in the session and never stand in an address."""
    require(request, Permission.SEE_PUPILS)
    text = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    if not text:
        return redirect("pupils:list")
    found = list(matching(Pupil.objects.visible_to(request.user), text)[:2])
    if len(found) == 1:
        record_access(request, Access.SEARCHED, detail={"rows": 1})
        return redirect("pupils:detail", pupil_id=found[0].pk)
    request.session[SEARCH_KEY] = text
    return redirect(f"{reverse('pupils:list')}?search=1")


def visible_pupil(
    request: HttpRequest, pupil_id: int, section: Section | None = None, *, changes: bool | None = None
) -> Pupil:
    """The child if in the person's scope, else 404; opening leaves an audit row.

    `section` says of which part of the record the page is. One that names none is shut to section-limited people.
    A child that is open to the person in an emergency only may be read: a page that changes something (`changes`; by
    default a POST does) is 403.
    """
    require(request, Permission.SEE_PUPILS)
    pupil = Pupil.objects.visible_to(request.user).filter(pk=pupil_id).first()
    if pupil is not None and not may_see(request.user, section, pupil):
        raise Http404("No child of yours has this number.")
    if pupil is None:
        access = open_access(request.user, pupil_id, timezone.now())
        if access is None:
            _lead_to_survivor(request, pupil_id)
            raise Http404("No child of yours has this number.")
        if request.method == "POST" if changes is None else changes:
            raise PermissionDenied("You opened this record in an emergency: it may be read, and nothing else.")
        note_reading(request.user, access)
        pupil = access.pupil
    record_access(request, Access.OPENED, subject=pupil, detail=trace_of(request.user))
    return pupil


def visible_row(request: HttpRequest, model: type[Model], pk: int, section: Section | None = None) -> tuple[Pupil, Any]:
    """A row that hangs off a child and has a page of its own, with its child; 404 where the child is out of scope."""
    pupil = visible_pupil(request, child_of(model, pk) or 0, section)
    row = model._default_manager.visible_to(request.user).filter(pk=pk).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("There is no such entry among your children's.")
    return pupil, row


def _lead_to_survivor(request: HttpRequest, pupil_id: int) -> None:
    """Raises Moved for the address of a record that was merged into one in the person's scope: the same page there."""
    merge = ChildMerge.objects.visible_to(request.user).filter(old_pk=pupil_id).first()
    match = request.resolver_match
    if merge is not None and match is not None and "pupil_id" in match.kwargs:
        raise Moved(reverse(match.view_name, kwargs={**match.kwargs, "pupil_id": merge.kept_id}))


def child_context(request: HttpRequest, pupil: Pupil, *, active: str, page_title: str = "") -> dict[str, Any]:
    """What the shared child layout (pupils/child_base.html) needs; `active` is the tab's url name."""
    today = timezone.localdate()
    entry = roll.entries([pupil], on=today)[0]
    tabs = [
        {"label": t.label, "url": reverse(t.url_name, args=[pupil.pk]), "active": t.url_name == active}
        for t in panels_for(ChildTab, request.user, pupil)
    ]
    label = next((t["label"] for t in tabs if t["active"]), "")
    return {
        "pupil": pupil,
        "entry": entry,
        "tabs": tabs,
        "today": today,
        "page_title": page_title or f"{pupil.display_name}: {label}",
        "crumbs": [("Children", reverse("pupils:list"))],
        "identity": _identity(request, entry),
        "restricted": ProtectedNote.objects.visible_to(request.user)
        .in_force()
        .filter(pupil=pupil, kind=ProtectedNote.Kind.CONTACT)
        .exists(),
        "emergency": reading_access(request.user),
        "may_see_restriction": request.user.can(Permission.SEE_PROTECTED_NOTES),  # type: ignore[union-attr]
    }


def _identity(request: HttpRequest, entry: roll.RollEntry) -> dict[str, Any]:
    pupil, place = entry.pupil, entry.main_place
    facts = [entry.year_label]
    if pupil.dob:
        facts.append(f"born {pupil.dob:%-d %b %Y}")
    facts.append(place.school.name if place else "No school place known")
    # Care is of no section: to whoever has only sections, its dates are not told.
    if entry.start and not is_limited(request.user):
        facts.append(f"Looked after {entry.start.words}")
    if pupil.known_as and pupil.known_as != pupil.forename:
        facts.insert(0, f"{pupil.forename} {pupil.surname}, known as {pupil.known_as}")
    tags = []
    if cover := covered_on(request.user, [pupil.pk], timezone.localdate()).get(pupil.pk):
        tags.append((cover, "purple"))
    if entry.episode is None and not is_limited(request.user):
        tags.append(("Not looked after now", "grey"))
    if may_see(request.user, Section.SCHOOL, pupil) and pupil.send in {
        Pupil.Send.EHCP,
        Pupil.Send.STATEMENT,
        Pupil.Send.SUPPORT,
    }:
        tags.append((pupil.get_send_display(), "purple"))
    if roll.is_out_of_county(place, settings.HOME_LA):
        tags.append(("School out of county", "orange"))
    links = []
    if request.user.can(Permission.SEE_WHO_LOOKED):  # type: ignore[union-attr]
        looks = AccessEvent.objects.filter(subject_type="pupils.pupil", subject_id__in=keys_of(pupil)).count()
        links.append((f"Who has looked ({looks:,})", reverse("pupils:who_looked", args=[pupil.pk])))
    return {"facts": facts, "tags": tags, "links": links}


def pupil_detail(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Overview: what is due, who works with the child, and a card of each app."""
    pupil = visible_pupil(request, pupil_id, Section.BASICS)
    context = child_context(request, pupil, active="pupils:detail")
    context["cards"] = [
        {"template": card.template, "wide": card.wide, "context": found}
        for card in panels_for(OverviewCard, request.user, pupil)
        if (found := card.context(request.user, pupil, context["today"])) is not None
    ]
    return render(request, "pupils/detail.html", context)


def pupil_care(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Care episodes as the authority returned them; the placement's postcode only on request."""
    require(request, Permission.SEE_CARE_DETAIL)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="pupils:care")
    context["episodes"] = list(pupil.episodes.visible_to(request.user).order_by("-decom"))
    context["may_reveal"] = can_reveal_address(request.user, pupil)
    context["revealed"] = context["may_reveal"] and request.session.pop(ADDRESS_SHOWN_FOR, None) == pupil.pk
    return render(request, "pupils/care.html", context)


@require_POST
def reveal_address(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Show the protected postcodes once, with an audit row of its own."""
    require(request, Permission.SEE_CARE_DETAIL)
    require(request, Permission.SEE_PLACEMENT_ADDRESS)
    pupil = visible_pupil(request, pupil_id, changes=False)
    check_can_reveal_address(request.user, pupil)
    detail = {"fields": ["home_post", "pl_post"], **trace_of(request.user)}
    record_access(request, Access.REVEALED, subject=pupil, detail=detail)
    request.session[ADDRESS_SHOWN_FOR] = pupil.pk
    return redirect("pupils:care", pupil_id=pupil.pk)


def pupil_school(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """School history with the gaps in days between places."""
    pupil = visible_pupil(request, pupil_id, Section.SCHOOL)
    context = child_context(request, pupil, active="pupils:school")
    places = list(pupil.school_places.visible_to(request.user).select_related("school").order_by("from_on"))
    context["places"] = [
        {"place": place, "gap": _gap_before(places, n)} for n, place in reversed(list(enumerate(places)))
    ]
    context["year_groups"] = pupil.year_groups.visible_to(request.user).order_by("-academic_year")
    return render(request, "pupils/school.html", context)


def _gap_before(places: list[Any], index: int) -> int:
    """Days without any place between the ends of all earlier places and this one's start."""
    earlier = [p.to_on for p in places[:index]]
    if not earlier or None in earlier:
        return 0
    return max(0, (places[index].from_on - max(earlier)).days)


def pupil_timeline(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Care, school and everything the apps know, newest first; by kind, and as it stood on a day."""
    pupil = visible_pupil(request, pupil_id, Section.BASICS)
    context = child_context(request, pupil, active="pupils:timeline")
    sources = panels_for(TimelineSource, request.user, pupil)
    chosen = [k for k in request.GET.getlist("kind") if k in {s.kind for s in sources}]
    form = TimelineForm(request.GET or None)
    last = form.cleaned_data.get("until") if form.is_valid() else None
    events: list[TimelineEvent] = []
    for source in sources:
        if not chosen or source.kind in chosen:
            events += source.events(request.user, pupil)
    if last is not None:
        events = [_as_it_stood(e, last) for e in events if e.on <= last]
    context["form"], context["until"] = form, last
    context["events"] = sorted(events, key=lambda e: (e.on, e.kind), reverse=True)
    context["kinds"] = [(s.kind, s.label, s.kind in chosen) for s in sorted(sources, key=lambda s: s.label)]
    return render(request, "pupils/timeline.html", context)


def _as_it_stood(event: TimelineEvent, on: date) -> TimelineEvent:
    """What ended after the day was still going on then."""
    return replace(event, until=None) if event.until is not None and event.until > on else event


def who_looked(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Who has opened this child's record, newest first."""
    require(request, Permission.SEE_WHO_LOOKED)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="", page_title=f"{pupil.display_name}: who has looked")
    events = AccessEvent.objects.filter(subject_type="pupils.pupil", subject_id__in=keys_of(pupil)).order_by("-at")
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    people = User.objects.in_bulk({e.user_id for e in page.object_list if e.user_id})
    context["page"] = page
    context["events"] = [
        (event, people.get(event.user_id), screen_words(request.user, event.screen)) for event in page.object_list
    ]
    return render(request, "pupils/who_looked.html", context)


def pupil_changes(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """What was changed in this child's record, by whom, before and after; as far as the role sees it."""
    require(request, Permission.SEE_WHO_LOOKED)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="", page_title=f"{pupil.display_name}: what was changed")
    context["page"] = Paginator(changes_of(request.user, pupil), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "pupils/changes.html", context)


def unusual_looks(request: HttpRequest) -> HttpResponse:
    """Looks that are worth a question, each with the reason in words."""
    require(request, Permission.SEE_AUDIT)
    form = UnusualLooksForm(request.GET or None)
    from_on, to_on = form.span(timezone.localdate())
    found = looks.unusual_looks(request.user, from_on=from_on, to_on=to_on)
    shown = form.narrow(found)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": len(shown)})
    counts = Counter(line.kind for line in found)
    context = {
        "page_title": "Unusual looks",
        "form": form,
        "page": page,
        "from_on": from_on,
        "to_on": to_on,
        "counts": [(UNUSUAL_LABELS[kind], counts[kind]) for kind in Unusual if counts[kind]],
        "lines": [(line, UNUSUAL_LABELS[line.kind]) for line in page.object_list],
    }
    return render(request, "pupils/unusual_looks.html", context)


OTHER_SCREENS = {
    "pupils:who_looked": "Who has looked",
    "pupils:changes": "What was changed",
    "pupils:reveal_address": "Protected postcodes",
    "pupils:protected": "Protected",
    "pupils:protected_show": "Protected",
    "pupils:protected_new": "Protected",
    "pupils:search": "Search",
    "pupils:emergency_new": "Emergency opening",
    "pupils:emergency_close": "Emergency opening",
    "pupils:emergency_review": "Emergency opening",
    "pupils:caseload": "Moving a caseload",
    "pupils:merge": "Two records side by side",
    "pupils:duplicates": "Possible duplicates",
}


def screen_words(user: Any, screen: str) -> str:
    """A page as people call it: its tab's label, else its address name in plain words."""
    tabs = {t.url_name: t.label for t in panels_for(ChildTab, user)}
    plain = screen.replace(":", ": ").replace("_", " ")
    return tabs.get(screen) or OTHER_SCREENS.get(screen) or plain[:1].upper() + plain[1:]

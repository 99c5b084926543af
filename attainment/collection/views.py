"""The list of whose term is recorded, and the page that records it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from attainment.collection.forms import CollectionForm
from attainment.collection.reading import collected_children, recorded_in, term_key, window_on
from attainment.collection.services import record_term
from attainment.models import TermAssessment
from attainment.permissions import check_can_record
from attainment.rules import collection as rules
from core.audit import Access, record_access
from core.figures import Figure
from core.roles import Permission
from core.rules import key_stage_of, term_label
from core.scoping import require
from core.sections import Section
from core.wording import count_of
from pupils import roll
from pupils.views import child_context, visible_pupil

PER_PAGE = 50


def collection(request: HttpRequest) -> HttpResponse:
    """The children in scope and how far the term is recorded; `show=none` those without a row."""
    require(request, Permission.RECORD_ATTAINMENT)
    today = timezone.localdate()
    window = window_on(today)
    children, begun = collected_children(request.user, window, today)
    missing_only = request.GET.get("show") == "none"
    shown = children.exclude(pk__in=begun.values("pk")) if missing_only else children
    page = Paginator(shown.order_by("sort_name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    recorded = recorded_in(window, request.user, page.object_list)
    rows = []
    for entry in roll.entries(page.object_list, on=today):
        mine = recorded.get(entry.pupil.pk, [])
        progress = rules.progress_of(key_stage_of(entry.nc_year), [row.subject for row in mine])
        rows.append({"entry": entry, "rows": mine, "tag": rules.PROGRESS_TAGS[progress]})
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {
        "page_title": "Attainment collection",
        "term": term_label(window.academic_year, window.season),
        "last": window.last,
        "figure": Figure(begun.count(), children.count()),
        "missing_only": missing_only,
        "page": page,
        "rows": rows,
    }
    return render(request, "attainment/collection.html", context)


def record(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """How one child stands this term, subject by subject."""
    require(request, Permission.RECORD_ATTAINMENT)
    pupil = visible_pupil(request, pupil_id, Section.ATTAINMENT, changes=True)
    check_can_record(request.user, pupil)
    context = child_context(request, pupil, active="attainment:child")
    today = context["today"]
    window = window_on(today)
    entry = roll.entries([pupil], on=today)[0]
    known = sorted(TermAssessment.objects.visible_to(request.user).filter(pupil=pupil), key=term_key)
    now = [r for r in known if (r.academic_year, r.season) == (window.academic_year, window.season)]
    before = {row.subject_key: row for row in known if row not in now}
    back = reverse("attainment:child", args=[pupil.pk])
    stage = key_stage_of(entry.nc_year)
    form = CollectionForm(stage, now, before, request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        changed = record_term(pupil=pupil, window=window, said=form.said(), now=timezone.now(), actor=request.user)
        messages.success(request, f"Saved: {count_of(changed, 'subject')}." if changed else "Nothing was changed.")
        return redirect("attainment:collection")
    term = term_label(window.academic_year, window.season)
    context |= {"form": form, "page_title": f"{term}: {pupil.display_name}", "term": term, "last": window.last}
    return render(request, "attainment/record_term.html", context)

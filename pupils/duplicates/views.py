"""Possible duplicates, two records side by side, and what a merge kept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.feeds.locks import Busy
from core.roles import Permission
from core.scoping import require
from pupils import rules
from pupils.duplicates import services
from pupils.duplicates.finding import pairs_for
from pupils.duplicates.forms import CompareForm, MergeForm
from pupils.duplicates.permissions import CannotMerge, check_can_merge
from pupils.duplicates.planning import plan_of
from pupils.duplicates.words import EMPTY, counted, kept_row, label_of, value_in_words
from pupils.models import ChildMerge, Pupil

MERGES_SHOWN = 50


def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one child's, what people said of them, and what was merged; or two records of one's own."""
    require(request, Permission.MERGE_CHILDREN)
    form = CompareForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (two := _by_child_ids(request, form)) is not None:
        return redirect("pupils:merge", kept_id=two[0].pk, other_id=two[1].pk)
    pairs, apart = pairs_for(request.user)
    record_access(request, Access.LISTED, detail={"rows": len(pairs)})
    merges = ChildMerge.objects.visible_to(request.user).select_related("kept", "made_by")[:MERGES_SHOWN]
    context = {"page_title": "Possible duplicates", "pairs": pairs, "apart": apart, "merges": merges, "form": form}
    return render(request, "pupils/duplicates.html", context)


def _by_child_ids(request: HttpRequest, form: CompareForm) -> tuple[Pupil, Pupil] | None:
    found: list[Pupil] = []
    for name in ("first", "second"):
        child_id = rules.normalise_child_id(form.cleaned_data[name]) or ""
        pupil = Pupil.objects.visible_to(request.user).filter(child_id__iexact=child_id).first()
        if pupil is None:
            form.add_error(name, "No child has this child id")
        else:
            found.append(pupil)
    if len(found) == 2 and found[0].pk == found[1].pk:
        form.add_error("second", "Enter the child id of another record")
    return None if form.errors else (found[0], found[1])


def _both(request: HttpRequest, kept_id: int, other_id: int) -> tuple[Pupil, Pupil]:
    """Both records, in the person's scope; looking at them leaves an audit row for each."""
    require(request, Permission.MERGE_CHILDREN)
    found = Pupil.objects.visible_to(request.user).in_bulk([kept_id, other_id])
    if len(found) < 2:
        raise Http404("There are no two records of these numbers. Perhaps they were merged meanwhile.")
    for pupil in found.values():
        record_access(request, Access.OPENED, subject=pupil)
    return found[kept_id], found[other_id]


def merge(request: HttpRequest, kept_id: int, other_id: int) -> HttpResponse:
    """Two records side by side with everything that a merge does to the rows of the second; the merge itself."""
    kept, other = _both(request, kept_id, other_id)
    try:
        check_can_merge(request.user, kept, other)
        refusal = ""
    except CannotMerge as reason:
        refusal = str(reason)
    plan = plan_of(kept, other, {})
    back = reverse("pupils:duplicates")
    form = MergeForm(request.user, kept, other, plan.questions, request.POST or None, cancel_url=back)
    if form.unseen and not refusal:
        refusal = (
            f"Rows differ that your role does not see ({', '.join(sorted(set(form.unseen)))}). "
            "Ask the Virtual School Head to merge these two."
        )
    if request.method == "POST" and not refusal and form.is_valid():
        try:
            services.merge_children(
                kept=kept, other=other, choices=form.choices(), now=timezone.now(), actor=request.user
            )
        except (CannotMerge, Busy) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"The two records are one. {other.child_id} and its UPN find this child too.")
            return redirect("pupils:detail", pupil_id=kept.pk)
    return render(request, "pupils/merge.html", _merge_context(kept, other, plan, form, refusal))


def _merge_context(kept: Pupil, other: Pupil, plan: Any, form: MergeForm, refusal: str) -> dict[str, Any]:
    facts = []
    for name in services.FACTS:
        label = str(Pupil._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        values = [value_in_words(row, name) or EMPTY for row in (kept, other)]
        facts.append((label[:1].upper() + label[1:], *values, values[0] != values[1]))
    return {
        "page_title": "Merge two records of a child",
        "crumbs": [("Children", reverse("pupils:list")), ("Possible duplicates", reverse("pupils:duplicates"))],
        "kept": kept,
        "other": other,
        "facts": facts,
        "apps": counted(kept, other, plan),
        "decided": [(label_of(type(d.kept)), d) for d in plan.decided],
        "blocked": plan.blocked,
        "refusal": refusal or " ".join(plan.blocked),
        "form": form,
    }


@require_POST
def not_the_same(request: HttpRequest, kept_id: int, other_id: int) -> HttpResponse:
    """These are two children; the pair is not listed again."""
    one, other = _both(request, kept_id, other_id)
    try:
        services.say_apart(one=one, other=other, now=timezone.now(), actor=request.user)
    except CannotMerge as reason:
        messages.error(request, str(reason))
    else:
        messages.success(
            request, "Kept as two children. The pair stands at the end of the list, where you can undo it."
        )
    return redirect("pupils:duplicates")


@require_POST
def maybe_the_same(request: HttpRequest, kept_id: int, other_id: int) -> HttpResponse:
    """Take back that these are two children."""
    one, other = _both(request, kept_id, other_id)
    services.take_back(one=one, other=other, actor=request.user)
    messages.success(request, "The pair is listed again.")
    return redirect("pupils:duplicates")


def merged(request: HttpRequest, merge_id: int) -> HttpResponse:
    """What a merge did and kept: for mending by hand what was merged wrongly."""
    require(request, Permission.MERGE_CHILDREN)
    found = ChildMerge.objects.visible_to(request.user).select_related("kept", "made_by").filter(pk=merge_id).first()
    if found is None:
        raise Http404("There is no such merge.")
    record_access(request, Access.OPENED, subject=found.kept)
    context = {
        "page_title": "What a merge did",
        "crumbs": [("Children", reverse("pupils:list")), ("Possible duplicates", reverse("pupils:duplicates"))],
        "merge": found,
        "old": kept_row(request.user, {"model": "pupils.Pupil", "fate": "", "why": "", "values": found.old_record}),
        "rows": [kept_row(request.user, entry) for entry in found.given_up_rows],
        "moved": sum(found.moved.values()),
    }
    return render(request, "pupils/merged.html", context)

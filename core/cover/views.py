"""Cover: the list, a new one, and its early end. For those who arrange it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.cover import services
from core.cover.forms import CoverForm
from core.forms import GovForm
from core.models import Cover
from core.roles import Permission
from core.scoping import require
from core.wording import when

PER_PAGE = 50


class EndForm(GovForm):
    """No field: the page asks once whether it is meant."""

    submit_label = "End the cover now"
    submit_style = "warning"


def cover_list(request: HttpRequest) -> HttpResponse:
    """Who covers for whom: what holds now and is to come, then what is over."""
    require(request, Permission.ARRANGE_COVER)
    today = timezone.localdate()
    everything = Cover.objects.visible_to(request.user).select_related("absent", "covering", "made_by", "ended_by")
    page = Paginator(everything, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Cover",
        "page": page,
        "rows": [(cover, *_state(cover, today)) for cover in page.object_list],
    }
    return render(request, "cover/list.html", context)


def _state(cover: Cover, today: Any) -> tuple[str, str, bool]:
    """(word, colour, whether it may be ended)."""
    if cover.ended_at is not None:
        return f"Ended {when(cover.ended_at)}", "grey", False
    if today >= cover.to_on:
        return "Over", "grey", False
    if cover.absent.role != cover.covering.role:
        return "Holds nothing: another role", "yellow", True
    return ("In force", "green", True) if cover.from_on <= today else ("To come", "blue", True)


def cover_new(request: HttpRequest) -> HttpResponse:
    """Arrange cover."""
    require(request, Permission.ARRANGE_COVER)
    today = timezone.localdate()
    back = reverse("cover:list")
    form = CoverForm(request.POST or None, today=today, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            cover = services.arrange_cover(**form.arranged, now=timezone.now(), today=today, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request,
                f"{cover.covering.name} covers for {cover.absent.name} from {when(cover.from_on)}"
                f" until {when(cover.last_on)}.",
            )
            return redirect(back)
    context = {"page_title": "Arrange cover", "crumbs": [("More", reverse("more")), ("Cover", back)], "form": form}
    return render(request, "layouts/form.html", context)


def cover_end(request: HttpRequest, cover_id: int) -> HttpResponse:
    """End a cover before its time; the page asks first."""
    require(request, Permission.ARRANGE_COVER)
    cover = Cover.objects.visible_to(request.user).select_related("absent", "covering").filter(pk=cover_id).first()
    if cover is None:
        raise Http404("There is no such cover.")
    back = reverse("cover:list")
    form = EndForm(request.POST or None, cancel_url=back)
    if request.method == "POST":
        services.end_cover(cover=cover, now=timezone.now(), actor=request.user)
        messages.success(request, f"{cover.covering.name} covers for {cover.absent.name} no more.")
        return redirect(back)
    context = {
        "page_title": "End this cover now?",
        "crumbs": [("More", reverse("more")), ("Cover", back)],
        "form": form,
        "cover": cover,
    }
    return render(request, "cover/end.html", context)

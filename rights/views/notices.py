"""Privacy notices: the versions, one to read or print, drafts, and what puts one in force."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from rights.models import PrivacyNotice
from rights.notices import services
from rights.notices.forms import ApproveForm, NoticeForm
from rights.notices.rules import AUDIENCE_LABELS, Audience
from rights.views.consents import show_problems

CRUMB = "Privacy notices"


def _notice(request: HttpRequest, notice_id: int) -> PrivacyNotice:
    found = (
        PrivacyNotice.objects.visible_to(request.user)
        .select_related("author", "approved_by")
        .filter(pk=notice_id)
        .first()
    )
    if found is None:
        raise Http404("There is no such notice.")
    notice: PrivacyNotice = found
    return notice


def _draft(request: HttpRequest, notice_id: int) -> PrivacyNotice:
    """What is approved has no page to change it."""
    notice = _notice(request, notice_id)
    if not notice.is_draft:
        raise Http404("This version is approved and never changes.")
    return notice


def notices(request: HttpRequest) -> HttpResponse:
    """By audience: what is in force today, what begins later, drafts and earlier versions."""
    require(request, Permission.RECORD_CONSENTS)
    seen = PrivacyNotice.objects.visible_to(request.user).select_related("author", "approved_by")
    now = set(
        PrivacyNotice.objects.visible_to(request.user).in_force(timezone.localdate()).values_list("pk", flat=True)
    )
    rows = list(seen.order_by("audience", "-version"))
    groups = [
        (audience, AUDIENCE_LABELS[audience], [(n, n.pk in now) for n in rows if n.audience == audience])
        for audience in Audience
    ]
    record_access(request, Access.LISTED, detail={"rows": len(rows)})
    context = {
        "page_title": CRUMB,
        "groups": groups,
        "may_keep": request.user.can(Permission.KEEP_PROCESSING_RECORD),  # type: ignore[union-attr]
        "today": timezone.localdate(),
    }
    context["lacks_any"] = any(not versions for _, _, versions in groups)
    return render(request, "rights/notices.html", context)


def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One version, to read, print or hand over."""
    require(request, Permission.RECORD_CONSENTS)
    notice = _notice(request, notice_id)
    record_access(request, Access.OPENED, subject=notice)
    in_force = PrivacyNotice.objects.visible_to(request.user).in_force(timezone.localdate()).filter(pk=notice.pk)
    context = {
        "page_title": notice.title,
        "crumbs": [(CRUMB, reverse("rights:notices"))],
        "notice": notice,
        "paragraphs": [part.strip() for part in notice.text.split("\n\n") if part.strip()],
        "in_force": in_force.exists(),
        "may_keep": request.user.can(Permission.KEEP_PROCESSING_RECORD),  # type: ignore[union-attr]
    }
    return render(request, "rights/notice.html", context)


def draft(request: HttpRequest, audience: str) -> HttpResponse:
    """The next version of an audience, begun from the words of the last."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    if audience not in set(Audience):
        raise Http404("There is no such audience.")
    last = PrivacyNotice.objects.visible_to(request.user).filter(audience=audience).order_by("-version").first()
    words = {"title": last.title, "text": last.text} if last is not None else None
    form = NoticeForm(request.POST or None, initial=words, cancel_url=reverse("rights:notices"))
    if request.method == "POST" and form.is_valid():
        try:
            notice = services.draft_notice(
                audience=Audience(audience), **form.cleaned_data, now=timezone.now(), actor=request.user
            )
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "The draft is kept. Nobody is shown it before it is approved.")
            return redirect("rights:notice", notice_id=notice.pk)
    return _form(request, form, f"New version: {AUDIENCE_LABELS[Audience(audience)].lower()}")


def change(request: HttpRequest, notice_id: int) -> HttpResponse:
    """New words of a draft."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    notice = _draft(request, notice_id)
    back = reverse("rights:notice", args=[notice.pk])
    form = NoticeForm(request.POST or None, initial={"title": notice.title, "text": notice.text}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_draft(notice=notice, **form.cleaned_data, now=timezone.now(), actor=request.user)
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "The draft is changed.")
            return redirect(back)
    return _form(request, form, f"Change the draft: {notice}")


def approve(request: HttpRequest, notice_id: int) -> HttpResponse:
    """In force from a day on."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    notice = _draft(request, notice_id)
    back = reverse("rights:notice", args=[notice.pk])
    form = ApproveForm(timezone.localdate(), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.approve_notice(
                notice=notice, from_on=form.cleaned_data["from_on"], now=timezone.localtime(), actor=request.user
            )
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "Approved. This version never changes from now on.")
            return redirect(back)
    return _form(request, form, f"Approve: {notice}")


@require_POST
def starters(request: HttpRequest) -> HttpResponse:
    """Our starter texts as drafts, for audiences that have no version."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    made = services.take_starters(now=timezone.now(), actor=request.user)
    messages.success(request, f"{made} drafts made. Read each, make it the council's own, and approve it.")
    return redirect("rights:notices")


def _form(request: HttpRequest, form: object, title: str) -> HttpResponse:
    context = {"page_title": title, "crumbs": [(CRUMB, reverse("rights:notices"))], "form": form}
    return render(request, "layouts/form.html", context)

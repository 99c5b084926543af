"""The list of delegations, giving one, changing it and ending it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import account_access, invitations, single_sign_on
from core.audit import Access, record_access
from core.limits import Limit, limited
from core.models import User
from core.permissions import check_can_invite
from core.roles import AccountState, Permission
from core.wording import count_of
from pupils.delegations import services
from pupils.delegations.forms import ChangeForm, DelegationForm
from pupils.delegations.permissions import can_change, check_can_change, check_can_delegate, check_can_see_delegations
from pupils.models import Delegation, Pupil

PER_PAGE = 50


def delegation_list(request: HttpRequest) -> HttpResponse:
    """Who sees which part of whose record, and until when; the Virtual School Head sees those of every school."""
    check_can_see_delegations(request.user)
    today = timezone.localdate()
    rows = Delegation.objects.visible_to(request.user).running(today).with_standing(today)
    rows = rows.select_related("pupil", "school", "given_by", "colleague")
    ordered = rows.order_by("school__name", "colleague__name", "pupil__sort_name", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    return render(
        request,
        "delegations/list.html",
        {
            "page_title": "Delegations",
            "page": page,
            "rows": [
                {"delegation": row, "why_not": _why_not(row), "may_change": can_change(request.user, row)}
                for row in page.object_list
            ],
            "may_delegate": request.user.can(Permission.DELEGATE_CHILDREN),  # type: ignore[union-attr]
            "every_school": request.user.can(Permission.SEE_DELEGATIONS),  # type: ignore[union-attr]
            "waiting": AccountState.WAITING,
        },
    )


def _why_not(row: Any) -> str:
    """Why a delegation that has not ended opens nothing, else nothing."""
    if not row.teacher_there:
        return f"Opens nothing: {row.given_by.name} is not designated teacher of the school any more"
    if not row.child_there:
        return "Opens nothing: the child is not on the roll of the school any more"
    return "" if row.colleague.is_active else "Opens nothing: the account is deactivated"


@never_cache
def delegation_new(request: HttpRequest) -> HttpResponse:
    """To whom, which children, which parts, until when. Somebody without an account is invited."""
    check_can_delegate(request.user)
    assert isinstance(request.user, User)
    today = timezone.localdate()
    children = list(Pupil.objects.visible_to(request.user).looked_after(on=today).order_by("sort_name", "child_id"))
    back = reverse("delegations:list")
    form = DelegationForm(request.POST or None, teacher=request.user, children=children, today=today, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        chosen = {key: form.cleaned_data[key] for key in ("email", "name", "sections", "last_on")}
        try:
            made = services.delegate(pupils=form.cleaned_data["children"], today=today, actor=request.user, **chosen)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            colleague = made[0].colleague
            done = f"{count_of(len(made), 'child is,children are')} delegated to {colleague.name}."
            return _let_in(request, colleague, done)
    context = {
        "page_title": "Delegate children to a colleague",
        "crumbs": [("Delegations", back)],
        "form": form,
        "children": children,
    }
    return render(request, "delegations/new.html", context)


def _let_in(request: HttpRequest, colleague: User, done: str) -> HttpResponse:
    """Somebody who has not been here yet is invited; where mail cannot be sent, this answer alone shows the link."""
    back = redirect("delegations:list")
    if colleague.state != AccountState.WAITING:
        messages.success(request, done)
        return back
    if single_sign_on.password_is_off(colleague.email):
        messages.success(request, f"{done} {single_sign_on.password_off_words()}.")
        return back
    link = invitations.send_invitation(user=colleague, base_url=request.build_absolute_uri("/"), actor=request.user)
    if account_access.mail_link(colleague, link):
        messages.success(request, f"{done} An invitation was sent to {colleague.email}.")
        return back
    return render(
        request,
        "delegations/link.html",
        {
            "page_title": f"An invitation for {colleague.name}",
            "crumbs": [("Delegations", reverse("delegations:list"))],
            "colleague": colleague,
            "done": done,
            "link": link,
            "days": account_access.link_days(colleague),
            "mail_failed": account_access.mail_is_set_up(),
        },
    )


def _delegation(request: HttpRequest, delegation_id: int) -> Delegation:
    rows = Delegation.objects.visible_to(request.user).running(timezone.localdate())
    row: Delegation | None = rows.select_related("pupil", "colleague").filter(pk=delegation_id).first()
    if row is None:
        raise Http404("There is no such delegation at your school.")
    return row


def delegation_change(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Other parts of the record, or another last day."""
    check_can_delegate(request.user)
    row = _delegation(request, delegation_id)
    check_can_change(request.user, row)
    today, back = timezone.localdate(), reverse("delegations:list")
    form = ChangeForm(request.POST or None, delegation=row, today=today, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        what = {key: form.cleaned_data[key] for key in ("sections", "last_on")}
        try:
            services.change_delegation(delegation=row, today=today, actor=request.user, **what)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"The delegation of {row.pupil.display_name} to {row.colleague.name} is changed.")
            return redirect(back)
    return render(
        request,
        "layouts/form.html",
        {
            "page_title": f"{row.pupil.display_name}: what {row.colleague.name} sees",
            "crumbs": [("Delegations", back)],
            "form": form,
        },
    )


@require_POST
def delegation_end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """From now on the colleague does not see the child."""
    check_can_see_delegations(request.user)
    row = _delegation(request, delegation_id)
    try:
        services.end_delegation(delegation=row, now=timezone.now(), today=timezone.localdate(), actor=request.user)
    except ValidationError as refusal:  # somebody else was first
        messages.info(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"The delegation of {row.pupil.display_name} to {row.colleague.name} has ended.")
    return redirect("delegations:list")


@require_POST
@never_cache
@limited(Limit.SEARCHES)
def invite_again(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """A new link for a colleague who has not been here yet; the one sent before stops working."""
    check_can_delegate(request.user)
    row = _delegation(request, delegation_id)
    check_can_invite(request.user, email=row.colleague.email, role=row.colleague.role)
    if row.colleague.state != AccountState.WAITING:
        messages.info(request, f"{row.colleague.name} has a password already.")
        return redirect("delegations:list")
    return _let_in(request, row.colleague, "The invitation is made anew.")

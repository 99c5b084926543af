"""Accounts: who may sign in, with which role. The system administrator's pages; no child is on any of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import account_access, invitations, lockout, services
from core.audit import Access, record_access
from core.forms import DateInputField, GovForm, RadioField
from core.limits import Limit, limited
from core.listing import Heading, headings
from core.models import User
from core.permissions import why_not_deactivate, why_not_leave_on
from core.roles import (
    ACCOUNT_STATE_LABELS,
    PERMISSION_LABELS,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    ROLE_SCOPES,
    AccountState,
    InvitationState,
    Permission,
    Role,
)
from core.scoping import require
from core.second_step import LOST_LABELS, Lost, has_second_step, needs_second_step, remove_second_step
from core.wording import when

PER_PAGE = 50
FOUND_AT_MOST = 50
ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]
STATE_COLOURS = {AccountState.ACTIVE: "green", AccountState.WAITING: "yellow", AccountState.CLOSED: "grey"}
ORDERS = {"name": F("name"), "role": F("role"), "seen": F("last_seen_at")}
HEADINGS = [
    Heading(key="name", label="Name", sortable=True),
    Heading(key="role", label="Role", sortable=True),
    Heading(key="state", label="State"),
    Heading(key="seen", label="Last seen", sortable=True),
]
ROLE_HINTS = {
    Role.DESIGNATED_TEACHER: "Sees no child until the Virtual School records them on their school's page",
    Role.IRO: "Sees the children whom the roll file allocates to them",
    Role.SOCIAL_WORKER: "Sees the children whom the roll file allocates to them",
    Role.SYSTEM_ADMIN: "Makes accounts, and sees no child",
    Role.SCHOOL_COLLEAGUE: "Sees no child until a designated teacher of the school delegates some",
}


class AccountFilterForm(GovForm):
    """Nothing is required; a choice that does not exist is shown as an error and narrows nothing."""

    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any role"), *ROLE_CHOICES])
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), *((s.value, ACCOUNT_STATE_LABELS[s]) for s in AccountState)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = User.objects.exclude(team="").order_by("team").values_list("team", flat=True).distinct()
        self.fields["team"] = forms.ChoiceField(
            label="Team", required=False, choices=[("", "Any team"), *((team, team) for team in teams)]
        )

    def narrow(self, accounts: QuerySet[Any]) -> QuerySet[Any]:
        """The accounts that satisfy every filter set."""
        if not self.is_bound:
            return accounts
        self.is_valid()
        if role := self.cleaned_data.get("role"):
            accounts = accounts.filter(role=role)
        if state := self.cleaned_data.get("state"):
            accounts = accounts.in_state(AccountState(state))  # type: ignore[attr-defined]
        if team := self.cleaned_data.get("team"):
            accounts = accounts.filter(team=team)
        return accounts


class AccountForm(GovForm):
    """A person's name, email address and role."""

    name = forms.CharField(label="Name", max_length=120, help_text="First name and surname, as others see it")
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="The person signs in with it. Use the address of their work.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = RadioField(label="Role", choices=ROLE_CHOICES, hints={r.value: hint for r, hint in ROLE_HINTS.items()})
    team = forms.CharField(
        label="Team (optional)",
        max_length=80,
        required=False,
        help_text="Where in the council or the school, like “Adolescent team East”",
    )


class NewAccountForm(AccountForm):
    submit_label = "Add the person"


class DeactivateForm(GovForm):
    """No field: the page asks once whether it is meant."""

    submit_label = "Deactivate the account"
    submit_style = "warning"


class LastDayForm(GovForm):
    """Empty when no end is known."""

    submit_label = "Save the last day"
    leaves_on = DateInputField(
        label="Last day",
        required=False,
        help_text="The account closes by itself the night after it. Leave it empty when no end is known.",
    )


class RemoveSecondStepForm(GovForm):
    """Why; the person reads it too."""

    submit_label = "Remove the second step"
    submit_style = "warning"
    reason = RadioField(label="Why?", choices=[(why.value, label) for why, label in LOST_LABELS.items()])


def _account(request: HttpRequest, user_id: int) -> User:
    require(request, Permission.MANAGE_ACCOUNTS)
    user: User | None = User.objects.visible_to(request.user).with_last_seen().filter(pk=user_id).first()
    if user is None:
        raise Http404("There is no such account.")
    return user


def _rows(accounts: Any) -> list[tuple[User, str, str]]:
    return [(user, ACCOUNT_STATE_LABELS[user.state], STATE_COLOURS[user.state]) for user in accounts]


def account_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has or had an account, with when they were last here."""
    require(request, Permission.MANAGE_ACCOUNTS)
    form = AccountFilterForm(request.GET or None)
    sort = request.GET.get("sort", "name")
    order = ORDERS.get(sort.lstrip("-"), ORDERS["name"])
    ordered = order.desc(nulls_last=True) if sort.startswith("-") else order.asc(nulls_last=True)
    accounts = form.narrow(User.objects.visible_to(request.user).with_last_seen()).order_by(ordered, "name", "pk")
    page = Paginator(accounts, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    return render(
        request,
        "accounts/list.html",
        {
            "page_title": "Accounts",
            "form": form,
            "page": page,
            "rows": _rows(page),
            "headings": headings(HEADINGS, sort),
            "waiting": User.objects.in_state(AccountState.WAITING).count(),
        },
    )


@require_POST
@limited(Limit.SEARCHES)
def account_find(request: HttpRequest) -> HttpResponse:
    """By a part of the name or the email address. Posted, so that no name stands in an address."""
    require(request, Permission.MANAGE_ACCOUNTS)
    text = request.POST.get("q", "").replace("\x00", "").strip()
    found = User.objects.visible_to(request.user).with_last_seen().matching(text).order_by("name", "pk")
    rows = list(found.filter(email__iexact=text)) or list(found[: FOUND_AT_MOST + 1]) if text else []
    record_access(request, Access.SEARCHED, detail={"rows": len(rows)})
    if len(rows) == 1:
        return redirect("accounts:detail", user_id=rows[0].pk)
    return render(
        request,
        "accounts/found.html",
        {
            "page_title": "Accounts found",
            "crumbs": [("Accounts", reverse("accounts:list"))],
            "text": text,
            "rows": _rows(rows[:FOUND_AT_MOST]),
            "more": len(rows) > FOUND_AT_MOST,
        },
    )


@never_cache
def account_new(request: HttpRequest) -> HttpResponse:
    """Who is it, and what do they do here? The invitation follows."""
    require(request, Permission.MANAGE_ACCOUNTS)
    form = NewAccountForm(request.POST or None, cancel_url=reverse("accounts:list"))
    if request.method == "POST" and form.is_valid():
        try:
            user = services.add_account(
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                role=Role(form.cleaned_data["role"]),
                team=form.cleaned_data["team"],
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _hand_over_link(request, user, f"{user.name} has an account.", is_new=True)
    crumbs = [("Accounts", reverse("accounts:list"))]
    context = {"page_title": "Add a person", "crumbs": crumbs, "form": form, "mail": account_access.mail_is_set_up()}
    return render(request, "accounts/new.html", context)


def _hand_over_link(request: HttpRequest, user: User, done: str, *, is_new: bool = False) -> HttpResponse:
    """Mail the link; where that cannot be, this answer shows it, and nothing keeps it."""
    what = "A link to choose a new password" if user.has_usable_password() else "An invitation"
    try:
        link = services.issue_link(user=user, base_url=request.build_absolute_uri("/"), actor=request.user)
    except ValidationError as refusal:
        messages.info(request, f"{done} {' '.join(refusal.messages)}" if is_new else " ".join(refusal.messages))
        return redirect("accounts:detail", user_id=user.pk)
    if account_access.mail_link(user, link):
        messages.success(request, f"{done} {what} was sent to {user.email}.")
        return redirect("accounts:detail", user_id=user.pk)
    return render(
        request,
        "accounts/link.html",
        {
            "page_title": f"{what} for {user.name}",
            "crumbs": [("Accounts", reverse("accounts:list")), (user.name, reverse("accounts:detail", args=[user.pk]))],
            "account": user,
            "done": done,
            "link": link,
            "days": account_access.link_days(user),
            "mail_failed": account_access.mail_is_set_up(),
            "next_step": ROLE_HINTS.get(Role(user.role), ""),
        },
    )


def account_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: what it is, and what can be done with it."""
    user = _account(request, user_id)
    record_access(request, Access.OPENED, subject=user)
    return render(
        request,
        "accounts/detail.html",
        {
            "page_title": user.name,
            "crumbs": [("Accounts", reverse("accounts:list"))],
            "account": user,
            "tag": (ACCOUNT_STATE_LABELS[user.state], STATE_COLOURS[user.state]),
            "scope": ROLE_SCOPES[Role(user.role)],
            "hint": ROLE_HINTS.get(Role(user.role), ""),
            "keep": why_not_deactivate(request.user, user),
            "no_last_day": why_not_leave_on(user),
            "mail": account_access.mail_is_set_up(),
            "second_step": has_second_step(user),
            "second_step_required": needs_second_step(user),
            "locked_until": lockout.locked_until(request, user),
            **_invitation(user),
        },
    )


def _invitation(user: User) -> dict[str, Any]:
    """For somebody without a password: the latest invitation and how it stands."""
    latest = None if user.has_usable_password() else invitations.latest_invitation(user)
    if latest is None:
        return {"invitation": None}
    state = latest.state(timezone.now())
    return {"invitation": latest, "invitation_open": state == InvitationState.OPEN, "invitation_state": state}


@require_POST
def account_withdraw(request: HttpRequest, user_id: int) -> HttpResponse:
    """The link that was sent does not work any more; the account stays and waits."""
    user = _account(request, user_id)
    if invitations.withdraw_invitation(user=user, actor=request.user):
        messages.success(request, f"The invitation for {user.name} is withdrawn: its link does not work any more.")
    else:
        messages.info(request, "There is no open invitation for this account.")
    return redirect("accounts:detail", user_id=user.pk)


@require_POST
def account_unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody who mistyped too often may try again at once."""
    user = _account(request, user_id)
    lockout.lift_lockout(request=request, user=user, actor=request.user)
    messages.success(request, f"{user.name} may try to sign in again.")
    return redirect("accounts:detail", user_id=user.pk)


def account_remove_second_step(request: HttpRequest, user_id: int) -> HttpResponse:
    """For somebody who has lost phone, key and recovery codes: out with the old, they set up a new one."""
    user = _account(request, user_id)
    back = reverse("accounts:detail", args=[user.pk])
    form = RemoveSecondStepForm(request.POST if request.method == "POST" else None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        reason = Lost(form.cleaned_data["reason"])
        try:
            remove_second_step(user=user, reason=reason, actor=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(back)
        told = account_access.mail_second_step_removed(user, LOST_LABELS[reason])
        and_told = "was told by mail" if told else "could not be told by mail: tell them yourself"
        messages.success(request, f"The second step of {user.name} is removed. The person {and_told}.")
        return redirect(back)
    context = {
        "page_title": f"Remove the second step of {user.name}",
        "crumbs": [("Accounts", reverse("accounts:list")), (user.name, back)],
        "form": form,
        "required": needs_second_step(user),
    }
    return render(request, "accounts/remove_second_step.html", context)


def account_change(request: HttpRequest, user_id: int) -> HttpResponse:
    """Correct name, email address, role or team."""
    user = _account(request, user_id)
    back = reverse("accounts:detail", args=[user.pk])
    initial = {"name": user.name, "email": user.email, "role": user.role, "team": user.team}
    form = AccountForm(request.POST or None, initial=initial, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_account(
                user=user,
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                role=Role(form.cleaned_data["role"]),
                team=form.cleaned_data["team"],
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The account is changed. A new role holds from the person's next page on.")
            return redirect(back)
    crumbs = [("Accounts", reverse("accounts:list")), (user.name, back)]
    context = {"page_title": f"Change the account of {user.name}", "crumbs": crumbs, "form": form}
    return render(request, "layouts/form.html", context)


def account_deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Is it meant? Then the person is signed out everywhere and cannot sign in."""
    user = _account(request, user_id)
    back = reverse("accounts:detail", args=[user.pk])
    form = DeactivateForm(request.POST if request.method == "POST" else None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.deactivate_account(user=user, actor=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"The account of {user.name} is deactivated and signed out everywhere.")
        return redirect(back)
    context = {
        "page_title": f"Deactivate the account of {user.name}",
        "crumbs": [("Accounts", reverse("accounts:list")), (user.name, back)],
        "form": form,
        "keep": why_not_deactivate(request.user, user),
        "back": back,
    }
    return render(request, "accounts/deactivate.html", context)


def account_last_day(request: HttpRequest, user_id: int) -> HttpResponse:
    """When does the person leave? The account then closes by itself."""
    user = _account(request, user_id)
    back = reverse("accounts:detail", args=[user.pk])
    form = LastDayForm(request.POST or None, initial={"leaves_on": user.leaves_on}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["leaves_on"]
        try:
            services.set_last_day(user=user, leaves_on=day, today=timezone.localdate(), actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            closes = f"closes the night after {when(day)}" if day else "stays open until somebody closes it"
            messages.success(request, f"The account of {user.name} {closes}.")
            return redirect(back)
    crumbs = [("Accounts", reverse("accounts:list")), (user.name, back)]
    context = {"page_title": f"The last day of {user.name}", "crumbs": crumbs, "form": form}
    return render(request, "layouts/form.html", context)


@require_POST
def account_reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """The person may sign in again."""
    user = _account(request, user_id)
    services.reactivate_account(user=user, actor=request.user)
    messages.success(request, f"{user.name} may sign in again, with the password they had.")
    return redirect("accounts:detail", user_id=user.pk)


@never_cache
@require_POST
def account_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A fresh link to choose a password, for somebody who lost the first one or forgot the password."""
    user = _account(request, user_id)
    return _hand_over_link(request, user, "The link is made.")


def role_list(request: HttpRequest) -> HttpResponse:
    """What each role may do, in words, and how many people have it."""
    require(request, Permission.MANAGE_ACCOUNTS)
    people = list(User.objects.visible_to(request.user).filter(is_active=True).values_list("role", flat=True))
    roles = [
        {
            "value": role.value,
            "label": ROLE_LABELS[role],
            "scope": ROLE_SCOPES[role],
            "hint": ROLE_HINTS.get(role, ""),
            "permissions": [PERMISSION_LABELS[p] for p in Permission if p in ROLE_PERMISSIONS[role]],
            "people": people.count(role.value),
        }
        for role in Role
    ]
    crumbs = [("Accounts", reverse("accounts:list"))]
    return render(
        request, "accounts/roles.html", {"page_title": "What each role may do", "crumbs": crumbs, "roles": roles}
    )

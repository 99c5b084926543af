"""The pages that the link of an invitation leads to. Open to strangers: the token is what lets in."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.account_forms import InvitationForm
from core.invitations import accept_invitation, find_invitation
from core.roles import InvitationState
from core.second_step import needs_second_step

SESSION_KEY = "invitation"
# No state stands for a link that never was one, or was cut short by the mail program.
NOT_OPEN: dict[InvitationState | None, tuple[str, str]] = {
    InvitationState.EXPIRED: (
        "This invitation has run out",
        "An invitation works for a limited time, so that a forgotten message lets nobody in.",
    ),
    InvitationState.ACCEPTED: (
        "This invitation was used",
        "An invitation works once. If it was you who used it, sign in with your email address and the password.",
    ),
    InvitationState.WITHDRAWN: (
        "This invitation does not hold any more",
        "It was withdrawn, or a later one took its place. Look for a newer message from the Virtual School.",
    ),
    None: (
        "This link leads nowhere",
        "Some mail programs break long links. Copy the whole address from the message into the address bar.",
    ),
}


@login_not_required
@never_cache
def invitation_open(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the token in the session and go on at an address that does not hold it."""
    request.session[SESSION_KEY] = token
    return redirect("account_invitation")


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest) -> HttpResponse:
    """Choose the password and be in; or why the link does not work and what to do."""
    token = str(request.session.get(SESSION_KEY, ""))
    found = find_invitation(token) if token else None
    state = found.state(timezone.now()) if found else None
    if found is None or state != InvitationState.OPEN:
        title, why = NOT_OPEN[state]
        return render(
            request,
            "account/invitation_closed.html",
            {"page_title": title, "why": why, "used": state == InvitationState.ACCEPTED},
        )
    form = InvitationForm(request.POST if request.method == "POST" else None, user=found.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = accept_invitation(token=token, password=form.cleaned_data["password1"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            request.session.pop(SESSION_KEY, None)
            record_authentication(request, user, method="password", email=user.email)
            answer: HttpResponse = perform_login(
                request, Login(user=user, email=user.email, redirect_url=reverse("home"))
            )
            return answer
    context = {
        "page_title": "Choose your password",
        "form": form,
        "account": found.user,
        "expires_at": found.expires_at,
        "second_step": needs_second_step(found.user),
    }
    return render(request, "account/invitation.html", context)

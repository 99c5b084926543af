"""The page that asks for the second step."""

from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import authenticate as packages_page
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import edit_webauthn as packages_renaming
from allauth.mfa.webauthn.views import remove_webauthn as packages_removal
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.second_step import has_second_step, passkey_of


@login_not_required
def authenticate(request: HttpRequest) -> HttpResponse:
    """The package's page, but for somebody whose second step was removed meanwhile: the package would send the browser
    to and fro for ever; here the sign-in begins anew."""
    stage = get_pending_stage(request)
    if stage is not None and stage.login.user is not None and not has_second_step(stage.login.user):
        clear_login(request)
        return redirect("account_login")
    answer: HttpResponse = packages_page(request)
    return answer


def _own_passkey(request: HttpRequest, pk: int) -> Authenticator:
    key = passkey_of(request.user, pk)
    if key is None:
        raise Http404("You have no such passkey.")
    return key


def rename_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """The package's page, but nobody confirms that it is them for a passkey that they do not have."""
    _own_passkey(request, pk)
    answer: HttpResponse = packages_renaming(request, pk=pk)
    return answer


def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """The package's page, but the last second step of a role that needs one stays, as it does for the app."""
    key, adapter = _own_passkey(request, pk), get_adapter()
    if not adapter.can_delete_authenticator(key):
        messages.error(request, f"{adapter.error_messages['cannot_delete_authenticator']}.")
        return redirect("mfa_list_webauthn")
    answer: HttpResponse = packages_removal(request, pk=pk)
    return answer

"""The page that asks for the second step."""

from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.mfa.base.views import authenticate as packages_page
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.second_step import has_second_step


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

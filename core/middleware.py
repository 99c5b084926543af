"""Every request: who acts, how long they have been away, and a trace of what was refused."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import kept_forms
from core.account_access import note_activity
from core.actor import acting_as
from core.audit import Access, record_access
from core.second_step import has_second_step, needs_second_step

Handler = Callable[[HttpRequest], HttpResponse]


class TimeoutMiddleware:
    """Sign out who asked for nothing for IDLE_TIMEOUT_SECONDS, and anybody SESSION_LIMIT_SECONDS after sign-in.

    Schools share PCs. Both are judged here on the server, whatever the browser keeps.
    """

    NOTE_EVERY = 30

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            last = request.session.get("last_seen", now)
            since = request.session.setdefault("signed_in_at", now)
            if now - last > settings.IDLE_TIMEOUT_SECONDS:
                self._end(request, "idle")
            elif now - since > settings.SESSION_LIMIT_SECONDS:
                self._end(request, "limit")
            elif now - last > self.NOTE_EVERY or "last_seen" not in request.session:
                request.session["last_seen"] = now
                note_activity(request)
        return self.get_response(request)

    @staticmethod
    def _end(request: HttpRequest, why: str) -> None:
        """The browser stays known for a while, so that its person finds again what they send next."""
        user_id = request.user.pk
        record_access(request, Access.SESSION_ENDED, detail={"why": why})
        logout(request)
        request.session[kept_forms.TIMED_OUT] = user_id
        request.session["timed_out"] = why
        request.session.set_expiry(kept_forms.KEEP_SECONDS)


class SignInMiddleware(LoginRequiredMiddleware):
    """Everybody signs in first. After that a person lands where they were; what they sent is kept, not carried out."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        kept_forms.keep(request, now=time.time())
        return redirect_to_login(reverse("home"))


class KeptFormMiddleware:
    """The page on which somebody had typed when the time-out came is filled again, once."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or kept_forms.KEY not in request.session:
            return response
        kept = kept_forms.waiting_for(request)
        if kept is None or response.streaming or "text/html" not in response.get("Content-Type", ""):
            return response
        if response.status_code == HTTPStatus.OK:
            page = kept_forms.filled(response.content.decode(), kept, request.path)
            response.content = page.encode()
            response["Cache-Control"] = "no-store"
            if "Content-Length" in response:
                response["Content-Length"] = str(len(response.content))
        del request.session[kept_forms.KEY]
        return response


class SecondStepMiddleware:
    """Whoever's role needs a second step and has none sees only the pages to set one up (MFA_REQUIRED_ROLES)."""

    OPEN = frozenset(
        {
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_list_webauthn",
            "account_reauthenticate",
            "account_logout",
            "health",
        }
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.second_step_missing = self._missing(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """To the page that says why, but for the pages that it leads to."""
        if not request.second_step_missing:  # type: ignore[attr-defined]
            return None
        match = request.resolver_match
        if match is not None and match.view_name in self.OPEN:
            return None
        return redirect("mfa_index")

    @staticmethod
    def _missing(request: HttpRequest) -> bool:
        """Asked of the database until the person has one; taking the last one away is refused or ends the session."""
        if not request.user.is_authenticated or not needs_second_step(request.user):
            return False
        if request.session.get("second_step"):
            return False
        if has_second_step(request.user):
            request.session["second_step"] = True
            return False
        return True


class MethodPageMiddleware:
    """An address that only takes forms answers with a page, not with an empty one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response.get("Allow", "POST")
            return page
        return response


class ActorMiddleware:
    """The signed-in person is the actor of every change the request makes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with acting_as(request.user):
            return self.get_response(request)


def _numbers(kwargs: dict[str, Any]) -> dict[str, int]:
    """The ids of an address. What else was typed there may be anything."""
    return {key: value for key, value in kwargs.items() if isinstance(value, int)}


class RefusalAuditMiddleware:
    """A signed-in person who is refused, or asks for a row out of reach, leaves a trace."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in {403, 404} and request.user.is_authenticated and request.resolver_match:
            action = Access.REFUSED if response.status_code == 403 else Access.NOT_FOUND
            record_access(request, action, detail={"url_kwargs": _numbers(request.resolver_match.kwargs)})
        return response

"""Where a person is signed in: each open session in words, and how to end it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.account_access import open_sessions
from core.audit import Access, record_access
from core.wording import browser_in_words


@require_http_methods(["GET", "POST"])
def session_list(request: HttpRequest) -> HttpResponse:
    """The open sessions; a POST ends all but this one."""
    sessions = open_sessions(request)
    others = [one for one in sessions if not one.is_current()]
    if request.method == "POST":
        for one in others:
            one.end()
        record_access(request, Access.SESSION_ENDED, detail={"why": "everywhere else", "sessions": len(others)})
        messages.success(request, "You are signed out everywhere but here.")
        return redirect("usersessions_list")
    rows: list[dict[str, Any]] = [{"session": one, "browser": browser_in_words(one.user_agent)} for one in sessions]
    context = {"page_title": "Where you are signed in", "rows": rows, "others": len(others)}
    return render(request, "usersessions/usersession_list.html", context)


@require_POST
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one session of one's own other than this one (for this one there is the button Sign out)."""
    one = next((s for s in open_sessions(request) if s.pk == session_id and not s.is_current()), None)
    if one is None:
        raise Http404("There is no such session.")
    browser = browser_in_words(one.user_agent)
    one.end()
    record_access(request, Access.SESSION_ENDED, detail={"why": "one", "sessions": 1})
    messages.success(request, f"The session in {browser} is signed out.")
    return redirect("usersessions_list")

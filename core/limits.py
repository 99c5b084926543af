"""How often one person may search and take lists away: enough for a day's work, too little for copying the roll.

Pages that are open to strangers count by network address or by their link, with `over_since` and `is_over`.
"""

import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from core.audit import Access, record_access

View = Callable[..., HttpResponseBase]


class Limit(StrEnum):
    """What is counted; `settings.PERSON_LIMITS` says how many of it in how many seconds."""

    SEARCHES = "searches"
    EXPORTS = "exports"
    WRONG_LINKS = "wrong_links"
    LINK_SAVES = "link_saves"


LIMIT_WORDS: dict[Limit, str] = {
    Limit.SEARCHES: "searches for people",
    Limit.EXPORTS: "downloads",
    Limit.WRONG_LINKS: "tries with a link that does not work",
    Limit.LINK_SAVES: "saves by one link",
}


def limited(limit: Limit) -> Callable[[View], View]:
    """View decorator: beyond the limit the person gets a page (429) that says when to try again, and leaves a trace.

    The count is kept in the cache, for each person and stretch of time; stretches begin at whole multiples of
    their length. A limit that the settings do not name is none.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and (again_at := over_since(request.user.pk, limit)) is not None:
                return _refuse(request, limit, again_at)
            return view(request, *args, **kwargs)

        counted.limited_as = limit  # type: ignore[attr-defined]
        return counted

    return decorate


def over_since(who: int | str, limit: Limit) -> int | None:
    """Count one more. The moment (seconds of the epoch) from which it is allowed again, None while it is allowed.

    `who` is the id of an account; for what is open to strangers a network address or a link's number.
    """
    if limit not in settings.PERSON_LIMITS:
        return None
    allowed, seconds = settings.PERSON_LIMITS[limit]
    stretch = int(time.time()) // seconds
    key = f"limit:{limit}:{who}:{stretch}"
    if cache.add(key, 1, timeout=seconds):
        return None
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two
        return None
    return (stretch + 1) * seconds if count > allowed else None


def is_over(who: int | str, limit: Limit) -> bool:
    """Whether the limit is passed already; counts nothing."""
    if limit not in settings.PERSON_LIMITS:
        return False
    allowed, seconds = settings.PERSON_LIMITS[limit]
    return int(cache.get(f"limit:{limit}:{who}:{int(time.time()) // seconds}", 0)) > allowed


def _refuse(request: HttpRequest, limit: Limit, again_at: int) -> HttpResponseBase:
    allowed, seconds = settings.PERSON_LIMITS[limit]
    record_access(request, Access.REFUSED, detail={"limit": limit.value, "allowed": allowed, "seconds": seconds})
    page = render(
        request,
        "limits/too_many.html",
        {
            "what": LIMIT_WORDS[limit],
            "allowed": allowed,
            "minutes": max(1, seconds // 60),
            "again_at": datetime.fromtimestamp(again_at, ZoneInfo(settings.TIME_ZONE)),
        },
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    page["Retry-After"] = str(max(1, again_at - int(time.time())))
    return page

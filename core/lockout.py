"""Too many tries: how long somebody must wait, and the administrator's button that ends it.

The sign-in package counts (ACCOUNT_RATE_LIMITS["login_failed"]); this module reads its counts. They lie in the cache.
"""

import time
from datetime import UTC, datetime
from typing import Any

from allauth.core import context
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from core.audit import Access, record_access
from core.models import User
from core.permissions import check_can_manage_accounts

APP, ACTION = "allauth.account", "login_failed"


def open_again_at(request: HttpRequest, keys: list[str], *, per: tuple[str, ...] = ("ip", "key")) -> datetime | None:
    """When the next try will be answered; None when it is answered now.

    `keys` are what failures are counted under besides the network address: `password_key`, `code_key`.
    """
    moments = []
    for rate in ratelimit.get_rates(app=APP, action=ACTION):
        if rate.per not in per:
            continue
        for key in keys:
            name = ratelimit.get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key)
            tries = [at for at in cache.get(name, []) if at > time.time() - rate.duration]
            if len(tries) >= rate.amount:
                moments.append(tries[-1] + rate.duration)
    return datetime.fromtimestamp(max(moments), tz=UTC) if moments else None


def password_key(request: HttpRequest, email: str) -> str:
    """As the sign-in package counts wrong passwords of an address."""
    return f"{request.get_host()}:{email.lower()}"


def code_key(user: User) -> str:
    """As it counts wrong codes of a person."""
    return f"mfa-auth-user-{user.pk}"


def _keys(request: HttpRequest, user: User) -> list[str]:
    return [password_key(request, user.email), code_key(user)]


def locked_until(request: HttpRequest, user: User) -> datetime | None:
    """When this person may try again, wherever they sit; None when they may now."""
    return open_again_at(request, _keys(request, user), per=("key",))


def wait_words(until: datetime | None) -> str:
    """What somebody who is locked out reads. The minute is rounded up, so that the try then is answered."""
    if until is None:
        return "There were too many tries. Wait five minutes, then try again"
    minute = timezone.localtime(datetime.fromtimestamp((until.timestamp() // 60 + 1) * 60, tz=UTC))
    return f"There were too many tries, so we have stopped answering for a while. Try again at {minute:%H:%M}"


def words_now(keys: list[str]) -> str:
    """`wait_words` for the request that is being answered."""
    return wait_words(open_again_at(context.request, keys))


@transaction.atomic
def lift_lockout(*, request: HttpRequest, user: User, actor: Any) -> bool:
    """The person may try again at once; False when they could anyway. Raises PermissionDenied.

    `request` tells under which host name failures are counted.
    """
    check_can_manage_accounts(actor)
    locked = locked_until(request, user) is not None
    for key in _keys(request, user):
        for rate in ratelimit.get_rates(app=APP, action=ACTION):
            if rate.per == "key":
                cache.delete(ratelimit.get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key))
    if locked:
        record_access(None, Access.LOCK_LIFTED, user=actor, subject=user)
    return locked

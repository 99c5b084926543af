"""What a log line may hold: the kind of a fault and where it happened, never its text (it may quote a child's data)."""

import re
import sys
import traceback
from typing import Any

MAX_FRAMES = 12
# Whoever reads such an address may choose somebody's password.
LINK_KEY = re.compile(r"(/account/(?:invitation/|password/reset/key/|oidc/[^/]+/login/callback/\?))[^/\s\"']+")


def without_exception_text(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: replaces `exc_info` by the exception's type and the frames it came through."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and len(info) == 3 and info[0] is not None:
        frames = traceback.extract_tb(info[2])[-MAX_FRAMES:]
        event["fault"] = info[0].__qualname__
        event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    event.pop("exception", None)
    return event


def without_link_keys(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: cuts out of every address the key of an invitation, of a link to choose a password, and
    what the provider of single sign-on sends back."""
    for name, value in event.items():
        if isinstance(value, str) and "/account/" in value:
            event[name] = LINK_KEY.sub(r"\1...", value)
    return event

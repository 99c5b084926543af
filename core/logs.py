"""What a log line may hold: the kind of a fault and where it happened, never its text (it may quote a child's data)."""

import re
import sys
import traceback
from typing import Any

MAX_FRAMES = 12
_ADDRESS_SECRETS = re.compile(r"(/reset/key/)[^\s/?\"']+|\?[^\s\"']+")
"""The key of a link that sets a password, and a query, which may hold what somebody typed."""


def without_address_secrets(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: of an address in a line, the path stays; a one-time key and the query do not."""
    for key in ("event", "request"):
        if isinstance(event.get(key), str):
            event[key] = _ADDRESS_SECRETS.sub(lambda found: f"{found[1]}..." if found[1] else "?...", event[key])
    return event


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

"""What a log line or an error report may hold: the kind of a fault and where it happened, never its text (it may quote
a child's data), and no value of a field that is classed personal or above (core.classification)."""

import re
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from typing import Any

MAX_FRAMES = 12
LINK_KEY = re.compile(r"(/account/(?:invitation/|password/reset/key/)|/peps/own/open/)[^/\s?\"']+|\?[^\s\"']+")
"""The key of an invitation, of a link that sets a password or of one by which a child or a carer writes; and a query,
which may hold what somebody typed."""


def without_address_secrets(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: of an address in a line, the path stays; a one-time key and the query do not."""
    for key, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[key] = LINK_KEY.sub(lambda found: f"{found[1]}..." if found[1] else "?...", value)
    return event


WITHHELD = "[withheld]"
# What the logging itself puts into a line, whatever a model of ours may call a field.
OWN_KEYS = frozenset({"event", "level", "logger", "timestamp", "request", "request_id", "user_id", "code"})


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


@cache
def _withheld_keys() -> frozenset[str]:
    from core.classification import DataClass, names_from

    return names_from(DataClass.PERSONAL) - OWN_KEYS


def without_classed_values(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: values of classed fields become "[withheld]", rows of ours their model and number.

    A key counts when any model of ours has a field of that name classed personal or above.
    """
    return {key: _safe(key, value) for key, value in event.items()}


def _safe(key: str, value: Any) -> Any:
    from django.db.models import Model, QuerySet

    if key in _withheld_keys() and value is not None:
        return WITHHELD
    if isinstance(value, Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, QuerySet):
        return f"rows of {value.model._meta.label}"
    if isinstance(value, Mapping):
        return {str(k): _safe(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_safe("", one) for one in value]
    return value


def kind_and_place(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Sentry's `before_send`: a new report that holds only what is listed here.

    The kinds of the exceptions and the frames they came through; the address's pattern (`transaction`, never what
    was typed), the number of the account, and which release on which system. No text of an exception, no variable,
    no request, no message and no crumb.
    """
    kept: dict[str, Any] = {
        key: event[key]
        for key in ("event_id", "timestamp", "platform", "level", "logger", "transaction", "release", "environment")
        if key in event
    }
    if user_id := (event.get("user") or {}).get("id"):
        kept["user"] = {"id": user_id}
    faults = [fault for fault in (event.get("exception") or {}).get("values") or [] if fault]
    if faults:
        kept["exception"] = {"values": [_kind_of(fault) for fault in faults]}
    return kept


def _kind_of(fault: Mapping[str, Any]) -> dict[str, Any]:
    frames = ((fault.get("stacktrace") or {}).get("frames") or [])[-MAX_FRAMES:]
    places = [{k: f[k] for k in ("filename", "module", "function", "lineno", "in_app") if k in f} for f in frames]
    kind = {k: fault[k] for k in ("type", "module") if k in fault}
    return {**kind, "stacktrace": {"frames": places}}

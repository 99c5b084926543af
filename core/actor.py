"""Who is acting: one context for the web, the queue and the command line, written into the change history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pghistory

current_actor_id: ContextVar[int | None] = ContextVar("current_actor_id", default=None)


@contextmanager
def acting_as(actor: Any, **context: object) -> Iterator[None]:
    """Within this block every change recorded by the database triggers names `actor` (a User, or None: the system).

    Extra context (ids and short codes only, never names) is stored beside it.
    """
    actor_id = actor.pk if actor is not None else None
    token = current_actor_id.set(actor_id)
    try:
        with pghistory.context(user=actor_id, **context):
            yield
    finally:
        current_actor_id.reset(token)

"""Make the moment certain: hold a table so that an application stops in the middle of its writing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tests.integration.conftest import eventually


@contextmanager
def holding(table: str) -> Iterator[Callable[[], None]]:
    """Nobody writes into `table` until the block ends or the given function is called; everybody may read."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
    try:
        yield other.rollback
    finally:
        other.close()


def waiting_for(kind: str) -> int:
    """How many connections wait for a lock of this kind: relation, advisory."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND l.locktype = %s AND a.datname = current_database()",
            [kind],
        )
        return int(cursor.fetchone()[0])


def until_waiting_for(kind: str, number: int = 1, seconds: float = 30) -> None:
    assert eventually(lambda: waiting_for(kind) >= number, seconds), f"nobody waits for {kind}"


class InThread:
    """A call in a thread of its own, with a database connection of its own; `result()` waits for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._outcome: list[Any] = []
        self._fault: list[BaseException] = []

        def run() -> None:
            try:
                self._outcome.append(work())
            except BaseException as fault:  # noqa: BLE001 - handed to the test
                self._fault.append(fault)
            finally:
                connections.close_all()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def is_running(self) -> bool:
        return self._thread.is_alive()

    def result(self, seconds: float = 60) -> Any:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "it does not end"
        if self._fault:
            raise self._fault[0]
        return self._outcome[0]

"""Who works on a delivery at this moment: advisory locks, which the database drops with the connection.

They end with the transaction, with a killed worker and with a restarted server, so they never lie about the living.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

ONE_AT_A_TIME = 903_001
"""One application at a time over the whole product; a second waits for the first."""
WORK_ON_RUN = 903
"""First key of the lock of one run; its number is the second."""
LOCK_NOT_AVAILABLE = "55P03"


class Busy(Exception):
    """Somebody else is applying just now, and the caller did not want to wait longer."""


@contextmanager
def patience(seconds: int | None) -> Iterator[None]:
    """Wait for locks so many seconds at most (None: as long as it takes). Raises Busy; must run in a transaction."""
    if seconds is None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Busy("Another delivery is being applied just now. Nothing was changed; try again in a minute.") from None
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


@contextmanager
def no_wait() -> Iterator[None]:
    """Around a row taken with `nowait`: raises Busy when somebody works on that delivery."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Busy("Somebody works on this delivery just now. Nothing was changed; look again in a minute.") from None


def take_run(run_id: int) -> None:
    """Be the one who works on this run until the transaction ends; waits for who does so now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [WORK_ON_RUN, run_id])


def take_turn(waiting: Callable[[], None]) -> None:
    """Be the one who applies until the transaction ends; tells through `waiting` when another does so now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if cursor.fetchone() == (True,):
            return
        waiting()
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


_WORKED_ON = (
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted"
    " AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def runs_worked_on() -> set[int]:
    """The runs that other living connections work on. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKED_ON, [WORK_ON_RUN])
        return {run_id for (run_id,) in cursor.fetchall()}


def is_worked_on(run_id: int) -> bool:
    """Whether another living connection works on this run."""
    return run_id in runs_worked_on()

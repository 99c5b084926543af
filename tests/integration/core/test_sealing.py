"""The seals against the real tables: whoever takes the protection off a table and touches it is found."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core.audit import Access, record_access
from core.models import AccessEvent, AuditSeal
from core.sealing import outside
from core.sealing.rules import Kind, expand
from core.sealing.services import seal_audit, verify_audit
from core.sealing.tables import history_models, sealed_tables
from schools.models import School
from tests.factories import SchoolFactory
from tests.integration.conftest import until_others_are_done

# Early, while no other worker keeps the transaction of a county open: seals wait for all of a server.
pytestmark = pytest.mark.slow

LOG = "core_accessevent"
CHANGES = "schools_schoolevent"


@contextmanager
def unprotected(table: str) -> Iterator[Any]:
    """What the tables' owner can do: the trigger off, the deed, the trigger on again."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def look(number: int) -> AccessEvent:
    return record_access(None, Access.OPENED, screen=f"page {number}", detail={"n": number})


def problems() -> list[tuple[str, int | None, str, list[int]]]:
    return [(p.table, p.seal, p.kind.value, list(p.ids)) for p in verify_audit(actor=None).problems]


@pytest.fixture
def looks(transactional_db: None) -> list[int]:
    """Six sealed looks and a sealed history of a school; ids of the looks."""
    ids = [look(n).pk for n in range(6)]
    school = SchoolFactory(name="Before")
    school.name = "After"
    school.save()
    until_others_are_done()
    seal_audit(actor=None)
    return ids


def test_what_nobody_touched_is_found_in_order(looks: list[int]) -> None:
    verdict = verify_audit(actor=None)
    assert (verdict.status, verdict.unsealed) == ("ok", 0)
    assert verdict.sealed == 6 + sum(m._default_manager.count() for m in history_models())
    assert AuditSeal.objects.get(table=CHANGES).rows == School.pgh_event_model.objects.count() == 2


def test_a_seal_over_nothing_new_is_not_made(looks: list[int]) -> None:
    assert seal_audit(actor=None) == []


def test_an_edited_row(looks: list[int]) -> None:
    with unprotected(LOG) as cursor:
        cursor.execute(f"UPDATE {LOG} SET user_id = 4711 WHERE id = %s", [looks[2]])
    assert problems() == [(LOG, 1, "edited", [looks[2]])]


def test_a_removed_row(looks: list[int]) -> None:
    with unprotected(LOG) as cursor:
        cursor.execute(f"DELETE FROM {LOG} WHERE id IN (%s, %s)", [looks[0], looks[5]])
    assert problems() == [(LOG, 1, "removed", [looks[0], looks[5]])]


def test_two_rows_that_changed_places(looks: list[int]) -> None:
    first, second = looks[1], looks[4]
    with unprotected(LOG) as cursor:
        for old, new in ((first, -1), (second, first), (-1, second)):
            cursor.execute(f"UPDATE {LOG} SET id = %s WHERE id = %s", [new, old])
    assert problems() == [(LOG, 1, "reordered", [first, second])]


def test_a_row_put_into_a_gap_is_named_and_never_sealed(transactional_db: None) -> None:
    gap = next_id()
    look(1)
    seal_audit(actor=None)
    AccessEvent.objects.create(pk=gap, action="opened")
    for _ in range(2):
        seal_audit(actor=None)
        assert problems() == [(LOG, None, "inserted", [gap])]


def test_a_row_that_claims_an_old_transaction(looks: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LOG} (at, action, subject_type, screen, detail, xid) SELECT at, action, '', '', '{{}}', xid"
            f" FROM {LOG} WHERE id = %s RETURNING id",
            [looks[0]],
        )
        forged = cursor.fetchone()[0]
    assert problems() == [(LOG, None, "inserted", [forged])]


def test_a_change_that_was_edited_and_one_whose_author_was(looks: list[int]) -> None:
    _, second = School.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_id", flat=True)
    with unprotected(CHANGES) as cursor:
        cursor.execute(f"UPDATE {CHANGES} SET name = 'Never' WHERE pgh_id = %s", [second])
    assert problems() == [(CHANGES, 1, "edited", [second])]


def test_who_made_a_change_is_sealed_with_it(transactional_db: None, make_user: Callable[..., Any]) -> None:
    from core.actor import acting_as
    from core.roles import Role

    with acting_as(make_user(Role.VSH)):
        SchoolFactory()
    seal_audit(actor=None)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE pghistory_context SET metadata = metadata || \'{"task": "more"}\'')
    assert problems() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET metadata = metadata || '{\"user\": 4711}'")
    assert (CHANGES, "edited") in {(table, kind) for table, _, kind, _ in problems()}


def test_the_newest_rows_and_seals_removed_together(looks: list[int]) -> None:
    more = look(7).pk
    seal_audit(actor=None)
    with unprotected(LOG) as cursor:
        cursor.execute(f"DELETE FROM {LOG} WHERE id >= %s", [more])
    with unprotected("core_auditseal") as cursor:
        cursor.execute("DELETE FROM core_auditseal WHERE number = 2")
    assert problems() == [(LOG, 2, "seal_missing", [])]


def test_a_seal_taken_out_of_the_chain(looks: list[int]) -> None:
    for n in (7, 8):
        look(n)
        seal_audit(actor=None)
    with unprotected("core_auditseal") as cursor:
        cursor.execute("DELETE FROM core_auditseal WHERE number = 2")
    kinds = {(seal, kind) for _, seal, kind, _ in problems()}
    assert {(3, "chain_broken"), (2, "seal_missing")} <= kinds


def test_a_seal_made_to_fit_an_edited_row(looks: list[int]) -> None:
    """Row and digest are rewritten together, then the seal's hash as well: each time something else tells."""
    from core.sealing import services

    with unprotected("core_auditseal") as cursor:
        cursor.execute('UPDATE core_auditseal SET horizon = horizon - 1 WHERE "table" = %s', [LOG])
        assert (LOG, 1, "seal_changed", []) in problems()
        forged = services._hash_of(AuditSeal.objects.get(table=LOG))
        cursor.execute('UPDATE core_auditseal SET hash = %s WHERE "table" = %s', [forged, LOG])
    assert problems() == [(LOG, 1, "file_differs", [])]


def test_a_file_that_is_lost_and_begun_anew(looks: list[int]) -> None:
    outside.path().unlink()
    assert {kind for _, _, kind, _ in problems()} == {"file_lacks"}
    seal_audit(actor=None, new_file=True)
    assert problems() == []
    assert AccessEvent.objects.filter(action="checked", detail__what="seal file begun anew").count() == 1


def test_a_seal_whose_line_was_not_written_before_the_machine_stopped(looks: list[int]) -> None:
    look(7)
    seal_audit(actor=None)
    kept = outside.path().read_text().splitlines(keepends=True)
    outside.path().write_text("".join(kept[:-1]))
    look(8)
    seal_audit(actor=None)
    assert problems() == []


@pytest.mark.parametrize("deed", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_the_audit_tables_only_grow(deed: str, db: None) -> None:
    tables = [(table.name, table.key) for table in sealed_tables()] + [("core_auditseal", "id")]
    assert len(tables) > 20
    for table, key in tables:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(deed.format(table, key))


@pytest.fixture
def another(looks: list[int]) -> Iterator[Callable[[], Any]]:
    """another() is a further connection, whose transaction is open until the test commits it."""
    at = connection.get_connection_params()
    parameters = {k: at[k] for k in ("host", "port", "user", "password", "dbname") if at.get(k)}
    opened: list[Any] = []

    def connect() -> Any:
        opened.append(psycopg2.connect(**parameters))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def insert(by: Any, pk: int) -> None:
    with by.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LOG} (id, at, action, subject_type, screen, detail)"
            " VALUES (%s, now(), 'opened', '', '', '{}')",
            [pk],
        )


def next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [LOG])
        return int(cursor.fetchone()[0])


def test_a_row_of_a_transaction_that_was_open_while_sealing_is_sealed_later(another: Callable[[], Any]) -> None:
    other, late = another(), next_id()
    insert(other, late)
    after = look(7).pk
    assert seal_audit(actor=None) == []  # begun after the open one: both wait
    other.commit()
    assert [seal.ids for seal in seal_audit(actor=None)] == [f"{late}-{after}"]
    assert problems() == []


def test_a_row_that_comes_late_to_a_seal_is_no_insertion(another: Callable[[], Any]) -> None:
    early, other, low, high = another(), another(), next_id(), next_id()
    insert(early, high)  # the larger id in the smaller transaction
    insert(other, low)
    early.commit()
    assert [seal.ids for seal in seal_audit(actor=None)] == [str(high)]
    other.commit()
    assert problems() == []
    seal_audit(actor=None)
    assert low in {pk for seal in AuditSeal.objects.filter(table=LOG) for pk in expand(seal.ids)}
    assert problems() == []


def test_many_rows_are_sealed_in_pieces(looks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    from core.sealing import services, tables

    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    monkeypatch.setattr(services, "MOST_ROWS", 3)
    for n in range(8):
        look(n)
    assert [seal.rows for seal in seal_audit(actor=None)] == [3, 3, 2]
    assert problems() == []


# The command


def run(*words: str) -> tuple[int, Any]:
    out, code = io.StringIO(), 0
    try:
        call_command("audit", *words, "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue())


def test_the_command_seals_and_verifies(transactional_db: None) -> None:
    run("seal")  # migrations leave changes too
    row = look(1).pk
    code, document = run("seal")
    assert (code, document["status"], document["rows"], document["seals"]) == (0, "sealed", 1, 1)
    code, document = run("verify")
    assert (code, document["status"], document["unsealed"], document["problems"]) == (0, "ok", 0, [])
    assert document["sealed"] >= document["seals"] >= 1
    with unprotected(LOG) as cursor:
        cursor.execute(f"UPDATE {LOG} SET screen = 'another' WHERE id = %s", [row])
    code, document = run("verify")
    assert (code, document["status"]) == (1, "broken")
    assert document["problems"] == [{"table": LOG, "seal": 1, "kind": Kind.EDITED.value, "ids": [row], "count": 1}]


def test_each_check_leaves_a_row_in_the_log(looks: list[int]) -> None:
    run("verify")
    row = AccessEvent.objects.get(action="checked")
    assert (row.user_id, row.detail["status"]) == (None, "ok")


@pytest.mark.parametrize("words", [("mend",), (), ("verify", "--new-file")])
def test_wrong_usage(words: tuple[str, ...], db: None) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("audit", *words)
    assert refused.value.returncode in {1, 2}


def test_the_schedule_seals_and_verifies(transactional_db: None) -> None:
    from django.conf import settings

    from core.tasks import seal_audit as seal_task
    from core.tasks import verify_audit as verify_task

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {seal_task.name, verify_task.name} <= scheduled
    look(1)
    seal_task.delay()
    verify_task.delay()
    detail = AccessEvent.objects.get(action="checked").detail
    assert (detail["status"], detail["problems"]) == ("ok", {})
    assert detail["sealed"] >= detail["seals"] >= 1
    assert AuditSeal.objects.get(table=LOG).rows == 1

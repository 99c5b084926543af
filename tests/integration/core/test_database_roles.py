"""The application's database role on the real server: ordinary work goes on, the audit trail is out of its reach."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from core import services
from core.database_roles import CannotGrant, grant
from core.models import AccessEvent, AuditSeal
from core.roles import Role
from core.sealing import tables
from core.sealing.services import seal_audit, verify_audit
from core.sealing.tables import sealed_tables
from tests.factories import looked_after

ROLE = "application_of_the_tests"


@pytest.fixture
def application(db: None, make_user: Callable[..., Any]) -> Iterator[Any]:
    """Within, the session has the application's rights; role and rights go with the test's transaction."""
    users = {role: make_user(role) for role in (Role.VSH, Role.SYSTEM_ADMIN)}
    grant(role=ROLE, password="a-password-of-no-use")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (ROLE,)
        yield users
        cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as why:
        return "permission denied" in str(why) or "must be owner" in str(why)
    return False


def test_the_audit_tables_only_grow_for_it(application: Any) -> None:
    for name in [*(table.name for table in sealed_tables()), "core_auditseal"]:
        key = "pgh_id" if name.endswith("event") and name != "core_accessevent" else "id"
        for statement in (
            f"ALTER TABLE {name} DISABLE TRIGGER ALL",
            f"UPDATE {name} SET {key} = {key}",
            f"DELETE FROM {name}",
            f"TRUNCATE {name}",
            f"DROP TABLE {name}",
            f"CREATE TRIGGER mine BEFORE INSERT ON {name} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ):
            assert refused(statement), statement


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE pupils_pupil DISABLE TRIGGER ALL",
        "TRUNCATE pupils_pupil CASCADE",
        "ALTER TABLE pupils_pupil ADD COLUMN mine int",
        "DROP TABLE pupils_pupil",
        "CREATE TABLE mine (n int)",
        "DELETE FROM pghistory_context",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
        "CREATE ROLE another",
        "CREATE OR REPLACE FUNCTION pgh_attach_context_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_it_changes_no_table_and_no_trigger(application: Any, statement: str) -> None:
    assert refused(statement)


def test_ordinary_work_goes_on(application: Any, client: Client) -> None:
    pupil = looked_after()
    client.force_login(application[Role.VSH])
    assert client.get(reverse("pupils:detail", args=[pupil.pk])).status_code == 200
    assert AccessEvent.objects.filter(action="opened", subject_id=pupil.pk).count() == 1
    made = services.add_account(
        email="new@westmarch.example", name="New", role=Role.IRO, actor=application[Role.SYSTEM_ADMIN]
    )
    changes = type(made).pgh_event_model.objects.filter(pgh_obj_id=made.pk)
    assert [change.pgh_context.metadata["user"] for change in changes] == [application[Role.SYSTEM_ADMIN].pk]
    pupil.school_places.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE delivery (n int)")


def test_it_sees_which_transactions_are_open(application: Any) -> None:
    """Those of the owner too, else it would seal past them."""
    at = connection.get_connection_params()
    owner = psycopg2.connect(**{k: at[k] for k in ("host", "port", "user", "password", "dbname") if at.get(k)})
    try:
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            number = cursor.fetchone()[0]
        seen = tables.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT backend_xid::text FROM pg_stat_activity WHERE pid = %s", [owner.info.backend_pid])
            assert cursor.fetchone() == (str(number),)
        assert seen.horizon <= number
        assert seen.cluster
    finally:
        owner.close()


def test_it_seals(application: Any) -> None:
    sealed = {seal.table for seal in seal_audit(actor=None)}
    assert "core_userevent" not in sealed  # what the test wrote is not committed
    AuditSeal.objects.create(
        table="x", number=1, sealed_at="2026-01-01T00:00Z", first_id=1, last_id=1, rows=1, ids="1", columns=[],
        digests=b"", horizon=1, next_xid=1, cluster="x", hash="x",
    )  # fmt: skip
    assert verify_audit(actor=None).status == "ok"


def test_the_command_says_what_it_did(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
    out = io.StringIO()
    call_command("database_roles", ROLE, "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert (document["status"], document["role"]) == ("done", ROLE)
    assert "core_accessevent" in document["append_only"]


def test_the_owner_and_unknown_roles_are_refused(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        cursor.execute(f"CREATE ROLE {ROLE} CREATEROLE")
    for role, why in ((owner, "whole server"), (ROLE, "whole server"), ("nobody_at_all", "There is no role")):
        with pytest.raises(CannotGrant, match=why):
            grant(role=role)
    with pytest.raises(CannotGrant, match="already"):
        grant(role=owner, password="x")


def test_a_role_without_a_password_is_wrong_usage(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="password"):
        call_command("database_roles", ROLE, "--create")

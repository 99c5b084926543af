"""A record is destroyed on the real database: every table, the history, the log; the seals tell it from tampering."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from django.test import Client
from django.urls import reverse
from pghistory.models import Event

from attainment.models import IndicatorPupil
from core.audit import Access, record_access
from core.database_roles import grant
from core.models import AccessEvent, AuditDisposal, FeedChange, FeedProblem, FeedRun, User
from core.roles import Role
from core.sealing.services import seal_audit, verify_audit
from pupils.models import CareEpisode, Pupil
from reports.models import ReportRun
from reports.termly import fingerprint
from retention import services
from retention.execution import execute
from retention.models import DisposalApproval, DisposalCertificate, DisposalProposal, RetentionHold
from retention.reach import reached
from rights.models import SubjectRequest
from tests.access.world import NOW, World, build
from tests.factories import PupilFactory
from tests.integration.conftest import until_others_are_done
from tests.integration.retention.records import BORN, TODAY, People, approved, disposed, old_record, proposal_for

# Early, while no other worker keeps the transaction of a county open: seals wait for all of a server.
pytestmark = pytest.mark.slow


def verdict() -> tuple[str, list[tuple[str, str]], dict[str, int]]:
    found = verify_audit(actor=None)
    return found.status, [(p.table, p.kind.value) for p in found.problems], dict(found.disposed)


@contextmanager
def unprotected(table: str) -> Iterator[Any]:
    """What the tables' owner can do: the trigger off, the deed, the trigger on again."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# The whole of a child


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield build()


def make_due(pupil: Pupil) -> Pupil:
    """The child as an old woman: in care until 1968, with no hold and no proposal yet."""
    RetentionHold.objects.filter(pupil=pupil).delete()
    # What somebody has asked for would keep the record (rights/panels.py).
    SubjectRequest.objects.filter(pupil=pupil).update(state="withdrawn", closed_on=NOW.date())
    DisposalProposal.objects.filter(kind="child", subject_id=pupil.pk).delete()
    Pupil.objects.filter(pk=pupil.pk).update(dob=BORN)
    CareEpisode.objects.filter(pupil=pupil).update(decom="1960-01-12", dec="1968-03-04", rec="E7")
    return Pupil.objects.get(pk=pupil.pk)


def everything_in_the_database() -> Iterator[tuple[str, str]]:
    """(table, every row as text) of all tables."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT string_agg(to_jsonb(t)::text, E'\\n') FROM {connection.ops.quote_name(table)} AS t")
            yield table, cursor.fetchone()[0] or ""


def test_nothing_of_the_child_is_left_anywhere(world: World, client: Client) -> None:
    """Every table is searched for every word that tells of the child; the other child's record is untouched."""
    pupil, stays = make_due(world.own.pupil), world.foreign.pupil
    own_words = [*world.own.child_words, *world.own.postcodes, *world.own.protected_words]
    run = FeedRun.objects.create(kind="roll", status=FeedRun.Status.APPLIED)
    FeedChange.objects.create(run=run, subject=pupil.child_id, what="surname", before="x", after=pupil.surname)
    for value, message in ((pupil.upn, "The UPN."), (pupil.surname, "The name."), ("q", f"Child {pupil.child_id} x.")):
        FeedProblem.objects.create(
            run=run, code="BAD_DATE", severity="error", file="roll.csv", row=5, value=value, message=message
        )
    FeedProblem.objects.create(
        run=run, code="BAD_DATE", severity="error", file="roll.csv", row=6, value="z", message="Of somebody else."
    )
    client.force_login(world.users[Role.VSH])
    for name in ("pupils:detail", "pupils:care", "retention:child"):
        assert client.get(reverse(name, args=[pupil.pk])).status_code == 200
    client.force_login(world.users[Role.BOARD_READER])
    assert client.get(reverse("pupils:detail", args=[pupil.pk])).status_code == 403
    before = {table for table, text in everything_in_the_database() if any(word in text for word in own_words)}
    assert {"pupils_pupil", "pupils_pupilevent", "pupils_careepisode", "core_feedproblem"} <= before
    tracked = {one.model for one in reached() if one.of(pupil.pk).exists()}
    others = {one.label: one.of(stays.pk).count() for one in reached()}

    certificate = disposed(
        pupil, People(world.users[Role.DATA_OFFICER], world.users[Role.VSH], world.users[Role.ADVISER])
    )

    left = {(table, word) for table, text in everything_in_the_database() for word in own_words if word in text}
    assert left == set()
    for model in apps.get_models():
        if issubclass(model, Event):
            for key in ("pupil_id",):
                if key in {f.attname for f in model._meta.concrete_fields}:
                    assert not model._default_manager.filter(**{key: pupil.pk}).exists(), model
    assert not AccessEvent.objects.filter(subject_type="pupils.pupil", subject_id=pupil.pk).exists()
    assert not AccessEvent.objects.filter(detail__url_kwargs__pupil_id=pupil.pk).exists()
    assert {one.label: one.of(stays.pk).count() for one in reached()} == others
    assert FeedProblem.objects.filter(run=run).count() == 1
    assert certificate.counts["pupils.Pupil"] == 1
    assert certificate.counts["attendance.Register"] == 2
    assert certificate.audit_counts["core_accessevent"] >= 4
    histories = {m._meta.db_table for m in apps.get_models() if issubclass(m, Event) and m.pgh_tracked_model in tracked}
    # The hold that was deleted before has a history as well, which goes too.
    assert {"core_accessevent", "retention_retentionholdevent", *histories} == set(certificate.audit_counts)
    client.force_login(world.users[Role.VSH])
    for name in (
        "pupils:detail",
        "pupils:care",
        "pupils:timeline",
        "pledge:child",
        "attendance:child",
        "retention:child",
    ):
        assert client.get(reverse(name, args=[pupil.pk])).status_code == 404, name


def test_figures_of_reports_stay_and_the_named_row_goes(world: World, client: Client) -> None:
    pupil = make_due(world.own.pupil)
    run: ReportRun = world.own.report
    was, cohorts = fingerprint(run), run.cohorts
    counted = [name for name, ids in cohorts.items() if pupil.pk in ids]
    assert counted
    disposed(pupil, People(world.users[Role.DATA_OFFICER], world.users[Role.VSH], world.users[Role.ADVISER]))
    run = ReportRun.objects.get(pk=run.pk)
    assert (fingerprint(run), run.cohorts) == (was, cohorts)
    assert not IndicatorPupil.objects.filter(pupil_id=pupil.pk).exists()
    world.figure.refresh_from_db()
    assert (world.figure.numerator, world.figure.denominator) == (1, 2)
    client.force_login(world.users[Role.VSH])
    page = client.get(reverse("reports:cohort", args=[run.pk, counted[0]]))
    assert page.context["counted"] == len(cohorts[counted[0]])
    assert pupil.surname not in page.content.decode()
    for name, args in (
        ("reports:run", [run.pk]), ("reports:cohorts", [run.pk]), ("reports:read", [run.pk]),
        ("reports:indicator_children", ["ni-99", world.figure.assessment_year, "denominator"]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=args)).status_code == 200, name


# The audit trail


@pytest.fixture
def gone(transactional_db: None, people: People) -> DisposalCertificate:
    """A record that was looked at, sealed and destroyed; the disposal is sealed too."""
    pupil = old_record()
    for _ in range(3):
        record_access(None, Access.OPENED, subject=pupil)
    record_access(None, Access.LISTED)
    until_others_are_done()
    seal_audit(actor=None)
    certificate = disposed(pupil, people)
    seal_audit(actor=None)
    return certificate


def test_the_check_names_the_certificate(gone: DisposalCertificate) -> None:
    rows = AuditDisposal.objects.filter(certificate=gone.number)
    assert {r.table: r.rows for r in rows} == gone.audit_counts
    assert all(sorted(r.approved_by) == sorted(a.approver_id for a in gone.proposal.approvals.all()) for r in rows)
    status, problems, disposals = verdict()
    assert (status, problems) == ("ok", [])
    # Sealed before: the three looks, the child's insert. The delete's own trace came and went unsealed.
    assert disposals == {gone.number: 4}


def test_a_row_that_went_without_a_certificate_is_still_found(gone: DisposalCertificate) -> None:
    other = AccessEvent.objects.filter(action="listed").first()
    assert other is not None
    with unprotected("core_accessevent") as cursor:
        cursor.execute("DELETE FROM core_accessevent WHERE id = %s", [other.pk])
    assert verdict()[:2] == ("broken", [("core_accessevent", "removed")])


def test_a_list_that_was_made_longer_afterwards(gone: DisposalCertificate) -> None:
    """The owner removes one more row and adds it to the list of the certificate: the list is sealed itself."""
    other = AccessEvent.objects.filter(action="listed").get()
    with unprotected("core_accessevent") as cursor:
        cursor.execute("DELETE FROM core_accessevent WHERE id = %s", [other.pk])
    with unprotected("core_auditdisposal") as cursor:
        cursor.execute(
            "UPDATE core_auditdisposal SET ids = ids || ',' || %s WHERE \"table\" = 'core_accessevent'", [other.pk]
        )
    assert verdict()[:2] == ("broken", [("core_auditdisposal", "edited")])


def forge(certificate: str, approved_by: str, row: int) -> None:
    with unprotected("core_accessevent") as cursor:
        cursor.execute("DELETE FROM core_accessevent WHERE id = %s", [row])
        cursor.execute(
            'INSERT INTO core_auditdisposal (certificate, subject_type, subject_id, "table", ids, rows, proposed_by,'
            " approved_by, at, xid) VALUES (%s, 'pupils.pupil', 1, 'core_accessevent', %s, 1, 1, %s, now(),"
            " pg_current_xact_id())",
            [certificate, str(row), approved_by],
        )


@pytest.mark.parametrize("approved_by", ["[]", "[2]", "[2, 2]", "[1, 2]", "[2, 3]"])
def test_a_list_under_a_certificate_that_nobody_issued(transactional_db: None, approved_by: str) -> None:
    """Fewer than two approvers, the proposer among them; or two, but no certificate that anybody knows."""
    row = record_access(None, Access.LISTED).pk
    seal_audit(actor=None)
    forge("D-2026-0099", approved_by, row)
    assert verdict()[:2] == ("broken", [("core_accessevent", "disposed_unlawfully")])


def test_a_certificate_whose_approvals_were_taken_away(gone: DisposalCertificate) -> None:
    with unprotected("retention_disposalapproval") as cursor:
        cursor.execute("DELETE FROM retention_disposalapproval WHERE approver_id <> %s", [gone.proposed_by_id])
    status, problems, _ = verdict()
    assert status == "broken"
    assert ("core_accessevent", "disposed_unlawfully") in problems


def test_a_disposed_row_that_is_there_again(gone: DisposalCertificate) -> None:
    listed = AuditDisposal.objects.get(table="core_accessevent", certificate=gone.number)
    first = int(listed.ids.replace("-", ",").split(",")[0])
    AccessEvent.objects.create(pk=first, action="opened")
    assert ("core_accessevent", "disposed_and_there") in verdict()[1]


# The application's role


ROLE = "application_of_the_disposal"


@pytest.fixture
def application(db: None) -> Iterator[None]:
    grant(role=ROLE, password="a-password-of-no-use")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


def refusal(statement: str, *values: Any) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except (ProgrammingError, InternalError) as why:
        return str(why).splitlines()[0]
    return ""


def test_the_application_disposes_by_the_function_alone(people: People, application: None) -> None:
    pupil = old_record()
    record_access(None, Access.OPENED, subject=pupil)
    certificate = disposed(pupil, people)
    assert certificate.audit_counts["core_accessevent"] == 1
    assert not AccessEvent.objects.filter(subject_type="pupils.pupil", subject_id=pupil.pk).exists()
    assert verdict()[0] == "ok"
    for statement in (
        "DELETE FROM core_accessevent",
        "DELETE FROM pupils_pupilevent",
        "INSERT INTO core_auditdisposal SELECT * FROM core_auditdisposal",
        "UPDATE core_auditdisposal SET rows = 0",
        "DELETE FROM core_auditdisposal",
        "ALTER FUNCTION retention_dispose_audit(bigint, text) SECURITY INVOKER",
        "DROP FUNCTION retention_dispose_audit(bigint, text)",
    ):
        assert "permission denied" in (why := refusal(statement)) or "must be owner" in why, (statement, why)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_append_only%' AND tgenabled <> 'O'"
        )
        assert cursor.fetchone() == (0,)


CALL = "SELECT * FROM retention_dispose_audit(%s, %s)"


def test_the_function_believes_nobody(people: People, application: None, make_user: Callable[..., User]) -> None:
    """Whatever the application's role writes into its own tables, the record must be approved, free and gone."""
    pupil = old_record()
    proposal = proposal_for(pupil)
    assert "nobody approved" in refusal(CALL, proposal.pk, "D-2026-0001")
    DisposalProposal.objects.filter(pk=proposal.pk).update(state="approved", proposed_by=people.proposer)
    assert "two people did not approve" in refusal(CALL, proposal.pk, "D-2026-0001")
    for who, role in ((people.proposer, "data_officer"), (people.head, "vsh"), (make_user(Role.IRO), "iro")):
        DisposalApproval.objects.create(proposal=proposal, approver=who, role=role, at=NOW)
        assert "two people did not approve" in refusal(CALL, proposal.pk, "D-2026-0001")
    DisposalApproval.objects.create(proposal=proposal, approver=people.adviser, role="adviser", at=NOW)
    assert "the record is still there" in refusal(CALL, proposal.pk, "D-2026-0001")
    assert refusal(CALL, 0, "D-2026-0001")


def test_a_temporary_table_does_not_stand_in(people: People, application: None) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE pupils_pupil (id bigint)")
        try:
            assert "the record is still there" in refusal(CALL, proposal.pk, "D-2026-0001")
        finally:
            cursor.execute("DROP TABLE pg_temp.pupils_pupil")


def test_two_without_a_head_are_not_enough(people: People, application: None, make_user: Callable[..., User]) -> None:
    pupil = old_record()
    proposal = proposal_for(pupil)
    DisposalProposal.objects.filter(pk=proposal.pk).update(state="approved", proposed_by=people.proposer)
    for who in (people.adviser, make_user(Role.ADVISER)):
        DisposalApproval.objects.create(proposal=proposal, approver=who, role="adviser", at=NOW)
    pupil.delete()
    assert "two people did not approve" in refusal(CALL, proposal.pk, "D-2026-0001")
    DisposalApproval.objects.create(proposal=proposal, approver=people.head, role="vsh", at=NOW)
    assert refusal(CALL, proposal.pk, "D-2026-0001") == ""


# What is destroyed


def test_the_certificate_says_what_and_by_whom(people: People) -> None:
    pupil = old_record(child_id="OLD0001")
    before = proposal_for(pupil)
    certificate = disposed(pupil, people)
    assert (certificate.number, certificate.subject_id) == (f"D-{TODAY.year}-0001", pupil.pk)
    assert (certificate.record_class, certificate.trigger_on) == ("looked-after", BORN)
    assert certificate.due_on == before.due_on
    assert certificate.counts == {"pupils.CareEpisode": 1, "pupils.Pupil": 1}
    assert len(certificate.destroyed_sha256) == len(hashlib.sha256().hexdigest())
    text = str(DisposalCertificate.objects.values().get())
    assert not [word for word in ("OLD0001", pupil.surname, pupil.forename) if word in text]
    assert execute(proposal_id=before.pk, today=TODAY) == certificate
    assert disposed(old_record(), people).number == f"D-{TODAY.year}-0002"


def test_files_that_are_only_about_the_child(transactional_db: None, people: People, monkeypatch: Any) -> None:
    pupil = old_record()
    letter = Path(settings.DOCUMENTS_DIR) / "letter.pdf"
    letter.parent.mkdir(parents=True)
    letter.write_bytes(b"%PDF")
    monkeypatch.setattr("retention.execution.files_of", lambda pk: [letter, letter.with_name("never-made.pdf")])
    certificate = disposed(pupil, people)
    assert certificate.files == 1
    assert not letter.exists()
    assert DisposalProposal.objects.get(pk=certificate.proposal_id).files_left == []


def test_a_fault_leaves_everything(people: People, monkeypatch: Any) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)

    def stop(*args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("retention.execution.next_number", lambda year: "not a number")
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(proposal_id=proposal.pk, today=TODAY)
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    assert not DisposalCertificate.objects.exists()


def test_another_child_of_the_day_is_untouched(people: People) -> None:
    first, second = old_record(), old_record()
    young = PupilFactory()
    disposed(first, people)
    assert list(Pupil.objects.order_by("pk")) == [second, young]
    assert services.open_due(today=TODAY).opened == 0

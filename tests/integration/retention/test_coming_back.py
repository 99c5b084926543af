"""A destroyed record does not come back: by a feed it is held, after a restore it is destroyed again."""

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core.feeds.base import FeedContext, SourceFile
from core.feeds.registry import get_kind
from core.models import AuditDisposal
from core.sealing.services import verify_audit
from pupils.models import Pupil
from retention import outside, services
from retention.certificates import disposed_children
from retention.models import DisposalApproval, DisposalCertificate, DisposalProposal, RetentionHold
from retention.reapplying import reapply
from retention.rules import HoldKind
from tests.factories import PupilFactory
from tests.integration.retention.records import TODAY, People, disposed, old_record


def check(kind: str, folder: Path, name: str, text: str) -> Any:
    path = folder / name
    path.write_text(text)
    context = FeedContext(today=TODAY, actor=None, run_id=None, options={})
    return get_kind(kind).check([SourceFile(name, path)], context)


@pytest.fixture
def gone(transactional_db: None, people: People) -> DisposalCertificate:
    return disposed(old_record(child_id="GONE01"), people)


def test_the_child_is_known_again_by_a_keyed_hash(gone: DisposalCertificate, settings: Any) -> None:
    assert disposed_children(["GONE01", "OTHER1"]) == {"GONE01": gone.number}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert disposed_children(["GONE01"]) == {"GONE01": gone.number}
    settings.SECRET_KEY_FALLBACKS = []
    assert disposed_children(["GONE01"]) == {}


def test_a_roll_file_does_not_bring_the_child_back(gone: DisposalCertificate, tmp_path: Path) -> None:
    found = check("roll", tmp_path, "roll.csv", "child_id,surname,forename\nGONE01,Example,Sam\nNEW0001,Example,Kim\n")
    (problem,) = [p for p in found.problems.found if p.code == "CHILD_DISPOSED"]
    assert (problem.row, problem.severity.value) == (2, "error")
    assert gone.number in problem.message
    assert found.counts.held == 1


def test_an_old_return_does_not_bring_the_child_back(gone: DisposalCertificate, tmp_path: Path) -> None:
    head = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    row = "{},01/04/2006,S,C2,N1,U1,PR1,,,,,,\n"
    found = check("ssda903", tmp_path, "episodes.csv", head + row.format("GONE01") + row.format("NEW0001"))
    (problem,) = [p for p in found.problems.found if p.code == "CHILD_DISPOSED"]
    assert gone.number in problem.message
    assert [state.child_id for state in found.payload.new] == ["NEW0001"]


# After a restore


def forget_the_disposal() -> None:
    """The database as a backup from before the disposal has it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in (
            "retention_disposalcertificate", "retention_disposalapproval", "retention_disposalproposal",
            "core_auditdisposal",
        ):  # fmt: skip
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET session_replication_role = origin")


def restore(pk: int, child_id: str = "GONE01") -> Pupil:
    forget_the_disposal()
    return old_record(pk=pk, child_id=child_id)


def test_what_was_destroyed_is_destroyed_again(gone: DisposalCertificate) -> None:
    approvers = sorted(a.approver_id for a in DisposalApproval.objects.all())
    restore(gone.subject_id)
    done = reapply()
    assert (done.disposed, done.failed, done.unsigned) == ([gone.number], [], 0)
    assert not Pupil.objects.exists()
    again = DisposalCertificate.objects.get()
    assert (again.number, again.issued_at, again.subject_key) == (gone.number, gone.issued_at, gone.subject_key)
    assert sorted(a.approver_id for a in DisposalApproval.objects.all()) == approvers
    assert AuditDisposal.objects.filter(certificate=gone.number).exists()
    assert verify_audit(actor=None).status == "ok"
    assert reapply().disposed == []


def test_a_certificate_comes_back_without_the_record(gone: DisposalCertificate) -> None:
    """The child came after the backup was made: the feed must warn all the same."""
    forget_the_disposal()
    assert reapply().disposed == [gone.number]
    assert disposed_children(["GONE01"]) == {"GONE01": gone.number}


def test_another_child_of_the_same_number_is_left_alone(gone: DisposalCertificate) -> None:
    """Reapply destroys by the keyed hash of the child id as well as by the number."""
    stays = restore(gone.subject_id, child_id="OTHER1")
    done = reapply()
    assert Pupil.objects.get() == stays
    assert (done.disposed, [f["key"] for f in done.failed]) == ([], [gone.number])


def test_a_line_that_nobody_signed_destroys_nothing(gone: DisposalCertificate) -> None:
    pupil = PupilFactory(child_id="VICTIM1")
    line = json.loads(outside.path().read_text().splitlines()[-1])
    with outside.path().open("a") as file:
        file.write(json.dumps(line | {"key": "D-2026-0099", "subject_id": pupil.pk}) + "\n")
    done = reapply()
    assert (done.disposed, done.unsigned) == ([], 1)
    assert Pupil.objects.get() == pupil


def test_holds_placed_and_released_since_the_backup(transactional_db: None, people: People) -> None:
    held, free = old_record(), old_record()
    kinds = {"kind": HoldKind.INQUIRY, "reason": "An inquiry", "from_on": TODAY, "review_on": TODAY + timedelta(days=9)}
    services.place_hold(pupil=held, **kinds, actor=people.head)
    was = services.place_hold(pupil=free, **kinds, actor=people.head)
    services.release_hold(hold=was, because="It is over", actor=people.head)
    RetentionHold.objects.filter(pupil=held).delete()
    RetentionHold.objects.filter(pk=was.pk).update(released_at=None, released_by=None)
    done = reapply()
    assert (len(done.held), done.released) == (1, [was.pk])
    assert [h.pupil_id for h in RetentionHold.objects.in_force()] == [held.pk]
    assert "An inquiry" not in outside.path().read_text()
    assert services.open_due(today=TODAY).opened == 1


def test_a_record_that_is_held_after_the_restore_is_not_destroyed(gone: DisposalCertificate, people: People) -> None:
    pupil = restore(gone.subject_id)
    services.place_hold(
        pupil=pupil, kind=HoldKind.CLAIM, reason="A claim", from_on=TODAY, review_on=date(2027, 1, 1), actor=people.head
    )
    done = reapply()
    assert "held" in done.failed[0]["why"]
    assert Pupil.objects.get() == pupil


# The command


def run(*words: str) -> tuple[int, Any]:
    out, code = io.StringIO(), 0
    try:
        call_command("retention", *words, "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue())


def test_the_command_lists(people: People) -> None:
    due, held, unknown = old_record(), old_record(), old_record(dob=None)
    services.place_hold(
        pupil=held, kind=HoldKind.CLAIM, reason="A claim", from_on=TODAY, review_on=date(2027, 1, 1), actor=people.head
    )
    code, document = run()
    assert (code, document["status"], document["records"]) == (0, "done", 3)
    assert [row["child_id"] for row in document["due"]] == [due.child_id]
    assert document["held"] == [{"child_id": held.child_id, "why": "A claim or a court case"}]
    assert [row["child_id"] for row in document["no_trigger"]] == [unknown.child_id]


def test_the_command_reapplies(gone: DisposalCertificate) -> None:
    assert run("reapply")[1]["status"] == "unchanged"
    restore(gone.subject_id)
    code, document = run("reapply")
    assert (code, document["status"], document["disposed"]) == (0, "reapplied", [gone.number])
    with transaction.atomic():
        assert DisposalProposal.objects.get().state == "done"

"""retention [reapply] [--json]: what is due, held and without a date; or, after a restore, destroy and hold again."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.management.base import JsonCommand, Refused
from pupils.models import Pupil
from retention.facts import held, judge_all
from retention.models import DisposalCertificate, DisposalProposal
from retention.reapplying import reapply
from retention.rules import Standing


class Command(JsonCommand):
    help = "Say which records are due for disposal, held, or without the date that their period counts from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "do", nargs="?", choices=["list", "reapply"], default="list",
            help="reapply: after a restore, destroy and hold again what the file outside the database says",
        )  # fmt: skip

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["do"] == "reapply":
            found = asdict(reapply())
            done = bool(found["disposed"] or found["held"] or found["released"])
            document = {"status": "reapplied" if done else "unchanged", **found}
            if found["failed"] or found["unsigned"]:
                raise Refused({**document, "status": "refused"})
            return document
        return self._list()

    def _list(self) -> dict[str, Any]:
        judged = dict(judge_all(today=timezone.localdate()))
        stay = held(list(judged))
        ids = dict(Pupil.objects.values_list("pk", "child_id"))
        due = [
            {"child_id": ids[pk], "class": j.record_class.value, "trigger_on": j.trigger_on, "due_on": j.due_on}
            for pk, j in judged.items()
            if j.standing is Standing.DUE and pk not in stay
        ]
        return {
            "status": "done",
            "records": len(judged),
            "due": due,
            "held": [{"child_id": ids[pk], "why": why} for pk, why in stay.items()],
            "no_trigger": [
                {"child_id": ids[pk], "class": j.record_class.value, "why": j.why}
                for pk, j in judged.items()
                if j.standing is Standing.UNKNOWN
            ],
            "proposals": DisposalProposal.objects.open().count(),
            "certificates": DisposalCertificate.objects.count(),
        }

    def show(self, document: dict[str, Any]) -> None:
        if "due" in document:
            self.stdout.write(
                f"{document['records']} records: {len(document['due'])} due, {len(document['held'])} held,"
                f" {len(document['no_trigger'])} without a date. {document['proposals']} proposals open,"
                f" {document['certificates']} certificates."
            )
            return
        self.stdout.write(
            f"{len(document['disposed'])} records destroyed again, {len(document['held'])} held again,"
            f" {len(document['released'])} holds released again."
        )
        for failed in document["failed"]:
            self.stdout.write(f"  {failed['what']} {failed['key']}: {failed['why']}")
        if document["unsigned"]:
            self.stdout.write(f"  {document['unsigned']} lines of the file are not signed by this installation.")

"""audit seal|verify [--json]: seal the audit trail, or hold it against its seals. 0 ok, 1 broken, 2 usage."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.base import JsonCommand, Refused
from core.sealing import outside
from core.sealing.rules import KIND_LABELS, Kind
from core.sealing.services import seal_audit, verify_audit


class Command(JsonCommand):
    help = "Seal the access log and the change history, or verify that nothing sealed was touched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=["seal", "verify"])
        parser.add_argument(
            "--new-file",
            action="store_true",
            help="seal: put the file outside the database aside and write it anew from the database",
        )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["do"] == "verify":
            if options["new_file"]:
                raise ValueError("--new-file goes with seal only.")
            document = verify_audit(actor=None).as_dict()
            if document["status"] != "ok":
                raise Refused(document)
            return document
        seals = seal_audit(actor=None, new_file=options["new_file"])
        return {
            "status": "sealed" if seals else "unchanged",
            "seals": len(seals),
            "rows": sum(seal.rows for seal in seals),
            "file": str(outside.path()),
            "tables": [{"table": s.table, "seal": s.number, "rows": s.rows, "hash": s.hash} for s in seals],
        }

    def show(self, document: dict[str, Any]) -> None:
        if "tables" in document:
            self.stdout.write(f"{document['rows']} rows sealed, {document['seals']} seals made.")
            return
        self.stdout.write(
            f"{document['status']}: {document['sealed']} rows under {document['seals']} seals,"
            f" {document['unsealed']} rows not sealed yet."
        )
        for one in document["disposed"]:
            self.stdout.write(f"  {one['rows']} rows disposed of under certificate {one['certificate']}.")
        for problem in document["problems"]:
            where = f"{problem['table']}, seal {problem['seal']}" if problem["seal"] else problem["table"]
            ids = f" (ids {', '.join(map(str, problem['ids']))})" if problem["ids"] else ""
            self.stdout.write(f"  {where}: {KIND_LABELS[Kind(problem['kind'])]}{ids}")

"""attendance --from DATE --to DATE [--pupils]: sessions and percentages of the children looked after."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from attendance.indicators.counting import AttendanceResult, ChildAttendance, attendance_between
from attendance.rules import AttendanceCounts
from core.management.base import JsonCommand
from pupils.models import Pupil


class Command(JsonCommand):
    help = "Attendance from effective marks on days when the child was looked after; both days are included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, metavar="YYYY-MM-DD", help="first day")
        parser.add_argument("--to", dest="last", required=True, metavar="YYYY-MM-DD", help="last day, included")
        parser.add_argument("--pupils", action="store_true", help="list each child")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        result = attendance_between(
            date.fromisoformat(options["first"]), date.fromisoformat(options["last"]), today=timezone.localdate()
        )
        document: dict[str, Any] = {
            "from": result.first.isoformat(),
            "to": result.last.isoformat(),
            "total": counts_document(result.total) | {"persistent": result.persistent, "severe": result.severe},
            "persistent_rule": result.rule.words,
        }
        if options["pupils"]:
            document["pupils"] = pupil_documents(result)
        return document

    def show(self, document: dict[str, Any]) -> None:
        total = document["total"]
        self.stdout.write(f"Attendance from {document['from']} to {document['to']}")
        attended = total["present"] + total["approved_educational_activity"]
        self.stdout.write(f"  attended     {attended:>9,} of {total['possible']:,} ({total['attendance_percent']}%)")
        self.stdout.write(f"  authorised   {total['authorised']:>9,}")
        self.stdout.write(f"  unauthorised {total['unauthorised']:>9,}")
        self.stdout.write(f"  unmarked     {total['unmarked']:>9,}")
        self.stdout.write(f"  persistently absent {total['persistent']:,} ({document['persistent_rule']})")
        self.stdout.write(f"  severely absent     {total['severe']:,}")
        for child in document.get("pupils", ()):
            self.stdout.write(f"  {child['child_id']}: {child['attendance_percent']}% of {child['possible']:,}")


def counts_document(counts: AttendanceCounts) -> dict[str, Any]:
    """Sessions and percentages as the command prints them; null for 0 of 0."""
    return {
        "possible": counts.possible,
        "present": counts.present,
        "approved_educational_activity": counts.aea,
        "authorised": counts.authorised,
        "unauthorised": counts.unauthorised,
        "unmarked": counts.unmarked,
        "attendance_percent": counts.attendance_percent,
        "absence_percent": counts.absence_percent,
    }


def pupil_documents(result: AttendanceResult) -> list[dict[str, Any]]:
    """Each child looked after in the time, by child id."""
    rows = Pupil.objects.filter(pk__in=[c.pupil_id for c in result.children]).values_list("pk", "child_id", "upn")
    names = {pk: (child_id, upn) for pk, child_id, upn in rows}

    def document(child: ChildAttendance) -> dict[str, Any]:
        child_id, upn = names[child.pupil_id]
        flags = {"persistent": child.persistent, "severe": child.severe}
        return {"child_id": child_id, "upn": upn} | counts_document(child.counts) | flags

    return sorted(map(document, result.children), key=lambda d: str(d["child_id"]))

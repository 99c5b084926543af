"""peps --term 2026-autumn [--on DATE] [--pupils]: PEP-1 to PEP-7 of a term."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.management.base import JsonCommand, Refused
from core.rules import parse_term_code
from peps import cycle
from peps.indicators.measures import measures_for
from peps.rules.measures import Measure
from pupils.models import Pupil


class Command(JsonCommand):
    help = "PEP-1 to PEP-7 of a term, as on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--term", required=True, help="2026-autumn, 2027-spring or 2027-summer")
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD, default today")
        parser.add_argument("--pupils", action="store_true", help="list each child with the reason")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            term = cycle.term_of(*parse_term_code(options["term"]))
        except ValueError as fault:
            raise Refused({"status": "refused", "term": options["term"], "error": str(fault)}) from None
        as_at = options["on"] or timezone.localdate()
        found = measures_for(term, as_at=as_at)
        known = dict(Pupil.objects.values_list("pk", "child_id")) if options["pupils"] else None
        return {
            "term": options["term"],
            "as_at": as_at.isoformat(),
            "indicators": [_as_dict(one, known) for one in found],
        }

    def show(self, document: dict[str, Any]) -> None:
        for one in document["indicators"]:
            self.stdout.write(f"{one['code']:7} {one['title']}: {one['text']}")
            for child in one.get("pupils", ()):
                mark = "n" if child["in_numerator"] else "d" if child["in_denominator"] else "-"
                self.stdout.write(f"  {child['child_id']:<12} {mark} {child['reason']}")


def _as_dict(one: Measure, child_ids: dict[int, str] | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": one.code,
        "title": one.title,
        "numerator": one.figure.numerator,
        "denominator": one.figure.denominator,
        "median_working_days": one.middle,
        "text": one.text,
    }
    if child_ids is not None:
        document["pupils"] = [
            {
                "child_id": child_ids[line.pupil_id],
                "in_denominator": line.counts,
                "in_numerator": line.met,
                "reason": line.why,
            }
            for line in one.lines
        ]
    return document

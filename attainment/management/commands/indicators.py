"""indicators --year 2009 [--basis ...] [--matched-only] [--pupils]: NI 99, 100 and 101 of a year."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from attainment.indicators import ClosedSeries, compute, open_codes
from attainment.rules import NI_SPECS
from core.management.base import JsonCommand, Refused
from pupils.rules import Basis


class Command(JsonCommand):
    help = "NI 99, NI 100 and NI 101 of one assessment year; refuses a year in which the series is closed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="assessment year: 2009 is summer 2009")
        parser.add_argument("--basis", choices=[b.value for b in Basis], help="snapshot; without it, that of the year")
        parser.add_argument(
            "--matched-only", action="store_true", help="count only children with a result of the stage"
        )
        parser.add_argument("--pupils", action="store_true", help="list each child with the reason")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        year = options["year"]
        closed = [
            {
                "code": code.value,
                "last_year": spec.last_assessment_year,
                "message": f"{code} is a closed series: its last year is {spec.last_assessment_year}.",
            }
            for code, spec in NI_SPECS.items()
            if code not in open_codes(year)
        ]
        try:
            computed = compute(
                year,
                basis=Basis(options["basis"]) if options["basis"] else None,
                matched_only=options["matched_only"],
                today=timezone.localdate(),
            )
        except ClosedSeries:
            error = " ".join(str(one["message"]) for one in closed)
            raise Refused({"status": "refused", "year": year, "error": error, "closed": closed}) from None
        document = {"year": year, "indicators": [one.as_dict(pupils=options["pupils"]) for one in computed]}
        if closed:
            document["closed"] = closed
        return document

    def show(self, document: dict[str, Any]) -> None:
        for one in document["indicators"]:
            share = "n/a" if one["percent"] is None else f"{one['percent']}%"
            self.stdout.write(
                f"{one['code']} {document['year']}: {one['numerator']} of {one['denominator']} ({share}), "
                f"basis {one['basis']}, {one['review']} for review"
            )
            for child in one.get("pupils", []):
                mark = "n" if child["in_numerator"] else "d" if child["in_denominator"] else child["status"]
                self.stdout.write(f"  {child['child_id']:<12} {mark:<7} {child['reason']}")
        for one in document.get("closed", []):
            self.stdout.write(one["message"])

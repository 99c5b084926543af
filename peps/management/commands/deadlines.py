"""deadlines --trigger became-looked-after --on DATE: what a day makes due, for whom, and why."""

from typing import Any

from django.core.management.base import CommandParser

from core.calendars import deadline_days
from core.deadlines.county import county_deadlines
from core.deadlines.rules import Days, Trigger
from core.management.base import JsonCommand, Refused, day_option
from schools.models import School


class Command(JsonCommand):
    help = "Print what becomes due when something happens on a day (PEP rules P1 to P14)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--trigger", required=True, choices=[t.value for t in Trigger], help="what happened")
        parser.add_argument("--on", required=True, metavar="DATE", help="yyyy-mm-dd or dd/mm/yyyy")
        parser.add_argument("--school", metavar="URN", help="count by this school's term dates, not the county's")
        parser.add_argument(
            "--review", metavar="DATE", help="the first care review on record: a first PEP is due before it"
        )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        """{"trigger", "on", "deadlines": [{"code", "title", "due_on", "warn_on", "owner", "explanation"}]}."""
        on = day_option("--on", options["on"])
        review = day_option("--review", options["review"]) if options["review"] else None
        facts = {"review_on": review} if review else {}
        found = county_deadlines(Trigger(options["trigger"]), on, days=_days(options["school"]), facts=facts)
        return {
            "trigger": options["trigger"],
            "on": on.isoformat(),
            "deadlines": [
                {
                    "code": deadline.code,
                    "title": deadline.title,
                    "due_on": deadline.due_on.isoformat(),
                    "warn_on": deadline.warn_on.isoformat() if deadline.warn_on else None,
                    "owner": deadline.owner.value if deadline.owner else "system",
                    "explanation": deadline.explanation,
                }
                for deadline in found
            ],
        }

    def show(self, document: dict[str, Any]) -> None:
        for row in document["deadlines"]:
            self.stdout.write(f"{row['code']:<5}{row['due_on']}  {row['title']} ({row['owner']})")
            self.stdout.write(f"     {row['explanation']}")


def _days(urn: str | None) -> Days:
    if urn is None:
        return deadline_days()
    school = School.objects.filter(urn=urn.strip()).select_related("calendar").first()
    if school is None:
        raise Refused({"status": "refused", "error": f"No school of the register has the URN {urn}."})
    if school.calendar is None:
        return deadline_days()
    return deadline_days(school.calendar.pk, f"the term dates of {school.calendar.name}")

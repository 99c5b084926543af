"""roll --on DATE: the children looked after on that day, with school, legal status and placement."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.base import JsonCommand, day_option
from pupils import roll
from pupils.models import Pupil


class Command(JsonCommand):
    help = "Print the children looked after on a day (codes as in the SSDA903 return; blank is null)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, metavar="DATE", help="yyyy-mm-dd or dd/mm/yyyy")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        """{"on", "children": [{"child_id", "upn", "school_urn", "legal_status", "placement_type"}]}."""
        on = day_option("--on", options["on"])
        rows = Pupil.objects.looked_after(on=on).order_by("child_id").values_list("pk", "child_id", "upn")
        pupils = list(rows)
        keys = [pk for pk, _, _ in pupils]
        episodes, places = roll.episodes_on(keys, on), roll.main_places_on(keys, on)
        children = []
        for pk, child_id, upn in pupils:
            episode, place = episodes[pk], places.get(pk)
            children.append(
                {
                    "child_id": child_id,
                    "upn": upn or None,
                    "school_urn": place.school.urn if place else None,
                    "legal_status": episode.ls or None,
                    "placement_type": episode.place or None,
                }
            )
        return {"on": on.isoformat(), "children": children}

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"{len(document['children']):,} children looked after on {document['on']}")
        line = "{child_id:<22}{upn:<15}{school_urn:<9}{legal_status:<7}{placement_type}"
        self.stdout.write(
            line.format(
                child_id="Child id", upn="UPN", school_urn="School", legal_status="Legal", placement_type="Placement"
            )
        )
        for child in document["children"]:
            self.stdout.write(line.format(**{name: value or "" for name, value in child.items()}))

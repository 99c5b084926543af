"""pep_form [--number N] [--markdown]: the PEP form in force, or a version. docs/pep-form.md carries the same."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.base import JsonCommand, Refused
from peps.models import FormVersion
from peps.rules.form import statutory_trace
from peps.rules.form_changes import untraced
from peps.rules.form_document import markdown


class Command(JsonCommand):
    help = "Print the PEP form in force: sections, what the regulations ask, states."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--number", type=int, help="a version; without it the one in force")
        parser.add_argument("--markdown", action="store_true", help="as the tables of docs/pep-form.md")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        wanted = {"number": options["number"]} if options["number"] else {"state": FormVersion.State.IN_FORCE}
        version = FormVersion.objects.filter(**wanted).first()
        if version is None:
            raise Refused({"error": "There is no such version of the form."})
        self.markdown = markdown(version.form, str(version)) if options["markdown"] else ""
        return {
            "number": version.number,
            "state": version.state,
            "sections": [{"code": s.code, "title": s.title, "by": s.by} for s in version.form.sections],
            "statutory": {
                item: [f"{code}.{key}" for code, key in found] for item, found in statutory_trace(version.form).items()
            },
            "untraced": untraced(version.form),
        }

    def show(self, document: dict[str, Any]) -> None:
        if self.markdown:
            self.stdout.write(self.markdown)
            return
        for section in document["sections"]:
            self.stdout.write(f"{section['code']:3}{section['title']} ({section['by']})")

"""data_classes [--markdown]: how sensitive each field is, as the code has it. docs/data-classes.md carries the same."""

from typing import Any

from django.core.management.base import CommandParser

from core.classification import CLASS_LABELS, CLASS_MEANINGS, ORDER, class_of, fields_of, our_models
from core.management.base import JsonCommand


def register() -> list[dict[str, Any]]:
    """Each model (the change history's copies aside) with its fields by class. Raises UnclassedError."""
    found = []
    for model in our_models():
        if hasattr(model, "pgh_tracked_model"):
            continue
        fields: dict[str, list[str]] = {given.value: [] for given in ORDER}
        for field in fields_of(model):
            fields[class_of(model, field.name).value].append(field.name)
        found.append({"model": model._meta.label, "fields": fields})
    return found


def markdown() -> str:
    """What each class means, then a line for each model."""
    lines = ["| class | meaning |", "| --- | --- |"]
    lines += [f"| {CLASS_LABELS[given]} | {CLASS_MEANINGS[given]} |" for given in ORDER]
    lines += ["", f"| model | {' | '.join(CLASS_LABELS[given].lower() for given in ORDER)} |", "| --- |" + " --- |" * 4]
    for row in register():
        cells = [", ".join(f"`{name}`" for name in row["fields"][given.value]) or "–" for given in ORDER]
        lines.append(f"| {row['model']} | {' | '.join(cells)} |")
    return "\n".join(lines)


class Command(JsonCommand):
    help = "Print how sensitive each field is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="as the tables of docs/data-classes.md")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        self.markdown = options["markdown"]
        return {"models": register()}

    def show(self, document: dict[str, Any]) -> None:
        if self.markdown:
            self.stdout.write(markdown())
            return
        for row in document["models"]:
            self.stdout.write(row["model"])
            for given, names in row["fields"].items():
                if names:
                    self.stdout.write(f"  {given:10}{', '.join(names)}")

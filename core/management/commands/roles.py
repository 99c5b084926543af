"""roles [--markdown]: which role may do what, as the code has it. docs/roles.md carries the same table."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.base import JsonCommand
from core.roles import PERMISSION_LABELS, ROLE_LABELS, ROLE_PERMISSIONS, ROLE_SCOPES, Permission, Role


def markdown() -> str:
    """The roles with whose records they open, then a line for each permission with a tick for each role."""
    lines = ["| role | stored as | opens the records of |", "| --- | --- | --- |"]
    lines += [f"| {ROLE_LABELS[role]} | `{role}` | {ROLE_SCOPES[role]} |" for role in Role]
    lines += ["", f"| may | {' | '.join(ROLE_LABELS[role] for role in Role)} |", f"| --- |{' :-: |' * len(Role)}"]
    for permission in Permission:
        marks = " | ".join("✓" if permission in ROLE_PERMISSIONS[role] else " " for role in Role)
        lines.append(f"| {PERMISSION_LABELS[permission]} | {marks} |")
    return "\n".join(lines)


class Command(JsonCommand):
    help = "Print which role may do what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="as the tables of docs/roles.md")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        self.markdown = options["markdown"]
        return {
            "roles": [
                {
                    "role": role.value,
                    "label": ROLE_LABELS[role],
                    "opens": ROLE_SCOPES[role],
                    "permissions": [p.value for p in Permission if p in ROLE_PERMISSIONS[role]],
                }
                for role in Role
            ]
        }

    def show(self, document: dict[str, Any]) -> None:
        if self.markdown:
            self.stdout.write(markdown())
            return
        for row in document["roles"]:
            self.stdout.write(f"{row['label']} ({row['role']}): opens the records of {row['opens']}")
            for name in row["permissions"]:
                self.stdout.write(f"  {name:24}{PERMISSION_LABELS[Permission(name)]}")

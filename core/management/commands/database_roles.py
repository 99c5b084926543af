"""database_roles ROLE [--create] [--json]: what the application's database role may do. Run as the tables' owner."""

import sys
from typing import Any

from django.core.management.base import CommandParser

from core import database_roles
from core.management.base import JsonCommand, Refused


class Command(JsonCommand):
    help = "Give the application's database role the rights it needs and no others."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="the role of DATABASE_URL of web, worker and beat")
        parser.add_argument(
            "--create", action="store_true", help="make the role; its password is the first line of standard input"
        )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        password = sys.stdin.readline().rstrip("\r\n") if options["create"] else None
        if options["create"] and not password:
            raise ValueError("Give the role's password as the first line of standard input.")
        try:
            return database_roles.grant(role=options["role"], password=password)
        except database_roles.CannotGrant as why:
            raise Refused({"status": "refused", "role": options["role"], "error": str(why)}) from None

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(
            f"{document['role']}: reads and writes {document['tables']} tables,"
            f" only adds to {len(document['append_only'])} audit tables."
        )

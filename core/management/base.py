"""The shape of every command: `--json` prints one document and nothing else; 0 done, 1 refused, 2 usage."""

import json
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, ProgrammingError

from core.feeds.columns import CellError, parse_date

UNDEFINED_TABLE = "42P01"


class Refused(Exception):
    """The command understood and declines. `document` says why; exit code 1."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document.get("error", "refused"))
        self.document = document


def day_option(name: str, text: str) -> date:
    """The day that an option gives; ValueError (usage) for what is no date."""
    try:
        found = parse_date(text.strip())
    except CellError as error:
        raise ValueError(f"{name}: {error.message} {error.advice}") from None
    if found is None:
        raise ValueError(f"{name}: give a date as yyyy-mm-dd or dd/mm/yyyy.")
    return found


def _about_the_database(fault: DatabaseError) -> str:
    """In words, without the statement: it may hold values of rows."""
    if getattr(fault.__cause__, "pgcode", "") == UNDEFINED_TABLE:
        return "The database is not ready: run `python manage.py migrate` first."
    return f"The database did not answer as it should ({type(fault).__name__}). Nothing was changed."


class JsonCommand(BaseCommand):
    """Subclasses write `work(options) -> dict` and `show(document)` for people."""

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        return parser

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2, default=str))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            document = self.work(options)
            code = 1 if document.get("status") == "refused" else 0
        except Refused as refusal:
            document, code = refusal.document, 1
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        except (OperationalError, ProgrammingError) as fault:
            if options["traceback"]:
                raise
            document, code = {"status": "refused", "error": _about_the_database(fault)}, 1
        if options["json"]:
            self.stdout.write(json.dumps(document, default=str))
        elif "error" in document:
            self.stderr.write(str(document["error"]))
        else:
            self.show(document)
        if code:
            sys.exit(code)

"""python manage.py termly_report --term 2009-autumn --as-at 2009-12-01 --output DIR [--actor EMAIL] [--json]"""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.management.base import JsonCommand, Refused
from core.models import User
from core.rules import parse_term_code
from pupils.rules import Basis
from reports import services
from reports.permissions import NotAllowed
from reports.termly import scope_for


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as 2009-12-01.") from None


class Command(JsonCommand):
    help = "Make a new termly report: freeze its figures, write restricted.pdf, public.pdf and figures.json (DRAFT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--term", required=True, help="2009-autumn, 2010-spring or 2010-summer")
        parser.add_argument("--as-at", required=True, metavar="DATE", help="a day of the term, YYYY-MM-DD")
        parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="folder for the three files")
        parser.add_argument("--basis", choices=[b.value for b in Basis], help="snapshot of the indicators")
        parser.add_argument("--actor", metavar="EMAIL", help="who makes it; without it the system itself")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        parse_term_code(options["term"])
        self._make_folder(options["output"])
        as_at, today = _day(options["as_at"]), timezone.localdate()
        basis = Basis(options["basis"]) if options["basis"] else None
        actor = self._actor(options["actor"])
        try:
            scope_for(options["term"], as_at=as_at, today=today, basis=basis)
            run = services.draft_report(term=options["term"], as_at=as_at, actor=actor, today=today, basis=basis)
        except (ValueError, NotAllowed) as refusal:
            raise Refused(
                {
                    "status": "refused",
                    "error": str(refusal),
                    "term": options["term"],
                    "as_at": as_at.isoformat(),
                }
            ) from None
        files = services.write_files(run=run, folder=options["output"])
        return {
            "run": run.pk,
            "state": run.state,
            "term": run.term,
            "as_at": run.as_at.isoformat(),
            "files": files,
            "figures": services.headlines_of(run),
        }

    def _make_folder(self, folder: Path) -> None:
        """Before anything is made: a report whose files cannot be written would be left behind."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"{folder} cannot be made a folder ({error.strerror}). Name another with --output."
            raise Refused({"status": "refused", "error": why}) from None

    def _actor(self, email: str | None) -> User | None:
        if email is None:
            return None
        actor = User.objects.filter(email__iexact=email, is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no active account {email}.", returncode=2)
        return actor

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"Run {document['run']}: {document['term']} as at {document['as_at']}, {document['state']}")
        for code in (name for name in document["figures"] if name.startswith("NI ")):
            one = document["figures"][code]
            self.stdout.write(f"  {code}: {one['numerator']} of {one['denominator']} ({one['percent'] or 'n/a'})")
        for path in document["files"].values():
            self.stdout.write(f"  {path}")

"""Write the demo county's files, and load them on request."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from virtualschool.demo.generate import write_county
from virtualschool.demo.manifest import demo_files, read_manifest
from virtualschool.demo_job import NotForOthers, check_may_load


def refuse_elsewhere() -> None:
    """CommandError where the demo may not be loaded."""
    try:
        check_may_load()
    except NotForOthers as why:
        raise CommandError(str(why)) from why


class Command(BaseCommand):
    """python manage.py demo [--pupils N] [--years N] [--output DIR] [--seed N] [--last-day DATE] [--load]"""

    help = "Write the files of an invented county, the same for the same seed and last day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options of the command."""
        parser.add_argument("--pupils", type=int, default=1000, help="children on the roll in each time")
        parser.add_argument("--years", type=int, default=3, help="years of history in each time")
        parser.add_argument("--output", type=Path, help="folder for the files (default: demo under DATA_DIR)")
        parser.add_argument("--seed", type=int, default=2009)
        parser.add_argument("--last-day", type=date.fromisoformat, help="YYYY-MM-DD, default yesterday")
        parser.add_argument("--load", action="store_true", help="load the files afterwards")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, load if asked, report."""
        if options["load"]:
            refuse_elsewhere()
        if options["pupils"] < 20 or options["years"] < 1:
            raise CommandError("The demo needs at least 20 pupils and one year.", returncode=2)
        folder = options["output"] or Path(settings.DATA_DIR) / "demo"
        last_day = options["last_day"] or timezone.localdate() - timedelta(days=1)
        write_county(
            folder=folder,
            pupils=options["pupils"],
            years=options["years"],
            seed=options["seed"],
            last_day=last_day,
        )
        manifest = read_manifest(folder)
        runs = self._load(folder, last_day=last_day, quiet=options["json"]) if options["load"] else []
        if options["json"]:
            result = {"output": str(folder), "status": "loaded" if runs else "written", "loaded": runs}
            self.stdout.write(json.dumps(result | manifest, ensure_ascii=False))
            return
        for entry in manifest["files"]:
            self.stdout.write(f"{entry['rows']:>9,} rows  {entry['path']}")
        self.stdout.write(f"Written to {folder}")

    def _load(self, folder: Path, *, last_day: date, quiet: bool) -> list[dict[str, Any]]:
        """Each file through the same feed command that a person uses, in the order of the manifest."""
        from virtualschool import demo_job as job

        job.load_people()
        job.load_calendars([*range(2005, 2010), *range(last_day.year - 4, last_day.year + 2)])
        runs = []
        for kind, paths in demo_files(folder):
            out = StringIO()
            call_command("feed", kind, *map(str, paths), "--apply", "--json", stdout=out)
            outcome = json.loads(out.getvalue())
            runs.append({"kind": kind, "status": outcome["status"], "rows": outcome["rows"]})
            if not quiet:
                self.stdout.write(f"{outcome['status']}: {kind} {paths[0].relative_to(folder)} {outcome['rows']}")
        job.load_memberships()
        return runs

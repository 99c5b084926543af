"""demo_run: the whole main job on the demo county, step by step. A second run finds all done and takes seconds."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.figures import Figure
from virtualschool import demo_job as job
from virtualschool.demo.generate import write_county
from virtualschool.demo.manifest import demo_files, read_manifest
from virtualschool.management.commands.demo import refuse_elsewhere


class Command(BaseCommand):
    help = "Load the invented county, compute the indicators, make the reports, and print what came of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pupils", type=int, default=1000)
        parser.add_argument("--years", type=int, default=3)
        parser.add_argument("--seed", type=int, default=2009)
        parser.add_argument("--strict", action="store_true", help="fail when a figure is not the county's own")
        parser.add_argument("--last-day", type=date.fromisoformat, help="YYYY-MM-DD, default yesterday")

    def handle(self, *_args: Any, **options: Any) -> None:
        refuse_elsewhere()
        today = timezone.localdate()
        last_day = options["last_day"] or today - timedelta(days=1)
        made_with = {
            "pupils": options["pupils"],
            "years": options["years"],
            "seed": options["seed"],
            "last_day": last_day.isoformat(),
        }
        folder = job.demo_folder()
        try:
            with self.step("The county's files"):
                self.write_files(folder, made_with, last_day)
            with self.step("Accounts and term dates"):
                job.load_people()
                job.load_calendars([*range(2005, 2010), *range(last_day.year - 4, last_day.year + 2)])
            with self.step("Feeds: read, check, apply"):
                steps = [job.FeedStep(kind, paths) for kind, paths in demo_files(folder)]
                job.apply_feeds(steps, today=today, say=self.say)
                job.load_memberships()
            with self.step("Indicators; first PEPs, Pledge answers, incentives and exclusions"):
                summary = job.finish(today=today, last_day=last_day)
                self.compare(summary, read_manifest(folder)["expected"], strict=options["strict"])
            with self.step("Termly reports"):
                summary["reports"] = job.make_reports(today=today, last_day=last_day)
        except (RuntimeError, OSError) as fault:
            raise CommandError(f"The main job did not run: {fault}") from fault
        job.remember(summary)
        self.show(summary)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.say(f"{title} ...")
        began = time.monotonic()
        yield
        self.say(f"  done in {time.monotonic() - began:.1f} s")

    def compare(self, summary: dict[str, Any], expected: dict[str, Any], *, strict: bool) -> None:
        """On untouched data a figure that differs is a fault; where somebody tried things out, it is only told."""
        differing = job.differences(summary, expected)
        if differing and strict:
            raise RuntimeError("; ".join(differing))
        for line in differing:
            self.say(f"  Not as first loaded: {line}. Somebody changed the demo's data; make clean-data starts anew.")

    def write_files(self, folder: Path, made_with: dict[str, Any], last_day: date) -> None:
        try:
            if read_manifest(folder)["made_with"] == made_with:
                self.say("  written before")
                return
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            pass
        write_county(
            folder=folder,
            pupils=made_with["pupils"],
            years=made_with["years"],
            seed=made_with["seed"],
            last_day=last_day,
        )

    def show(self, summary: dict[str, Any]) -> None:
        year = summary["assessment_year"]
        self.say("")
        self.say(f"National indicators of summer {year} (looked after for twelve months at 30 September {year}):")
        for name, figure in summary["indicators"].items():
            if name.endswith(str(year)):
                text = Figure(figure["numerator"], figure["denominator"]).text()
                self.say(f"  {name.removesuffix(f' {year}'):7} {text}, {figure['review']} children to review")
        self.say(
            f"On the roll: {summary['roll_then']:,} on 1 December 2009, {summary['roll_now']:,} on "
            f"{summary['last_day']:%-d %B %Y}"
        )
        self.say("Reports (PDF):")
        for line in summary["reports"]:
            self.say(f"  {line}")
        self.say(f"Sign in with the password {job.PASSWORD} as")
        for label, email in summary["logins"]:
            self.say(f"  {label:30} {email}")

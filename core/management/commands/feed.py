"""feed KIND PATH [PATH...] [--apply] [--actor EMAIL]: check files, or check and apply them."""

import argparse
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.feeds import services
from core.feeds.base import YES, FeedRefused, Problem, Severity
from core.feeds.files import sources_from_paths
from core.feeds.registry import all_kinds, get_kind
from core.management.base import JsonCommand, Refused
from core.models import User


def _fault(kind: str, stopped: services.FeedStopped) -> dict[str, Any]:
    problem = Problem(
        code="FAULT",
        severity=Severity.ERROR,
        message=f"A fault of the program or the database: {stopped}.",
        advice="Nothing was changed. Try again; if it stays, run with --traceback and report it.",
    )
    outcome = services.Outcome(kind, "failed", services.EMPTY_ROWS, [problem], stopped.run_id)
    return {**outcome.as_dict(), "error": f"{problem.message} {problem.advice}"}


def _not_allowed(kind: str, why: str) -> dict[str, Any]:
    problem = Problem(
        code="NOT_ALLOWED", severity=Severity.ERROR, message=f"The actor may not do this. {why}",
        advice=f"Name a {'system administrator' if get_kind(kind).makes_accounts else 'data officer'} as --actor, "
        "or leave it out for the system itself.",
    )  # fmt: skip
    outcome = services.Outcome(kind, "refused", services.EMPTY_ROWS, [problem])
    return {**outcome.as_dict(), "error": f"{problem.message} {problem.advice}"}


class Command(JsonCommand):
    help = "Check the files of a feed; with --apply, store and apply them. Without --apply nothing changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[k.kind for k in all_kinds()])
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, folders or zips")
        parser.add_argument("--apply", action="store_true", help="apply what was checked, in one transaction")
        parser.add_argument("--actor", metavar="EMAIL", help="who applies; without it the system itself")
        options = {o.name: o for k in all_kinds() for o in k.options}
        for name, option in sorted(options.items()):
            how: dict[str, Any] = {"action": "store_const", "const": YES} if option.yes_no else {}
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, dest=name, default=argparse.SUPPRESS, help="option of the feed", **how)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        kind = get_kind(options["kind"])
        chosen = {o.name: options[o.name] for o in kind.options if o.name in options}
        foreign = [n for k in all_kinds() for o in k.options if (n := o.name) in options and n not in chosen]
        if foreign:
            raise CommandError(f"{kind.kind} has no option --{foreign[0].replace('_', '-')}.", returncode=2)
        actor = self._actor(options["actor"])
        today = timezone.localdate()
        try:
            sources = sources_from_paths(options["paths"])
        except FeedRefused as refusal:
            return services.Outcome(kind.kind, "refused", services.EMPTY_ROWS, refusal.problems).as_dict()
        if not options["apply"]:
            return services.preview(kind=kind.kind, sources=sources, today=today, options=chosen).as_dict()
        try:
            outcome = services.apply_sources(kind=kind.kind, sources=sources, actor=actor, today=today, options=chosen)
        except PermissionDenied as denied:
            raise Refused(_not_allowed(kind.kind, str(denied))) from None
        except services.FeedStopped as stopped:
            if options["traceback"]:
                raise
            raise Refused(_fault(kind.kind, stopped)) from None
        return outcome.as_dict()

    def _actor(self, email: str | None) -> User | None:
        if email is None:
            return None
        actor = User.objects.filter(email__iexact=email, is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no active account {email}.", returncode=2)
        return actor

    def show(self, document: dict[str, Any]) -> None:
        rows = document["rows"]
        self.stdout.write(f"{document['kind']}: {document['status']}")
        self.stdout.write(", ".join(f"{number:,} {name}" for name, number in rows.items()))
        shown = document["problems"][:20]
        for problem in shown:
            place = " ".join(
                part
                for part in (
                    problem["file"],
                    f"row {problem['row']}" if problem["row"] else "",
                    problem["column"] or "",
                )
                if part
            )
            self.stdout.write(f"  {problem['severity']} {problem['code']} {place}: {problem['message']}")
        if len(document["problems"]) > len(shown):
            self.stdout.write(f"  ... and {len(document['problems']) - len(shown):,} more (--json lists all)")

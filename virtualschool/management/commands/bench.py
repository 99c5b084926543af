"""bench [--json]: measure speed and size against their limits, in a scratch installation of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

SCRATCH_SETTINGS = {"PLAIN_STATIC": "1", "DEBUG": "0", "CELERY_TASK_ALWAYS_EAGER": "1", "LOG_LEVEL": "ERROR"}
NOT_FOR_SCRATCH = ("DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "SECRET_KEY")


class Command(BaseCommand):
    help = "Measure speed and size; writes bench.json under DATA_DIR. The data there are neither read nor changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        if not (base / "tests" / "benchmarks").is_dir():
            raise CommandError("The benchmarks are part of the source tree, which this installation lacks.")
        lines = self._measure(base, quiet=options["json"])
        target = Path(settings.DATA_DIR) / "bench.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
        if options["json"]:
            self.stdout.write(json.dumps(lines))
        else:
            self._show(lines, target)
        if not all(line["ok"] for line in lines):
            sys.exit(1)

    def _measure(self, base: Path, *, quiet: bool) -> list[dict[str, Any]]:
        """Run the benchmarks with a DATA_DIR that is thrown away afterwards."""
        scratch = Path(tempfile.mkdtemp(prefix="virtualschool-bench-"))
        scratch.chmod(0o711)  # the embedded server of root's runs as another user, who must pass
        result = scratch / "lines.json"
        environment = {k: v for k, v in os.environ.items() if k not in NOT_FOR_SCRATCH}
        environment |= SCRATCH_SETTINGS | {"DATA_DIR": str(scratch / "data")}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks", str(result)],
                cwd=base,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if quiet else None,
                check=False,
            )
            if done.returncode:
                raise CommandError(f"The benchmarks stopped with exit code {done.returncode}.")
            lines: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
            return lines
        finally:
            _remove(scratch)

    def _show(self, lines: list[dict[str, Any]], target: Path) -> None:
        width = max(len(line["name"]) for line in lines)
        self.stdout.write(f"{'':{width}}  {'value':>10}  {'limit':>10}")
        for line in lines:
            verdict = "ok" if line["ok"] else "MISSED"
            self.stdout.write(
                f"{line['name']:{width}}  {line['value']:10,.2f}  {line['limit']:10,.2f}  {line['unit']:<13} {verdict}"
            )
        self.stdout.write(f"Written to {target}")


def _remove(folder: Path) -> None:
    """The scratch server stops by itself a few seconds after its last user; wait for its files to be at rest."""
    for _ in range(40):
        if not list(folder.glob("data/**/postmaster.pid")):
            break
        time.sleep(0.25)
    shutil.rmtree(folder, ignore_errors=True)

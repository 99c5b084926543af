"""Measure all in the installation of DATA_DIR, which must be an empty one. Called by `manage.py bench`."""

import json
import os
import sys
import tempfile
from pathlib import Path


def main(result: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "virtualschool.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    from django.core.management import call_command

    from tests.benchmarks import audit, documents, history, marks, pages, peps

    call_command("migrate", interactive=False, verbosity=0)
    lines = []
    steps = (
        pages.prepare, peps.prepare, marks.measure, history.measure, pages.measure, peps.measure, audit.measure,
        documents.measure,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="virtualschool-bench-") as folder:
        for measure in steps:
            for line in measure(Path(folder)):
                lines.append(line.as_dict())
                print(f"{line.value:10,.2f} {line.unit:<13} {line.name}", file=sys.stderr, flush=True)
    result.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

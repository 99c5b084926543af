"""The command line's termly report where it cannot be written."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from reports.models import ReportRun

pytestmark = pytest.mark.django_db


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_made(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("no folder")
    words = ["--term", "2009-autumn", "--as-at", "2009-12-01", "--output", str(tmp_path / "file"), "--json"]
    with pytest.raises(SystemExit) as ended:
        call_command("termly_report", *words)
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["status"]) == (1, "refused")
    assert "cannot be made a folder" in told["error"]
    assert not ReportRun.objects.exists()

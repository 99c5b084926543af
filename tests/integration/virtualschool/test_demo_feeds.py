"""What the demo's own loading says of each delivery."""

from datetime import date
from pathlib import Path

import pytest

from tests.integration.core.feed_files import DELIVERIES, delivery
from virtualschool.demo_job import FeedStep, apply_feeds

pytestmark = pytest.mark.django_db


def test_held_rows_come_with_their_reason_and_unchanged_rows_are_counted(tmp_path: Path) -> None:
    said: list[str] = []
    steps = [FeedStep(kind, [f.path for f in delivery(kind, tmp_path)]) for kind in DELIVERIES if kind != "b2b"]
    apply_feeds(steps, today=date(2026, 11, 23), say=said.append)
    text = "\n".join(said)
    assert "schools.csv: 3 rows, 2 applied, 0 unchanged, 1 held" in text
    assert "held: 1 x Not a URN (BAD_URN); row 4: " in text

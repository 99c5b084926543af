"""The hashes of the seals outside the database: a text file to which lines are added and nothing else.

Who rewrites rows and seals in the database must also rewrite this file, and the log that has the same hashes.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.models import AuditSeal


def path() -> Path:
    """AUDIT_DIR/seals.jsonl: one JSON object a line, the newest at the end."""
    return Path(settings.AUDIT_DIR) / "seals.jsonl"


def read() -> list[dict[str, Any]]:
    """All lines; none when there is no file yet. A line that is no JSON comes as {} (it differs from any seal)."""
    try:
        text = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return list(_objects(text.splitlines()))


def _objects(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            found = {}
        yield found if isinstance(found, dict) else {}


def last_numbers() -> dict[str, tuple[int, str]]:
    """{table: (number, hash) of its last line}."""
    return {
        line["table"]: (line["number"], line["hash"]) for line in read() if {"table", "number", "hash"} <= set(line)
    }


def append(seals: Iterable[AuditSeal]) -> None:
    """Add a line for each seal and have it on the disk before this returns."""
    lines = "".join(
        json.dumps(
            {
                "sealed_at": seal.sealed_at.isoformat(),
                "table": seal.table,
                "number": seal.number,
                "rows": seal.rows,
                "last_id": seal.last_id,
                "hash": seal.hash,
            }
        )
        + "\n"
        for seal in seals
    )
    if not lines:
        return
    path().parent.mkdir(parents=True, exist_ok=True)
    target = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(target, lines.encode())
        os.fsync(target)
    finally:
        os.close(target)


def begin_anew() -> Path | None:
    """Put the file aside, for one that `append` fills from the database; returns where the old one is now."""
    if not path().exists():
        return None
    aside = path().with_name(f"seals-until-{timezone.now():%Y%m%dT%H%M%S%f}.jsonl")
    path().rename(aside)
    return aside

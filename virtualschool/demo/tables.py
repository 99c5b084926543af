"""Writes rows as CSV files, byte for byte the same for the same rows."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path


def uk_date(day: date | None) -> str:
    """dd/mm/yyyy, or blank."""
    return day.strftime("%d/%m/%Y") if day else ""


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str = "utf-8") -> None:
    """A comma-separated file with one heading line and Windows line ends."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    write_bytes(path, out.getvalue().encode(encoding))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, its folder first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

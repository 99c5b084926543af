"""The package of a request: a ZIP with the record as PDF and JSON, the person's files, and a manifest of sha256.

Written to the disk piece by piece: neither the JSON nor the ZIP is ever whole in memory. Never emailed; downloaded by
who answers the request and given to the person.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.archives import Archive, chunks_of, sha256_of
from core.documents import DocumentFaulty
from core.subject_access import documents_of
from rights import redaction
from rights.documents import record
from rights.gathering import Progress, chapter_title
from rights.models import RequestEntry, RequestPackage, SubjectRequest

FORMAT, VERSION = "virtual-school-subject-access", 1
JSON_NAME = "your-record.json"


@dataclass(frozen=True)
class Made:
    path: str
    sha256: str
    size: int
    pages: int
    entries: int


def path_of(package: RequestPackage) -> Path:
    """Where the ZIP lies."""
    return Path(settings.DOCUMENTS_DIR) / package.path


def write(request: SubjectRequest, *, on: date, progress: Progress) -> Made:
    """Make the ZIP of a request that is ready, and move it to its place when it is whole."""
    parts = record.plan(request)
    total = len(parts) + 2
    folder = Path(settings.DOCUMENTS_DIR) / "subject-access" / str(request.pk)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "package.part"
    gathered = timezone.localtime(request.gathered_at)
    package = Archive(draft, (gathered.year, gathered.month, gathered.day, 0, 0, 0))
    pages = 0
    for number in range(1, len(parts) + 1):
        progress(number, total, f"Part {number} of {len(parts)} of the PDF")
        content, more = record.make_part(request, parts, number, on=on)
        pages += more
        name = "your-record.pdf" if len(parts) == 1 else f"your-record-part-{number}-of-{len(parts)}.pdf"
        package.add(name, iter([content]))
    progress(total - 1, total, "The data file and the person's files")
    documents = _documents(request, package)
    package.add(JSON_NAME, json_of(request, documents))
    package.close()
    sha256 = sha256_of(draft)
    path = folder / f"{request.reference}-{sha256[:12]}.zip"
    draft.replace(path)
    return Made(
        path=str(path.relative_to(settings.DOCUMENTS_DIR)),
        sha256=sha256,
        size=path.stat().st_size,
        pages=pages,
        entries=RequestEntry.objects.filter(request=request).count(),
    )


def _documents(request: SubjectRequest, package: Archive) -> list[dict[str, Any]]:
    """Copy the files that are about this child only; one that is not what was stored stops the package."""
    found = []
    for number, one in enumerate(documents_of(request.pupil), start=1):
        if sha256_of(one.path) != one.sha256:
            raise DocumentFaulty([f"stored file {number} is not the one that was stored"])
        name = f"files/{number:03d}-{Path(one.name).name}"
        package.add(name, chunks_of(one.path))
        found.append({"name": name, "sha256": one.sha256, "on": one.on.isoformat() if one.on else None})
    return found


def json_of(request: SubjectRequest, documents: list[dict[str, Any]]) -> Iterator[bytes]:
    """The record as JSON in pieces (docs/subject-access.schema.json); what is removed is not in it."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "reference": request.reference,
        "council": settings.COUNCIL_NAME,
        "gathered_at": request.gathered_at.isoformat() if request.gathered_at else None,
        "files": documents,
    }
    yield json.dumps(head, indent=1, ensure_ascii=False)[:-2].encode() + b',\n "entries": ['
    before = b"\n"
    for entry, marks in redaction.walk(request):
        yield before + json.dumps(entry_as_json(entry, marks), ensure_ascii=False).encode()
        before = b",\n"
    yield b"\n ]\n}\n"


def entry_as_json(entry: RequestEntry, marks: redaction.Marks) -> dict[str, Any]:
    """One entry: its facts with their text, or with the reason why they are removed."""
    facts: list[dict[str, Any]] = []
    for one in redaction.outcomes(entry, marks):
        if one.ground is None:
            facts.append({"name": one.name, "label": one.label, "text": one.text})
        else:
            facts.append({"name": one.name, "label": one.label, "removed": one.printed})
    return {
        "position": entry.position,
        "chapter": chapter_title(entry.chapter, gathered=entry.label),
        "part": entry.part,
        "label": entry.label,
        "on": entry.on.isoformat() if entry.on else None,
        "facts": facts,
    }

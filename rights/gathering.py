"""Gather a person's record by the registry, and freeze it: the export is made of these entries, not of the tables."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core import subject_access
from core.rules import academic_year_label, academic_year_of
from core.subject_access import About, Annex, Fact, Piece, RecordPart
from rights.models import RequestEntry, RequestMark, SubjectRequest

Progress = Callable[[int, int, str], None]
UNDATED = "undated"
ANNEX = "annex "
BATCH = 500


def chapter_of(on: date | None) -> str:
    """The school year of a day, "2014/15"."""
    return UNDATED if on is None else academic_year_label(academic_year_of(on))


def chapter_title(chapter: str, *, gathered: str = "") -> str:
    """As it stands in the contents."""
    if chapter == UNDATED:
        return "Personal details"
    if chapter.startswith(ANNEX):
        key = chapter.removeprefix(ANNEX)
        return next((annex.label for annex in subject_access.annexes() if annex.key == key), gathered or key)
    return f"School year {chapter}"


def _as_json(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "label": fact.label,
        "text": fact.text,
        "about": fact.about.value,
        "protected": fact.protected,
    }


def _entry(of: RecordPart | Annex, chapter: str, piece: Piece, row_key: str, facts: list[Fact]) -> RequestEntry:
    return RequestEntry(
        chapter=chapter,
        part=of.key,
        label=of.label,
        on=piece.on,
        row_key=row_key,
        gathered_facts=[_as_json(fact) for fact in facts],
        needs_look=any(fact.about is About.CHECK for fact in facts),
        has_others=any(fact.about is About.OTHERS for fact in facts),
    )


def _of_part(child: Any, part: RecordPart) -> Iterator[RequestEntry]:
    for row in part.rows(child).iterator(chunk_size=500):
        for piece, facts in part.pieces_of(row):
            row_key = f"{row.pk}:{piece.key}" if piece.key else str(row.pk)
            yield _entry(part, chapter_of(piece.on), piece, row_key, facts)


def _of_annex(child: Any, annex: Annex, actor: Any) -> Iterator[RequestEntry]:
    for piece in annex.pieces(actor, child):
        facts = [
            Fact(name=w.name, label=w.label, text=text, about=w.about_of(None))
            for w in annex.fields
            if (text := piece.texts.get(w.name, ""))
        ]
        yield _entry(annex, f"{ANNEX}{annex.key}", piece, piece.key, facts)


def counts_now(request: SubjectRequest) -> dict[str, int]:
    """How many rows each part has now."""
    return {part.key: part.rows(request.pupil).count() for part in subject_access.parts()}


def changed_since(request: SubjectRequest) -> int:
    """How many rows of the record came, went or were changed since it was gathered."""
    if request.gathered_at is None:
        return 0
    now, then = counts_now(request), request.gathered_counts
    moved = sum(abs(now[key] - then.get(key, 0)) for key in now)
    return moved or _updates_since(request, request.gathered_at)


def _updates_since(request: SubjectRequest, since: datetime) -> int:
    found = 0
    for part in subject_access.parts():
        history = getattr(part.model, "pgh_event_model", None)
        # The request's own steps are no news of the child.
        if history is not None and "__" not in part.path and part.model is not SubjectRequest:
            child = {f"{part.path}_id": request.pupil_id} if part.path else {"pgh_obj_id": request.pupil_id}
            found += history.objects.filter(pgh_created_at__gt=since, pgh_label="update", **child).count()
    return found


def _value(facts: list[dict[str, Any]], name: str) -> str:
    """Tells whether what a mark was made for still says the same; the words themselves are not kept for that."""
    told = [fact for fact in facts if name in ("", fact["name"])]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _decisions(request: SubjectRequest) -> dict[tuple[str, str, str, str], RequestMark]:
    rows = RequestMark.objects.filter(entry__request=request).select_related("entry")
    return {
        (m.entry.part, m.entry.row_key, m.field, _value(m.entry.gathered_facts, m.field)): m
        for m in rows.iterator(chunk_size=500)
    }


def _kept(entries: list[RequestEntry], decisions: dict[tuple[str, str, str, str], RequestMark]) -> list[RequestMark]:
    """Decisions about words that are still the same hold; the others are to be made again."""
    marks = []
    for entry in entries:
        for name in ("", *(fact["name"] for fact in entry.gathered_facts)):
            mark = decisions.get((entry.part, entry.row_key, name, _value(entry.gathered_facts, name)))
            if mark is not None:
                marks.append(
                    RequestMark(
                        request=entry.request,
                        entry=entry,
                        field=name,
                        decision=mark.decision,
                        ground=mark.ground,
                        note=mark.note,
                        decided_by_id=mark.decided_by_id,
                        decided_at=mark.decided_at,
                    )
                )
    return marks


@transaction.atomic
def gather(request: SubjectRequest, *, actor: Any, now: datetime, progress: Progress) -> int:
    """Read the whole record and keep it as entries in the order of their days. Returns how many there are.

    Gathered again, decisions about entries that say the same as before are kept.
    """
    parts, annexes = subject_access.parts(), subject_access.annexes()
    total = len(parts) + len(annexes)
    decisions = _decisions(request)
    RequestEntry.objects.filter(request=request).delete()
    entries: list[RequestEntry] = []
    for done, part in enumerate(parts):
        progress(done, total, part.label)
        entries += _of_part(request.pupil, part)
    order = {part.key: part.order for part in parts}
    entries.sort(key=lambda e: (e.on is not None, e.on or date.min, order[e.part], e.row_key))
    for done, annex in enumerate(annexes, start=len(parts)):
        progress(done, total, annex.label)
        entries += _of_annex(request.pupil, annex, actor)
    for position, entry in enumerate(entries, start=1):
        entry.request, entry.position = request, position
    RequestEntry.objects.bulk_create(entries, batch_size=BATCH)
    RequestMark.objects.bulk_create(_kept(entries, decisions), batch_size=BATCH)
    request.gathered_at = now
    request.gathered_counts = counts_now(request)
    return len(entries)

"""What the person will see of each entry: what somebody decided, else what the registry says of the field.

A field's own mark goes before the mark of its entry. A mark that discloses an entry does not disclose what tells of
other people: each such field needs a mark of its own, so that nobody lets it through in a bulk decision.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.subject_access import About
from rights.models import RequestEntry, RequestMark, SubjectRequest
from rights.rules import Ground, removed_words

Marks = Mapping[str, RequestMark]
"""The marks of one entry by field; "" is the whole entry."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One field and what becomes of it. `ground` is None when it is disclosed; `undecided` holds the package up."""

    name: str
    label: str
    text: str
    about: About
    protected: bool
    ground: Ground | None
    undecided: bool
    mark: RequestMark | None

    @property
    def printed(self) -> str:
        """What stands in the package."""
        return self.text if self.ground is None else removed_words(self.ground)

    @property
    def on_page(self) -> str:
        """What a page shows: protected words only where they were asked for."""
        return "Protected: not shown here" if self.protected and self.ground is None else self.printed


def outcomes(entry: RequestEntry, marks: Marks) -> list[Outcome]:
    """The fields of an entry in their order."""
    return [_outcome(fact, marks) for fact in entry.gathered_facts]


def _outcome(fact: Mapping[str, Any], marks: Marks) -> Outcome:
    about = About(fact["about"])
    own, whole = marks.get(fact["name"]), marks.get("")
    mark = own
    if own is None and whole is not None and (whole.ground or about is not About.OTHERS):
        mark = whole
    ground: Ground | None
    if mark is not None:
        ground = Ground(mark.ground) if mark.ground else None
    else:
        ground = Ground.THIRD_PARTY if about is About.OTHERS else None
    return Outcome(
        name=fact["name"],
        label=fact["label"],
        text=fact["text"],
        about=about,
        protected=fact["protected"],
        ground=ground,
        undecided=mark is None and about is About.CHECK,
        mark=mark,
    )


def marks_of(entries: Iterable[RequestEntry]) -> dict[int, dict[str, RequestMark]]:
    """{entry: its marks}, one query for all."""
    found: dict[int, dict[str, RequestMark]] = {entry.pk: {} for entry in entries}
    for mark in RequestMark.objects.filter(entry__in=list(found)).select_related("decided_by"):
        found[mark.entry_id][mark.field] = mark
    return found


def walk(request: SubjectRequest, *, first: int = 0, last: int | None = None) -> Iterator[tuple[RequestEntry, Marks]]:
    """The entries of a request in their order with their marks, some hundred in memory at a time."""
    rows = RequestEntry.objects.filter(request=request, position__gte=first)
    if last is not None:
        rows = rows.filter(position__lte=last)
    for entry in rows.prefetch_related("marks").order_by("position").iterator(chunk_size=200):
        yield entry, {mark.field: mark for mark in entry.marks.all()}


def undecided_ids(request: SubjectRequest) -> list[int]:
    """Entries that somebody must read before anything is sent."""
    rows = RequestEntry.objects.filter(request=request, needs_look=True).prefetch_related("marks")
    return [
        entry.pk
        for entry in rows.order_by("position").iterator(chunk_size=200)
        if any(one.undecided for one in outcomes(entry, {m.field: m for m in entry.marks.all()}))
    ]


def removed_ids(request: SubjectRequest) -> list[int]:
    """Entries of which the person will not see everything."""
    touched = RequestEntry.objects.filter(request=request).exclude(has_others=False, marks__isnull=True).distinct()
    return [
        entry.pk
        for entry in touched.prefetch_related("marks").order_by("position")
        if any(one.ground for one in outcomes(entry, {m.field: m for m in entry.marks.all()}))
    ]


def needs_second_look(request: SubjectRequest) -> bool:
    """Another person looks when anything is removed, or what tells of others is disclosed: there the mistakes are."""
    rows = RequestEntry.objects.filter(request=request)
    return bool(rows.filter(has_others=True).exists() or rows.filter(marks__decision="remove").exists())


def fingerprint(request: SubjectRequest) -> str:
    """Of the entries and of every decision: a package made of others is stale."""
    digest = hashlib.sha256(f"{request.pk} {request.gathered_at}".encode())
    rows = RequestMark.objects.filter(entry__request=request).order_by("entry_id", "field")
    for row in rows.values_list("entry_id", "field", "decision", "ground").iterator(chunk_size=2000):
        digest.update(repr(row).encode())
    return digest.hexdigest()

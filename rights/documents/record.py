"""The record as one person reads it: a letter, an introduction, the years in order, what was done with the record.

A long record is bound in parts, so that making it takes the memory of one part, however many years there are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count

from core.documents import Cover, Section, document_context, render_html, render_pdf_pages
from core.wording import short_date
from pupils.models import Pupil
from rights import redaction, rules
from rights.gathering import chapter_title
from rights.models import RequestEntry, SubjectRequest

TEMPLATE = "rights/documents/record.html"
PART_WEIGHT = 1200
"""Lines of one bound part, about a hundred pages and 200 MB while it is laid out (docs/benchmarks.md)."""
CHARACTERS_A_LINE = 90
LONG_TEXT = 1500
"""A longer text is printed in pieces, which a page can break between."""


@dataclass
class Bound:
    """One part of the record: the positions of its entries, and its chapters in words."""

    first: int
    last: int
    chapters: list[str] = field(default_factory=list)
    lines: int = 0

    @property
    def span(self) -> str:
        """ "Personal details to School year 2014/15"."""
        first, last = self.chapters[0], self.chapters[-1]
        return first if first == last else f"{first} to {last[0].lower()}{last[1:]}"


def plan(request: SubjectRequest) -> list[Bound]:
    """How the record is bound: whole chapters where they fit, a chapter over two parts where it must be."""
    parts: list[Bound] = []
    for entry, _ in redaction.walk(request):
        lines = 2 + sum(1 + len(fact["text"]) // CHARACTERS_A_LINE for fact in entry.gathered_facts)
        title = chapter_title(entry.chapter, gathered=entry.label)
        if not parts or parts[-1].lines + lines > PART_WEIGHT:
            parts.append(Bound(first=entry.position, last=entry.position))
        part = parts[-1]
        part.last = entry.position
        part.lines += lines
        if not part.chapters or part.chapters[-1] != title:
            part.chapters.append(title)
    return parts


@dataclass(frozen=True)
class PrintedFact:
    """A field in the document: its label, and its text in pieces or why it is removed."""

    label: str
    pieces: Sequence[str]
    removed: str = ""


@dataclass(frozen=True)
class PrintedEntry:
    heading: str
    facts: Sequence[PrintedFact]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        found += [line[at : at + LONG_TEXT] for at in range(0, len(line), LONG_TEXT)] or [""]
    return found


def printed(entry: RequestEntry, marks: redaction.Marks) -> PrintedEntry:
    """An entry as the person sees it; a word that is removed is not in it."""
    facts = [
        PrintedFact(one.label, [], one.printed) if one.ground is not None else PrintedFact(one.label, _pieces(one.text))
        for one in redaction.outcomes(entry, marks)
    ]
    heading = f"{short_date(entry.on)}: {entry.label}" if entry.on and "annex" not in entry.chapter else entry.label
    if entry.on and "annex" in entry.chapter:
        heading = f"{entry.on:%B %Y}"
    return PrintedEntry(heading, facts)


def _chapters(rows: Iterable[tuple[RequestEntry, redaction.Marks]]) -> list[Section]:
    chapters: dict[str, list[PrintedEntry]] = {}
    titles: dict[str, str] = {}
    for entry, marks in rows:
        chapters.setdefault(entry.chapter, []).append(printed(entry, marks))
        titles[entry.chapter] = chapter_title(entry.chapter, gathered=entry.label)
    return [
        Section(f"chapter-{number}", titles[key], "rights/documents/chapter.html", {"entries": entries})
        for number, (key, entries) in enumerate(chapters.items(), start=1)
    ]


def grounds_used(request: SubjectRequest) -> list[tuple[str, str, int]]:
    """(what is printed, what it means, how often) for each ground of the record."""
    counts: Counter[rules.Ground] = Counter()
    for entry, marks in redaction.walk(request):
        counts.update(one.ground for one in redaction.outcomes(entry, marks) if one.ground is not None)
    return [
        (rules.removed_words(ground), rules.GROUND_EXPLAINED[ground], counts[ground])
        for ground in rules.Ground
        if counts[ground]
    ]


def _opening(request: SubjectRequest, pupil: Pupil, parts: Sequence[Bound], on: date) -> list[Section]:
    chapters = RequestEntry.objects.filter(request=request).values("chapter").annotate(rows=Count("pk"))
    context: dict[str, Any] = {
        "request": request,
        "name": pupil.display_name,
        "asks_self": request.asked_by == rules.Asker.PERSON,
        "council": settings.COUNCIL_NAME,
        "on": on,
        "parts": parts,
        "grounds": grounds_used(request),
        "chapters": len(chapters),
    }
    return [
        Section("letter", "Letter to you", "rights/documents/letter.html", context),
        Section("introduction", "How to read your record", "rights/documents/introduction.html", context),
    ]


def cover_of(request: SubjectRequest, parts: Sequence[Bound], number: int, on: date) -> Cover:
    """The first page of a part."""
    pupil, of = request.pupil, len(parts)
    return Cover(
        council=settings.COUNCIL_NAME,
        title="Your record",
        subtitle=f"What the Virtual School holds about {pupil.display_name}",
        period=f"Part {number} of {of}: {parts[number - 1].span}" if of > 1 else "",
        prepared_for=pupil.display_name if request.asked_by == rules.Asker.PERSON else request.asker_name,
        prepared_by="The Virtual School",
        dated=short_date(on),
        reference=request.reference,
        classification=rules.CLASSIFICATION,
        classification_note="This is about one person's life. Keep it where nobody else can read it.",
        printed=f"The record as it stood on {short_date(request.gathered_at)}.",
    )


def make_part(request: SubjectRequest, parts: Sequence[Bound], number: int, *, on: date) -> tuple[bytes, int]:
    """(PDF, pages) of one part; the letter and the introduction stand before the first."""
    part, pupil = parts[number - 1], request.pupil
    sections = _opening(request, pupil, parts, on) if number == 1 else []
    sections += _chapters(redaction.walk(request, first=part.first, last=part.last))
    context = document_context(cover_of(request, parts, number, on), sections)
    title = "Your record" if len(parts) == 1 else f"Your record, part {number} of {len(parts)}"
    return render_pdf_pages(render_html(TEMPLATE, context), title=title)

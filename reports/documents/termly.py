"""The termly report as a document: cover, headlines, sections, how it was made. Built from a run's snapshot only."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.documents import Cover, Medium, Section, Table, TableColumn, document_context, render_html, render_pdf_pages
from reports.models import ReportRun
from reports.rules import REASON_WORDS, STATE_LABELS, Audience, ReportState
from reports.sections import SECTIONS, View
from reports.sections.base import from_iso, in_words
from reports.termly import TITLE, fingerprint, marking_of, view_of

TEMPLATE = "reports/document.html"
READERS = "Corporate parenting group"
CLASSIFICATIONS = {
    Audience.RESTRICTED: ("Restricted", "For members and officers: small numbers are shown. No child is named."),
    Audience.PUBLIC: ("Public", "Small numbers are hidden (x). No child is named."),
}


@dataclass(frozen=True)
class MadeDocument:
    """A PDF with what is kept about it."""

    audience: Audience
    content: bytes
    html: str
    pages: int


def cover_of(run: ReportRun, audience: Audience) -> Cover:
    """The first page: for whom, of when, which version, and whether it is approved."""
    classification, note = CLASSIFICATIONS[audience]
    approver = f"Virtual School Head: {run.approved_by.name}" if run.approved_by else "Virtual School Head"
    return Cover(
        council=run.parameters.get("council", settings.COUNCIL_NAME),
        title=TITLE,
        subtitle=f"The education of looked-after children, {run.term_label[:1].lower()}{run.term_label[1:]}",
        period=f"As at {in_words(run.as_at)}",
        prepared_for=READERS,
        prepared_by=approver,
        dated=in_words(run.as_at),
        printed=_printed(run),
        reference=reference_of(run),
        classification=f"{classification} version",
        classification_note=note,
        status=_status(run),
    )


def reference_of(run: ReportRun) -> str:
    """What tells this report, with these figures and words, from every other: on the cover and on the run's page."""
    return f"Run {run.pk}, {fingerprint(run)[:12]}"


def _day(moment: dt.datetime | None) -> str:
    return in_words(timezone.localtime(moment).date()) if moment else ""


def _printed(run: ReportRun) -> str:
    """When the report of the day was made: small, for an old term may be reported years later."""
    made = f"Figures read on {_day(run.frozen_at)}"
    return f"{made}, approved on {_day(run.approved_at)}." if run.is_final else f"{made}."


def _status(run: ReportRun) -> str:
    """What stands on every page until a Virtual School Head approves."""
    if run.is_final:
        return ""
    return "DRAFT: not approved" if run.state == ReportState.DRAFT else STATE_LABELS[ReportState(run.state)].upper()


def _notes(audience: Audience) -> list[str]:
    notes = [
        "A percentage stands beside the numbers it is made of: “15 of 45” means 15 children of 45.",
        "Percentages are rounded once, halves upwards; n/a means that there was nothing to count.",
    ]
    if audience is Audience.PUBLIC:
        notes.append(
            "x means hidden: the number is 1 to 5, or a share rests on 5 children or fewer or on a group of 10 or "
            "fewer, or the number would give another hidden one away. In a count, a nought shown means none."
        )
    return notes


def _about(run: ReportRun, view: View) -> Section:
    """How the report was made: parameters and definitions, as frozen."""
    found = run.parameters
    facts = [
        ("Run", f"{run.pk}, made {_day(run.frozen_at)}"),
        ("Term", f"{found['term']}: {_span(found['first_on'], found['last_on'])}"),
        ("Figures as at", in_words(from_iso(found["as_at"]))),
        ("Indicators", f"Results of summer {found['assessment_year']}"),
        ("Own authority", f"LA {found['home_la']}: schools of any other authority count as outside the county"),
    ]
    rules = found["suppression"]
    counts = f"1 to {rules['counts_hidden_up_to']}"
    n, d = rules["shares_hidden_up_to_numerator"], rules["shares_hidden_up_to_denominator"]
    hiding = [
        f"numbers of children from {counts}",
        f"shares of {n} children or fewer, or of a group of {d} or fewer, and shares that leave out only {counts}",
        "as few other numbers as it takes, so that nothing hidden can be worked out from the rest of the report",
    ]
    context = {
        "facts": Table("What this report is made of", ["Item", TableColumn("Value", "text")], facts),
        "definitions": Table(
            "Definitions used", ["Figure", TableColumn("Definition", "text")], sorted(run.definitions.items())
        ),
        "hiding": hiding,
    }
    return Section("about", "How this report was made", "reports/sections/about.html", context, new_page=False)


def _span(first: str, last: str) -> str:
    return f"{in_words(from_iso(first))} to {in_words(from_iso(last))}"


def context_of(run: ReportRun, audience: Audience, *, medium: Medium) -> dict[str, Any]:
    """Everything that the PDF or the page of a run needs, from its snapshot alone."""
    view = view_of(run, audience)
    frozen = {s["slug"]: s for s in run.figures["sections"]}
    made = {
        section.slug: Section(
            section.slug,
            frozen[section.slug]["title"],
            section.template,
            section.present(frozen[section.slug]["data"], view),
            section.new_page,
        )
        for section in SECTIONS
        if section.slug in frozen and section.printed
    }
    opening = next((made.pop(section.slug) for section in SECTIONS if section.opens and section.slug in made), None)
    return document_context(
        cover_of(run, audience),
        [*made.values(), _about(run, view)],
        summary=opening,
        notes=_notes(audience),
        medium=medium,
    )


def html_of(run: ReportRun, audience: Audience) -> str:
    """The report as one HTML file, styles included."""
    return render_html(TEMPLATE, context_of(run, audience, medium="pdf"))


def make(run: ReportRun, audience: Audience) -> MadeDocument:
    """The PDF of a run for an audience. The same run in the same state gives the same bytes."""
    html = html_of(run, audience)
    watermark = None if run.is_final else marking_of(run)
    content, pages = render_pdf_pages(html, title=document_title(run, audience), watermark=watermark)
    return MadeDocument(audience, content, html, pages)


def document_title(run: ReportRun, audience: Audience) -> str:
    """The PDF's own title, as a reader's window shows it."""
    marking = "" if run.is_final else f" ({marking_of(run)})"
    return f"{TITLE}, {run.term_label}, {audience.value} version{marking}"


def why_hidden(run: ReportRun) -> list[tuple[str, list[str]]]:
    """(reason, what) of the numbers that the public version hides, for the person who approves; alike ones in one
    line, "Attendance, severe absence (3): Year 1, Year 2, Year 3"."""
    labels: Mapping[str, str] = run.figures["labels"]
    hidden = run.figures["hidden"]
    found = {
        words: [labels.get(name, name) for name in run.figures["order"] if hidden.get(name) == why]
        for why, words in REASON_WORDS.items()
    }
    return [(words, _gathered(names)) for words, names in found.items() if names]


def _gathered(labels: Sequence[str]) -> list[str]:
    """Labels of the shape "topic, who: what" and "topic: who" with the same topic and what in one line."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        topic, _, last = label.partition(": ")
        head, _, who = topic.partition(", ")
        if last and who:
            groups.setdefault(f"{head}, {last}", []).append(who)
        else:
            groups.setdefault(topic, []).append(last)
    return [_line(topic, parts) for topic, parts in groups.items()]


def _line(topic: str, parts: Sequence[str]) -> str:
    if len(parts) > 1:
        return f"{topic} ({len(parts)}): {', '.join(parts)}"
    return f"{topic}: {parts[0]}" if parts[0] else topic

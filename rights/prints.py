"""A print of a child's record for one recipient: what is in it, what is left out and why, and the PDF.

The registry says who may receive what (core.subject_access); this module adds what no print holds by itself: protected
fields, each of which is let in alone, with a reason, by who may see it, and never for a parent.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.documents import Cover, Section, document_context, render_html, render_pdf_pages
from core.recipients import Recipient
from core.rules import academic_year_of, academic_year_start
from core.subject_access import Fact, Piece, RecordPart, Words, parts
from core.wording import and_list, short_date
from pupils.models import ProtectedNote, Pupil
from rights import permissions, rules
from rights.models import RecordPrint
from rights.rules import Omission, StepRefused

TEMPLATE = "rights/documents/print.html"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A protected field of a row that holds now. `text` is filled only where it is let in."""

    key: str
    label: str
    where: str
    may: bool
    because: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintEntry:
    heading: str
    facts: tuple[tuple[str, str], ...]


@dataclass(kw_only=True)
class Contents:
    """What the recipient will see, section by section, and what they will not."""

    sections: list[tuple[str, list[PrintEntry]]] = field(default_factory=list)
    left_out: list[Omission] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


def default_from(today: date) -> date:
    """A print begins with the school year before this one, unless the whole record is wanted."""
    return academic_year_start(academic_year_of(today) - 1)


def is_restricted(pupil: Pupil) -> bool:
    """Whether a contact restriction is in force."""
    return ProtectedNote.objects.in_force().filter(pupil=pupil, kind=ProtectedNote.Kind.CONTACT).exists()


def contents_of(record: RecordPrint, *, user: Any, today: date) -> Contents:
    """What a print holds when `user` makes it. The caller has checked that the child is in their scope."""
    found = Contents()
    hides = rules.keeps_whereabouts_from(Recipient(record.recipient), restricted=is_restricted(record.pupil))
    for part in parts():
        if record.recipient not in part.to:
            found.left_out.append(Omission(part.label, f"Not for {_for_whom(record)}"))
        elif not user.can(part.permission):
            found.left_out.append(Omission(part.label, "Your role does not see this part of the record"))
        else:
            _add_part(found, record, part, user=user, today=today, hides=hides)
    return found


def _for_whom(record: RecordPrint) -> str:
    return rules.RECIPIENT_WORDS[Recipient(record.recipient)]


def _add_part(found: Contents, record: RecordPrint, part: RecordPart, *, user: Any, today: date, hides: bool) -> None:
    entries: list[PrintEntry] = []
    withheld: dict[str, list[str]] = {}
    for row in part.rows(record.pupil).iterator(chunk_size=500):
        for piece, facts in part.pieces_of(row):
            if not _in_period(record, part, piece):
                continue
            printed = []
            for fact in facts:
                words = part.words_of(fact.name)
                if fact.protected:
                    item = _item(record, part, row, fact, words, user=user, today=today)
                    found.items += [item] if item else []
                    printed += [(fact.label, fact.text)] if item and item.text else []
                elif because := _why_not(record, words, hides=hides):
                    labels = withheld.setdefault(because, [])
                    labels += [fact.label] if fact.label not in labels else []
                else:
                    printed.append((fact.label, fact.text))
            if printed:
                entries.append(PrintEntry(heading=short_date(piece.on, part.label), facts=tuple(printed)))
    if entries:
        found.sections.append((part.label, entries))
    found.left_out += [Omission(f"{part.label}: {and_list(labels)}", why) for why, labels in withheld.items()]


def _in_period(record: RecordPrint, part: RecordPart, piece: Piece) -> bool:
    return part.standing or piece.on is None or record.from_on is None or piece.on >= record.from_on


def _why_not(record: RecordPrint, words: Words, *, hides: bool) -> str:
    """Why a field that is not protected is left out; empty when it is printed."""
    if record.recipient not in words.to:
        return f"Not for {_for_whom(record)}"
    if hides and words.whereabouts:
        return "A contact restriction is in force: nothing that tells where the child can be found"
    return ""


def _item(
    record: RecordPrint, part: RecordPart, row: Any, fact: Fact, words: Words, *, user: Any, today: date
) -> Item | None:
    """The protected field of a row that holds now; None for what is past, which no print is given."""
    if not part.current(row, today):
        return None
    key = f"{part.key}:{row.pk}:{fact.name}"
    allowed = rules.may_hold_protected(Recipient(record.recipient))
    may = allowed and words.reveal is not None and user.can(words.reveal)
    let_in = may and key in record.let_in
    return Item(
        key=key,
        label=_label(row, fact),
        where=f"{part.label}, {short_date(part.on(row))}",
        may=may,
        because=record.let_in.get(key, "") if let_in else "",
        text=fact.text if let_in else "",
    )


def _label(row: Any, fact: Fact) -> str:
    kind = getattr(row, "get_kind_display", None)
    return str(kind()) if kind is not None else fact.label


# ---------------------------------------------------------------- use cases


@transaction.atomic
def begin_print(*, pupil: Pupil, recipient: Recipient, name: str, from_on: date | None, actor: Any) -> RecordPrint:
    """Choose for whom. Raises PermissionDenied, ValidationError without a name."""
    permissions.check_can_print(actor)
    if not name.strip():
        raise ValidationError({"recipient_name": "Enter who will get this print"})
    with acting_as(actor, service="rights.begin_print"):
        record: RecordPrint = RecordPrint.objects.create(
            pupil=pupil, recipient=recipient.value, recipient_name=name.strip(), from_on=from_on, made_by=actor
        )
    return record


def _find(record: RecordPrint, key: str) -> tuple[RecordPart, Words]:
    for part in parts():
        for words in part.fields:
            name, _, rest = key.partition(":")
            if name == part.key and rest.endswith(f":{words.name}") and part.is_protected(words.name):
                return part, words
    raise ValidationError({"item": "There is no such protected item"})


@transaction.atomic
def let_in(*, record: RecordPrint, key: str, because: str, today: date, actor: Any) -> RecordPrint:
    """Let one protected item into the print, with the reason: it is shown from now on, which is a reveal.

    Raises PermissionDenied, StepRefused, ValidationError.
    """
    row: RecordPrint = RecordPrint.objects.select_for_update().get(pk=record.pk)
    part, words = _find(row, key)
    permissions.check_can_let_in(actor, row, words)
    if not because.strip():
        raise ValidationError({"because": "Enter why this recipient must have it"})
    if key not in {item.key for item in contents_of(row, user=actor, today=today).items}:
        raise ValidationError({"item": "There is no such protected item"})
    row.let_in = {**row.let_in, key: because.strip()[:300]}
    with acting_as(actor, service="rights.let_in"):
        row.save(update_fields=["let_in"])
    detail = {"print": row.pk, "fields": [words.name], "part": part.key, "recipient": row.recipient}
    record_access(None, Access.REVEALED, user=actor, subject=row.pupil, screen="rights:print", detail=detail)
    return row


@transaction.atomic
def leave_out(*, record: RecordPrint, key: str, actor: Any) -> RecordPrint:
    """Take an item out again. Raises PermissionDenied, StepRefused."""
    permissions.check_can_print(actor)
    row: RecordPrint = RecordPrint.objects.select_for_update().get(pk=record.pk)
    if row.made_at is not None:
        raise StepRefused("This print is made. Begin a new one.")
    row.let_in = {name: reason for name, reason in row.let_in.items() if name != key}
    with acting_as(actor, service="rights.leave_out"):
        row.save(update_fields=["let_in"])
    return row


@transaction.atomic
def make_print(*, record: RecordPrint, now: datetime, actor: Any) -> bytes:
    """The PDF, once: what was handed out is never made again under the same reference.

    Raises PermissionDenied, StepRefused.
    """
    permissions.check_can_print(actor)
    row: RecordPrint = RecordPrint.objects.select_for_update(of=("self",)).select_related("pupil").get(pk=record.pk)
    if row.made_at is not None:
        raise StepRefused("This print is made. Begin a new one.")
    row.made_at = now
    content, row.pages = render(row, user=actor, now=now)
    row.sha256 = hashlib.sha256(content).hexdigest()
    with acting_as(actor, service="rights.make_print"):
        row.save(update_fields=["made_at", "pages", "sha256"])
    detail = {
        "print": row.pk,
        "recipient": row.recipient,
        "protected": sorted({key.split(":")[-1] for key in row.let_in}),
        "sha256": row.sha256,
    }
    record_access(None, Access.PRINTED, user=actor, subject=row.pupil, screen="rights:print", detail=detail)
    return content


def render(record: RecordPrint, *, user: Any, now: datetime) -> tuple[bytes, int]:
    """(PDF, pages). The recipient, the day and the reference stand on every page, the reference across it too."""
    on = timezone.localtime(now).date()
    contents = contents_of(record, user=user, today=on)
    label = rules.RECIPIENT_LABELS[Recipient(record.recipient)]
    cover = Cover(
        council=settings.COUNCIL_NAME,
        title=f"Record of {record.pupil.display_name}",
        subtitle=f"For {record.recipient_name}",
        period=f"From {short_date(record.from_on)}" if record.from_on else "",
        prepared_for=f"{record.recipient_name} ({label})",
        prepared_by=f"{user.name}, the Virtual School",
        dated=short_date(on),
        reference=record.reference,
        classification=rules.CLASSIFICATION,
        classification_note="For the person named here only. Do not copy it or pass it on.",
        status=f"For {record.recipient_name}, {short_date(on)}, {record.reference}",
    )
    context = document_context(cover, list(_sections(contents)))
    return render_pdf_pages(
        render_html(TEMPLATE, context), title=f"Record, {record.reference}", watermark=record.reference
    )


def _sections(contents: Contents) -> Iterator[Section]:
    for number, (label, entries) in enumerate(contents.sections, start=1):
        yield Section(f"part-{number}", label, "rights/documents/print_part.html", {"entries": entries}, new_page=False)

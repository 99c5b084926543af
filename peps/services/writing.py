"""Writing in a section while others write too: nothing is overwritten without a word, nothing is lost."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from peps.models import PEP, PEPSection
from peps.permissions import check_can_write
from peps.rules.form import Field, Kind, Section, missing_in
from peps.rules.workflow import Contributor

LONGEST = 20_000
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else changed a field since the writer last saw it: what they wrote, and when."""

    field: str
    label: str
    theirs: Any
    by: str
    at: datetime | None

    @property
    def mark(self) -> str:
        """What to send as seen when the writer's own words are to stand."""
        return mark_of(self.theirs)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the section's revision now, and what was not written because somebody else had."""

    revision: int
    at: datetime
    clashes: list[Clash] = field(default_factory=list)


def mark_of(answer: Any) -> str:
    """A short digest of a stored answer: by it a writer says what they last saw of a field."""
    return hashlib.sha256(json.dumps(answer or "", sort_keys=True).encode()).hexdigest()[:16]


def section_row(pep: PEP, code: str) -> PEPSection:
    """The section's row, unsaved where nothing was written yet."""
    return PEPSection.objects.filter(pep=pep, code=code).first() or PEPSection(pep=pep, code=code)


@transaction.atomic
def save_answers(
    *,
    pep: PEP,
    section: Section,
    answers: Mapping[str, Any],
    seen: Mapping[str, str],
    actor: Any,
    now: datetime,
    writer: Contributor | None = None,
) -> Saved:
    """Write the given fields of a section; `seen` is {field: mark_of(the answer that the writer last saw)}.

    A field that holds something else by now is left as it is and told as a clash; all others are written. A field that
    `seen` does not name was empty to the writer. `actor` None is a contributor with a link of their own (`writer` says
    who). Raises PermissionDenied, or ValidationError for a field that the section does not have and a value that cannot
    be kept.
    """
    if writer is None:
        writer = check_can_write(actor, pep, section)
    clean = {key: _kept(_field(section, key), value) for key, value in answers.items()}
    PEPSection.objects.get_or_create(pep=pep, code=section.code)
    row = (
        PEPSection.objects.select_for_update(of=("self",)).select_related("changed_by").get(pep=pep, code=section.code)
    )
    clashes, changed = [], {}
    for key, value in clean.items():
        theirs = row.answers.get(key, "")
        if value == theirs:
            continue
        if mark_of(theirs) != seen.get(key, mark_of("")):
            by = row.changed_by.name if row.changed_by else row.get_changed_as_display()
            clashes.append(Clash(key, section.field(key).label, theirs, by, row.changed_at))
        else:
            changed[key] = value
    if changed:
        row.revision += 1
        row.answers = {**row.answers, **changed}
        row.changed_by, row.changed_as, row.changed_at = actor, writer.value, now
        row.ready_at, row.ready_by = None, None
        with acting_as(actor, service="peps.save_answers"):
            row.save()
    return Saved(row.revision, now, clashes)


@transaction.atomic
def mark_ready(*, pep: PEP, section: Section, actor: Any, now: datetime) -> PEPSection:
    """The writer says that a section is finished. ValidationError lists what it lacks."""
    check_can_write(actor, pep, section)
    PEPSection.objects.get_or_create(pep=pep, code=section.code)
    row: PEPSection = PEPSection.objects.select_for_update().get(pep=pep, code=section.code)
    if missing := missing_in(section, row.answers):
        raise ValidationError([f"Still to answer: {gap.text}" for gap in missing])
    row.ready_at, row.ready_by = now, actor
    with acting_as(actor, service="peps.mark_ready"):
        row.save(update_fields=["ready_at", "ready_by"])
    return row


def _field(section: Section, key: str) -> Field:
    try:
        return section.field(key)
    except KeyError:
        raise ValidationError(f"Section {section.code} has no field “{key}”. Load the page again.") from None


def _kept(field: Field, value: Any) -> Any:
    """The value as it is stored: text within bounds, one of the choices, rows with the field's columns only."""
    if field.kind is Kind.ROWS:
        return _kept_rows(field, value)
    if field.kind is Kind.MANY:
        chosen = value if isinstance(value, list) else [value] if value else []
        if not {str(v) for v in chosen} <= {v for v, _ in field.choices}:
            raise ValidationError({field.key: f"{field.label}: select one of the options shown"})
        return [str(v) for v in chosen]
    text = str(value if value is not None else "").replace("\r\n", "\n").replace("\x00", "")
    if len(text) > LONGEST:
        raise ValidationError({field.key: f"{field.label}: at most {LONGEST:,} characters, this has {len(text):,}"})
    options = {v for v, _ in field.choices} if field.kind is Kind.CHOICE else {"yes", "no"}
    if field.kind in {Kind.CHOICE, Kind.YES_NO} and text and text not in options:
        raise ValidationError({field.key: f"{field.label}: select one of the options shown"})
    return text


def _kept_rows(field: Field, value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValidationError({field.key: f"{field.label}: the rows could not be read. Load the page again."})
    columns = [key for key, _ in field.columns]
    rows = [{c: str(row.get(c, "")).strip()[:LONGEST] for c in columns} for row in value[:MOST_ROWS]]
    return [row for row in rows if any(row.values())]

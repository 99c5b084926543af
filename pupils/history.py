"""What was changed in a child's record, by whom, with before and after: read from the change history (core.audit)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from core import rules as time_rules
from core.models import User
from core.panels import ChangeSource, panels_for, register
from core.roles import Permission
from core.sections import SECTION_LABELS, Section
from core.wording import short_date
from pupils import rules
from pupils.matching import keys_of
from pupils.models import Allocation, CareEpisode, Delegation, Pupil, SchoolPlace, YearGroup

P = Permission

NOT_KNOWN = "Not recorded"
EMPTY = "Empty"
INSERT, UPDATE, DELETE = "insert", "update", "delete"
DEEDS = {INSERT: "Added", UPDATE: "Changed", DELETE: "Removed"}


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A field with its value before and after in words; `hidden` when the page may only say that it changed."""

    label: str
    before: str = ""
    after: str = ""
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """One row added, changed or removed. `person` None is the system, or an account that is gone."""

    at: datetime
    what: str
    deed: str
    person: User | None
    fields: Sequence[FieldChange]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A change before it is put into words: the row before and after it, None where there was none or nobody knows."""

    source: ChangeSource
    event: Any
    before: Any
    after: Any


def changes_of(user: Any, pupil: Pupil) -> list[Change]:
    """The changes that the role of `user` may see, newest first. As many queries for many changes as for few.

    The caller has checked that the child is visible.
    """
    keys = keys_of(pupil)
    steps = [step for source in panels_for(ChangeSource, user, pupil) for step in _steps(source, keys)]
    # What one transaction did has one moment: within it the order of the rows tells.
    steps.sort(key=lambda step: (step.event.pgh_created_at, step.event.pgh_id), reverse=True)
    people = User.objects.in_bulk([*{_author(step.event) for step in steps} - {None}, 0])
    names = _names(steps)
    return [
        Change(
            at=step.event.pgh_created_at,
            what=step.source.label,
            deed=DEEDS[step.event.pgh_label],
            person=people.get(_author(step.event) or 0),
            fields=fields,
        )
        for step in steps
        if (fields := list(_fields(step, names)))
    ]


def _author(event: Any) -> int | None:
    context = event.pgh_context
    return context.metadata.get("user") if context is not None else None


def _steps(source: ChangeSource, keys: Sequence[int]) -> Iterator[_Step]:
    """Each row's events in their order. A change holds the row after it, of facts the row before it.

    Rows of a record that was merged into the child are the child's: what they were before is told too.
    """
    events = source.model.pgh_event_model.objects.filter(**{f"{source.child}__in": keys}).select_related("pgh_context")
    rows: dict[int, list[Any]] = defaultdict(list)
    for event in events.order_by("pgh_id"):
        rows[event.pgh_obj_id].append(event)
    now = source.model._default_manager.filter(**{f"{source.child}__in": keys}).in_bulk() if source.facts else {}
    for key, row in rows.items():
        for n, event in enumerate(row):
            earlier = row[n - 1] if n else None
            later = row[n + 1] if n + 1 < len(row) else now.get(key)
            if event.pgh_label == DELETE:
                yield _Step(source=source, event=event, before=event, after=None)
            elif source.facts:
                yield _Step(source=source, event=event, before=event, after=later)
            else:
                yield _Step(source=source, event=event, before=earlier, after=event)


def _fields(step: _Step, names: Mapping[tuple[type[models.Model], int], str]) -> Iterator[FieldChange]:
    for name in (*step.source.fields, *step.source.protected):
        field = step.source.model._meta.get_field(name)
        before, after = (_value(row, field) for row in (step.before, step.after))
        added_empty = step.event.pgh_label != UPDATE and before in ("", None) and after in ("", None)
        if before == after or added_empty:
            continue
        own_label = str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:]
        label = step.source.labels.get(name, own_label)
        if name in step.source.protected:
            yield FieldChange(label=label, hidden=True)
            continue
        yield FieldChange(
            label=label,
            before="" if step.event.pgh_label == INSERT else _words(step, step.before, field, names),
            after="" if step.event.pgh_label == DELETE else _words(step, step.after, field, names),
        )


def _value(row: Any, field: Any) -> Any:
    return None if row is None else getattr(row, field.attname)


def _words(step: _Step, row: Any, field: Any, names: Mapping[tuple[type[models.Model], int], str]) -> str:
    if row is None:
        return NOT_KNOWN
    value = _value(row, field)
    if value in ("", None):
        return EMPTY
    if field.is_relation:
        return names.get((field.related_model, value), f"number {value}")
    if describe := step.source.describe.get(field.name):
        return describe(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return short_date(value) if isinstance(value, date) else str(value)


def _names(steps: Iterable[_Step]) -> dict[tuple[type[models.Model], int], str]:
    """What the rows that a change points to are called: schools, people; one query for each model."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for step in steps:
        for name in step.source.fields:
            field = step.source.model._meta.get_field(name)
            if field.is_relation:
                values = (_value(row, field) for row in (step.before, step.after))
                wanted[field.related_model] |= {value for value in values if value is not None}
    found = {model: model._default_manager.in_bulk(ids) for model, ids in wanted.items()}
    return {(model, pk): str(row) for model, rows in found.items() for pk, row in rows.items()}


register(
    ChangeSource(
        label="Child",
        model=Pupil,
        child="pgh_obj_id",
        permission=P.SEE_PUPILS,
        order=0,
        fields=(
            "child_id",
            "upn",
            "uln",
            "surname",
            "forename",
            "known_as",
            "dob",
            "sex",
            "ethnicity",
            "send",
            "responsible_la",
        ),
        describe={"ethnicity": rules.describe_ethnicity},
    ),
    ChangeSource(
        label="Care episode",
        model=CareEpisode,
        permission=P.SEE_CARE_DETAIL,
        order=10,
        fields=("decom", "rne", "ls", "cin", "place", "place_provider", "dec", "rec"),
        protected=("home_post", "pl_post"),
        facts=True,
        describe={
            "rne": rules.describe_new_episode,
            "ls": rules.describe_legal_status,
            "cin": rules.describe_need,
            "place": rules.describe_placement,
            "place_provider": rules.describe_provider,
            "rec": rules.describe_ceased_reason,
        },
    ),
    ChangeSource(
        label="School place",
        model=SchoolPlace,
        permission=P.SEE_PUPILS,
        order=20,
        fields=("school", "kind", "from_on", "to_on"),
        labels={"from_on": "On roll from", "to_on": "No longer on roll from"},
    ),
    ChangeSource(
        label="Year group",
        model=YearGroup,
        permission=P.SEE_PUPILS,
        order=30,
        fields=("academic_year", "nc_year"),
        labels={"academic_year": "School year", "nc_year": "Year group"},
        describe={"academic_year": time_rules.academic_year_label, "nc_year": time_rules.year_group_label},
    ),
    ChangeSource(
        label="Delegation",
        model=Delegation,
        permission=P.SEE_WHO_LOOKED,
        order=45,
        fields=("colleague", "given_by", "school", "sections", "from_on", "to_on", "ended_at", "ended_by"),
        labels={"colleague": "To", "from_on": "From", "to_on": "No longer from"},
        describe={"sections": lambda sections: ", ".join(SECTION_LABELS[Section(one)] for one in sections)},
    ),
    ChangeSource(
        label="Who works with the child",
        model=Allocation,
        permission=P.SEE_PUPILS,
        order=40,
        fields=("kind", "user", "from_on", "to_on"),
        labels={"kind": "As", "user": "Person", "from_on": "From", "to_on": "No longer from"},
    ),
)

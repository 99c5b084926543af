"""Rows of any app in words for the page of a merge: as a child's history shows them, to those who see them there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models

from core.classification import DataClass, UnclassedError, class_of
from core.panels import ChangeSource, change_label, panels_for
from core.roles import Permission
from core.wording import count_of, moment, short_date
from pupils.duplicates.planning import Plan, relations_of
from pupils.models import Pupil

NOT_SHOWN = "Protected: not shown"
EMPTY = "Empty"


def source_of(user: Any, model: type[models.Model]) -> ChangeSource | None:
    """What the person's role sees of the model in a child's history."""
    return next((s for s in panels_for(ChangeSource, user) if s.model is model), None)


def label_of(model: type[models.Model]) -> str:
    """ "Care episode": what the app calls it in the history, else the model's own name."""
    name = str(model._meta.verbose_name)
    return change_label(model) or name[:1].upper() + name[1:]


def described(source: ChangeSource, row: models.Model) -> str:
    """The row's fields in one line: "From 1 Sep 2026, Year group Year 10"."""
    parts = []
    for name in source.fields:
        own = row._meta.get_field(name)
        label = source.labels.get(name, str(getattr(own, "verbose_name", name)))
        if text := value_in_words(row, name, source):
            parts.append(f"{label[:1].upper()}{label[1:]}: {text}")
    return "; ".join(parts)


def value_in_words(row: models.Model, name: str, source: ChangeSource | None = None) -> str:
    own: Any = row._meta.get_field(name)
    value = getattr(row, name)
    if value in ("", None):
        return ""
    if source is not None and (describe := source.describe.get(name)) is not None:
        return describe(value)
    if not own.is_relation and own.choices:
        return str(dict(own.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return moment(value)
    return short_date(value) if isinstance(value, date) else str(value)


# ---------------------------------------------------------------- how much there is


@dataclass
class Counted:
    """Rows of one model on both sides, and what becomes of the other record's."""

    label: str
    kept: int = 0
    other: int = 0
    fates: list[str] = field(default_factory=list)


def counted(kept: Pupil, other: Pupil, plan: Plan) -> dict[str, list[Counted]]:
    """By app: the rows that hang off each of the two, without models of which neither has any."""
    found: dict[str, dict[str, Counted]] = {}
    for model, name in relations_of(Pupil):
        numbers = [model._default_manager.filter(**{name: p.pk}).count() for p in (kept, other)]
        if any(numbers):
            of_app = found.setdefault(str(apps.get_app_config(model._meta.app_label).verbose_name), {})
            line = of_app.setdefault(label_of(model), Counted(label_of(model)))
            line.kept, line.other = line.kept + numbers[0], line.other + numbers[1]
            line.fates = list(_fates(model, plan))
    return {app: list(lines.values()) for app, lines in found.items()}


def _fates(model: type[models.Model], plan: Plan) -> Iterator[str]:
    if moved := plan.moved.get(model._meta.label, 0):
        yield f"{count_of(moved, 'row goes,rows go')} over"
    whys: dict[str, int] = {}
    for drop in plan.drops:
        if type(drop.row) is model:
            whys[drop.why] = whys.get(drop.why, 0) + 1
    for why, number in whys.items():
        yield f"{count_of(number, 'row is,rows are')} kept in the record of the merge only: {why}"
    for why in dict.fromkeys(c.why for c in plan.changes if type(c.row) is model):
        yield f"Changed: {why}"
    if asked := sum(type(q.kept) is model for q in plan.questions):
        yield f"{count_of(asked, 'pair differs,pairs differ')}: say below which stays"


# ---------------------------------------------------------------- what a merge kept


@dataclass(frozen=True)
class KeptRow:
    """A row in the record of a merge. `lines` None: the person's role does not see rows of this kind."""

    label: str
    fate: str
    why: str
    lines: list[tuple[str, str]] | None


def kept_row(user: Any, entry: dict[str, Any]) -> KeptRow:
    """A dropped or changed row as it was; of one whose kind no history shows only those see it who see the audit."""
    try:
        model = apps.get_model(entry["model"])
    except LookupError:
        return KeptRow(entry["model"], entry["fate"], entry["why"], None)
    shown = source_of(user, model) is not None or (not change_label(model) and user.can(Permission.SEE_AUDIT))
    lines = lines_of(model, entry["values"]) if shown else None
    return KeptRow(label_of(model), entry["fate"], entry["why"], lines)


def lines_of(model: type[models.Model], values: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, value) of a row that was kept. What is protected is said to be there, never shown."""
    names = {f.attname: f for f in model._meta.concrete_fields}
    found = []
    for attname, value in values.items():
        own = names.get(attname)
        if own is not None and not own.primary_key and value not in ("", None):
            found.append((str(own.verbose_name), _shown(model, own.name, value)))
    return found


def _shown(model: type[models.Model], name: str, value: Any) -> str:
    """A UPN that was given up is a former one: of an adopted child it would lead to the old name."""
    try:
        hidden = class_of(model, name) is DataClass.PROTECTED or name == "upn"
    except UnclassedError:
        hidden = True
    return NOT_SHOWN if hidden else str(value)

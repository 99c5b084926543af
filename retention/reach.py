"""Everything that hangs off a child: found in Django's own description of the models, so that a new model is covered.

What has a foreign key to a child, or to something that has one, is destroyed with the record. What must outlive it
refers to the child by a plain number, or its key is named in KEPT with the reason. tests/architecture/test_disposal.py
fails on a key that is neither followed nor named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from pghistory.models import Event

from core.disposal import files_about
from pupils.models import Pupil

KEPT: dict[str, str] = {}
"""{"app.Model.field": why the row stays}. Its key must be nullable with on_delete=SET_NULL: it is emptied."""

NOT_FOLLOWED_TRACES: dict[str, str] = {
    "reports.ReportRun.cohorts": "Numbers of children behind a frozen figure: they lead to nobody once the record is "
    "gone, and the figures of an issued report do not change.",
    "core.AuditSeal.digests": "sha256 of each sealed row: by them the seals stay verifiable. They hold no value.",
    "core.FeedRun": "Counts and sentences of a delivery. Its lines on the child go (retention.traces); its files go "
    "under a class of their own.",
    "pghistory.Context": "Numbers of accounts and names of services: who changed something, without what or whose.",
}
"""What may still hold a number or a digest of a child without a foreign key, and why it stays."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A model of which rows belong to a child, and the look-ups that lead from a row to the child's key."""

    model: type[models.Model]
    paths: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def depth(self) -> int:
        """Steps to the child, along the longest way."""
        return max((path.count("__") + 1 for path in self.paths if path != "pk"), default=0)

    def of(self, pupil_id: int) -> models.QuerySet[models.Model]:
        """The rows of one child."""
        wanted = Q()
        for path in self.paths:
            wanted |= Q(**{path: pupil_id})
        return rows_of(self.model).filter(wanted).distinct()


def rows_of(model: type[models.Model]) -> models.QuerySet[models.Model]:
    """All rows, whatever the model's own manager leaves out."""
    return model._base_manager.all()  # noqa: SLF001 - Django documents it for this purpose


def _own_models() -> list[type[models.Model]]:
    """Tables that Django manages, tables between two models included; copies of the change history go another way."""
    return [
        m
        for m in apps.get_models(include_auto_created=True)
        if m._meta.managed and not m._meta.proxy and not issubclass(m, Event)
    ]


def keys_to(target: type[models.Model]) -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """Every foreign key (a one-to-one key is one) of a managed model to `target`."""
    for model in _own_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is target:
                yield model, field


@cache
def reached() -> tuple[Reached, ...]:
    """All models of a child, those farthest from the child first; the child itself last."""
    paths: dict[type[models.Model], list[str]] = {Pupil: ["pk"]}
    _follow(Pupil, "", (Pupil,), paths)
    found = [Reached(model=model, paths=tuple(ways)) for model, ways in paths.items()]
    return tuple(sorted(found, key=lambda r: (-r.depth, r.label)))


def _follow(
    target: type[models.Model],
    path: str,
    way: tuple[type[models.Model], ...],
    paths: dict[type[models.Model], list[str]],
) -> None:
    for model, field in keys_to(target):
        if model in way or f"{model._meta.label}.{field.name}" in KEPT:
            continue
        longer = f"{field.name}__{path}" if path else field.name
        paths.setdefault(model, []).append(longer)
        _follow(model, longer, (*way, model), paths)


@dataclass(frozen=True, kw_only=True)
class Destroyed:
    """Rows of one table that are gone, as lines "table key sha256"."""

    label: str
    lines: tuple[str, ...]


def destroy_rows(pupil_id: int) -> list[Destroyed]:
    """Delete every row of the child, the child's own last. Keys that are named in KEPT are emptied first."""
    for label in KEPT:
        app_model, _, field = label.rpartition(".")
        rows_of(apps.get_model(app_model)).filter(**{field: pupil_id}).update(**{field: None})
    found = []
    for one in reached():
        # Values only: the rows are not loaded, and no collector of Django's asks what else hangs on them.
        keys = list(one.of(pupil_id).values_list("pk", flat=True))
        if keys:
            found.append(Destroyed(label=one.label, lines=tuple(digests_of(one.model, keys))))
            rows = rows_of(one.model).filter(pk__in=keys)
            rows._raw_delete(rows.db)
    return found


def digests_of(model: type[models.Model], keys: list[int]) -> Iterator[str]:
    """A line "table key sha256" for each row."""
    table, key = model._meta.db_table, str(model._meta.pk.column)
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{quoted(key)}, encode(sha256(convert_to(to_jsonb(t)::text, 'UTF8')), 'hex')"  # noqa: S608
            f" FROM {quoted(table)} AS t WHERE t.{quoted(key)} = ANY(%s) ORDER BY 1",
            [keys],
        )
        for row in cursor.fetchall():
            yield f"{table} {row[0]} {row[1]}"


def files_of(pupil_id: int) -> list[Path]:
    """Files only about the child: of a FileField, below the documents folder by a field `path`, or named by an app."""
    found: list[Path] = []
    for one in reached():
        fields = one.model._meta.concrete_fields
        names = [f.name for f in fields if isinstance(f, models.FileField) or f.name == "path"]
        for row in one.of(pupil_id).values(*names) if names else ():
            for name in names:
                field = one.model._meta.get_field(name)
                root = settings.MEDIA_ROOT if isinstance(field, models.FileField) else settings.DOCUMENTS_DIR
                if row[name]:
                    found.append(Path(root) / row[name])
    return [*found, *files_about(pupil_id)]

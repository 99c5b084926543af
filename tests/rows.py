"""A row of any model, filled as its fields allow: for tests that must hold for models not yet written."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

from tests import factories as make

FIRST_DAY = date(2026, 9, 1)
PLAIN: list[tuple[type[models.Field], Any]] = [
    (models.BooleanField, False),
    (models.DateTimeField, datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
    (models.DecimalField, 1),
    (models.FloatField, 1.0),
    (models.IntegerField, 1),
    (models.JSONField, {}),
    (models.GenericIPAddressField, "192.0.2.1"),
    (models.CharField, "made"),
    (models.TextField, "made"),
    (models.BinaryField, b""),
]
FACTORIES = {
    factory._meta.model: factory
    for factory in vars(make).values()
    if isinstance(factory, type) and issubclass(factory, make.DjangoModelFactory) and factory._meta.model
}


def make_row(model: type[models.Model], **given: Any) -> models.Model:
    """A stored row with these values; what it needs besides is made too. A check constraint may need `given`."""
    if model in FACTORIES:
        made: models.Model = FACTORIES[model](**given)
        return made
    values = {f.name: _value(f) for f in model._meta.concrete_fields if f.name not in given and _needed(f)}
    return model._base_manager.create(**values, **given)


def _needed(field: models.Field) -> bool:
    return not (field.primary_key or field.null or field.has_default() or field.blank)


def _value(field: models.Field) -> Any:
    if isinstance(field, models.ForeignKey):
        target: Any = field.related_model
        return target._base_manager.first() or make_row(target)
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        # One day later for each field: what ends, ends after it began.
        return FIRST_DAY + timedelta(days=[f.name for f in field.model._meta.concrete_fields].index(field.name))
    for kind, value in PLAIN:
        if isinstance(field, kind):
            text = isinstance(value, str) and field.max_length
            return value[: field.max_length] if text else value
    raise AssertionError(f"tests/rows.py knows no value for {field.model._meta.label}.{field.name}: give it one")

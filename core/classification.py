"""How sensitive each field is. Each app says it of its own models in `data_classes.py`; nothing is assumed.

Logs, error reports, exports, documents and the demo ask here (docs/data-classes.md shows the whole register, and a
test fails on a field of ours that no class was given).
"""

from collections.abc import Iterator
from enum import StrEnum

from django.apps import apps
from django.db.models import Field, Model


class DataClass(StrEnum):
    """From open to protected; each includes the care that those before it need."""

    OPEN = "open"
    PERSONAL = "personal"
    SPECIAL = "special"
    PROTECTED = "protected"


ORDER = tuple(DataClass)

CLASS_LABELS: dict[DataClass, str] = {
    DataClass.OPEN: "Open",
    DataClass.PERSONAL: "Personal",
    DataClass.SPECIAL: "Special category",
    DataClass.PROTECTED: "Protected",
}
CLASS_MEANINGS: dict[DataClass, str] = {
    DataClass.OPEN: "Tells nothing of a person by itself: numbers of our own rows, codes, catalogues, figures.",
    DataClass.PERSONAL: "Tells who somebody is or what concerns them: names, UPNs, marks, dates. In no log, error "
    "report or address.",
    DataClass.SPECIAL: "Special category data under Article 9 of the UK GDPR, and what is kept with the same care "
    "here: health, ethnicity, special educational needs, legal status, why a child is in care. As personal; and "
    "for roles whose work needs it.",
    DataClass.PROTECTED: "Can bring a child into danger. As special; masked on every page, shown on request with "
    "an audit row, and on no list, search, export, print or email.",
}
HISTORY_PREFIX = "pgh_"
"""Columns that the change history adds to its copies: labels, moments and keys."""

_classes: dict[str, dict[str, DataClass]] = {}


class UnclassedError(LookupError):
    """A field that nobody gave a class."""


def classify(label: str, *, open: str = "", personal: str = "", special: str = "", protected: str = "") -> None:  # noqa: A002
    """Give every field of a model ("pupils.Pupil") its class; names stand in one text with blanks between.

    Raises ValueError for a field named twice and for a model that was classed before.
    """
    if label in _classes:
        raise ValueError(f"{label} was classed before.")
    fields: dict[str, DataClass] = {}
    for given, names in zip(ORDER, (open, personal, special, protected), strict=True):
        for name in names.split():
            if name in fields:
                raise ValueError(f"{label}.{name} has two classes.")
            fields[name] = given
    _classes[label] = fields


def class_of(model: type[Model], field: str) -> DataClass:
    """The class of a field; a copy in the change history has the class of what it copies. Raises UnclassedError."""
    tracked: type[Model] | None = getattr(model, "pgh_tracked_model", None)
    if tracked is not None:
        if field.startswith(HISTORY_PREFIX):
            return DataClass.OPEN
        model = tracked
    try:
        return _classes[model._meta.label][field]
    except KeyError:
        raise UnclassedError(f"{model._meta.label}.{field} has no class: give it one in data_classes.py") from None


def our_models() -> list[type[Model]]:
    """Every model of our own apps, copies of the change history included, in the order of their names."""
    floors = {config.name for config in apps.get_app_configs() if "." not in config.name} - {"pgtrigger", "pghistory"}
    ours = [m for m in apps.get_models() if m.__module__.split(".")[0] in floors and _is_ours(m)]
    return sorted(ours, key=lambda m: m._meta.label)


def _is_ours(model: type[Model]) -> bool:
    module = apps.get_app_config(model._meta.app_label).module
    return module is not None and "site-packages" not in (module.__file__ or "")


def fields_of(model: type[Model]) -> Iterator[Field]:
    """The columns of a model."""
    yield from model._meta.concrete_fields


def fields_from(least: DataClass) -> dict[str, set[str]]:
    """{model label: names of the fields of at least this class}, history copies aside."""
    rank = ORDER.index(least)
    return {
        label: found
        for label, fields in sorted(_classes.items())
        if (found := {name for name, given in fields.items() if ORDER.index(given) >= rank})
    }


def names_from(least: DataClass) -> frozenset[str]:
    """Field names that have at least this class in one model or another: what a log line must not be keyed by."""
    return frozenset(name for names in fields_from(least).values() for name in names)


def classed_labels() -> dict[str, dict[str, DataClass]]:
    """The whole register: {model label: {field: class}}."""
    return {label: dict(fields) for label, fields in sorted(_classes.items())}

"""What each app holds of a child, in words: one registry for subject access and for prints (docs/adr/0013).

Each app says it in its `subject_access.py`: for every model that hangs off a child a `RecordPart` (which fields are
printed, with what label, of whom they tell, who may receive them), or why its rows are in no record (`leave_out`).
tests/architecture/test_subject_access.py fails for a model, and for a field that is not open, of which nothing is said.
The core knows no child: the row at the top is passed through as an opaque row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db.models import Model, QuerySet

from core.classification import DataClass, class_of, our_models
from core.recipients import EVERYBODY, NOBODY, Recipient
from core.roles import Permission
from core.wording import moment, short_date


class About(StrEnum):
    """Of whom a field tells, which decides what happens to it when nobody has looked yet.

    Names of staff in their work are the person's own data as a rule and stay (ICO, Right of access: information about
    other people; DPA 2018, Schedule 2, paragraph 17 names education and social work data).
    """

    PERSON = "person"
    """Of the child: disclosed."""
    CHECK = "check"
    """Free words, or what may do harm: a person must read them before anything is sent."""
    OTHERS = "others"
    """Of family, carers or other children: removed until a person decides otherwise."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A field as it is printed. `words(row)` is asked for what its own value does not say in words.

    `to` narrows the part's recipients. `whereabouts` tells where the child can be found: kept from a birth parent
    while a contact restriction is in force. `reveal` is who may let a protected field into a print.
    """

    name: str
    label: str
    about: About | Callable[[Any], About] = About.PERSON
    words: Callable[[Any], str] | None = None
    to: frozenset[Recipient] = EVERYBODY
    whereabouts: bool = False
    reveal: Permission | None = None

    def about_of(self, row: Any) -> About:
        """Of whom the field of this row tells."""
        return self.about if isinstance(self.about, About) else self.about(row)

    def text(self, row: Any) -> str:
        """What is printed; empty when there is nothing."""
        return self.words(row) if self.words is not None else in_words(row, self.name)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One printed field of one row."""

    name: str
    label: str
    text: str
    about: About
    protected: bool = False


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What a row says of one day: most rows are one piece, a year's register is one for each month.

    `key` tells the pieces of a row apart and stays the same when the record is gathered again.
    """

    on: date | None
    texts: Mapping[str, str]
    key: str = ""


def _never(_row: Any, _today: date) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class RecordPart:
    """A model of the record. `path` leads from a row to the child ("" is the child itself).

    `on(row)` is the row's place in the chronology, None for what has no day. `pieces(row)` splits a long row.
    `to` says who may receive a print of it, `permission` who may make one. `standing` rows belong in each print
    whatever its period, `current(row, today)` are those whose protected fields a print may be given.
    `left_out` says of each field that is not printed why.
    """

    key: str
    label: str
    model: type[Model]
    order: int
    permission: Permission
    fields: Sequence[Words]
    on: Callable[[Any], date | None]
    path: str = "pupil"
    related: Sequence[str] = ()
    pieces: Callable[[Any], Iterable[Piece]] | None = None
    to: frozenset[Recipient] = NOBODY
    standing: bool = False
    current: Callable[[Any, date], bool] = _never
    left_out: Mapping[str, str] = field(default_factory=dict)

    def rows(self, child: Model) -> QuerySet[Any]:
        """All rows of a child, whoever asks: the caller has checked who may."""
        lookup = {self.path: child} if self.path else {"pk": child.pk}
        return self.model._default_manager.filter(**lookup).select_related(*self.related).order_by("pk")

    def pieces_of(self, row: Any) -> Iterator[tuple[Piece, list[Fact]]]:
        """The pieces of a row with their facts in order, empty ones left out."""
        if self.pieces is None:
            pieces: Iterable[Piece] = [Piece(on=self.on(row), texts={f.name: f.text(row) for f in self.fields})]
        else:
            pieces = self.pieces(row)
        for piece in pieces:
            if facts := list(self._facts(row, piece)):
                yield piece, facts

    def _facts(self, row: Any, piece: Piece) -> Iterator[Fact]:
        for words in self.fields:
            if text := piece.texts.get(words.name, ""):
                yield Fact(
                    name=words.name,
                    label=words.label,
                    text=text,
                    about=words.about_of(row),
                    protected=self.is_protected(words.name),
                )

    def is_protected(self, name: str) -> bool:
        """Whether a field is of the class that can bring a child into danger."""
        own = {f.name for f in self.model._meta.concrete_fields}
        return name in own and class_of(self.model, name) is DataClass.PROTECTED

    def words_of(self, name: str) -> Words:
        """The field as it is printed. KeyError when there is none of the name."""
        return next(words for words in self.fields if words.name == name)


@dataclass(frozen=True, kw_only=True)
class Annex:
    """What is kept about the record itself: who looked, what was changed. `pieces(user, child)` in their order."""

    key: str
    label: str
    order: int
    fields: Sequence[Words]
    pieces: Callable[[Any, Any], Iterable[Piece]]


@dataclass(frozen=True, kw_only=True)
class StoredDocument:
    """A stored file that is about one child only: its name in the package, where it lies, its sha256 and day."""

    name: str
    path: Path
    sha256: str
    on: date | None = None


_parts: list[RecordPart] = []
_annexes: list[Annex] = []
_left_out: dict[str, str] = {}
_documents: list[Callable[[Any], Iterable[StoredDocument]]] = []


def register(*given: RecordPart | Annex) -> None:
    """Called by an app's subject_access.py at start-up."""
    for one in given:
        if isinstance(one, RecordPart):
            _parts.append(one)
        else:
            _annexes.append(one)


def leave_out(label: str, because: str) -> None:
    """The rows of this model ("attendance.Mark") are in no record, for this reason."""
    _left_out[label] = because


def register_documents(source: Callable[[Any], Iterable[StoredDocument]]) -> None:
    """`source(child)` gives the stored files that are about this child and nobody else."""
    _documents.append(source)


def parts() -> list[RecordPart]:
    """All parts in the order in which they stand within one day."""
    return sorted(_parts, key=lambda part: part.order)


def annexes() -> list[Annex]:
    """All annexes in their order."""
    return sorted(_annexes, key=lambda annex: annex.order)


def left_out() -> Mapping[str, str]:
    """{model label: why its rows are in no record}."""
    return dict(_left_out)


def documents_of(child: Any) -> list[StoredDocument]:
    """The stored files about this child, in the order of their days."""
    found = [one for source in _documents for one in source(child)]
    return sorted(found, key=lambda one: (one.on or date.min, one.name))


def models_below(top: type[Model]) -> list[type[Model]]:
    """The top and every model of ours that has a path of foreign keys to it, copies of the change history aside."""
    ours = [model for model in our_models() if not hasattr(model, "pgh_tracked_model")]
    found = {top}
    grew = True
    while grew:
        below = {m for m in ours if any(f.related_model in found for f in m._meta.concrete_fields)}
        grew = not below <= found
        found |= below
    return sorted(found, key=lambda m: m._meta.label)


def in_words(row: Any, name: str) -> str:
    """The value of a field as people read it; empty for what is not recorded."""
    value = getattr(row, name)
    if value in (None, ""):
        return ""
    display = getattr(row, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    match value:
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return moment(value)
        case date():
            return short_date(value)
        case Model():
            return str(getattr(value, "name", "") or value)
        case _:
            return str(value)

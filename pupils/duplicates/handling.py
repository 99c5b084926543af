"""How the rows of a model follow when two records of a child become one. Each app says it in its `merging.py`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models


class Stays(StrEnum):
    """Which of two rows that cannot both stay does: the surviving record's, the other's, or what a person says."""

    KEPT = "kept"
    OTHER = "other"
    ASK = "ask"


# ---------------------------------------------------------------- what a plan is made of, in the order it is done


@dataclass(frozen=True)
class Move:
    """Rows that point to the surviving record from now on."""

    model: type[models.Model]
    field: str
    pks: list[int]
    to: int


@dataclass(frozen=True)
class Drop:
    """A row that goes; all its values are kept in the record of the merge."""

    row: models.Model
    why: str


@dataclass(frozen=True)
class Change:
    """A row that stays with other values. What it was is kept in the record of the merge."""

    row: models.Model
    values: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class Add:
    """A row made out of a part of another one."""

    row: models.Model


Step = Move | Drop | Change | Add


def ask(kept: Any, other: Any) -> Stays:
    """A person says which row stays: the rule where an app gave none."""
    return Stays.ASK


def always_kept(kept: Any, other: Any) -> Stays:
    """The surviving record's row stays."""
    return Stays.KEPT


@dataclass(frozen=True, kw_only=True)
class Handling:
    """The rule of one model.

    `stays(kept, other)` decides between two rows that one constraint does not let stand side by side and that differ;
    `why` is that rule in words. `unite(kept, other)` gives the steps that bring into the row that stays what it lacks,
    before the other goes. `take_over(kept_pk, other_pk, field)` gives all steps of a model that needs its own way.
    `after(kept_pk)` derives anew what was made of the rows, in the same transaction.
    """

    model: type[models.Model]
    stays: Callable[[Any, Any], Stays] = ask
    why: str = ""
    unite: Callable[[Any, Any], Iterator[Step]] | None = None
    take_over: Callable[[int, int, str], Iterator[Step]] | None = None
    after: Callable[[int], None] | None = None
    same_but: frozenset[str] = field(default_factory=frozenset)
    """Fields that may differ between rows that are the same all the same."""


_handlings: dict[type[models.Model], Handling] = {}


def register(*handlings: Handling) -> None:
    """Called by an app's merging.py at start-up."""
    _handlings.update({h.model: h for h in handlings})


def handling_of(model: type[models.Model]) -> Handling:
    return _handlings.get(model) or Handling(model=model)


def all_handlings() -> list[Handling]:
    return list(_handlings.values())


def later_delivery(kept: Any, other: Any) -> Stays:
    """Facts that files bring: the row of the later delivery; of one delivery the surviving record's."""
    return Stays.OTHER if (other.run_id or 0) > (kept.run_id or 0) else Stays.KEPT


LATER_DELIVERY = "the row that the later delivery brought stays"

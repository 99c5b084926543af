"""What becomes of every row that hangs off a record when it is merged into another: worked out, nothing written.

Which models there are is read from Django's own register of relations, so a model made tomorrow is in the plan
tomorrow. Copies of the change history and views are no rows of the child.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models

from pupils.duplicates.handling import Change, Drop, Move, Stays, Step, handling_of

EQUAL = "the surviving record has the same row"
NOT_COMPARED = frozenset({"run"})
"""Which delivery brought a row makes it no other row."""

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """Two rows that differ and cannot both stay, for which no rule decides."""

    key: str
    kept: models.Model
    other: models.Model


@dataclass(frozen=True)
class Decided:
    """Two rows that differ, decided by a rule."""

    kept: models.Model
    other: models.Model
    stays: Stays
    why: str


@dataclass
class Plan:
    """The steps in their order; questions without an answer, and reasons why it cannot be done at all."""

    steps: list[Step] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    gone: set[tuple[type[models.Model], int]] = field(default_factory=set)
    """Rows that a step before drops: they play no part any more."""

    def add(self, *steps: Step) -> None:
        for step in steps:
            self.steps.append(step)
            if isinstance(step, Drop):
                self.gone.add((type(step.row), step.row.pk))

    @property
    def moved(self) -> dict[str, int]:
        """{model label: rows that go over}."""
        found: Counter[str] = Counter()
        for step in self.steps:
            if isinstance(step, Move):
                found[step.model._meta.label] += len(step.pks)
        return dict(found)

    @property
    def drops(self) -> list[Drop]:
        return [step for step in self.steps if isinstance(step, Drop)]

    @property
    def changes(self) -> list[Change]:
        return [step for step in self.steps if isinstance(step, Change)]


def relations_of(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """(model, field) of every foreign key to `model` whose rows follow it, in a steady order."""
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        source: type[models.Model] = relation.related_model  # type: ignore[assignment]
        if source._meta.managed and not hasattr(source, "pgh_tracked_model"):
            found.append((source, relation.field.name))  # type: ignore[union-attr]
    return sorted(found, key=lambda one: (one[0]._meta.label, one[1]))


def is_append_only(model: type[models.Model]) -> bool:
    """No row of it can be pointed elsewhere."""
    return any(getattr(t, "name", "") == "append_only" for t in getattr(model._meta, "triggers", []))


def plan_of(kept: models.Model, other: models.Model, answers: Mapping[str, Stays]) -> Plan:
    """What merging `other` into `kept` does to the rows of `other`. Reads only."""
    plan = Plan()
    _absorb(plan, kept, other, answers)
    return plan


def _absorb(plan: Plan, kept: models.Model, other: models.Model, answers: Mapping[str, Stays]) -> None:
    for model, name in relations_of(type(kept)):
        found = model._default_manager.filter(**{name: other.pk}).order_by("pk")
        rows = [row for row in found if (model, row.pk) not in plan.gone]
        if not rows:
            continue
        handling = handling_of(model)
        if handling.take_over is not None:
            plan.add(*handling.take_over(kept.pk, other.pk, name))
        elif is_append_only(model):
            plan.blocked.append(f"Rows of “{model._meta.verbose_name}” cannot be given to another record.")
        else:
            _Model(plan, model, name, kept, answers).run(rows)


@dataclass
class _Model:
    """The rows of one model that point to the other record through one field."""

    plan: Plan
    model: type[models.Model]
    name: str
    kept: models.Model
    answers: Mapping[str, Stays]

    def run(self, rows: list[models.Model]) -> None:
        standing = self._standing()
        moving = []
        for row in rows:
            twins = self._twins(row, standing)
            if not twins or self._settle(row, twins):
                moving.append(row.pk)
        if moving:
            self.plan.add(Move(self.model, self.name, moving, self.kept.pk))

    def _settle(self, row: models.Model, twins: list[models.Model]) -> bool:
        """Whether the row goes over, in place of its twins."""
        twin, handling = twins[0], handling_of(self.model)
        if all(self._same(row, one) for one in twins):
            self._give_way(stays=twin, goes=row, why=EQUAL)
            return False
        stays, why = handling.stays(twin, row), handling.why
        if stays is Stays.ASK:
            key = f"{self.model._meta.label_lower}-{twin.pk}-{row.pk}"
            answer = self.answers.get(key)
            if answer is None:
                self.plan.questions.append(Question(key, twin, row))
                return False
            stays, why = answer, "a person decided it"
        else:
            self.plan.decided.append(Decided(twin, row, stays, why))
        if stays is Stays.KEPT:
            self._give_way(stays=twin, goes=row, why=why)
            return False
        for one in twins:
            self._give_way(stays=row, goes=one, why=why)
        return True

    def _give_way(self, *, stays: models.Model, goes: models.Model, why: str) -> None:
        """What hangs off the row that goes is given to the one that stays first."""
        if (unite := handling_of(self.model).unite) is not None:
            self.plan.add(*unite(stays, goes))
        _absorb(self.plan, stays, goes, self.answers)
        self.plan.add(Drop(goes, why))

    def _same(self, one: models.Model, other: models.Model) -> bool:
        aside = {self.name, *NOT_COMPARED, *handling_of(self.model).same_but}
        fields = [f for f in self.model._meta.concrete_fields if not f.primary_key and f.name not in aside]
        return all(getattr(one, f.attname) == getattr(other, f.attname) for f in fields)

    # ------------------------------------------------------------ constraints

    def _keys(self) -> Iterator[tuple[int, list[str], models.Q | None, bool]]:
        """(number, other fields, condition, nulls are the same) of each constraint that the field is part of."""
        meta = self.model._meta
        if getattr(meta.get_field(self.name), "unique", False):
            yield 0, [], None, False
        for n, together in enumerate(meta.unique_together, start=1_000):
            if self.name in together:
                yield n, [f for f in together if f != self.name], None, False
        for n, constraint in enumerate(meta.constraints, start=1):
            if isinstance(constraint, models.UniqueConstraint) and self.name in constraint.fields:
                others = [f for f in constraint.fields if f != self.name]
                yield n, others, constraint.condition, constraint.nulls_distinct is False

    def _standing(self) -> dict[tuple[int, Key], models.Model]:
        """The surviving record's rows by what each constraint lets stand once."""
        found: dict[tuple[int, Key], models.Model] = {}
        for n, fields, condition, nulls in self._keys():
            rows = self.model._default_manager.filter(**{self.name: self.kept.pk})
            for row in rows.filter(condition) if condition is not None else rows:
                key = self._key(row, fields, nulls)
                if key is not None and (self.model, row.pk) not in self.plan.gone:
                    found[n, key] = row
        return found

    def _twins(self, row: models.Model, standing: Mapping[tuple[int, Key], models.Model]) -> list[models.Model]:
        found = []
        for n, fields, condition, nulls in self._keys():
            if condition is not None and not self.model._default_manager.filter(condition, pk=row.pk).exists():
                continue
            key = self._key(row, fields, nulls)
            twin = standing.get((n, key)) if key is not None else None
            if twin is not None and twin not in found:
                found.append(twin)
        return found

    def _key(self, row: models.Model, fields: list[str], nulls: bool) -> Key | None:
        values = tuple(getattr(row, self.model._meta.get_field(f).attname) for f in fields)  # type: ignore[union-attr]
        return None if None in values and not nulls else values


def needs_own_way(model: type[models.Model]) -> bool:
    """A model whose constraints the plan cannot read: its app must say how its rows follow (take_over)."""
    return any(
        isinstance(c, ExclusionConstraint) or (isinstance(c, models.UniqueConstraint) and c.expressions)
        for c in model._meta.constraints
    )


__all__ = ["Decided", "Plan", "Question", "is_append_only", "needs_own_way", "plan_of", "relations_of"]

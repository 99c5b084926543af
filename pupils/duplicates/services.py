"""Say that two records are two children's, and make one record out of two."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.feeds.locks import patience, take_turn
from core.followers import Changed, tell_changed
from pupils.duplicates.handling import Add, Change, Drop, Move, Stays, all_handlings
from pupils.duplicates.permissions import CannotMerge, check_can_merge
from pupils.duplicates.planning import Plan, plan_of
from pupils.models import ChildMerge, FormerUPN, NotTheSameChild, Pupil
from pupils.search import sort_name

FACTS = (
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
)
"""What a person chooses of the two records where both say something else."""
PATIENCE_SECONDS = 20
NOTHING = ("", None, Pupil.Sex.UNKNOWN.value)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the person said: of each fact whose value stays, of rows that differ which stays, and why it is done."""

    facts: Mapping[str, Stays] = field(default_factory=dict)
    rows: Mapping[str, Stays] = field(default_factory=dict)
    reason: str


def default_choice(kept: Pupil, other: Pupil, name: str) -> Stays:
    """The surviving record's value, unless it says nothing and the other does."""
    mine, theirs = getattr(kept, name), getattr(other, name)
    return Stays.OTHER if mine in NOTHING and theirs not in NOTHING else Stays.KEPT


@transaction.atomic
def merge_children(*, kept: Pupil, other: Pupil, choices: Choices, now: datetime, actor: Any) -> ChildMerge:
    """All rows of `other` become rows of `kept`, and `other` is gone. Nothing of it is lost: see ChildMerge.

    In turn with deliveries, which know both records by number. Raises PermissionDenied, CannotMerge, core's Busy.
    """
    with patience(PATIENCE_SECONDS):
        take_turn(lambda: None)
        rows = Pupil.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).in_bulk()
    if len(rows) < 2:
        raise CannotMerge("One of the two records is gone: somebody has merged it. Look at the list again.")
    kept, other = rows[kept.pk], rows[other.pk]
    check_can_merge(actor, kept, other)
    plan = plan_of(kept, other, choices.rows)
    if plan.blocked:
        raise CannotMerge(" ".join(plan.blocked))
    if plan.questions:
        raise CannotMerge("Rows of the two records differ and nobody has said yet which of them stays.")
    with acting_as(actor, service="pupils.merge_children"):
        dropped = [*_carry_out(plan), *_merge_facts(kept, other, choices.facts)]
        merge: ChildMerge = ChildMerge.objects.create(
            kept=kept,
            old_pk=other.pk,
            old_child_id=({kept.child_id, other.child_id} - {_child_id(kept)}).pop(),
            old_upn=other.upn if other.upn != kept.upn else "",
            old_record=_values(other),
            moved=plan.moved,
            given_up_rows=dropped,
            reason=choices.reason,
            made_by=actor,
            made_at=now,
        )
        _refuse_anything_left()
        tell_changed(Changed.SCHOOL_PLACES)
        for handling in all_handlings():
            if handling.after is not None:
                handling.after(kept.pk)
    detail = {"merge": merge.pk, "old": merge.old_pk, "moved": sum(plan.moved.values()), "dropped": len(dropped)}
    record_access(None, Access.DECIDED, user=actor, subject=kept, screen="pupils:merge", detail=detail)
    return merge


def _child_id(kept: Pupil) -> str:
    return str(Pupil.objects.values_list("child_id", flat=True).get(pk=kept.pk))


# ---------------------------------------------------------------- rows


def _carry_out(plan: Plan) -> list[dict[str, Any]]:
    """Every step in its order; what goes or changes, as it was."""
    lost = []
    for step in plan.steps:
        if isinstance(step, Move):
            rows = step.model._default_manager.filter(pk__in=step.pks)
            rows.update(**{step.field: step.to})
        elif isinstance(step, Drop):
            lost.append(_as_it_was(step.row, "dropped", step.why))
            _delete(step.row)
        elif isinstance(step, Change):
            lost.append(_as_it_was(step.row, "changed", step.why))
            type(step.row)._default_manager.filter(pk=step.row.pk).update(**step.values)
        elif isinstance(step, Add):
            step.row.save(force_insert=True)
    return lost


def _delete(row: models.Model) -> None:
    """The row alone: a row that still hangs off it makes the database refuse, and is never deleted with it."""
    type(row)._default_manager.filter(pk=row.pk)._raw_delete(connection.alias)


def _refuse_anything_left() -> None:
    """Whatever still points to a row that is gone stops the merge here, and not at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _as_it_was(row: models.Model, fate: str, why: str) -> dict[str, Any]:
    return {"model": row._meta.label, "pk": row.pk, "fate": fate, "why": why, "values": _values(row)}


def values_given_up(pupil_id: int, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Of every row of a model that gave way when another record became this one: its values, {column: value}."""
    for rows in ChildMerge.objects.filter(kept_id=pupil_id).values_list("given_up_rows", flat=True):
        yield from (row["values"] for row in rows if row["model"] == model._meta.label)


def _values(row: models.Model) -> dict[str, Any]:
    found = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    plain: dict[str, Any] = json.loads(json.dumps(found, cls=DjangoJSONEncoder))
    return plain


# ---------------------------------------------------------------- facts


def _merge_facts(kept: Pupil, other: Pupil, chosen: Mapping[str, Stays]) -> list[dict[str, Any]]:
    """The chosen value of each fact; a UPN that is given up becomes a former one. `kept` itself stays as it was read.

    The other record goes first: child ids and UPNs are each one child's.
    """
    before = _as_it_was(kept, "changed", "the facts of the two records were put together")
    _delete(other)
    values: dict[str, Any] = {}
    for name in FACTS:
        stays = chosen.get(name, default_choice(kept, other, name))
        values[name] = getattr(other if stays is Stays.OTHER else kept, name)
    no_upn = "" if values["upn"] else kept.upn_unknown_reason or other.upn_unknown_reason
    folded = sort_name(surname=values["surname"], forename=values["forename"], known_as=values["known_as"])
    Pupil.objects.filter(pk=kept.pk).update(**values, upn_unknown_reason=no_upn, sort_name=folded)
    lost = [before]
    for row in FormerUPN.objects.filter(pupil=kept.pk, upn=values["upn"]):
        lost.append(_as_it_was(row, "dropped", "it is the child's present UPN"))
        _delete(row)
    for upn in {kept.upn, other.upn} - {"", values["upn"]}:
        FormerUPN.objects.get_or_create(pupil_id=kept.pk, upn=upn)
    return lost


# ---------------------------------------------------------------- not the same child


@transaction.atomic
def say_apart(*, one: Pupil, other: Pupil, now: datetime, actor: Any) -> NotTheSameChild:
    """The two are two children: they are not listed again. Saying it twice changes nothing."""
    _check_two(actor, one, other)
    first, second = sorted((one.pk, other.pk))
    with acting_as(actor, service="pupils.say_apart"):
        said: NotTheSameChild
        said, made = NotTheSameChild.objects.get_or_create(
            first_id=first, second_id=second, defaults={"said_by": actor, "said_at": now}
        )
    if made:
        _record_pair(actor, one, other, {"apart": said.pk})
    return said


@transaction.atomic
def take_back(*, one: Pupil, other: Pupil, actor: Any) -> None:
    """The two may be one child after all: they are listed again."""
    _check_two(actor, one, other)
    first, second = sorted((one.pk, other.pk))
    with acting_as(actor, service="pupils.take_back"):
        gone, _ = NotTheSameChild.objects.filter(first=first, second=second).delete()
    if gone:
        _record_pair(actor, one, other, {"apart_taken_back": True})


def _check_two(actor: Any, one: Pupil, other: Pupil) -> None:
    try:
        check_can_merge(actor, one, other)
    except CannotMerge:
        if one.pk == other.pk:
            raise


def _record_pair(actor: Any, one: Pupil, other: Pupil, detail: dict[str, Any]) -> None:
    for pupil in (one, other):
        record_access(None, Access.DECIDED, user=actor, subject=pupil, screen="pupils:duplicates", detail=detail)

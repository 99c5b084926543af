"""A merge finds every row of every model that hangs off a child, also of models that nobody has written yet."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import models

from core.classification import our_models
from pupils.duplicates.handling import Stays, handling_of
from pupils.duplicates.planning import is_append_only, needs_own_way, plan_of, relations_of
from pupils.duplicates.services import Choices, merge_children
from pupils.models import Allocation, ChildMerge, NotTheSameChild, Pupil
from tests import factories as make
from tests.rows import make_row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
# What a model needs besides what its fields say: a check constraint, two rows that belong together.
BESIDES: dict[str, dict[str, Any]] = {}


def with_a_path() -> Iterator[tuple[type[models.Model], str]]:
    yield from relations_of(Pupil)


def ids(one: Any) -> str:
    return one._meta.label if isinstance(one, type) else str(one)


def row_of(model: type[models.Model], field: str, pupil: Pupil) -> models.Model:
    if model is NotTheSameChild:
        first, second = sorted((pupil, make.PupilFactory()), key=lambda p: p.pk)
        if getattr(field, "startswith", None) and {"first": first, "second": second}[field] != pupil:
            first, second = make.PupilFactory(pk=pupil.pk - 100_000), pupil
        return make_row(model, first=first, second=second)
    if model._meta.label == "attendance.MarkConflict":
        registers = [make.RegisterFactory(pupil=pupil, source=source) for source in ("b2b", "welfare-call")]
        return make_row(model, pupil=pupil, first=registers[0], second=registers[1])
    if model is ChildMerge:
        return make_row(model, kept=pupil, old_pk=900_000 + pupil.pk)
    return make_row(model, **{field: pupil}, **BESIDES.get(model._meta.label, {}))


def merged(kept: Pupil, other: Pupil, answer: Stays = Stays.KEPT) -> ChildMerge:
    rows = {question.key: answer for question in plan_of(kept, other, {}).questions}
    head = make.UserFactory()
    return merge_children(kept=kept, other=other, choices=Choices(rows=rows, reason="Told so"), now=NOW, actor=head)


def still_naming(pk: int) -> list[str]:
    """Relations that still hold the key, the history of changes aside."""
    return [
        f"{model._meta.label}.{field}"
        for model, field in with_a_path()
        if model._base_manager.filter(**{field: pk}).exists()
    ]


def test_there_are_models_to_look_at() -> None:
    labels = {model._meta.label for model, _ in with_a_path()}
    assert {"pupils.CareEpisode", "peps.PEP", "attendance.Register", "pledge.CommitmentRecord"} <= labels


@pytest.mark.parametrize(("model", "field"), list(with_a_path()), ids=ids)
def test_a_row_of_the_other_record_goes_over(model: type[models.Model], field: str) -> None:
    kept, other = make.PupilFactory(), make.PupilFactory()
    row = row_of(model, field, other)
    merge = merged(kept, other)
    found = model._base_manager.filter(pk=row.pk).first()
    assert found is not None
    assert kept.pk in {getattr(found, f"{name}_id") for m, name in with_a_path() if m is model}
    assert still_naming(other.pk) == []
    assert not Pupil.objects.filter(pk=other.pk).exists()
    assert all(entry["fate"] == "changed" for entry in merge.given_up_rows)


@pytest.mark.parametrize("answer", [Stays.KEPT, Stays.OTHER])
@pytest.mark.parametrize(("model", "field"), list(with_a_path()), ids=ids)
def test_rows_on_both_sides_all_stand_on_the_survivor_or_in_the_record(
    model: type[models.Model], field: str, answer: Stays
) -> None:
    """Each row is there afterwards, or kept whole in the record of the merge."""
    kept, other = make.PupilFactory(), make.PupilFactory()
    mine, theirs = row_of(model, field, kept), row_of(model, field, other)
    merge = merged(kept, other, answer)
    assert still_naming(other.pk) == []
    recorded = {(entry["model"], entry["pk"]) for entry in merge.given_up_rows if entry["fate"] == "dropped"}
    for row in (mine, theirs):
        there = model._base_manager.filter(pk=row.pk).exists()
        assert there != ((model._meta.label, row.pk) in recorded)


def test_everything_at_once() -> None:
    kept, other = make.PupilFactory(), make.PupilFactory()
    for model, field in with_a_path():
        if model._meta.label != "attendance.Register":
            row_of(model, field, other)
    merged(kept, other)
    assert still_naming(other.pk) == []


@pytest.mark.parametrize("model", sorted({m for m, _ in with_a_path()}, key=lambda m: m._meta.label), ids=ids)
def test_no_model_of_a_child_makes_a_merge_impossible(model: type[models.Model]) -> None:
    """Write a take_over in the app's merging.py, or a trigger that lets the child's key change (core.audit)."""
    own_way = handling_of(model).take_over is not None
    assert own_way or not needs_own_way(model), "its constraint cannot be read: say how rows follow (take_over)"
    assert own_way or not is_append_only(model), "its rows can be given to nobody"


def test_no_model_keeps_a_childs_key_without_a_relation() -> None:
    """A plain number would not follow a merge. The ones that may are named here with the reason."""
    allowed = {
        "pupils.ChildMerge.old_pk": "the key of the record that is gone; it must not follow",
        "core.AccessEvent.subject_id": "append-only; pupils.matching.keys_of reads all keys of a child",
    }
    plain = [
        f"{model._meta.label}.{f.name}"
        for model in our_models()
        for f in model._meta.concrete_fields
        if isinstance(f, models.IntegerField) and not f.is_relation and f.name in {"pupil_id", "child_pk", "old_pk"}
    ]
    assert set(plain) <= set(allowed)


def test_two_people_of_one_kind_never_overlap() -> None:
    kept, other = make.PupilFactory(), make.PupilFactory()
    make.AllocationFactory(pupil=kept, from_on=date(2023, 1, 1), to_on=date(2024, 1, 1))
    before = make.AllocationFactory(pupil=other, from_on=date(2022, 1, 1), to_on=None)
    merged(kept, other)
    spans = Allocation.objects.filter(pupil=kept).order_by("from_on").values_list("from_on", "to_on", "user")
    assert [(a, b) for a, b, _ in spans] == [
        (date(2022, 1, 1), date(2023, 1, 1)),
        (date(2023, 1, 1), date(2024, 1, 1)),
        (date(2024, 1, 1), None),
    ]
    assert [user for _, _, user in spans][::2] == [before.user_id] * 2

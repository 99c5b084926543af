"""Every model with a path to a child is destroyed with the child's record, or is named with the reason why it stays."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from pghistory.models import Event

from pupils.models import Pupil
from retention.reach import KEPT, NOT_FOLLOWED_TRACES, Reached, keys_to, reached


def all_keys() -> Iterator[tuple[str, models.Field]]:
    """Each key to a child or to a model of a child."""
    for one in reached():
        for model, field in keys_to(one.model):
            yield f"{model._meta.label}.{field.name}", field


@pytest.mark.parametrize("label", sorted({label for label, _ in all_keys()}))
def test_each_key_is_followed_or_kept_with_a_reason(label: str) -> None:
    model = apps.get_model(label.rpartition(".")[0])
    followed = model in {one.model for one in reached()}
    field = model._meta.get_field(label.rpartition(".")[2])
    if label in KEPT:
        assert KEPT[label].strip()
        assert field.null and field.remote_field.on_delete is models.SET_NULL
        assert field.related_model is Pupil, "only a key to the child itself is emptied"
    else:
        assert followed
        assert field.remote_field.on_delete is not models.SET_NULL, f"{label}: say in KEPT why the row stays"


def test_what_is_kept_is_there() -> None:
    assert set(KEPT) <= {label for label, _ in all_keys()}
    assert all(reason.strip() for reason in (*KEPT.values(), *NOT_FOLLOWED_TRACES.values()))


def test_those_farthest_from_the_child_go_first() -> None:
    order = [one.model for one in reached()]
    assert order[-1] is Pupil
    for one in reached():
        for model, field in keys_to(one.model):
            if f"{model._meta.label}.{field.name}" not in KEPT and model is not one.model:
                assert order.index(model) < order.index(one.model)


def tracked() -> list[Reached]:
    return [one for one in reached() if hasattr(one.model, "pgh_event_model")]


@pytest.mark.parametrize("one", tracked(), ids=lambda one: one.label)
def test_the_database_finds_the_history_by_itself(one: Reached) -> None:
    """What the function of migration 0002 looks for: "<table>event", the same column, a real foreign key, "id"."""
    event: type[Event] = one.model.pgh_event_model
    assert event._meta.db_table == f"{one.model._meta.db_table}event"
    assert one.model._meta.pk.column == "id"
    assert event._meta.pk.column == "pgh_id"
    copied = {f.column for f in event._meta.concrete_fields}
    assert one.model is Pupil or any(
        isinstance(f, models.ForeignKey) and f.db_constraint and f.column in copied and _leads_on(f.related_model)
        for f in one.model._meta.concrete_fields
    ), "give the model a key to the child of its own, so that its history is found"


def _leads_on(model: type[models.Model]) -> bool:
    """To the child, or to a model whose own history tells which rows were the child's."""
    return model is Pupil or (model in {t.model for t in tracked()})

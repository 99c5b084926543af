"""Whatever hangs off a child is in the person's record, field by field, or the code says why not (docs/adr/0013)."""

import pytest
from django.db.models import Model

from core.classification import DataClass, class_of, fields_of
from core.recipients import Recipient
from core.subject_access import RecordPart, left_out, models_below, parts
from pupils.models import Pupil

PARTS = {part.model: part for part in parts()}


@pytest.mark.parametrize("model", models_below(Pupil), ids=lambda m: m._meta.label)
def test_each_model_of_a_child_is_printed_or_left_out_with_a_reason(model: type[Model]) -> None:
    label = model._meta.label
    assert (model in PARTS) != bool(left_out().get(label)), (
        f"say in {model._meta.app_label}/subject_access.py what {label} tells of a child, or why it is in no record"
    )


def test_the_models_below_a_child_are_found_at_any_distance() -> None:
    labels = {model._meta.label for model in models_below(Pupil)}
    assert {"pupils.Pupil", "pupils.CareEpisode", "attendance.MarkNote", "rights.RequestMark"} <= labels
    assert not {"schools.School", "core.User", "pupils.PupilEvent"} & labels


@pytest.mark.parametrize("part", parts(), ids=lambda p: p.key)
def test_each_field_that_is_not_open_is_printed_or_left_out_with_a_reason(part: RecordPart) -> None:
    said = {words.name for words in part.fields} | set(part.left_out)
    closed = {f.name for f in fields_of(part.model) if class_of(part.model, f.name) is not DataClass.OPEN}
    assert sorted(closed - said) == []
    assert all(part.left_out.values())
    assert sorted(set(part.left_out) - {f.name for f in fields_of(part.model)}) == []


@pytest.mark.parametrize("part", parts(), ids=lambda p: p.key)
def test_a_protected_field_that_may_be_printed_says_who_may_let_it_in(part: RecordPart) -> None:
    for words in part.fields:
        if part.is_protected(words.name) and part.to:
            assert words.reveal is not None, f"{part.key}.{words.name}"


def test_keys_are_unique() -> None:
    keys = [part.key for part in parts()]
    assert len(keys) == len(set(keys))
    for part in parts():
        names = [words.name for words in part.fields]
        assert len(names) == len(set(names))
        assert ":" not in part.key


@pytest.mark.parametrize("part", parts(), ids=lambda p: p.key)
def test_nothing_says_where_the_child_is_without_saying_so(part: RecordPart) -> None:
    """A school named to a parent tells where the child can be found; the field must be marked."""
    names = {f.name for f in fields_of(part.model) if getattr(f.related_model, "__name__", "") == "School"}
    for words in part.fields:
        if words.name in names and Recipient.PARENT in part.to & words.to:
            assert words.whereabouts, f"{part.key}.{words.name}"

"""migrate, quicker: what a migration's models look like is drawn anew only where it matters.

Django draws every related model anew after each step, and here all are related (staff, history). A trigger
changes nothing of a model, and a new field, constraint or index only that model, until a step with code of its own
asks for all (RunPython clears what was put off). Same steps, same tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, RemoveConstraint, RemoveIndex
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LEAVE_FIELDS_ALONE = (AddTrigger, RemoveTrigger)
CHANGE_ONE_MODEL = (AddField, CreateModel, AddConstraint, RemoveConstraint, AddIndex, RemoveIndex)


def draw_nothing(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    state.is_delayed = True


def draw_itself(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    state.is_delayed = True
    if "apps" in state.__dict__:
        state._reload({(app_label, model_name)})  # type: ignore[attr-defined]  # noqa: SLF001


def draw_neighbours(reload_model: Any, state: ProjectState, app: str, name: str, delay: bool = False) -> None:
    reload_model(state, app, name, delay=True)


@contextmanager
def drawn_when_needed() -> Iterator[None]:
    """While the block runs, steps that leave fields alone draw no model anew, and others only those they touch."""
    reload_model = ProjectState.reload_model
    others = partial(draw_neighbours, reload_model)
    drawing: dict[Any, Any] = dict.fromkeys(LEAVE_FIELDS_ALONE, draw_nothing) | dict.fromkeys(
        CHANGE_ONE_MODEL, draw_itself
    )
    forwards = {step: step.state_forwards for step in drawing}

    def put_off(self: ProjectState, *args: Any, **kwargs: Any) -> None:
        getattr(self, "draw", others)(self, *args, **kwargs)

    def drawn_by(step: Any) -> Any:
        def state_forwards(self: Any, app_label: str, state: Any) -> None:
            state.draw = drawing[step]
            try:
                forwards[step](self, app_label, state)
            finally:
                del state.draw

        return state_forwards

    ProjectState.reload_model = put_off  # type: ignore[method-assign]
    for step in drawing:
        step.state_forwards = drawn_by(step)
    try:
        yield
    finally:
        ProjectState.reload_model = reload_model  # type: ignore[method-assign]
        for step, own in forwards.items():
            step.state_forwards = own


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> Any:
        with drawn_when_needed():
            return super().handle(*args, **options)

"""migrate, quicker: what a migration's models look like is drawn anew only where it matters.

Django draws every related model anew after each step, and here all are related (staff, history). A trigger
changes nothing of a model's fields; a new key needs the two ends only, until a step with code of
its own asks for all (RunPython clears what was put off). Same steps, same tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LEAVE_FIELDS_ALONE = (AddTrigger, RemoveTrigger)


@contextmanager
def drawn_when_needed() -> Iterator[None]:
    """While the block runs, steps that leave fields alone draw no model anew, and others only those they touch."""
    reload_model = ProjectState.reload_model
    forwards = {step: step.state_forwards for step in LEAVE_FIELDS_ALONE}

    def put_off(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if not getattr(self, "fields_stay", False):
            reload_model(self, app_label, model_name, delay=True)

    def leaving(step: Any) -> Any:
        def state_forwards(self: Any, app_label: str, state: Any) -> None:
            state.fields_stay = True
            try:
                forwards[step](self, app_label, state)
            finally:
                state.fields_stay = False

        return state_forwards

    ProjectState.reload_model = put_off  # type: ignore[method-assign]
    for step in LEAVE_FIELDS_ALONE:
        step.state_forwards = leaving(step)  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.reload_model = reload_model  # type: ignore[method-assign]
        for step, own in forwards.items():
            step.state_forwards = own  # type: ignore[method-assign]


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> Any:
        with drawn_when_needed():
            return super().handle(*args, **options)

"""The queue's task class: a task runs as the person who asked for it."""

from typing import Any

from celery.contrib.django.task import DjangoTask

from core.actor import acting_as, current_actor_id


class ActingTask(DjangoTask):
    """Carries the acting user's id in the message headers into the change history (stack.md D.3).

    Queue it with `delay_on_commit`: the worker must not look before the rows are there.
    """

    abstract = True

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault("actor_id", current_actor_id.get())
        return super().apply_async(args, kwargs, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from core.models import User

        actor_id = getattr(self.request, "actor_id", None) or (self.request.headers or {}).get("actor_id")
        actor = User.objects.filter(pk=actor_id).first() if actor_id else None
        with acting_as(actor, task=self.name):
            return self.run(*args, **kwargs)

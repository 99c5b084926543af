"""Who may merge two records, and which two."""

from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission
from pupils.models import NotTheSameChild, Pupil


class CannotMerge(Exception):
    """The two cannot become one now; the text says why."""


def check_can_merge(user: Any, kept: Pupil, other: Pupil) -> None:
    """Raises PermissionDenied, or CannotMerge with the reason in words."""
    if not user.can(Permission.MERGE_CHILDREN):
        raise PermissionDenied("Your role does not include merging records.")
    if kept.pk == other.pk:
        raise CannotMerge("This is one record: there is nothing to merge.")
    said = said_apart(kept, other)
    if said is not None:
        raise CannotMerge(
            f"{said.said_by.name} said on {said.said_at:%-d %B %Y} that these are two children. Take that back first."
        )


def said_apart(one: Pupil, other: Pupil) -> NotTheSameChild | None:
    """What a person said of the two, if anybody did."""
    first, second = sorted((one.pk, other.pk))
    return NotTheSameChild.objects.filter(first=first, second=second).select_related("said_by").first()

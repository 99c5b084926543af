"""Which letters: the child's record in scope, and a role that sees money."""

from typing import Any, Self

from core.roles import Permission
from pupils.querysets import PupilDataQuerySet


class SchemeLetterQuerySet(PupilDataQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.SEE_MONEY) or not user.can(Permission.SEE_PUPILS):
            return self.none()
        return super().visible_to(user)

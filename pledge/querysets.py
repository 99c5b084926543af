"""Which answers: the child's record in scope, and a role that reads the Pledge (a designated teacher's does not)."""

from typing import Any, Self

from core.roles import Permission
from pupils.querysets import PupilDataQuerySet


class CommitmentRecordQuerySet(PupilDataQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.SEE_PLEDGE):
            return self.none()
        return super().visible_to(user)

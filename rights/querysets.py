"""Which requests and prints a person sees."""

from typing import Any, Self

from core.roles import Permission
from core.scoping import ScopedQuerySet


class SubjectRequestQuerySet(ScopedQuerySet):
    """By permission alone: a request gathers the whole record, whoever works with the child."""

    scope_through = "pupil"

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.ANSWER_RIGHTS_REQUESTS):
            return self.none()
        return super().visible_to(user)

    def open(self) -> Self:
        """Those that still wait for an answer."""
        return self.filter(closed_on__isnull=True)


class RequestEntryQuerySet(ScopedQuerySet):
    scope_through = "request__pupil"

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.ANSWER_RIGHTS_REQUESTS):
            return self.none()
        return super().visible_to(user)


class RequestMarkQuerySet(RequestEntryQuerySet):
    scope_through = "entry__request__pupil"


class RequestPackageQuerySet(RequestEntryQuerySet):
    scope_through = "request__pupil"


class RecordPrintQuerySet(ScopedQuerySet):
    """The prints of the children in scope; what is in one is opened by its maker only (`made_by`)."""

    scope_through = "pupil"

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.EXPORT_PUPILS):
            return self.none()
        return super().visible_to(user)

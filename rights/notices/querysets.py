"""Which versions of the privacy notices."""

from datetime import date
from typing import Any, Self

from django.db.models import OuterRef, QuerySet, Subquery

from core.roles import Permission


class PrivacyNoticeQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All for those who keep them; what was approved for those who give them to people."""
        if not user.is_authenticated:
            return self.none()
        if user.can(Permission.KEEP_PROCESSING_RECORD):
            return self
        return self.filter(approved_at__isnull=False) if user.can(Permission.RECORD_CONSENTS) else self.none()

    def in_force(self, on: date) -> Self:
        """The version of each audience that holds on the day: the last approved one that has begun."""
        begun = self.model._default_manager.filter(audience=OuterRef("audience"), in_force_from__lte=on)
        return self.filter(pk=Subquery(begun.order_by("-in_force_from").values("pk")[:1]))

"""Which rows of retention a person sees: proposals and certificates are for those who decide on them."""

from typing import Any, Self

from django.db.models import Q

from core.roles import Permission
from core.scoping import ScopedQuerySet
from pupils.querysets import PupilDataQuerySet
from retention.rules import OPEN_STATES, ProposalState


class HoldQuerySet(PupilDataQuerySet):
    def in_force(self) -> Self:
        return self.filter(released_at__isnull=True)


class DecidersQuerySet(ScopedQuerySet):
    """Rows that name records by number only: for those who propose and approve, all of whom see every child."""

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.is_active or not user.can(Permission.DISPOSE_RECORDS):
            return self.none()
        return self


class ProposalQuerySet(DecidersQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=[state.value for state in OPEN_STATES])

    def waiting_for(self, user: Any) -> Self:
        """Proposals that the person may still approve: of somebody else, and not approved by them yet."""
        waiting = self.filter(state=ProposalState.PROPOSED.value)
        return waiting.exclude(Q(proposed_by=user) | Q(approvals__approver=user))

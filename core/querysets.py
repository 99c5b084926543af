"""Which accounts, who stands in for whom, which deliveries of files, and who sees the reviews of access."""

from datetime import date
from typing import Any, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from core.feeds.registry import all_kinds
from core.roles import AccountState, Permission, Role

# Whoever came by single sign-on needs no password.
_NEVER_IN = (Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(password="")) & Q(last_login=None)


class UserQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All accounts for those who manage them, else none."""
        return self if user.is_authenticated and user.can(Permission.MANAGE_ACCOUNTS) else self.none()

    def administrators(self) -> Self:
        """Open accounts that may manage accounts."""
        return self.filter(role=Role.SYSTEM_ADMIN, is_active=True)

    def in_state(self, state: AccountState) -> Self:
        if state == AccountState.CLOSED:
            return self.filter(is_active=False)
        waiting = state == AccountState.WAITING
        return self.filter(_NEVER_IN if waiting else ~_NEVER_IN, is_active=True)

    def past_last_day(self, today: date) -> Self:
        """Open accounts of people whose last day is over."""
        return self.filter(is_active=True, leaves_on__lt=today)

    def matching(self, text: str) -> Self:
        """Accounts whose name or email address holds every word."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return found

    def with_last_seen(self) -> Self:
        """Adds `last_seen_at`: the moment of the latest trace in the access log, None for people who never came."""
        from core.models import AccessEvent

        traces = AccessEvent.objects.filter(user_id=OuterRef("pk")).order_by("-at")
        return self.annotate(last_seen_at=Subquery(traces.values("at")[:1]))


class CoverQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All for those who arrange cover; for everybody else what concerns themselves."""
        if not user.is_authenticated:
            return self.none()
        return self if user.can(Permission.ARRANGE_COVER) else self.filter(Q(absent=user) | Q(covering=user))

    def in_force(self, on: date) -> Self:
        """On a day (half-open); one that was ended before its time holds no more from that very day."""
        return self.filter(Q(ended_at=None) | Q(ended_at__date__gt=on), from_on__lte=on, to_on__gt=on)

    def of(self, user: Any, on: date) -> Self:
        """What the person does for colleagues on a day. Both have one role: who changed it covers nobody."""
        return self.in_force(on).filter(covering=user, covering__role=F("absent__role"), absent__role=user.role)


class AccessReviewQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All of them for those who review access, else none."""
        return self if user.is_authenticated and user.can(Permission.REVIEW_ACCESS) else self.none()


class FeedRunQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The deliveries of those kinds that the person brings in; one whose kind no app knows goes with most kinds."""
        if not user.is_authenticated:
            return self.none()
        closed = [k.kind for k in all_kinds() if not user.can(k.permission)]
        if user.can(Permission.IMPORT_FEEDS):
            return self.exclude(kind__in=closed)
        return self.filter(kind__in=[k.kind for k in all_kinds() if k.kind not in closed])

from datetime import date
from typing import Any, Self

from django.db.models import Q, QuerySet

from core.models import Cover
from core.roles import Permission, Role


class SchoolMembershipQuerySet(QuerySet[Any]):
    def current(self, on: date) -> Self:
        """Memberships in force on a day (half-open), of people who have the role now and an account in use.

        Another role opens no school, and who has gone is nobody to write to.
        """
        running = Q(to_on__isnull=True) | Q(to_on__gt=on)
        return self.filter(running, from_on__lte=on, user__role=Role.DESIGNATED_TEACHER, user__is_active=True)

    def held_by(self, user: Any, on: date) -> Self:
        """Of the person on a day, and of colleagues whom they cover."""
        return self.current(on).filter(Q(user=user) | Q(user__in=Cover.objects.of(user, on).values("absent_id")))


class SchoolQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The register is public, but the product shows it by role: school staff see their own and one they cover."""
        if not user.is_authenticated or not user.can(Permission.SEE_SCHOOLS):
            return self.none()
        if user.can(Permission.SEE_ALL_PUPILS):
            return self
        from django.utils import timezone

        from schools.models import SchoolMembership

        mine = SchoolMembership.objects.held_by(user, timezone.localdate())
        return self.filter(pk__in=mine.values("school_id"))

    def matching(self, text: str) -> Self:
        """Schools whose name holds every word, or whose URN or DfE number (with or without its slash) is the text."""
        words = text.split()
        names = Q()
        for word in words:
            names &= Q(name__icontains=word)
        number = "".join(c for c in text if c.isdigit())
        return self.filter(names | Q(urn=number) | Q(laestab=number)) if number else self.filter(names)

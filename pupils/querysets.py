"""Whose records a person sees: the one definition. Every model that hangs off a child only names its path."""

from datetime import date
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.roles import Permission
from core.scoping import ScopedQuerySet
from pupils.rules import ADOPTED_REASONS


class PupilQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for those who see the whole roll; else the children allocated today or now on roll at one's school.

        An allocation counts only in the role it was made for: who changes role leaves those children behind.
        """
        if not user.is_authenticated or not user.can(Permission.SEE_PUPILS):
            return self.none()
        if user.can(Permission.SEE_ALL_PUPILS):
            return self
        from pupils.relations import related_children

        return self.filter(related_children(user, timezone.localdate()))

    def looked_after(self, *, on: date) -> Self:
        """On the roll on a day: an episode with DECOM on or before it and no DEC, or a DEC after it."""
        from pupils.models import CareEpisode

        return self.filter(Exists(CareEpisode.objects.open_on(on).filter(pupil=OuterRef("pk"))))

    def looked_after_between(self, first: date, last: date) -> Self:
        """Looked after on at least one day from `first` to `last`, both included."""
        from pupils.models import CareEpisode

        return self.filter(Exists(CareEpisode.objects.touching(first, last).filter(pupil=OuterRef("pk"))))


class PupilDataQuerySet(ScopedQuerySet):
    scope_through = "pupil"


class FormerUPNQuerySet(PupilDataQuerySet):
    def of_adopted(self) -> Self:
        """Those of children whose care ended by adoption: shown on request only, and no way to find a child."""
        return self.filter(self._adopted())

    def unmasked(self) -> Self:
        """All others."""
        return self.exclude(self._adopted())

    @staticmethod
    def _adopted() -> Exists:
        from pupils.models import CareEpisode

        ended = CareEpisode.objects.filter(pupil=OuterRef("pupil"), rec__in=ADOPTED_REASONS)
        return Exists(ended)


class ProtectedNoteQuerySet(PupilDataQuerySet):
    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)


class CareEpisodeQuerySet(PupilDataQuerySet):
    def open_on(self, on: date) -> Self:
        return self.filter(Q(dec__isnull=True) | Q(dec__gt=on), decom__lte=on)

    def touching(self, first: date, last: date) -> Self:
        """Episodes that cover a day of the span; the day of DEC itself is no longer covered."""
        return self.filter(Q(dec__isnull=True) | Q(dec__gt=first), decom__lte=last)


class SchoolPlaceQuerySet(PupilDataQuerySet):
    def current(self, on: date) -> Self:
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gt=on), from_on__lte=on)


class AllocationQuerySet(PupilDataQuerySet):
    def current(self, on: date) -> Self:
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gt=on), from_on__lte=on)


class NotTheSameChildQuerySet(ScopedQuerySet):
    """Only those who see the whole roll look for duplicates: one of the two is path enough."""

    scope_through = "first"


class ChildMergeQuerySet(ScopedQuerySet):
    scope_through = "kept"

"""Whose records a person sees: the one definition. Every model that hangs off a child only names its path."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.models import Cover
from core.roles import ROLE_PERMISSIONS, Permission
from core.scoping import ScopedQuerySet
from core.sections import Section, is_limited
from pupils.rules import ADOPTED_REASONS


class PupilQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any, section: Section = Section.BASICS) -> Self:
        """All for those who see the whole roll; else the children of a relation that holds today (pupils/relations.py).

        `section` matters for section-limited people: the children of whose record that part is open to them.
        On the pages of a child whom the person opened in an emergency it holds that child too: those pages read,
        and nothing else of the request does (pupils.emergencies.reading).
        """
        from pupils.relations import opened_in_emergency

        return self._related_to(user, section, lambda: opened_in_emergency(user, timezone.now()))

    def changeable_by(self, user: Any, section: Section = Section.BASICS) -> Self:
        """Whose records the person may write in, as far as their role writes: never what an emergency opened."""
        return self._related_to(user, section, Q)

    def _related_to(self, user: Any, section: Section, besides: Callable[[], Q]) -> Self:
        if not user.is_authenticated or not user.can(Permission.SEE_PUPILS):
            return self.none()
        if user.can(Permission.SEE_ALL_PUPILS):
            return self
        from pupils.relations import related_children

        return self.filter(related_children(user, timezone.localdate(), section) | besides())

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

    def held_by(self, user: Any, on: date) -> Self:
        """The caseload of a person on a day: their own allocations, and those of colleagues whom they cover."""
        absent = Cover.objects.of(user, on).values("absent_id")
        return self.current(on).filter(Q(user=user) | Q(user__in=absent, kind=user.role))


class DelegationQuerySet(PupilDataQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for those who oversee them; to a colleague the own ones that open something; else those of one's school.

        The last only as long as the child is on its roll: whoever loses sight of a child learns nothing more of it.
        """
        if is_limited(user):
            return self.in_force(timezone.localdate()).filter(colleague=user)
        if user.is_authenticated and user.can(Permission.SEE_DELEGATIONS):
            return self
        if not user.is_authenticated or not user.can(Permission.DELEGATE_CHILDREN):
            return self.none()
        schools = user.school_memberships.current(timezone.localdate()).values("school_id")
        return super().visible_to(user).filter(school__in=schools)

    def running(self, on: date) -> Self:
        """Not ended, and the day lies in the span; whether it opens anything, `in_force` says."""
        return self.filter(ended_at__isnull=True, from_on__lte=on, to_on__gt=on)

    def with_standing(self, on: date) -> Self:
        """`teacher_there` and `child_there`: whether the two relations to the school hold on a day."""
        from pupils.models import SchoolPlace
        from schools.models import SchoolMembership

        post = SchoolMembership.objects.current(on).filter(user=OuterRef("given_by"), school=OuterRef("school"))
        place = SchoolPlace.objects.current(on).filter(pupil=OuterRef("pupil"), school=OuterRef("school"))
        return self.annotate(teacher_there=Exists(post), child_there=Exists(place))

    def in_force(self, on: date) -> Self:
        """Running, given by somebody who is designated teacher of the school on the day, of a child on its roll then.

        A delegation gives no more than its giver has: it ends with the post of the giver and with the child's place.
        """
        return self.running(on).with_standing(on).filter(teacher_there=True, child_there=True)


class EmergencyAccessQuerySet(PupilDataQuerySet):
    def visible_to(self, user: Any) -> Self:
        """For those who review them."""
        return self if user.is_authenticated and user.can(Permission.SEE_AUDIT) else self.none()

    def open_at(self, now: datetime) -> Self:
        """Neither expired nor closed, of a person whose role may still open records so."""
        roles = [role.value for role, allowed in ROLE_PERMISSIONS.items() if Permission.OPEN_IN_EMERGENCY in allowed]
        return self.filter(closed_at=None, expires_at__gt=now, opened_at__lte=now, user__role__in=roles)


class NotTheSameChildQuerySet(ScopedQuerySet):
    """Only those who see the whole roll look for duplicates: one of the two is path enough."""

    scope_through = "first"


class ChildMergeQuerySet(ScopedQuerySet):
    scope_through = "kept"

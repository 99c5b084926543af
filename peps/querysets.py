"""Which PEPs: by scope, by term, and those that still wait for their meeting."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from core.roles import Permission
from core.scoping import ScopedQuerySet
from peps import rules
from peps.rules.form import Circumstance
from peps.rules.workflow import WAITS_FOR_MEETING, State
from pupils.models import CareEpisode
from pupils.querysets import PupilDataQuerySet

VOLUNTARY = Q(circumstances__contains=[Circumstance.EDGE_OF_CARE.value])
"""A plan for a child on the edge of care: wanted without a care episode, and in no figure of the statutory ones."""


class _BehindPEPs(ScopedQuerySet):
    """Rows that are visible when their child is, to a role that reads PEPs."""

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.can(Permission.SEE_PEPS):
            return self.none()
        return super().visible_to(user)


class PEPDataQuerySet(_BehindPEPs):
    scope_through = "pep__pupil"


class MeetingQuerySet(PEPDataQuerySet):
    def standing(self) -> Self:
        """Neither moved nor cancelled: at most one of a PEP."""
        return self.filter(moved_to=None, cancelled_at=None)


class InviteeQuerySet(_BehindPEPs):
    scope_through = "meeting__pep__pupil"


class PEPPrintQuerySet(models.QuerySet[Any]):
    """A print belongs to who asked for it, while they may still take lists away."""

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not (user.can(Permission.EXPORT_PUPILS) and user.can(Permission.SEE_PEPS)):
            return self.none()
        return self.filter(made_by=user)


class PEPQuerySet(PupilDataQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The child's record in scope, and a role that reads PEPs (a data officer's does not)."""
        if not user.is_authenticated or not user.can(Permission.SEE_PEPS):
            return self.none()
        return super().visible_to(user)

    def of_term(self, term: rules.Term) -> Self:
        return self.filter(academic_year=term.academic_year, season=term.season)

    def wanted(self, today: date) -> Self:
        """Waiting for the meeting, of children who are looked after today: who has left needs none."""
        return self.filter(_wanted(today))

    def overdue(self, today: date) -> Self:
        return self.filter(_overdue(today))

    def due_until(self, last_on: date, today: date) -> Self:
        """Due from today up to and including a day."""
        return self.filter(_due_until(last_on, today))

    def to_do(self, soon_on: date, today: date) -> dict[str, int]:
        """How many are overdue, due until a day, submitted and returned: one query for all that a home page says.

        The plans that are done, of all the years before, are not looked at.
        """
        in_play = self.filter(state__in=WAITS_FOR_MEETING | {State.SUBMITTED, State.RETURNED})
        counted: dict[str, int] = in_play.aggregate(
            overdue=Count("pk", filter=_overdue(today)),
            soon=Count("pk", filter=_due_until(soon_on, today)),
            submitted=Count("pk", filter=Q(state=State.SUBMITTED)),
            returned=Count("pk", filter=Q(state=State.RETURNED)),
        )
        return counted

    def with_status(self, status: rules.Status, today: date) -> Self:
        """PEPs that stand as `status` says (rules.status_of, of children who still need them)."""
        if status is rules.Status.OVERDUE:
            return self.overdue(today)
        if status is rules.Status.DUE:
            return self.wanted(today).filter(due_on__gte=today)
        return self.filter(state__in=rules.STATUS_STATES[status])

    def still_meant(self, today: date) -> Self:
        """All but those that were set aside, or were never held and are no longer needed."""
        return self.exclude(state=State.NOT_REQUIRED).filter(~Q(state__in=WAITS_FOR_MEETING) | _meant_for(today))


def _wanted(today: date) -> Q:
    return _meant_for(today) & Q(state__in=WAITS_FOR_MEETING)


def _meant_for(today: date) -> Q:
    """Of a child who is looked after on the day, or opened by hand for one who is not."""
    return Q(_looked_after(today)) | VOLUNTARY


def _overdue(today: date) -> Q:
    return _wanted(today) & Q(due_on__lt=today)


def _due_until(last_on: date, today: date) -> Q:
    return _wanted(today) & Q(due_on__gte=today, due_on__lte=last_on)


def _looked_after(today: date) -> Exists:
    """The PEP's child is looked after on the day."""
    return Exists(CareEpisode.objects.open_on(today).filter(pupil=OuterRef("pupil_id")))

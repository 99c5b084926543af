"""What rights add to the shared pages: printing and asking on a child's page, requests that are due, navigation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.panels import AuditSubject, HomeNeeds, Need, OverviewCard, register
from core.roles import Permission
from core.wording import and_list
from rights import clock
from rights.models import RecordPrint, SubjectRequest
from rights.rules import Timing

P = Permission


def _child_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    answers = user.can(P.ANSWER_RIGHTS_REQUESTS)
    return {
        "print_url": reverse("rights:print_new", args=[pupil.pk]),
        "prints": RecordPrint.objects.visible_to(user).filter(pupil=pupil, made_at__isnull=False).count(),
        "ask_url": reverse("rights:request_new", args=[pupil.pk]) if answers else "",
        "requests": list(SubjectRequest.objects.visible_to(user).filter(pupil=pupil)) if answers else [],
    }


def _needs(user: Any, today: date) -> Iterable[Need]:
    """Requests that are late or due soon, and those that wait for proof of identity."""
    rows = list(SubjectRequest.objects.visible_to(user).open())
    stands = [(row, clock.standing(row, today)) for row in rows]
    url = reverse("rights:requests")
    for timing, text in (
        (Timing.LATE, "Subject-access requests that are late"),
        (Timing.SOON, "Subject-access requests due soon"),
    ):
        found = [(row, s) for row, s in stands if s.timing is timing]
        hint = and_list([f"{row.reference}, {s.left}" for row, s in found[:3]]) if found else ""
        yield Need(text=text, count=len(found), url=url, hint=hint, urgent=timing is Timing.LATE)
    waiting = sum(s.timing is Timing.NO_CLOCK for _, s in stands)
    yield Need(text="Subject-access requests without confirmed identity", count=waiting, url=url)


def _names(user: Any, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    rows = SubjectRequest.objects.visible_to(user).filter(pk__in=ids)
    return {row.pk: (row.reference, reverse("rights:request", args=[row.pk])) for row in rows}


register(
    OverviewCard(template="rights/cards/child.html", context=_child_card, order=95, permission=P.EXPORT_PUPILS),
    HomeNeeds(needs=_needs, order=15, permission=P.ANSWER_RIGHTS_REQUESTS),
    AuditSubject(
        kind="rights.subjectrequest", label="Subject-access request", permission=P.ANSWER_RIGHTS_REQUESTS, names=_names
    ),
)
navigation.register(
    navigation.NavEntry(
        label="Subject access",
        url_name="rights:requests",
        permission=P.ANSWER_RIGHTS_REQUESTS,
        order=85,
        about="People who ask for their record: the clock, what is removed, the package.",
        group="Rights and protection",
    )
)

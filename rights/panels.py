"""What rights add to the shared pages: prints, requests, consents, notices, navigation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.disposal import register_blocker
from core.panels import (
    AuditSubject,
    ChangeSource,
    ChildTab,
    HomeNeeds,
    Need,
    OverviewCard,
    TimelineEvent,
    TimelineSource,
    register,
)
from core.roles import Permission
from core.wording import and_list
from rights import clock
from rights.consents.rules import standings
from rights.models import Consent, NoticeGiven, RecordPrint, SubjectRequest
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


def _consent_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    """Where each purpose stands; no card before anything was asked."""
    rows = Consent.objects.visible_to(user).filter(pupil=pupil).select_related("purpose")
    found = standings(list(rows), today)
    return {"standings": found, "url": reverse("rights:consents", args=[pupil.pk])} if found else None


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for row in Consent.objects.visible_to(user).filter(pupil=pupil).select_related("purpose"):
        title = f"Consent {row.get_answer_display().lower()}: {row.what}"
        yield TimelineEvent(on=row.on, kind="consents", title=title, text=f"By: {row.get_given_by_display().lower()}")
    for given in NoticeGiven.objects.visible_to(user).filter(pupil=pupil).select_related("notice"):
        how = given.get_how_display().lower()
        yield TimelineEvent(on=given.on, kind="consents", title=f"Privacy notice {how}", text=str(given.notice))


def _open_requests(ids: Collection[int]) -> Mapping[int, str]:
    """What somebody has asked for is not destroyed before it was given."""
    rows = SubjectRequest.objects.filter(pupil_id__in=ids).open()
    return {row.pupil_id: f"The subject-access request {row.reference} is open" for row in rows}


register_blocker(_open_requests)
register(
    OverviewCard(template="rights/cards/child.html", context=_child_card, order=95, permission=P.EXPORT_PUPILS),
    HomeNeeds(needs=_needs, order=15, permission=P.ANSWER_RIGHTS_REQUESTS),
    AuditSubject(
        kind="rights.subjectrequest", label="Subject-access request", permission=P.ANSWER_RIGHTS_REQUESTS, names=_names
    ),
    ChildTab(url_name="rights:consents", label="Consents", order=85, permission=P.SEE_CARE_DETAIL),
    OverviewCard(template="rights/cards/consents.html", context=_consent_card, order=80, permission=P.SEE_CARE_DETAIL),
    TimelineSource(kind="consents", label="Consents", events=_events, permission=P.SEE_CARE_DETAIL),
    ChangeSource(
        label="Consent",
        model=Consent,
        permission=P.SEE_CARE_DETAIL,
        order=100,
        fields=("purpose", "detail", "answer", "given_by", "giver_name", "on", "how", "until", "notice"),
        labels={"purpose": "What was asked", "on": "On", "notice": "Notice shown"},
    ),
    ChangeSource(
        label="Privacy notice given",
        model=NoticeGiven,
        permission=P.SEE_CARE_DETAIL,
        order=110,
        fields=("notice", "on", "how"),
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
    ),
    navigation.NavEntry(
        label="Privacy notices",
        url_name="rights:notices",
        permission=P.RECORD_CONSENTS,
        order=170,
        about="What children, carers, staff and schools are told of their data, by version",
        group="Rights and protection",
    ),
    navigation.NavEntry(
        label="What we ask consent for",
        url_name="rights:purposes",
        permission=P.KEEP_PROCESSING_RECORD,
        order=171,
        about="The purposes that a consent can be recorded for",
        group="Rights and protection",
    ),
    navigation.NavEntry(
        label="Record of processing",
        url_name="rights:processing",
        permission=P.KEEP_PROCESSING_RECORD,
        order=172,
        about="What is done with whose data, why, and how long it is kept (UK GDPR, Article 30)",
        group="Rights and protection",
    ),
)

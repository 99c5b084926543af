"""What consents, notices and the record of processing add to the shared pages."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.panels import ChangeSource, ChildTab, OverviewCard, TimelineEvent, TimelineSource, register
from core.roles import Permission
from rights.consents.rules import standings
from rights.models import Consent, NoticeGiven

P = Permission


def _card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
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


register(
    ChildTab(url_name="rights:consents", label="Consents", order=85, permission=P.SEE_CARE_DETAIL),
    OverviewCard(template="rights/cards/consents.html", context=_card, order=80, permission=P.SEE_CARE_DETAIL),
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
        label="Privacy notices",
        url_name="rights:notices",
        permission=P.RECORD_CONSENTS,
        order=170,
        about="What children, carers, staff and schools are told of their data, by version",
        group="Data protection",
    ),
    navigation.NavEntry(
        label="What we ask consent for",
        url_name="rights:purposes",
        permission=P.KEEP_PROCESSING_RECORD,
        order=171,
        about="The purposes that a consent can be recorded for",
        group="Data protection",
    ),
    navigation.NavEntry(
        label="Record of processing",
        url_name="rights:processing",
        permission=P.KEEP_PROCESSING_RECORD,
        order=172,
        about="What is done with whose data, why, and how long it is kept (UK GDPR, Article 30)",
        group="Data protection",
    ),
)

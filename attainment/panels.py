"""What attainment adds to the shared pages: the child's tab and card, the home page, the timeline."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse

from attainment.collection.reading import collected_children, window_on
from attainment.models import Qualification, Result, TermAssessment
from attainment.outcomes import outcomes_of
from attainment.rules.collection import STANDING_LABELS, Standing
from core import navigation
from core.panels import ChangeSource, ChildTab, HomeNeeds, Need, OverviewCard, TimelineEvent, TimelineSource, register
from core.roles import Permission, Role
from core.rules import KEY_STAGE_LABELS, KeyStage
from core.sections import Section
from core.wording import count_of, when

P, S = Permission, Section


def _latest_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    """The newest stage's results in a few lines."""
    results = list(Result.objects.visible_to(user).filter(pupil=pupil).select_related("qualification"))
    outcomes = outcomes_of(results)
    if not outcomes:
        return None
    latest = outcomes[0]
    rows = [(line.result.subject, line.result.grade or "–") for line in latest.lines[:8]]
    return {
        "title": latest.title,
        "summary": latest.summary,
        "rows": rows,
        "more": len(latest.lines) - len(rows),
        "url": reverse("attainment:child", args=[pupil.pk]),
    }


def _mapping_needs(user: Any, today: date) -> Iterable[Need]:
    waiting = Qualification.objects.filter(mapped=False).aggregate(
        qualifications=Count("pk", distinct=True), results=Count("results")
    )
    yield Need(
        text="Qualifications to map",
        count=waiting["qualifications"],
        url=reverse("attainment:qualifications"),
        hint=f"{count_of(waiting['results'], 'result')} left out of the figures until then",
    )


COLLECTED_DAYS_BEFORE = timedelta(days=21)
"""From three weeks before the end of a term on the school is reminded."""


def _collection_needs(user: Any, today: date) -> Iterable[Need]:
    """For schools: children of whom nothing is recorded as the term ends. Others see it in the collection itself."""
    window = window_on(today)
    if user.can(P.SEE_ALL_PUPILS) or today < window.last - COLLECTED_DAYS_BEFORE:
        return
    children, begun = collected_children(user, window, today)
    yield Need(
        text="Children whose attainment of the term is to be recorded",
        count=children.exclude(pk__in=begun.values("pk")).count(),
        url=f"{reverse('attainment:collection')}?show=none",
        hint=f"By {when(window.last)}, the last day of the term. Their PEPs show it",
    )


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    """One event a stage and sitting; results without a date stand at the end of their school year."""
    groups: dict[tuple[date, str], list[Result]] = {}
    for result in Result.objects.visible_to(user).filter(pupil=pupil).select_related("qualification"):
        on = result.sat_on or date(result.assessment_year, 8, 31)
        groups.setdefault((on, result.stage), []).append(result)
    for (on, stage), results in groups.items():
        listed = ", ".join(f"{r.subject} {r.grade}".strip() for r in results)
        yield TimelineEvent(
            on=on,
            kind="results",
            title=f"{KEY_STAGE_LABELS[KeyStage(stage)]} results of summer {results[0].assessment_year}",
            text=f"{listed}.",
        )


register(
    ChangeSource(
        label="Termly assessment",
        model=TermAssessment,
        permission=Permission.SEE_ATTAINMENT,
        section=S.ATTAINMENT,
        order=81,
        fields=("academic_year", "season", "subject", "working_at", "target", "standing"),
        describe={"standing": lambda standing: STANDING_LABELS[Standing(standing)]},
    ),
    ChangeSource(
        label="Result",
        model=Result,
        permission=Permission.SEE_ATTAINMENT,
        section=S.ATTAINMENT,
        order=80,
        fields=("assessment_year", "stage", "subject", "qualification", "grade", "size", "sat_on"),
        facts=True,
    ),
    ChildTab(
        url_name="attainment:child", label="Attainment", order=40, permission=P.SEE_ATTAINMENT, section=S.ATTAINMENT
    ),
    OverviewCard(
        template="attainment/cards/latest.html",
        context=_latest_card,
        order=50,
        permission=P.SEE_ATTAINMENT,
        section=S.ATTAINMENT,
    ),
    HomeNeeds(needs=_mapping_needs, order=60, permission=P.MAP_QUALIFICATIONS),
    HomeNeeds(needs=_collection_needs, order=25, permission=P.RECORD_ATTAINMENT, section=S.ATTAINMENT),
    TimelineSource(kind="results", label="Results", events=_events, permission=P.SEE_ATTAINMENT, section=S.ATTAINMENT),
)
navigation.register(
    navigation.NavEntry(
        label="Attainment collection",
        url_name="attainment:collection",
        permission=P.RECORD_ATTAINMENT,
        section=S.ATTAINMENT,
        order=160,
        order_for={Role.DESIGNATED_TEACHER: 45, Role.SCHOOL_COLLEAGUE: 45},
        about="How each child stands at the end of the term",
        group="Children and schools",
    ),
    navigation.NavEntry(
        label="Qualifications",
        url_name="attainment:qualifications",
        permission=P.MAP_QUALIFICATIONS,
        order=150,
        about="What each qualification is worth in the figures",
        group="Figures and reports",
    ),
)

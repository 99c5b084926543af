"""What exclusions add to the child, the home page and the timeline."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from core import navigation
from core import rules as time_rules
from core.panels import ChangeSource, HomeNeeds, Need, OverviewCard, TimelineEvent, TimelineSource, register
from core.roles import Permission
from core.sections import Section
from provision import rules
from provision.models import Exclusion
from provision.permissions import can_record_exclusion

P, S = Permission, Section


def _card(user: Any, pupil: Any, today: date) -> Mapping[str, Any]:
    year = time_rules.academic_year_of(today)
    rows = pupil.exclusions.visible_to(user).filter(from_on__gte=time_rules.academic_year_start(year))
    found = list(rows.select_related("school"))
    return {
        "rows": found,
        "days": rules.days_text(sum(x.sessions or 0 for x in found)),
        "year": time_rules.academic_year_label(year),
        "record_url": reverse("provision:new", args=[pupil.pk]) if can_record_exclusion(user, pupil) else "",
    }


def _needs(user: Any, today: date) -> Iterable[Need]:
    recent = Exclusion.objects.visible_to(user).filter(from_on__gte=today - timedelta(days=7))
    categories = list(recent.values_list("category", flat=True))
    yield Need(
        text="Exclusions of the last 7 days",
        count=len(categories),
        url=f"{reverse('provision:list')}?when=week",
        hint="See what the child learns meanwhile, and how they come back",
        urgent=rules.Category.PERMANENT.value in categories,
    )


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for x in pupil.exclusions.visible_to(user).select_related("school"):
        yield TimelineEvent(
            on=x.from_on, kind="exclusion", title=x.get_category_display(), text=f"{x.school.name}. {x.length}."
        )


register(
    ChangeSource(
        label="Exclusion",
        model=Exclusion,
        permission=Permission.SEE_PUPILS,
        section=S.EXCLUSIONS,
        order=70,
        fields=("school", "category", "from_on", "sessions"),
    ),
    OverviewCard(
        template="provision/cards/child.html", context=_card, order=50, permission=P.SEE_PUPILS, section=S.EXCLUSIONS
    ),
    HomeNeeds(needs=_needs, order=50, permission=P.RECORD_EXCLUSIONS, section=S.EXCLUSIONS),
    TimelineSource(kind="exclusion", label="Exclusions", events=_events, permission=P.SEE_PUPILS, section=S.EXCLUSIONS),
)
navigation.register(
    navigation.NavEntry(
        label="Exclusions",
        url_name="provision:list",
        permission=P.SEE_PUPILS,
        section=S.EXCLUSIONS,
        order=90,
        about="Suspensions and permanent exclusions, and what the child learns meanwhile",
        group="Children and schools",
    )
)

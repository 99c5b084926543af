"""What the Pledge adds to the child, the home page and the timeline."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse

from core import navigation
from core.once import once
from core.panels import (
    ChangeSource,
    ChildNext,
    ChildTab,
    HomeCard,
    HomeNeeds,
    Need,
    NextStep,
    OverviewCard,
    TimelineEvent,
    TimelineSource,
    register,
)
from core.roles import Permission, Role
from core.wording import count_of
from pledge import rules
from pledge.indicators import Standing, kept, standings, tracked
from pledge.models import CommitmentRecord
from pupils.models import Pupil

P = Permission


@once
def _mine(user: Any, today: date) -> list[Standing]:
    return standings(Pupil.objects.visible_to(user).looked_after(on=today), today=today)


def _card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    standing = next(iter(standings([pupil], today=today)), None)
    if standing is None:
        return None
    return {
        "standing": standing,
        "tag": (rules.STATE_LABELS[standing.state], rules.STATE_COLOURS[standing.state]),
        "url": reverse("pledge:child", args=[pupil.pk]),
    }


def _steps(user: Any, pupil: Any, today: date) -> Iterable[NextStep]:
    standing = next(iter(standings([pupil], today=today)), None)
    if standing is not None and standing.state is rules.State.GAPS:
        yield NextStep(
            text=f"{count_of(len(standing.gaps), 'Pledge answer')} missing",
            why="These promises have no answer from the last six months",
            url=reverse("pledge:child", args=[pupil.pk]),
        )


def _home_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """For those who answer for the Pledge: the reviewing officer and the head."""
    if user.role not in {Role.IRO, Role.VSH}:
        return None
    found = _mine(user, today)
    return {"tracked": tracked(found), "kept": kept(found), "url": reverse("pledge:list")}


def _needs(user: Any, today: date) -> Iterable[Need]:
    """Each child with a promise that nobody has asked about for six months."""
    yield Need(
        text="Children with Pledge answers missing",
        count=sum(s.state is rules.State.GAPS for s in _mine(user, today)),
        url=f"{reverse('pledge:list')}?state=gaps",
        hint="A promise that applies has no answer from the last six months",
    )


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    records = pupil.commitment_records.visible_to(user).order_by("recorded_on").values("recorded_on")
    for row in records.annotate(n=Count("pk")):
        number = row["n"]
        yield TimelineEvent(
            on=row["recorded_on"],
            kind="pledge",
            title="Pledge recorded",
            text=f"{number} {'answer' if number == 1 else 'answers'} by the reviewing officer",
        )


register(
    ChangeSource(
        label="Pledge commitment",
        model=CommitmentRecord,
        permission=Permission.SEE_PLEDGE,
        order=60,
        fields=("commitment", "answer", "recorded_on", "recorded_by"),
    ),
    ChildTab(url_name="pledge:child", label="Pledge", order=60, permission=P.SEE_PLEDGE),
    OverviewCard(template="pledge/cards/child.html", context=_card, order=60, permission=P.SEE_PLEDGE),
    ChildNext(steps=_steps, permission=P.RECORD_PLEDGE, order=30),
    HomeCard(template="pledge/cards/home.html", context=_home_card, order=30, permission=P.SEE_PLEDGE),
    HomeNeeds(needs=_needs, order=40, permission=P.RECORD_PLEDGE),
    TimelineSource(kind="pledge", label="Pledge", events=_events, permission=P.SEE_PLEDGE),
)
navigation.register(
    navigation.NavEntry(
        label="Pledge",
        url_name="pledge:list",
        permission=P.SEE_PLEDGE,
        order=25,
        about="The county’s promises to each child, and the reviews that answered them",
        group="Children and schools",
        order_for={Role.VSH: 125, Role.ADVISER: 125},
    )
)

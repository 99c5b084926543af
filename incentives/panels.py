"""What the money schemes add to the child, the home page and the timeline."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

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
from core.roles import Permission
from core.rules import academic_year_of, assessment_year_of
from incentives import rules
from incentives.indicators import funnel
from incentives.models import GcseScheme, SchemeLetter
from pupils import roll

P = Permission


def _page(scheme: GcseScheme) -> str:
    return reverse("incentives:scheme", args=[scheme.assessment_year])


@once
def _open_schemes(today: date) -> list[GcseScheme]:
    """This summer's and the next one's."""
    this = assessment_year_of(today)
    return list(GcseScheme.objects.filter(assessment_year__in=[this, this + 1]).order_by("assessment_year"))


def _card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    """For Years 10 and 11 only."""
    nc_year = roll.year_groups({pupil.pk: pupil.dob}, academic_year_of(today))[pupil.pk]
    summer = rules.assessment_year_for(nc_year, today)
    if summer is None:
        return None
    scheme = GcseScheme.objects.filter(assessment_year=summer).first()
    letter = pupil.scheme_letters.visible_to(user).filter(scheme=scheme).first() if scheme else None
    url = reverse("incentives:child", args=[pupil.pk])
    return {"summer": summer, "scheme": scheme, "letter": letter, "url": url}


def _steps(user: Any, pupil: Any, today: date) -> Iterable[NextStep]:
    card = _card(user, pupil, today)
    if card is None or card["scheme"] is None or card["letter"] is not None:
        return
    yield NextStep(
        text=f"Letter about the GCSE scheme of summer {card['summer']}",
        why="No letter is recorded, and nobody can work for what they do not know of",
        url=card["url"],
        on=card["scheme"].letters_due_on,
    )


def _home_card(user: Any, today: date) -> Mapping[str, Any] | None:
    schemes = [(s, funnel(s, today=today), _page(s)) for s in _open_schemes(today)]
    return {"schemes": schemes, "url": reverse("incentives:list")}


def _needs(user: Any, today: date) -> Iterable[Need]:
    """Who was not told yet, and for the head a summer without a scheme."""
    schemes = _open_schemes(today)
    for scheme in schemes:
        yield Need(
            text=f"Young people not told of the GCSE scheme of summer {scheme.assessment_year}",
            count=len(funnel(scheme, today=today).not_told),
            url=_page(scheme),
            hint=f"Letters are due by {scheme.letters_due_on:%-d %B %Y}",
            urgent=scheme.letters_due_on < today,
        )
    this = assessment_year_of(today)
    if user.can(P.OPEN_SCHEMES):
        yield Need(
            text=f"GCSE scheme of summer {this} to open",
            count=int(all(s.assessment_year != this for s in schemes)),
            url=reverse("incentives:new"),
            hint="Year 11 cannot be told of it before",
        )


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for letter in pupil.scheme_letters.visible_to(user).select_related("scheme"):
        summer = letter.scheme.assessment_year
        yield TimelineEvent(on=letter.sent_on, kind="money", title=f"Told of the GCSE scheme of summer {summer}")


register(
    ChangeSource(
        label="Letter of the GCSE scheme",
        model=SchemeLetter,
        permission=Permission.SEE_MONEY,
        order=90,
        fields=("scheme", "sent_on"),
    ),
    ChildTab(url_name="incentives:child", label="GCSE scheme", order=70, permission=P.SEE_MONEY),
    OverviewCard(template="incentives/cards/child.html", context=_card, order=70, permission=P.SEE_MONEY),
    ChildNext(steps=_steps, permission=P.RECORD_LETTERS, order=40),
    HomeCard(template="incentives/cards/home.html", context=_home_card, order=50, permission=P.SEE_MONEY),
    HomeNeeds(needs=_needs, order=60, permission=P.RECORD_LETTERS),
    TimelineSource(kind="money", label="GCSE scheme", events=_events, permission=P.SEE_MONEY),
)
navigation.register(
    navigation.NavEntry(
        label="GCSE scheme",
        url_name="incentives:list",
        permission=P.SEE_MONEY,
        order=130,
        about="Money for young people who take their GCSEs: who was told, and who has earned it",
        group="Children and schools",
    )
)

"""Home: what needs me today, and the school at a glance; both come from the panels of the apps."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core import rules
from core.audit import Access, record_access
from core.calendars import county_year
from core.navigation import more_for
from core.once import answered_once
from core.panels import HomeCard, HomeNeeds, Need, panels_for


def greeting(hour: int) -> str:
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def day_line(today: date) -> str:
    """ "Tuesday 24 November 2026, autumn term, school day 52 of 70" by the county's calendar."""
    calendar = county_year(rules.academic_year_of(today))
    line = f"{today:%A} {today.day} {today:%B %Y}"
    for season in rules.Season:
        first, last = calendar.season(season)
        if first <= today <= last:
            days = [d for d in calendar.school_days() if first <= d <= last]
            passed = sum(d <= today for d in days)
            return f"{line}, {season} term, school day {passed} of {len(days)}"
    return f"{line}, school holiday"


def home(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    today = now.date()
    with answered_once():
        needs = [need for source in panels_for(HomeNeeds, request.user) for need in source.needs(request.user, today)]
        cards: list[dict[str, Any]] = [
            {"template": card.template, "wide": card.wide, "context": context}
            for card in panels_for(HomeCard, request.user)
            if (context := card.context(request.user, today)) is not None
        ]
        line = day_line(today)
    # A card that names children is a list like any other, and leaves the same trace.
    if named := sum(card["context"].get("named", 0) for card in cards):
        record_access(request, Access.LISTED, detail={"rows": named})
    waiting = [n for n in needs if n.count]
    return render(
        request,
        "home.html",
        {
            "greeting": f"{greeting(now.hour)}",
            "day_line": line,
            "today": today,
            "needs": waiting,
            "groups": _grouped(waiting),
            "whole_county": any(n.group for n in needs),
            "kinds": len(waiting),
            "done": [n for n in needs if not n.count],
            "cards": cards,
        },
    )


def _grouped(needs: list[Need]) -> list[tuple[str, list[Need]]]:
    """(heading, lines): what concerns the own children first; no heading where all lines have one scope."""
    own = [need for need in needs if need.group]
    if not own:
        return [("", needs)] if needs else []
    rest = [need for need in needs if not need.group]
    return [(own[0].group, own), *([("In the whole county", rest)] if rest else [])]


def more(request: HttpRequest) -> HttpResponse:
    """The person's pages that found no room in the navigation, in groups, each with a line about it."""
    return render(request, "more.html", {"page_title": "More", "groups": more_for(request.user)})

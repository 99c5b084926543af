"""Home: what needs me today, and the school at a glance; both come from the panels of the apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.panels import HomeCard, HomeNeeds, panels_for


def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    needs = [
        need for source in panels_for(HomeNeeds, request.user) for need in source.needs(request.user, today)
    ]
    cards = [
        {"template": card.template, "wide": card.wide, "context": context}
        for card in panels_for(HomeCard, request.user)
        if (context := card.context(request.user, today)) is not None
    ]
    return render(
        request,
        "home.html",
        {
            "today": today,
            "needs": [n for n in needs if n.count],
            "done": [n for n in needs if not n.count],
            "cards": cards,
        },
    )

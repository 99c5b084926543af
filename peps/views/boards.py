"""The timeliness board and PEP-1 to PEP-7, each number with the list behind it."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.exports import Export, csv_response
from core.limits import Limit, limited
from core.roles import Permission
from core.rules import term_code
from core.scoping import require
from peps import cycle, rules
from peps.indicators.board import Row, board_of
from peps.indicators.measures import measures_for
from peps.models import PEP
from peps.rules.measures import Line, Measure
from peps.rules.workflow import STATE_COLOURS, STATE_LABELS
from peps.views.pages import tabs, term_asked, terms_known
from pupils.models import Pupil

PER_PAGE = 100
SCHOOLS_FIRST = 30
"""Schools on the board until all are asked for: those with most overdue."""
NUMBERS = (
    ("all", "Plans", ""),
    ("in_time", "In time", "in_time"),
    ("late", "Late", "late"),
    ("overdue", "Overdue", "overdue"),
    ("ahead", "Ahead", "ahead"),
    ("submitted", "Submitted", "handed_in"),
    ("returned", "Returned", "returned"),
    ("approved", "Approved", "approved"),
)
"""(attribute of a row, heading, how the list narrows)."""


def _check(request: HttpRequest) -> None:
    """Boards and indicators are the Virtual School's: of every child."""
    require(request, Permission.SEE_PEPS)
    require(request, Permission.SEE_ALL_PUPILS)


def _term_of_list(term: rules.Term, present: rules.Term) -> dict[str, str]:
    """The list has the present term without saying so."""
    return {} if term == present else {"term": term_code(term.academic_year, term.season)}


def _shown(rows: list[Row], by: str, fixed: dict[str, str]) -> list[dict[str, Any]]:
    """Rows with a link for each number; nothing leads from a zero."""
    found = []
    base = reverse("peps:list")
    for row in rows:
        group = {by: row.key} if by else {}
        # The list cannot ask for "no adviser": such a number stands without a link.
        linked = not (by == "adviser" and row.key == "0")
        cells = []
        for name, heading, timing in NUMBERS:
            number = getattr(row, name)
            asked = {**fixed, **group, **({"timing": timing} if timing else {})}
            url = f"{base}?{urlencode(asked)}"
            cells.append({"heading": heading, "number": number, "url": url if number and linked else ""})
        found.append({"row": row, "cells": cells})
    return found


def board(request: HttpRequest) -> HttpResponse:
    """How the plans of a term stand against their days: by state, adviser, area and school."""
    _check(request)
    today = timezone.localdate()
    term, present = term_asked(request, today), cycle.current_term(today)
    found = board_of(term, request.user, today)
    fixed = _term_of_list(term, present)
    schools = list(found.schools)
    shown = schools if request.GET.get("schools") == "all" else schools[:SCHOOLS_FIRST]
    record_access(request, Access.LISTED, detail={"rows": found.total.all})
    url = reverse("peps:list")
    return render(
        request,
        "peps/board.html",
        {
            "page_title": f"Timeliness of PEPs, {term.label[:1].lower()}{term.label[1:]}",
            "tabs": tabs(request.user, "peps:board"),
            "terms": terms_known(request.user, term, "peps:board"),
            "term": term,
            "total": found.total,
            "more_schools": len(schools) - len(shown),
            "headings": [heading for _, heading, _ in NUMBERS],
            "whole": _shown([found.total], "", fixed),
            "states": [
                {
                    "label": STATE_LABELS[state],
                    "colour": STATE_COLOURS[state],
                    "number": number,
                    "url": f"{url}?{urlencode({**fixed, 'timing': f'state-{state}'})}",
                }
                for state, number in found.states
            ],
            "tables": [
                ("By adviser", "Adviser", _shown(list(found.advisers), "adviser", fixed)),
                ("By area of the school", "Area", _shown(list(found.areas), "area", fixed)),
                ("By school", "School", _shown(shown, "school", fixed)),
            ],
        },
    )


def _measures(request: HttpRequest) -> tuple[rules.Term, list[Measure]]:
    _check(request)
    today = timezone.localdate()
    term = term_asked(request, today)
    peps, pupils = PEP.objects.visible_to(request.user), Pupil.objects.visible_to(request.user)
    return term, measures_for(term, as_at=today, peps=peps, pupils=pupils)


def measures(request: HttpRequest) -> HttpResponse:
    """PEP-1 to PEP-7 of a term, each with its definition; opens to the children behind it."""
    term, found = _measures(request)
    record_access(request, Access.LISTED, detail={"rows": len(found)})
    query = f"?term={term_code(term.academic_year, term.season)}"
    return render(
        request,
        "peps/measures.html",
        {
            "page_title": f"PEP indicators, {term.label[:1].lower()}{term.label[1:]}",
            "tabs": tabs(request.user, "peps:measures"),
            "terms": terms_known(request.user, term, "peps:measures"),
            "rows": [{"measure": m, "url": f"{reverse('peps:measure', args=[m.slug])}{query}"} for m in found],
        },
    )


def _one(request: HttpRequest, code: str) -> tuple[rules.Term, Measure]:
    term, found = _measures(request)
    one = next((m for m in found if m.slug == code.lower()), None)
    if one is None:
        raise Http404("There is no such indicator.")
    return term, one


def _standing(line: Line) -> tuple[str, str, int]:
    """(word, colour, order): first those that count against the figure."""
    if not line.counts:
        return "Does not count", "grey", 2
    return ("Yes", "green", 1) if line.met else ("No", "orange", 0)


def _sorted(one: Measure) -> list[Line]:
    return sorted(one.lines, key=lambda x: (_standing(x)[2], -(x.value or 0), x.why, x.pupil_id))


def measure(request: HttpRequest, code: str) -> HttpResponse:
    """Who is in a figure and why: first those who count and do not meet it."""
    term, one = _one(request, code)
    page = Paginator(_sorted(one), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count, "measure": one.code})
    pupils = Pupil.objects.visible_to(request.user).in_bulk({x.pupil_id for x in page.object_list})
    return render(
        request,
        "peps/measure.html",
        {
            "page_title": f"{one.code}: {one.title}",
            "crumbs": [
                ("PEP indicators", reverse("peps:measures") + f"?term={term_code(term.academic_year, term.season)}")
            ],
            "term": term,
            "measure": one,
            "page": page,
            "rows": [{"pupil": pupils[x.pupil_id], "line": x, "tag": _standing(x)[:2]} for x in page.object_list],
            "csv_url": reverse("peps:measure_csv", args=[one.slug]),
            "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        },
    )


@limited(Limit.EXPORTS)
def measure_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """The list behind a figure, all lines."""
    require(request, Permission.EXPORT_PUPILS)
    term, one = _one(request, code)
    lines = _sorted(one)
    pupils = Pupil.objects.visible_to(request.user).in_bulk({x.pupil_id for x in lines})
    record_access(request, Access.EXPORTED, detail={"rows": len(lines), "format": "csv", "measure": one.code})
    export = Export(
        f"{one.slug} {term_code(term.academic_year, term.season)}",
        ["Child id", "Name", "Counts", "Meets it", "Working days", "Why"],
        (
            [
                pupils[x.pupil_id].child_id,
                pupils[x.pupil_id].display_name,
                "Yes" if x.counts else "No",
                "Yes" if x.met else "No",
                x.value,
                x.why,
            ]
            for x in lines
        ),
    )
    return csv_response(export, on=timezone.localdate())

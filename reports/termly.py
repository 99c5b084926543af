"""The snapshot of a termly report: every section collects once, small numbers are chosen once, all is frozen.

Whatever is shown of a run afterwards (pages, both PDFs, downloads) is made of this snapshot and of nothing else,
so that later feeds, corrected data or new definitions never change a report that was made.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from core.calendars import county_year
from core.figures import SMALL_DENOMINATOR, SMALL_NUMERATOR
from core.rules import Season, parse_term_code, term_label
from core.suppression import SMALL_COUNT
from pupils.rules import Basis, default_basis
from reports.models import ReportRun
from reports.rules import Audience, Numbers, check_as_at, hide_small
from reports.sections import SECTIONS, Collected, Scope, View
from reports.sections.base import FORMAT

TITLE = "Termly report of the Virtual School Head"


@dataclass(frozen=True)
class Snapshot:
    """What is frozen in a run; all of it is plain JSON."""

    parameters: dict[str, Any]
    definitions: dict[str, str]
    figures: dict[str, Any]
    cohorts: dict[str, list[int]] = field(repr=False)

    @property
    def suggestions(self) -> list[str]:
        """Sentences that the figures suggest as decisions."""
        return [line for s in self.figures["sections"] for line in s["data"].get("suggestions", ())]


def scope_for(term: str, *, as_at: dt.date, today: dt.date, basis: Basis | None = None) -> Scope:
    """The scope of a term ("2009-autumn"). ValueError for a word that is no term; `check_as_at` for the day."""
    academic_year, season = parse_term_code(term)
    first_on, last_on = county_year(academic_year).season(season)
    check_as_at(as_at, first_on=first_on, last_on=last_on, today=today)
    return Scope.of_term(
        academic_year, season, as_at=as_at, basis=basis or default_basis(academic_year), home_la=settings.HOME_LA
    )


def take_snapshot(scope: Scope) -> Snapshot:
    """Read everything once and freeze it."""
    collected = [(section, section.collect(scope)) for section in SECTIONS]
    numbers = Numbers()
    cohorts: dict[str, list[int]] = {}
    definitions: dict[str, str] = {}
    for _, found in collected:
        numbers.include(found.numbers)
        cohorts |= found.cohorts
        definitions |= found.definitions
    figures: dict[str, Any] = {
        "format": FORMAT,
        "order": list(numbers.values),  # the database keeps no order of keys
        "numbers": numbers.values,
        "labels": numbers.labels,
        "hidden": {name: why.value for name, why in sorted(hide_small(numbers).items())},
        "unprinted": sorted(numbers.unprinted),
        "sections": [{"slug": s.slug, "title": s.title, "data": found.data} for s, found in collected],
    }
    _conclude(figures)
    return Snapshot(_parameters(scope), definitions, _as_json(figures), cohorts)


def _conclude(figures: dict[str, Any]) -> None:
    """Let sections add what follows from all figures, as the public sees them."""
    view = View(Audience.PUBLIC, figures)
    for section, frozen in zip(SECTIONS, figures["sections"], strict=True):
        if section.conclude is not None:
            frozen["data"] |= section.conclude(frozen["data"], view)


def _as_json(figures: Mapping[str, Any]) -> dict[str, Any]:
    """As it will come back from the database: tuples are lists, nothing is lost on the way."""
    found: dict[str, Any] = json.loads(json.dumps(figures))
    return found


def _parameters(scope: Scope) -> dict[str, Any]:
    return {
        "academic_year": scope.academic_year,
        "season": scope.season.value,
        "term": term_label(scope.academic_year, scope.season),
        "first_on": scope.first_on.isoformat(),
        "last_on": scope.last_on.isoformat(),
        "as_at": scope.as_at.isoformat(),
        "assessment_year": scope.assessment_year,
        "basis": scope.basis.value,
        "home_la": scope.home_la,
        "council": settings.COUNCIL_NAME,
        "suppression": {
            "counts_hidden_up_to": SMALL_COUNT,
            "shares_hidden_up_to_numerator": SMALL_NUMERATOR,
            "shares_hidden_up_to_denominator": SMALL_DENOMINATOR,
        },
    }


def view_of(run: ReportRun, audience: Audience) -> View:
    """The frozen figures of a run as one audience sees them, with the words written for it."""
    return View(audience, run.figures, run.commentary, run.decisions_wanted)


def fingerprint(run: ReportRun) -> str:
    """sha256 of the snapshot and the words: who approves approves exactly this."""
    whole = [run.parameters, run.definitions, run.figures, run.commentary, run.decisions_wanted]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def headline_figures(figures: Mapping[str, Any], audience: Audience = Audience.RESTRICTED) -> dict[str, Any]:
    """The figures that a reader asks for first, as plain numbers: for the command line and the download."""
    view = View(audience, figures)
    indicators = view.data("attainment") or {"indicators": []}
    found: dict[str, Any] = {
        one["code"]: {
            "year": one["year"],
            "numerator": view.number(f"{one['name']}.n"),
            "denominator": view.number(f"{one['name']}.d"),
            "percent": _plain(view.percent(f"{one['name']}.n", f"{one['name']}.d")),
            "review": view.number(f"{one['name']}.review"),
        }
        for one in indicators["indicators"]
    }
    if view.data("roll") is not None:
        found["roll"] = view.number("roll.total")
    if view.data("attendance") is not None:
        found["attendance"] = {
            "attended": view.number("attendance.term.attended"),
            "possible": view.number("attendance.term.possible"),
            "percent": _plain(view.percent("attendance.term.attended", "attendance.term.possible")),
            "children": view.number("attendance.term.children"),
            "persistent": view.number("attendance.term.persistent"),
            "severe": view.number("attendance.term.severe"),
        }
    return found


def _plain(printed: str) -> str | None:
    """ "33.3%" as "33.3"; None for none of none or a hidden share."""
    return printed.removesuffix("%") if printed.endswith("%") else None


def figures_document(run: ReportRun, audience: Audience) -> dict[str, Any]:
    """The frozen figures as one audience may keep them, for figures.json. No child is in it.

    In the public version hidden numbers are null, and what is not printed is left out.
    """
    view = view_of(run, audience)
    unprinted = set(run.figures["unprinted"])
    numbers = {
        name: {"label": run.figures["labels"].get(name, name), "value": view.number(name)}
        for name in run.figures["order"]
        if name not in unprinted
    }
    return {
        "run": run.pk,
        "state": run.state,
        "marking": marking_of(run),
        "version": audience.value,
        "term": run.term,
        "as_at": run.as_at.isoformat(),
        "parameters": run.parameters,
        "definitions": run.definitions,
        "headlines": headline_figures(run.figures, audience),
        "numbers": numbers,
    }


def marking_of(run: ReportRun) -> str:
    """DRAFT until a Virtual School Head approves; then the state in capitals."""
    return run.state.upper()


def title_of(scope: Scope) -> str:
    """ "Termly report of the Virtual School Head, autumn term 2009"."""
    label = term_label(scope.academic_year, Season(scope.season))
    return f"{TITLE}, {label[:1].lower()}{label[1:]}"


__all__ = [
    "TITLE",
    "Collected",
    "Snapshot",
    "figures_document",
    "fingerprint",
    "headline_figures",
    "marking_of",
    "scope_for",
    "take_snapshot",
    "title_of",
    "view_of",
]

"""The opening page: the figures that matter most against the plan's targets, and what the Head says of them."""

from collections.abc import Mapping
from typing import Any

from core.documents import KeyFigure
from reports.sections import attainment, attendance, decisions, roll
from reports.sections.base import Collected, ReportSection, Scope, View


def collect(scope: Scope) -> Collected:
    """Nothing of its own: the headlines are the other sections' figures."""
    return Collected(data={"as_at": scope.as_at.isoformat()})


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Key figures of the sections, the plan's table, and the commentary as paragraphs."""
    figures: list[KeyFigure] = []
    indicators = view.data(attainment.SLUG)
    if indicators:
        figures += [attainment.key_figure(one, view) for one in indicators["indicators"]]
    marks = view.data(attendance.SLUG)
    if marks:
        figures += attendance.key_figures(marks, view)[:2]
    children = view.data(roll.SLUG)
    if children:
        figures += roll.key_figures(children, view)[:1]
    return {
        "view": view,
        "key_figures": figures,
        "table": attainment.headline_table(indicators, view) if indicators and indicators["indicators"] else None,
        "commentary": [part.strip() for part in view.commentary.split("\n") if part.strip()],
        "decisions": decisions.wanted(view),
    }


SECTION = ReportSection(
    slug="headlines",
    title="Headlines",
    template="reports/sections/headlines.html",
    collect=collect,
    present=present,
    opens=True,
)

"""`{% load documents %}`: numbered tables and figures for a document's sections, in PDF and on a page."""

from __future__ import annotations

from typing import Any, Literal

from django import template
from django.template.context import Context

from core.charts import Chart
from core.documents import KeyFigure, Numbering, Status, Table

register = template.Library()


def _numbering(context: Context) -> Numbering:
    """The document's own counter; a page that shows one fragment alone starts at 1."""
    numbering = context.get("numbering")
    return numbering if isinstance(numbering, Numbering) else Numbering()


@register.inclusion_tag("documents/_table.html", takes_context=True)
def report_table(context: Context, table: Table) -> dict[str, Any]:
    """A table with its number and caption above it and its note below."""
    number = _numbering(context).next_table()
    return {"table": table, "number": number, "medium": context.get("medium", "page")}


@register.inclusion_tag("documents/_figure.html", takes_context=True)
def report_figure(
    context: Context, chart: Chart, note: str = "", table: Literal["auto", "none"] = "auto"
) -> dict[str, Any]:
    """A chart with its number and caption.

    Its figures follow as a table: in the annex of a PDF, folded below it on a page. `table="none"` is for a
    chart whose figures a numbered table of the same section shows already.
    """
    numbering = _numbering(context)
    number = numbering.next_figure()
    medium = context.get("medium", "page")
    in_annex = medium == "pdf" and table == "auto"
    if in_annex:
        numbering.annex.append((number, chart))
    return {
        "chart": chart,
        "number": number,
        "medium": medium,
        "note": note,
        "in_annex": in_annex,
        "folded": medium != "pdf" and table == "auto",
    }


@register.inclusion_tag("documents/_key_figures.html")
def key_figures(figures: list[KeyFigure]) -> dict[str, Any]:
    """The figures that matter most, side by side."""
    return {"figures": figures}


@register.filter
def is_status(value: object) -> bool:
    """Whether a table's cell is a judgement to be set off."""
    return isinstance(value, Status)

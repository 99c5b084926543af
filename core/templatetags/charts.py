"""`{% load charts %}`: show a chart of core.charts in a page or a document."""

from __future__ import annotations

from typing import Any, Literal

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from core.charts import Chart

register = template.Library()


@register.simple_tag
def chart(drawing: Chart) -> SafeString:
    """The drawing alone, as inline SVG; use it where the figures stand in words or in a table beside it."""
    return SafeString(get_template("charts/chart.svg").render({"chart": drawing}))


@register.inclusion_tag("charts/with_table.html")
def chart_with_table(drawing: Chart, table: Literal["folded", "open"] = "folded") -> dict[str, Any]:
    """The drawing, its title above, its figures as a table below: folded away unless `table="open"`."""
    return {"chart": drawing, "table_open": table == "open"}


@register.inclusion_tag("charts/table.html")
def chart_table(drawing: Chart, caption: Literal["shown", "hidden"] = "shown") -> dict[str, Any]:
    """Only the figures of the chart, as a table."""
    return {"table": drawing.as_table(), "hide_caption": caption == "hidden"}

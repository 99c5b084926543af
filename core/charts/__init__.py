"""Charts as small SVG drawings: the same bytes on a page and in a PDF, clean under a strict content policy.

Builders take plain values and return a frozen `Chart`; `{% chart %}` and `{% chart_with_table %}` show it.
"""

from core.charts.bars import bar_chart, grouped_bar_chart, stacked_bar_chart
from core.charts.heatmap import BLANK, Category, Cell, heat_map
from core.charts.lines import line_chart
from core.charts.model import Chart, ChartTable, Series
from core.charts.sparkline import sparkline
from core.charts.text import Value, print_value
from core.charts.waterfall import Step, waterfall_chart

__all__ = [
    "BLANK",
    "Category",
    "Cell",
    "Chart",
    "ChartTable",
    "Series",
    "Step",
    "Value",
    "bar_chart",
    "grouped_bar_chart",
    "heat_map",
    "line_chart",
    "print_value",
    "sparkline",
    "stacked_bar_chart",
    "waterfall_chart",
]

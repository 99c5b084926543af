"""The termly report's PDF, against WeasyPrint alone on the same HTML."""

import datetime as dt
from pathlib import Path

from tests.benchmarks.lines import Line, median_seconds
from tests.benchmarks.marks import year_measured


def measure(folder: Path) -> list[Line]:
    from weasyprint import HTML

    from reports import services
    from reports.documents.termly import html_of, make
    from reports.rules import Audience

    year = year_measured()
    as_at = dt.date(year, 12, 1)
    run = services.draft_report(term=f"{year}-autumn", as_at=as_at, actor=None, today=dt.date(year + 1, 6, 12))
    html = html_of(run, Audience.RESTRICTED)
    bare = median_seconds(lambda: HTML(string=html).write_pdf(), 3)
    ours = median_seconds(lambda: make(run, Audience.RESTRICTED), 3)
    return [
        Line("Report PDF: WeasyPrint alone on the same HTML, the measure", bare, "s", 120),
        Line("Report PDF from the frozen run", ours / bare, "x WeasyPrint", 1.3),
    ]

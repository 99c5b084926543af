"""Base of every table of rows (django-tables2): caption, sortable headings, phones, pages, GOV.UK look.

A heading that sorts is a link, so sorting works without JavaScript; the address keeps the filter.
"""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.figures import NOT_APPLICABLE, Figure
from core.templatetags.ui import tag
from core.wording import short_date, when

PER_PAGE = 50


class NumberColumn(tables.Column):
    """A whole number, right-aligned, with commas."""

    attrs = {"th": {"class": "govuk-table__header--numeric"}, "td": {"class": "govuk-table__cell--numeric"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", self.attrs)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> str:
        """1012 -> "1,012"."""
        return f"{value:,}" if isinstance(value, int) else str(value)


class FigureColumn(NumberColumn):
    """A `core.figures.Figure` (or pair of integers) as "1 of 3 (33.3%)"."""

    empty_values = (None,)

    def render(self, value: Any) -> str:
        """ "n/a" for 0 of 0."""
        if isinstance(value, Figure):
            return value.text()
        return Figure(*value).text() if value else NOT_APPLICABLE


class DateColumn(tables.Column):
    """A date as "24 Nov 2026", or with `weekday=True` as "Tue 24 Nov 2026"; never broken over two lines."""

    def __init__(self, *args: Any, weekday: bool = False, **kwargs: Any) -> None:
        self.weekday = weekday
        kwargs.setdefault("attrs", {"td": {"class": "app-nowrap"}})
        super().__init__(*args, **kwargs)

    def render(self, value: date | datetime) -> str:
        """In London time."""
        return when(value) if self.weekday else short_date(value)


class TagColumn(tables.Column):
    """A status as a coloured tag. `colours` maps the value to a colour, `labels` to its word.

    A value that is a pair is (word, colour) itself.
    """

    def __init__(
        self,
        *args: Any,
        colours: dict[str, str] | None = None,
        labels: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.colours, self.labels = colours or {}, labels or {}
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        """HTML of the tag."""
        if isinstance(value, tuple):
            word, colour = value
        else:
            word, colour = self.labels.get(str(value), str(value)), self.colours.get(str(value), "grey")
        return render_to_string("components/tag.html", tag(text=word, colour=colour))


class GovTable(tables.Table):
    """Base class. Class attributes: `caption` (needed), `caption_hidden`, `stacked`.

    `stacked` makes each row a card on phones; else the first column stays while the rest scrolls.
    In a view: `table = PupilTable(rows).configure(request)`, in the page: `{% render_table table %}`.
    """

    caption: str = ""
    caption_hidden: bool = False
    stacked: bool = True

    class Meta:
        template_name = "tables/govuk.html"
        attrs = {"class": "govuk-table app-table"}
        empty_text = "Nothing to show."

    def __init__(self, *args: Any, caption: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.caption = caption or self.caption

    def configure(self, request: HttpRequest, *, per_page: int = PER_PAGE) -> "GovTable":
        """Take order and page from the address; a page that is not there is the nearest one."""
        self.request = request
        order = request.GET.getlist(self.prefixed_order_by_field)
        if order:
            wanted = ",".join(order).split(",")
            self.order_by = [one for one in wanted if one.removeprefix("-") in self.columns.names()]
        self.paginator = Paginator(self.rows, per_page)
        self.page = self.paginator.get_page(request.GET.get(self.prefixed_page_field))
        return self

    @property
    def pages_label(self) -> str:
        """Name of the links to other pages, for screen readers."""
        return f"Pages of {self.caption}" if self.caption else "Pages of this table"

    @property
    def total(self) -> int:
        """Rows on all pages."""
        return self.paginator.count if hasattr(self, "paginator") else len(self.rows)

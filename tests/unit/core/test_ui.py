"""Components and filters: words beside colours, links that keep the filter, nothing unescaped."""

from datetime import UTC, date, datetime
from typing import Any

import django_tables2 as tables
import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from core import wording
from core.figures import Figure
from core.tables import DateColumn, FigureColumn, GovTable, NumberColumn, TagColumn

TODAY = date(2026, 11, 23)


def draw(template: str, context: dict[str, Any] | None = None, query: str = "") -> str:
    request = RequestFactory().get(f"/children/{query}")
    text = engines["django"].from_string("{% load ui django_tables2 %}" + template)
    return text.render(context or {}, request)


class TestFilters:
    def test_dates(self) -> None:
        day = date(2026, 11, 4)
        assert wording.when(day) == "Wed 4 Nov 2026"
        assert wording.when(None, "not yet") == "not yet"
        assert wording.short_date(day) == "4 Nov 2026"
        assert wording.when_long(day) == "Wednesday 4 November 2026"

    def test_moments_are_shown_in_london(self) -> None:
        summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
        assert wording.moment(summer) == "Thu 2 Jul 2026, 00:30"
        assert wording.when(summer) == "Thu 2 Jul 2026"

    @pytest.mark.parametrize(
        ("day", "words"),
        [(23, "today"), (24, "tomorrow"), (22, "yesterday"), (26, "in 3 days"), (19, "4 days ago")],
    )
    def test_relative_days(self, day: int, words: str) -> None:
        assert wording.relative(date(2026, 11, day), TODAY) == words

    def test_what_is_far_is_said_in_months_and_years(self) -> None:
        assert wording.relative(date(2027, 9, 30), TODAY) == "in about 10 months"
        assert wording.relative(date(2023, 11, 20), TODAY) == "about 3 years ago"
        assert wording.relative(date(2027, 1, 21), TODAY) == "in 59 days"

    @pytest.mark.parametrize(
        ("days", "words"),
        [(3, "in 3 school days"), (1, "in 1 school day"), (0, "today"), (-2, "2 school days ago"), (None, "")],
    )
    def test_school_days(self, days: int | None, words: str) -> None:
        assert wording.school_days(days) == words

    def test_figures(self) -> None:
        assert wording.figure(Figure(1, 3)) == "1 of 3 (33.3%)"
        assert wording.figure((1, 3)) == "1 of 3 (33.3%)"
        assert wording.figure(1, 3) == "1 of 3 (33.3%)"
        assert wording.figure(Figure(0, 0)) == wording.figure(None) == "n/a"
        assert wording.percent_of(1, 3) == "33.3%"

    def test_numbers_in_words(self) -> None:
        assert wording.thousands(1012) == "1,012"
        assert wording.signed(6) == "+6"
        assert wording.signed(-3) == "\N{MINUS SIGN}3"
        assert wording.signed(0) == "no change"
        assert wording.count_of(1, "child,children") == "1 child"
        assert wording.count_of(1204, "row") == "1,204 rows"


class TestWordsAndStates:
    def test_a_tag_is_always_a_word(self) -> None:
        html = draw('{% tag text=text colour="red" %}', {"text": "Over<due"})
        assert "govuk-tag--red" in html
        assert "Over&lt;due" in html

    def test_an_unknown_colour_is_grey(self) -> None:
        assert "govuk-tag--grey" in draw('{% tag text="x" colour="chartreuse" %}')

    def test_a_notice_says_its_kind(self) -> None:
        assert "Warning:" in draw('{% notice text="Late" kind="warning" %}')

    def test_missing_facts_are_said(self) -> None:
        html = draw("{% summary_list rows=rows %}", {"rows": [("Teacher", ""), ("Year", 0)]})
        assert html.count("Not recorded") == 1
        assert ">0<" in html.replace("\n", "")

    def test_a_change_link_names_its_row(self) -> None:
        html = draw("{% summary_list rows=rows %}", {"rows": [("School", "Larkfield", "Change", "/x/")]})
        assert 'Change<span class="govuk-visually-hidden"> school</span>' in html

    def test_task_list_takes_objects_and_dicts(self) -> None:
        from core.panels import Need

        items = [Need(text="Conflicts", count=2, url="/c/", urgent=True), {"title": "Report", "status": "Due"}]
        html = draw("{% task_list items=items %}", {"items": items})
        assert "Conflicts" in html
        assert "Urgent" in html
        assert "Due" in html

    def test_cards_hold_what_stands_between(self) -> None:
        html = draw(
            "{% card title=title count=7 %}<p>{{ word }}</p>{% endcard %}",
            {"title": "Needs <you>", "word": "<i>"},
        )
        assert "Needs &lt;you&gt;" in html
        assert "<p>&lt;i&gt;</p>" in html

    def test_progress_shows_counts(self) -> None:
        html = draw('{% progress done=638 total=1012 label="Rows" %}')
        assert "638 of 1,012 (63%)" in html
        assert 'max="1012" value="638"' in html


class TestAddresses:
    def test_url_with_keeps_the_filter_and_drops_the_page(self) -> None:
        assert draw("{% url_with sort='name' %}", query="?school=3&page=4") == "?school=3&amp;sort=name"
        assert draw("{% url_with school='' %}", query="?school=3&state=a&state=b") == "?state=a&amp;state=b"

    def test_downloads_carry_the_filter(self) -> None:
        html = draw('{% download_links rows=1 csv_url="/c.csv" noun="child,children" %}', query="?school=3&page=2")
        assert 'href="/c.csv?school=3"' in html
        assert "1 child" in html

    def test_pagination(self) -> None:
        page = Paginator(range(300), 10).page(5)
        html = draw("{% pagination page=page %}", {"page": page}, "?school=3")
        assert 'href="?school=3&amp;page=6"' in html
        assert 'aria-current="page"' in html
        assert html.count("ellipsis") == 2

    def test_one_page_needs_none(self) -> None:
        assert "<nav" not in draw("{% pagination page=page %}", {"page": Paginator([1], 10).page(1)})


class Narrowed(forms.Form):
    school = forms.ChoiceField(required=False, choices=[("", "All"), ("3", "Larkfield Academy")])
    state = forms.MultipleChoiceField(required=False, choices=[("a", "Late"), ("b", "Done")])
    since = forms.DateField(required=False)


class TestFilterPanel:
    def test_shows_what_is_applied_with_a_way_off(self) -> None:
        query = "?school=3&state=a&state=b&sort=-name&page=2"
        form = Narrowed(RequestFactory().get(query).GET)
        html = draw("{% filter_panel form=form %}", {"form": form}, query)
        assert "Larkfield Academy" in html
        assert "Late, Done" in html
        assert 'href="?state=a&amp;state=b&amp;sort=-name"' in html
        assert '<input type="hidden" name="sort" value="-name">' in html
        assert 'name="page"' not in html

    def test_nothing_applied_offers_no_clearing(self) -> None:
        assert "Clear all" not in draw("{% filter_panel form=form %}", {"form": Narrowed({})})

    def test_three_date_boxes_go_off_together(self) -> None:
        query = "?since_0=1&since_1=9&since_2=2026"
        form = Narrowed(RequestFactory().get(query).GET)
        from core.forms import prepare

        prepare(form)
        html = draw("{% filter_panel form=form %}", {"form": form}, query)
        assert "Tue 1 Sep 2026" in html
        assert 'class="moj-filter__tag" href="?"' in html

    def test_a_filtered_list_says_above_it_what_it_is(self) -> None:
        query = "?school=3&state=a&sort=-name"
        form = Narrowed(RequestFactory().get(query).GET)
        tag = '{% filtered_heading form=form rows=1 noun="PEP,PEPs" %}'
        assert ">1 PEP: Larkfield Academy · Late</h2>" in draw(tag, {"form": form}, query)
        assert "<h2" not in draw(tag, {"form": Narrowed({})})


class Sample(GovTable):
    caption = "Children"
    name = tables.Column()
    year = NumberColumn()
    attendance = FigureColumn(orderable=False)
    state = TagColumn(colours={"late": "red"}, labels={"late": "Overdue"})
    next_on = DateColumn(weekday=True)


ROWS = [
    {
        "name": f"Child {number:02}",
        "year": number,
        "attendance": Figure(number, 30),
        "state": "late" if number % 2 else ("On track", "green"),
        "next_on": TODAY,
    }
    for number in range(30)
]


class TestTable:
    def table(self, query: str) -> str:
        table = Sample(ROWS).configure(RequestFactory().get(f"/{query}"), per_page=10)
        return draw("{% render_table table %}", {"table": table}, query)

    def test_has_caption_scopes_and_sort_state(self) -> None:
        html = self.table("?sort=-year&school=3")
        assert "<caption" in html
        assert 'aria-sort="descending"' in html
        assert html.count('scope="row"') == 10
        assert "Child 29" in html
        assert "Child 01<" not in html

    def test_sorting_keeps_the_filter_and_starts_at_page_one(self) -> None:
        assert 'href="?sort=name&amp;school=3"' in self.table("?sort=-year&school=3&page=2")

    def test_cells(self) -> None:
        html = self.table("")
        assert "1 of 30 (3.3%)" in html
        assert "Overdue" in html
        assert "On track" in html
        assert "Mon 23 Nov 2026" in html

    @pytest.mark.parametrize("page", ["0", "99", "x", "-1"])
    def test_a_page_that_is_not_there_is_the_nearest(self, page: str) -> None:
        assert "Child" in self.table(f"?page={page}")

    def test_unknown_sort_columns_are_ignored(self) -> None:
        assert "Child 00" in self.table("?sort=password")

    def test_counts_all_pages(self) -> None:
        assert Sample(ROWS).configure(RequestFactory().get("/"), per_page=10).total == 30


class TestBasePage:
    @pytest.fixture(autouse=True)
    def plain_static_files(self, settings: Any) -> None:
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }

    def test_title_is_heading_and_browser_title(self) -> None:
        page = engines["django"].from_string(
            '{% extends "base.html" %}{% block title %}Tom &amp; {{ name }}{% endblock %}'
        )
        html = page.render({"name": "<Jo>"}, RequestFactory().get("/"))
        assert "<title>Tom &amp; &lt;Jo&gt; – Virtual School</title>" in html
        assert "Tom &amp; &lt;Jo&gt;</h1>" in html

    def test_no_script_or_style_stands_in_the_page(self) -> None:
        html = engines["django"].from_string('{% extends "base.html" %}').render({}, RequestFactory().get("/"))
        assert "<style" not in html
        assert " style=" not in html
        assert not [
            tag for tag in html.split("<script")[1:] if not tag.lstrip().startswith(("src=", 'type="module" src='))
        ]

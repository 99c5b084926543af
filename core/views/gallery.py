"""Gallery of all components with invented data: for people who build pages, and for axe."""

from datetime import date, timedelta
from typing import Any

import django_tables2 as tables
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.figures import Figure
from core.forms import CheckboxesField, DateInputField, Field, GovForm, Layout, MultipleFileField, RadioField
from core.roles import Permission
from core.tables import DateColumn, FigureColumn, GovTable, NumberColumn, TagColumn

KINDS = [("b2b", "School's own marks"), ("welfare-call", "Daily call"), ("results", "Results")]
STATES = [("on", "On track"), ("late", "Overdue"), ("none", "None yet")]
TODAY = date(2026, 11, 24)


class SampleForm(GovForm):
    """One field of each kind."""

    submit_label = "Check the files"
    name = forms.CharField(label="Name of this upload", help_text="Shown in the history", max_length=60)
    email = forms.EmailField(label="Email address")
    number = forms.IntegerField(label="Number of children")
    kind = RadioField(label="What is it?", choices=KINDS, hints={"b2b": "One row per session mark"})
    terms = CheckboxesField(label="Terms", choices=[("a", "Autumn"), ("b", "Spring"), ("c", "Summer")])
    from_on = DateInputField(label="First day", help_text="For example, 1 9 2026")
    school = forms.ChoiceField(
        label="School",
        choices=[("", "Choose a school"), ("1", "Larkfield Academy"), ("2", "Stonebridge School")],
    )
    uploads = MultipleFileField(label="Files", extensions=[".csv", ".xlsx"])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="I have checked the dates")

    def get_layout(self) -> Layout:
        """The note counts its characters."""
        return Layout(*(name for name in self.fields if name != "note"), Field.textarea("note", max_characters=200))


class SampleFilter(forms.Form):
    """A filter beside a list."""

    school = forms.ChoiceField(label="School", required=False, choices=[("", "All"), ("1", "Larkfield Academy")])
    state = forms.MultipleChoiceField(label="PEP", required=False, choices=STATES, widget=forms.CheckboxSelectMultiple)


class SampleTable(GovTable):
    """Invented children."""

    caption = "Children"
    name = tables.Column(linkify=lambda record: f"#{record['year']}")
    year = NumberColumn(verbose_name="Year")
    school = tables.Column()
    attendance = FigureColumn()
    pep = TagColumn(verbose_name="PEP", labels=dict(STATES), colours={"on": "green", "late": "red", "none": "grey"})
    next_on = DateColumn(verbose_name="Next date", weekday=True)


class WideTable(SampleTable):
    """The same, scrolling with a first column that stays."""

    caption = "Children, wide table"
    stacked = False
    prefix = "wide-"
    caption_hidden = True


def _children() -> list[dict[str, Any]]:
    names = [
        "Amira Holt",
        "Ben Castle",
        "Caitlin Moss",
        "Dylan Farrow",
        "Esme Quill",
        "Finn Garside",
        "Grace Lowe",
    ]
    return [
        {
            "name": name,
            "year": 5 + index,
            "school": "Larkfield Academy" if index % 2 else "Stonebridge School",
            "attendance": Figure(90 - 3 * index, 96),
            "pep": ["on", "late", "none"][index % 3],
            "next_on": TODAY + timedelta(days=index * 4 - 2),
        }
        for index, name in enumerate(names)
    ]


def _words() -> dict[str, Any]:
    return {
        "today": TODAY,
        "summary": [
            ("School", "Larkfield Academy", "Change", "#school"),
            ("Designated teacher", ""),
            {"key": "Looked after since", "value": "12 Jan 2021", "note": "From the return of 31 March"},
        ],
        "needs": [
            {"title": "Mark conflicts", "count": 2, "url": "#conflicts", "hint": "Two sources differ"},
            {
                "title": "Feed late: B2B",
                "count": 2,
                "url": "#late",
                "hint": "Silent for 3 days",
                "urgent": True,
            },
            {"title": "Autumn report", "status": "To approve", "colour": "blue", "url": "#report"},
        ],
        "tags": [("EHCP", "purple"), ("Out of county", "yellow"), ("PEP overdue", "red")],
        "colours": ["grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow"],
        "tabs": [
            {"label": label, "url": f"#{label.lower()}", "active": label == "Overview"}
            for label in ("Overview", "Care", "School", "Attendance", "Attainment", "PEPs", "Documents")
        ],
        "events": [
            {
                "title": "Moved to Larkfield Academy",
                "on": date(2026, 9, 3),
                "kind": "School",
                "text": "Year 10",
            },
            {"title": "Placement began", "on": date(2026, 6, 1), "until": date(2026, 9, 1), "kind": "Care"},
        ],
        "facts": ["Year 10", "Born 4 Mar 2012", "Larkfield Academy", "Looked after since 12 Jan 2021"],
        "links": [("Reveal address", "#address"), ("Who has looked (14)", "#looked")],
        "figure": Figure(338, 1012),
        "nothing": Figure(0, 0),
    }


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """The gallery: for developers, and for system administrators; to everybody else there is no such page."""
    user = request.user
    if not (settings.DEBUG or (user.is_authenticated and user.can(Permission.MANAGE_ACCOUNTS))):
        raise Http404
    rows = _children()
    sent = "errors" in request.GET
    context = {
        "page_title": "Components",
        "crumbs": [("Home", "/")],
        "sample": SampleForm({"from_on_0": "31", "from_on_1": "2", "from_on_2": "2026"} if sent else None),
        "with_errors": sent,
        "filter_form": SampleFilter(
            request.GET if "school" in request.GET or "state" in request.GET else None, auto_id="filter_%s"
        ),
        "table": SampleTable(rows).configure(request, per_page=5),
        "wide_table": WideTable(rows, prefix="wide-").configure(request),
        "page": Paginator(range(300), 10).get_page(request.GET.get("list")),
        "marks": ["/", "\\", "", "N", "/", "C", "V", "L", "/", "/", "-", "O"],
        **_words(),
    }
    return render(request, "components.html", context)

"""Term dates: the county's calendar, calendars of groups of schools, and the terms of each school year."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import rules, services
from core.calendars import Calendars, YearCalendar
from core.forms import DateInputField, Fieldset, GovForm, Layout
from core.models import Calendar, ClosureDay
from core.roles import Permission
from core.scoping import require

YEARS = range(1990, 2100)
"""School years that may be recorded."""
HALVES = [(season, half) for season in rules.Season for half in (1, 2)]


class NameForm(GovForm):
    """What the calendar is called."""

    name = forms.CharField(
        label="Name of the calendar",
        max_length=100,
        help_text="Whose dates they are, like “Westmarch county” or “North Downs academies”",
    )


class NewCalendarForm(NameForm):
    submit_label = "Add the calendar"


class YearForm(GovForm):
    """Another school year."""

    form_method = "get"
    submit_label = "Open the year"
    submit_style = "secondary"
    year = forms.CharField(label="Another school year", max_length=12, help_text="Like 2009/10")

    def clean_year(self) -> int:
        try:
            year = rules.parse_academic_year(self.cleaned_data["year"])
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if year not in YEARS:
            raise ValidationError(f"Enter a school year from {YEARS[0]} to {YEARS[-1]}")
        return year


class TermsForm(GovForm):
    """First and last day of the six half terms."""

    submit_label = "Save the term dates"

    def __init__(self, *args: Any, terms: tuple[rules.TermDates, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {(term.season, term.half): term for term in terms}
        for number, key in enumerate(HALVES, start=1):
            term = known.get(key)
            for end, word in (("starts", "First"), ("ends", "Last")):
                initial = getattr(term, f"{end}_on") if term else None
                label = f"{word} day of term {number}"
                missing = {"required": f"Enter the {label.lower()}"}
                self.fields[f"{end}_{number}"] = DateInputField(label=label, initial=initial, error_messages=missing)

    def get_layout(self) -> Layout:
        """A group of two dates for each half term."""
        return Layout(
            *(
                Fieldset(
                    f"starts_{number}",
                    f"ends_{number}",
                    legend=f"Term {number}: {season}, {'first' if half == 1 else 'second'} half",
                    legend_size="m",
                )
                for number, (season, half) in enumerate(HALVES, start=1)
            )
        )

    def terms(self) -> list[rules.TermDates]:
        """What was entered, in order."""
        data = self.cleaned_data
        return [
            rules.TermDates(data[f"starts_{number}"], data[f"ends_{number}"], season, half, f"Term {number}")
            for number, (season, half) in enumerate(HALVES, start=1)
        ]


class ClosureForm(GovForm):
    """A day without sessions, and why."""

    submit_label = "Add the day"
    submit_style = "secondary"
    on = DateInputField(label="Day", error_messages={"required": "Enter the day on which the schools are closed"})
    reason = forms.CharField(
        label="Why",
        max_length=100,
        help_text="Like “Staff training” or “Polling day”",
        error_messages={"required": "Enter why the schools are closed"},
    )


def _calendar(request: HttpRequest, calendar_id: int) -> Calendar:
    require(request, Permission.SET_CALENDARS)
    calendar: Calendar | None = Calendar.objects.filter(pk=calendar_id).first()
    if calendar is None:
        raise Http404("There is no such calendar.")
    return calendar


def _check_year(academic_year: int) -> None:
    if academic_year not in YEARS:
        raise Http404("There is no such school year.")


def _state(calendar: Calendar, dates: YearCalendar, own: set[int]) -> tuple[str, str]:
    """Whose dates hold in a year, as a tag."""
    if dates.academic_year in own:
        return ("Recorded", "green")
    return ("The county’s dates hold", "blue") if dates.recorded else ("Assumed", "yellow")


def _crumbs(calendar: Calendar | None = None) -> list[tuple[str, str]]:
    crumbs = [("Term dates", reverse("calendars:list"))]
    return crumbs if calendar is None else [*crumbs, (calendar.name, reverse("calendars:detail", args=[calendar.pk]))]


def calendar_list(request: HttpRequest) -> HttpResponse:
    """All calendars, the county's first, and how this school year stands in each."""
    require(request, Permission.SET_CALENDARS)
    year = rules.academic_year_of(timezone.localdate())
    calendars, known = list(Calendar.objects.order_by("-is_default", "name")), Calendars()
    rows = []
    for calendar in calendars:
        dates = known.of(calendar.pk, year)
        rows.append((calendar, _state(calendar, dates, known.years_of(calendar.pk)), len(dates.school_days())))
    return render(
        request,
        "calendars/list.html",
        {
            "page_title": "Term dates",
            "rows": rows,
            "year": year,
            "year_label": rules.academic_year_label(year),
            "has_county": any(calendar.is_default for calendar in calendars),
            "assumed": None if calendars else known.of(None, year).terms,
        },
    )


def calendar_new(request: HttpRequest) -> HttpResponse:
    """A calendar for schools with dates of their own; the first one is the county's."""
    require(request, Permission.SET_CALENDARS)
    form = NewCalendarForm(request.POST or None, cancel_url=reverse("calendars:list"))
    if request.method == "POST" and form.is_valid():
        try:
            calendar = services.add_calendar(name=form.cleaned_data["name"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            year = rules.academic_year_of(timezone.localdate())
            messages.success(request, f"The calendar “{calendar.name}” is made. Now enter its dates.")
            return redirect("calendars:terms", calendar_id=calendar.pk, academic_year=year)
    first = not Calendar.objects.filter(is_default=True).exists()
    title = "Add the county’s calendar" if first else "Add a calendar"
    context = {"page_title": title, "crumbs": _crumbs(), "form": form, "first": first}
    return render(request, "calendars/new.html", context)


def calendar_detail(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """A calendar's school years: recorded, the county's, or assumed."""
    calendar = _calendar(request, calendar_id)
    form = YearForm(request.GET if "year" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("calendars:year", calendar_id=calendar.pk, academic_year=form.cleaned_data["year"])
    this_year, known = rules.academic_year_of(timezone.localdate()), Calendars()
    own = known.years_of(calendar.pk)
    years = []
    for year in sorted(own | {this_year - 1, this_year, this_year + 1}, reverse=True):
        dates = known.of(calendar.pk, year)
        label = rules.academic_year_label(year)
        years.append((year, label, _state(calendar, dates, own), dates, len(dates.school_days())))
    context = {"page_title": calendar.name, "crumbs": _crumbs(), "calendar": calendar, "years": years, "form": form}
    return render(request, "calendars/detail.html", context)


def calendar_rename(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """What the calendar is called."""
    calendar = _calendar(request, calendar_id)
    back = reverse("calendars:detail", args=[calendar.pk])
    title, crumbs = f"Rename “{calendar.name}”", _crumbs(calendar)
    form = NameForm(request.POST or None, initial={"name": calendar.name}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_calendar(calendar=calendar, name=form.cleaned_data["name"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The calendar has its new name.")
            return redirect(back)
    return render(request, "layouts/form.html", {"page_title": title, "crumbs": crumbs, "form": form})


@require_POST
def calendar_county(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Make this the county's calendar: schools without their own follow it."""
    calendar = services.make_county_calendar(calendar=_calendar(request, calendar_id), actor=request.user)
    messages.success(request, f"“{calendar.name}” is the county’s calendar now.")
    return redirect("calendars:detail", calendar_id=calendar.pk)


def calendar_year(request: HttpRequest, calendar_id: int, academic_year: int) -> HttpResponse:
    """The terms of a school year, its closure days, and how many school days they make. Posting adds a closure."""
    calendar = _calendar(request, calendar_id)
    _check_year(academic_year)
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_closure(
                calendar=calendar,
                academic_year=academic_year,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{added.on:%-d %B %Y} is recorded as a day without sessions.")
            return redirect("calendars:year", calendar_id=calendar.pk, academic_year=academic_year)
    known = Calendars()
    return render(request, "calendars/year.html", _year_context(calendar, academic_year, known) | {"form": form})


def _year_context(calendar: Calendar, academic_year: int, known: Calendars) -> dict[str, Any]:
    dates, own = known.of(calendar.pk, academic_year), known.years_of(calendar.pk)
    days = dates.school_days()
    label = rules.academic_year_label(academic_year)
    period = rules.academic_year_period(academic_year)
    closures = calendar.closures.filter(on__gte=period.from_on, on__lt=period.to_on).order_by("on")
    return {
        "page_title": f"{calendar.name}, {label}",
        "crumbs": _crumbs(calendar),
        "calendar": calendar,
        "year": academic_year,
        "year_label": label,
        "tag": _state(calendar, dates, own),
        "recorded_here": academic_year in own,
        "assumed": not dates.recorded,
        "terms": [(t, sum(t.starts_on <= day <= t.ends_on for day in days)) for t in dates.terms],
        "days": len(days),
        "unusual": len(days) not in rules.USUAL_SCHOOL_DAYS,
        "closures": [(c, rules.why_no_school_day(c.on, dates.terms)) for c in closures],
    }


def calendar_terms(request: HttpRequest, calendar_id: int, academic_year: int) -> HttpResponse:
    """Enter or correct the six half terms; the dates that hold now stand in the boxes."""
    calendar = _calendar(request, calendar_id)
    _check_year(academic_year)
    known = Calendars()
    dates = known.of(calendar.pk, academic_year)
    back = reverse("calendars:year", args=[calendar.pk, academic_year])
    form = TermsForm(request.POST or None, terms=dates.terms, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.record_terms(
                calendar=calendar, academic_year=academic_year, terms=form.terms(), actor=request.user
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = "The term dates are recorded." if changed else "Nothing to change: these dates are recorded already."
            messages.success(request, done)
            return redirect(back)
    label = rules.academic_year_label(academic_year)
    return render(
        request,
        "calendars/terms.html",
        {
            "page_title": f"Term dates of {calendar.name}, {label}",
            "crumbs": _crumbs(calendar),
            "form": form,
            "calendar": calendar,
            "year_label": label,
            "recorded_here": academic_year in known.years_of(calendar.pk),
            "assumed": not dates.recorded,
        },
    )


@require_POST
def closure_remove(request: HttpRequest, calendar_id: int, closure_id: int) -> HttpResponse:
    """The schools are open on that day after all."""
    calendar = _calendar(request, calendar_id)
    closure: ClosureDay | None = calendar.closures.filter(pk=closure_id).first()
    if closure is None:
        raise Http404("There is no such day.")
    on: date = closure.on
    services.remove_closure(closure=closure, actor=request.user)
    messages.success(request, f"{on:%-d %B %Y} is no longer a day without sessions.")
    return redirect("calendars:year", calendar_id=calendar.pk, academic_year=rules.academic_year_of(on))

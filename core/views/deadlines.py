"""The settings page "Deadlines": the rules as they hold, what the county changed, and the cut-offs of the terms."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core import rules as time_rules
from core.calendars import county_year, cut_offs, deadline_days
from core.deadlines import services
from core.deadlines.county import change_of, county_changes, county_deadlines
from core.deadlines.registry import all_rules
from core.deadlines.rules import TRIGGER_WORDS, Anchor, Days, Deadline, Rule, Trigger, as_changed
from core.forms import DateInputField, GovForm, RadioField
from core.models import DeadlineSetting, TermCutOff
from core.once import answered_once
from core.roles import ROLE_LABELS, Permission
from core.scoping import require

LAST_DAY_RULE = "P5"
"""Counts the last day for the PEP meetings of a term."""


class RuleForm(GovForm):
    """How a rule holds from a day on."""

    submit_label = "Change the rule"

    def __init__(self, *args: Any, rule: Rule, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = f"{rule.unit}s {'before' if rule.offset < 0 else 'after'} {_anchor_words(rule)}"
        self.fields["offset"] = forms.IntegerField(
            label=f"How many {unit}?", help_text=f"By default {abs(rule.offset)}"
        )
        self.fields["reminders"] = forms.CharField(
            label="Reminders, in working days before it is due",
            required=False,
            max_length=40,
            help_text="Numbers with commas, for example 5, 1. Empty: no reminders",
        )
        self.fields["switched_on"] = RadioField(
            label="Does the rule hold?", choices=[("yes", "Yes"), ("no", "No, nothing is due by it")]
        )
        self.fields["from_on"] = DateInputField(
            label="For what happens from this day on",
            earliest=today,
            error_messages={"earliest": "Give today or a later day: what has begun keeps its deadlines"},
        )
        self.fields["reason"] = forms.CharField(label="Why?", max_length=300, help_text="The history keeps it")

    def clean_reminders(self) -> list[int]:
        """The numbers of "5, 1"."""
        parts = self.cleaned_data["reminders"].replace(";", ",").split(",")
        try:
            return [int(part) for part in parts if part.strip()]
        except ValueError:
            raise ValidationError("Enter numbers with commas, for example 5, 1") from None


class CutOffForm(GovForm):
    """The last day for the PEP meetings of a term."""

    submit_label = "Fix the day"
    on = DateInputField(label="Last day for PEP meetings")
    reason = forms.CharField(label="Why?", max_length=300, help_text="The history keeps it")


def _anchor_words(rule: Rule) -> str:
    return "the end of term" if rule.anchor is Anchor.TERM_END else TRIGGER_WORDS[rule.trigger]


def _row(default: Rule, today: date) -> dict[str, Any]:
    changes = county_changes()
    rule = as_changed(default, today, changes)
    later = sorted({c.from_on for c in changes if c.code == rule.code and c.from_on > today})
    return {
        "rule": rule,
        "due": _due_words(rule),
        "later": [(on, _due_words(as_changed(default, on, changes))) for on in later],
        "owner": ROLE_LABELS[rule.owner] if rule.owner else "The system",
        "reminders": ", ".join(str(n) for n in rule.reminders) or "None",
        "escalations": [f"{ROLE_LABELS[e.to]} after {e.working_days_late}" for e in rule.escalations],
        "changed": rule != default,
    }


def _due_words(rule: Rule) -> str:
    """ "10 working days after the meeting"."""
    if not rule.switched_on:
        return "Off"
    if not rule.offset:
        return f"On {_anchor_words(rule)}"
    unit = str(rule.unit) if abs(rule.offset) == 1 else f"{rule.unit}s"
    return f"{abs(rule.offset)} {unit} {'before' if rule.offset < 0 else 'after'} {_anchor_words(rule)}"


def _change_words(row: DeadlineSetting) -> str:
    """What one change said, as the table of the rules says it."""
    default = services.rule_in_force(row.code, row.from_on)
    if default is None:
        return "Off" if not row.switched_on else "Changed"
    rule = as_changed(default, row.from_on, [change_of(row)])
    reminders = ", ".join(str(n) for n in rule.reminders)
    return _due_words(rule) + (f"; reminders {reminders}" if reminders and rule.switched_on else "")


def _counted(academic_year: int, season: time_rules.Season, days: Days) -> Deadline | None:
    """The last day for the meetings of a term as the rule counts it; None where the rule is off."""
    first, _ = county_year(academic_year).season(season)
    due = county_deadlines(Trigger.TERM_START, first, days=days)
    return next((one for one in due if one.code == LAST_DAY_RULE), None)


def deadline_list(request: HttpRequest) -> HttpResponse:
    """All rules in force today, the cut-offs of this school year and the next, and the history."""
    require(request, Permission.SET_DEADLINES)
    today = timezone.localdate()
    year = time_rules.academic_year_of(today)
    fixed = {(row.academic_year, row.season): row for row in TermCutOff.objects.select_related("set_by")}
    ordered = sorted((r for r in all_rules() if r.holds_on(today)), key=lambda r: (len(r.code), r.code))
    with answered_once():
        days = deadline_days()
        context = {
            "page_title": "Deadlines",
            "rows": [_row(rule, today) for rule in ordered],
            "terms": [
                (y, season, time_rules.term_label(y, season), fixed.get((y, season.value)), _counted(y, season, days))
                for y in (year, year + 1)
                for season in time_rules.Season
            ],
            "history": [
                (row, _change_words(row))
                for row in DeadlineSetting.objects.select_related("set_by").order_by("-set_at", "-pk")
            ],
        }
    return render(request, "deadlines/list.html", context)


def deadline_rule(request: HttpRequest, code: str) -> HttpResponse:
    """Change one rule from a day on."""
    require(request, Permission.SET_DEADLINES)
    today = timezone.localdate()
    default = services.rule_in_force(code, today)
    if default is None:
        raise Http404("There is no such rule.")
    now_holds = as_changed(default, today, county_changes())
    initial = {
        "offset": abs(now_holds.offset),
        "reminders": ", ".join(str(n) for n in now_holds.reminders),
        "switched_on": "yes" if now_holds.switched_on else "no",
        "from_on": today,
    }
    form = RuleForm(
        request.POST or None, rule=default, today=today, initial=initial, cancel_url=reverse("deadlines:list")
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"switched_on": form.cleaned_data["switched_on"] == "yes"}
        try:
            services.change_rule(code=code, actor=request.user, now=timezone.now(), today=today, **data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"The rule “{default.title}” is changed.")
            return redirect("deadlines:list")
    title = f"{default.code}: {default.title}"
    context = {"page_title": title, "crumbs": [("Deadlines", reverse("deadlines:list"))], "form": form}
    return render(request, "layouts/form.html", context)


def deadline_cut_off(request: HttpRequest, academic_year: int, season: str) -> HttpResponse:
    """Fix the last day for the meetings of a term."""
    require(request, Permission.SET_DEADLINES)
    this_year = time_rules.academic_year_of(timezone.localdate())
    if season not in set(time_rules.Season) or academic_year not in {this_year, this_year + 1}:
        raise Http404("There is no such term to set.")
    term = time_rules.Season(season)
    label = time_rules.term_label(academic_year, term)
    known = cut_offs().get((academic_year, season))
    form = CutOffForm(request.POST or None, initial={"on": known}, cancel_url=reverse("deadlines:list"))
    if request.method == "POST" and form.is_valid():
        try:
            services.fix_cut_off(
                academic_year=academic_year, season=term, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"The last day for the meetings of the {label.lower()} is fixed.")
            return redirect("deadlines:list")
    first, last = county_year(academic_year).season(term)
    context = {
        "page_title": f"Last day for PEP meetings: {label}",
        "crumbs": [("Deadlines", reverse("deadlines:list"))],
        "form": form,
        "facts": [("Term", f"{first:%-d %B %Y} to {last:%-d %B %Y}")],
    }
    return render(request, "deadlines/cut_off.html", context)

"""The filters of the roll list (one form of what the apps registered; choices are scoped) and of unusual looks."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DateInputField, GovForm
from core.panels import RollFilter, panels_for
from core.sections import is_limited
from pupils.looks import UnusualLook
from pupils.rules.looks import UNUSUAL_LABELS


class TimelineForm(GovForm):
    """The day up to which a child's timeline is shown."""

    until = DateInputField(label="As it stood on", required=False, help_text="Empty: up to today")


class RollFilterForm(GovForm):
    """`on` (which day's roll) and one field for each registered filter; nothing is required."""

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.panels = panels_for(RollFilter, user)
        for panel in self.panels:
            self.fields[panel.key] = panel.field(user)
            self.fields[panel.key].required = False
        if not is_limited(user):  # past days would tell of care, which is of no section
            self.fields["on"] = DateInputField(label="Roll on", required=False, help_text="Empty: today")

    def day(self, today: date) -> date:
        """The day asked for, today where none or none readable."""
        return (self.cleaned_data.get("on") if self.is_valid() else None) or today

    def chosen(self) -> list[str]:
        """The filters that are set, the day aside."""
        if not self.is_bound:
            return []
        self.is_valid()
        return [panel.key for panel in self.panels if self.cleaned_data.get(panel.key) not in (None, "", [])]

    def narrow(self, pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
        """The pupils that satisfy every filter set; a value that is no choice is ignored and shown as an error."""
        self.is_valid()
        for panel in self.panels:
            value = self.cleaned_data.get(panel.key)
            if value not in (None, "", []):
                pupils = panel.apply(pupils, value, on)
        return pupils


class UnusualLooksForm(GovForm):
    """How far back, and which kind. Nothing is required."""

    days = forms.ChoiceField(label="Days", required=False, choices=[("", "Last 7 days"), ("28", "Last 28 days")])
    kind = forms.ChoiceField(
        label="Why", required=False, choices=[("", "Any reason"), *((k.value, v) for k, v in UNUSUAL_LABELS.items())]
    )

    def days_shown(self) -> int:
        return int((self.cleaned_data.get("days") if self.is_valid() else None) or 7)

    def span(self, today: date) -> tuple[date, date]:
        """First and last day shown."""
        return today - timedelta(days=self.days_shown() - 1), today

    def narrow(self, lines: Sequence[UnusualLook]) -> list[UnusualLook]:
        kind = self.cleaned_data.get("kind") if self.is_valid() else None
        return [line for line in lines if not kind or line.kind == kind]

"""The filter of the roll list: one form made of the filters that the apps registered. Choices are scoped."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from core.forms import DateInputField, GovForm
from core.panels import RollFilter, panels_for


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

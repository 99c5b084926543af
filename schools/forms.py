"""Forms of a school's page."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateInputField, GovForm, RadioField
from core.models import Calendar, User
from core.roles import Role


class TeacherForm(GovForm):
    """Who is the designated teacher, and from which day."""

    submit_label = "Record the designated teacher"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = User.objects.filter(role=Role.DESIGNATED_TEACHER, is_active=True).order_by("name")
        self.fields["user"] = _AccountField(
            accounts,
            label="Account",
            empty_label="Choose an account",
            help_text="A person without an account needs one from the system administrator first.",
            error_messages={"required": "Choose the account of the designated teacher"},
        )
        self.fields["from_on"] = DateInputField(
            label="First day",
            help_text="From this day on they see the children on the school's roll.",
            initial=today,
            error_messages={"required": "Enter the first day"},
        )


class EndForm(GovForm):
    """The last day as designated teacher."""

    submit_label = "Record the last day"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_on"] = DateInputField(
            label="Last day",
            help_text="From the next day on the school's children are closed to them.",
            initial=today,
            error_messages={"required": "Enter the last day"},
        )


class CalendarForm(GovForm):
    """Whose term dates the school keeps."""

    submit_label = "Save"
    COUNTY = "county"

    def __init__(self, *args: Any, current: Calendar | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendars = {str(c.pk): c for c in Calendar.objects.order_by("name")}
        own = [(pk, c.name) for pk, c in self.calendars.items() if not c.is_default or c == current]
        self.fields["calendar"] = RadioField(
            label="Whose dates does the school keep?",
            choices=[(self.COUNTY, "The county’s"), *own],
            initial=str(current.pk) if current else self.COUNTY,
            error_messages={"required": "Choose whose dates the school keeps"},
        )

    def clean_calendar(self) -> Calendar | None:
        return self.calendars.get(self.cleaned_data["calendar"])


class _AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"

"""Forms of the PEP pages."""

from datetime import date
from typing import Any

from core.forms import DateInputField, GovForm


class MeetingForm(GovForm):
    """The day on which the meeting was held."""

    submit_label = "Record the meeting"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"] = DateInputField(
            label="Day of the meeting",
            help_text=f"For example, {today.day} {today.month} {today.year}",
            error_messages={"required": "Enter the day of the meeting"},
        )

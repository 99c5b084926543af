"""Forms of the privacy notices."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateInputField, GovForm


class NoticeForm(GovForm):
    """The words of a draft."""

    title = forms.CharField(label="Title", max_length=150)
    text = forms.CharField(
        label="Text",
        help_text="Short paragraphs with an empty line between them, in words that its readers use.",
        widget=forms.Textarea(attrs={"rows": 20}),
        max_length=20_000,
    )


class ApproveForm(GovForm):
    """From which day a version holds."""

    submit_label = "Approve this version"

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_on"] = DateInputField(
            label="In force from", earliest=today, initial=today, help_text="It cannot be changed afterwards."
        )

"""Forms of subject access and of prints."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from core.forms import DateInputField, GovForm, Layout, RadioField
from core.recipients import Recipient
from core.wording import short_date
from rights import rules

WHOLE = "__whole__"
PERIODS = {"recent": "This school year and the last", "whole": "The whole record"}


class RequestForm(GovForm):
    """Somebody asks for a record."""

    submit_label = "Record the request"

    asked_by = RadioField(label="Who asks?", choices=list(rules.ASKER_LABELS.items()))
    asker_name = forms.CharField(
        label="Their name", max_length=120, required=False, help_text="When somebody else asks for the person."
    )
    authority = forms.CharField(
        label="Why they may ask",
        max_length=300,
        required=False,
        help_text="Such as parental responsibility for a young child, or a signed form of authority.",
    )
    channel = RadioField(
        label="How did it come?",
        choices=list(rules.CHANNEL_LABELS.items()),
        hints={rules.Channel.SPOKEN: "Any form counts: nobody has to fill in ours"},
    )
    asked_for = forms.CharField(
        label="What do they ask for?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In their words. “Everything” is enough.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"] = DateInputField(label="When did it come?", latest=today)

    def get_layout(self) -> Layout:
        return Layout("asked_by", "asker_name", "authority", "channel", "received_on", "asked_for")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("asked_by") and data["asked_by"] != rules.Asker.PERSON:
            if not data.get("asker_name"):
                self.add_error("asker_name", "Enter who asks")
            if not data.get("authority"):
                self.add_error("authority", "Enter why they may ask for this person")
        return data


class IdentityForm(GovForm):
    """Identity is confirmed, and the clock starts."""

    submit_label = "Confirm identity"

    def __init__(self, *args: Any, received_on: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed_on"] = DateInputField(
            label="When was identity confirmed?",
            help_text=f"The month begins on it. If nobody doubted it, the day it came: {short_date(received_on)}.",
            earliest=received_on,
            latest=today,
        )
        self.fields["confirmed_how"] = forms.CharField(
            label="How?",
            max_length=200,
            help_text="Such as: known to their social worker; passport seen. Do not keep a copy of it.",
        )


class ExtendForm(GovForm):
    """Two further months."""

    submit_label = "Extend by two months"

    because = forms.CharField(
        label="Why is more time needed?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only a complex request, or several by the same person. Tell them today, with this reason.",
    )


class CloseForm(GovForm):
    """The request is refused or withdrawn."""

    submit_label = "Close the request"
    submit_style = "warning"

    state = RadioField(
        label="What happened?",
        choices=[(s.value, rules.STATE_LABELS[s]) for s in (rules.State.WITHDRAWN, rules.State.REFUSED)],
        hints={rules.State.REFUSED: "Tell the person why, and that they may complain to the Information Commissioner"},
    )
    ground = RadioField(
        label="If it is refused, on which ground?", choices=list(rules.REFUSAL_LABELS.items()), required=False
    )
    because = forms.CharField(label="What was said to them, or by them?", max_length=300)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("state") == rules.State.REFUSED and not data.get("ground"):
            self.add_error("ground", "Select the ground on which it is refused")
        return data


class MarkForm(GovForm):
    """Disclose or remove an entry or one field of it."""

    submit_label = "Save the decision"

    def __init__(self, *args: Any, fields: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(WHOLE, "The whole entry"), *fields]
        self.fields["field"] = RadioField(label="Which part?", choices=choices, initial=WHOLE)
        self.fields["decision"] = RadioField(
            label="What becomes of it?",
            choices=[("disclose", "Disclose"), *((g.value, f"Remove: {rules.GROUND_LABELS[g]}") for g in rules.Ground)],
            hints={
                "disclose": "The whole entry: what tells of other people stays removed until decided by itself",
                **{g.value: hint for g, hint in rules.GROUND_HINTS.items()},
            },
        )
        self.fields["note"] = forms.CharField(
            label="Note for the file", max_length=300, required=False, help_text="Never printed."
        )


class SendForm(GovForm):
    """The package was given to the person."""

    submit_label = "Record that it is sent"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent_on"] = DateInputField(label="When was it given?", latest=today)
        self.fields["sent_how"] = forms.CharField(
            label="How?",
            max_length=200,
            help_text="Such as: handed over in person; posted, signed for. Never as an attachment of an email.",
        )


class PrintForm(GovForm):
    """For whom a record is printed."""

    submit_label = "See what they will see"

    recipient = RadioField(label="Who will get it?", choices=list(rules.RECIPIENT_LABELS.items()))
    recipient_name = forms.CharField(
        label="Their name",
        max_length=120,
        help_text="Printed on every page. Check it against the letter or the order that asks for the print.",
    )
    period = RadioField(label="How far back?", choices=list(PERIODS.items()), initial="recent")

    @property
    def chosen(self) -> Recipient:
        return Recipient(self.cleaned_data["recipient"])

"""Forms of the incentive scheme."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DateInputField, GovForm
from core.rules import assessment_year_of
from incentives import rules


class SchemeForm(GovForm):
    """A summer, its money and its dates, with the usual ones filled in."""

    submit_label = "Open the scheme"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = assessment_year_of(today)
        self.fields["assessment_year"] = forms.TypedChoiceField(
            label="For whom",
            coerce=int,
            choices=[(this, f"Summer {this}: Year 11 now"), (this + 1, f"Summer {this + 1}: Year 10 now")],
            initial=this,
            widget=forms.RadioSelect,
        )
        self.fields["budget"] = forms.DecimalField(
            label="Money set aside, in pounds",
            max_digits=9,
            decimal_places=2,
            min_value=0,
            initial=rules.USUAL_BUDGET,
            error_messages={
                "required": "Enter the money set aside",
                "invalid": "Enter an amount in pounds, like 10000 or 9500.50",
            },
        )
        self.fields["letters_due_on"] = DateInputField(
            label="Everybody is told by", initial=rules.usual_letters_due_on(this)
        )
        self.fields["payments_due_on"] = DateInputField(
            label="Everybody eligible is paid by", initial=rules.usual_payments_due_on(this)
        )


class LetterForm(GovForm):
    """To whom a letter went, and on which day. The choices are the young people not told yet, in scope."""

    submit_label = "Record the letters"

    def __init__(self, pupils: QuerySet[Any], *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupils"] = forms.ModelMultipleChoiceField(
            pupils,
            label="Young people",
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one young person"},
        )
        self.fields["sent_on"] = sent_on_field(today)


class OneLetterForm(GovForm):
    """The day on which one young person was told."""

    submit_label = "Record the letter"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent_on"] = sent_on_field(today)


def sent_on_field(today: date) -> DateInputField:
    return DateInputField(
        label="Sent on", initial=today, error_messages={"required": "Enter the day on which the letter was sent"}
    )

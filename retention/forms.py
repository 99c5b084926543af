"""Forms of periods, holds and decisions."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateInputField, GovForm, RadioField
from retention.rules import (
    HOLD_LABELS,
    OPEN_STATES,
    RULES,
    STATE_LABELS,
    HoldKind,
    Period,
    RecordClass,
)

NO_NAMES = "Name no child and nobody of the family: the words outlive the record."


def _words(label: str, hint: str, message: str, *, rows: int = 3, longest: int = 500) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": message},
    )  # fmt: skip


class DueFilterForm(GovForm):
    """By state and class."""

    form_method = "get"
    state = forms.ChoiceField(
        label="Where it stands", required=False,
        choices=[("", "Any"), *((s.value, STATE_LABELS[s]) for s in OPEN_STATES)],
    )  # fmt: skip
    record_class = forms.ChoiceField(
        label="Class of record", required=False, choices=[("", "Any"), *((c.value, r.label) for c, r in RULES.items())]
    )


class PeriodForm(GovForm):
    """How long a class is kept from now on. Whether the period may be set is the service's question."""

    submit_label = "Set the period"

    def __init__(self, record_class: RecordClass, period: Period, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = RULES[record_class]
        self.fields["years"] = forms.IntegerField(
            label="Years", min_value=1, max_value=150, initial=period.years, required=False,
            help_text=f"Leave it empty to keep for ever. The usual period is {self.rule.years} years.",
            widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        )  # fmt: skip
        if self.rule.least_as_copy is not None:
            self.fields["is_copy"] = forms.BooleanField(
                label="Social care’s system holds the master file, and this is a copy", required=False,
                initial=period.is_copy,
                help_text=f"Only then may the period be shorter, and never below {self.rule.least_as_copy} years.",
            )  # fmt: skip
        self.fields["reason"] = _words(
            "Reason", "Who decided it and where it is written down. It stays in the history.",
            "Enter why the period is set so",
        )  # fmt: skip

    def period(self) -> Period:
        return Period(years=self.cleaned_data["years"], is_copy=bool(self.cleaned_data.get("is_copy")))


class HoldForm(GovForm):
    """Why a child's record must stay."""

    submit_label = "Hold the record"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = RadioField(
            label="Why must the record stay?", choices=[(k.value, HOLD_LABELS[k]) for k in HoldKind],
            error_messages={"required": "Select why the record must stay"},
        )  # fmt: skip
        self.fields["reason"] = _words(
            "Reason in words", "Which inquiry or claim, and who asked for it.", "Enter why the record is held",
            longest=1000,
        )  # fmt: skip
        self.fields["from_on"] = DateInputField(label="From", initial=today, latest=today)
        self.fields["review_on"] = DateInputField(
            label="Review on", help_text="The home page asks on that day whether the hold is still needed."
        )


class ReleaseForm(GovForm):
    """Why a record is no longer held."""

    submit_label = "Release the hold"
    because = _words(
        "Why is it no longer needed?", "The record follows its period again.",
        "Enter why the record is no longer held",
    )  # fmt: skip


class DeclineForm(GovForm):
    """What is due stays all the same."""

    submit_label = "Keep the record for now"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"] = _words("Why does it stay?", NO_NAMES, "Enter why it is not destroyed")
        self.fields["again_on"] = DateInputField(
            label="Look at it again on", help_text="From that day on it is listed as due again."
        )

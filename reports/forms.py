"""Forms of the reports floor."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from attainment.indicators import EARLIEST_YEAR
from attainment.rules import NI_SPECS
from core.forms import DateInputField, Field, GovForm, Layout, RadioField
from pupils.rules import Basis
from reports.models import IndicatorTarget
from reports.targets import code_of, slug_of


def _percent(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False, help_text=help_text
    )


class TargetForm(GovForm):
    """What the plan says of one indicator and year, in per cent."""

    submit_label = "Save"

    target = _percent("Target", "Per cent, as the plan states it: 43 or 6.34. Leave empty where there is none.")
    prediction = _percent("Prediction", "What is expected before the results are known.")
    stated_outcome = _percent("Outcome stated elsewhere", "Where only the plan or a return tells it, like 2008.")
    awaited_on = DateInputField(label="Results expected by", required=False)
    note = forms.CharField(label="Where this comes from", max_length=200, required=False)

    def __init__(self, *args: Any, row: IndicatorTarget | None = None, **kwargs: Any) -> None:
        names = ("target", "prediction", "stated_outcome", "awaited_on", "note")
        initial = {name: getattr(row, name) for name in names} if row else {}
        for name in names[:3]:
            if initial.get(name) is not None:
                initial[name] = f"{initial[name].normalize():f}"
        super().__init__(*args, initial=initial, **kwargs)

    def get_layout(self) -> Layout:
        return Layout(
            Field.text("target", field_width=5),
            Field.text("prediction", field_width=5),
            Field.text("stated_outcome", field_width=5),
            "awaited_on",
            "note",
        )


class ComputeForm(GovForm):
    """Which year to compute, and on which snapshot."""

    submit_label = "Compute now"
    submit_style = "secondary"

    year = forms.IntegerField(
        label="Summer", min_value=EARLIEST_YEAR, max_value=2100, help_text="2009 is the results of summer 2009."
    )
    basis = RadioField(
        label="Snapshot",
        required=False,
        choices=[("", "The year's own"), *((b.value, b.label) for b in Basis)],
        hints={"": "30 September up to 2009, 31 March since 2010"},
    )

    def get_layout(self) -> Layout:
        return Layout(Field.text("year", field_width=5), "basis")


class ChooseTargetForm(GovForm):
    """Which indicator and year."""

    submit_label = "Continue"

    slug = RadioField(
        label="Indicator", choices=[(slug_of(code), f"{code}: {spec.title}") for code, spec in NI_SPECS.items()]
    )
    year = forms.IntegerField(label="Summer", min_value=2008, max_value=2100)

    def get_layout(self) -> Layout:
        return Layout("slug", Field.text("year", field_width=5))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        code, year = code_of(data.get("slug", "")), data.get("year")
        if code and year and year > NI_SPECS[code].last_assessment_year:
            self.add_error("year", f"The series of {code} closed with {NI_SPECS[code].last_assessment_year}")
        return data


# ---------------------------------------------------------------- the termly report


class DraftForm(GovForm):
    """Which term, and as at which day."""

    submit_label = "Make the report"

    def __init__(self, *args: Any, terms: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"] = forms.ChoiceField(label="Term", choices=terms)
        self.fields["as_at"] = DateInputField(
            label="As at",
            help_text="A day of the term, not later than today. The figures are those of that day.",
            latest=today,
        )


class WordsForm(GovForm):
    """What the Virtual School Head says and asks; printed in both versions."""

    submit_label = "Save and make the documents again"

    commentary = forms.CharField(
        label="What the Virtual School Head says",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
        required=False,
        help_text="A few sentences for the first page: what stands out, why, and what was done about it.",
    )
    decisions_wanted = forms.CharField(
        label="Decisions wanted",
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=4000,
        required=False,
        help_text="One decision a line. They are printed as a numbered list.",
    )


class WithdrawForm(GovForm):
    """Why a report is taken out of use."""

    submit_label = "Withdraw the report"
    submit_style = "warning"

    because = forms.CharField(
        label="Reason", max_length=300, help_text="It stays with the report for everybody to see."
    )

"""A section of the PEP as a Django form, made from the version of the form that the PEP keeps."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.forms import CheckboxesField, DateInputField, FormHelper, GovForm, Layout, RadioField
from peps.rules.form import Field, Kind, Section
from peps.services.writing import mark_of

YES_NO = [("yes", "Yes"), ("no", "No")]
FEW_CHOICES = 5
SPARE_ROWS = 2
MOST_ROWS = 40


class RowsWidget(forms.Widget):
    """A small table to fill in; empty rows at its end are dropped. Boxes are named key-row-column."""

    def __init__(self, columns: Sequence[tuple[str, str]], label: str) -> None:
        super().__init__()
        self.columns, self.label = columns, label

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows that have any text, in their order."""
        rows = []
        for number in range(MOST_ROWS):
            row = {key: str(data.get(f"{name}-{number}-{key}", "")).strip() for key, _ in self.columns}
            if any(row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """False where any box was sent."""
        return not any(key.startswith(f"{name}-") for key in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [row for row in value or [] if isinstance(row, dict)]
        shown = [*rows, *({} for _ in range(SPARE_ROWS))][:MOST_ROWS]
        cells = [
            [(f"{name}-{n}-{key}", f"{label}, row {n + 1}", row.get(key, "")) for key, label in self.columns]
            for n, row in enumerate(shown)
        ]
        return render_to_string(
            "peps/widgets/rows.html", {"columns": self.columns, "rows": cells, "name": name, "label": self.label}
        )


class RowsField(forms.Field):
    """A list of rows, each {column: text}."""

    def __init__(self, *, columns: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(widget=RowsWidget(columns, str(kwargs.get("label", ""))), **kwargs)


def _made(field: Field, label: str) -> forms.Field:
    common: dict[str, Any] = {"label": label, "help_text": field.hint, "required": False}
    match field.kind:
        case Kind.LONG:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000, **common)
        case Kind.YES_NO:
            made: forms.Field = RadioField(choices=YES_NO, **common)
        case Kind.CHOICE if len(field.choices) <= FEW_CHOICES:
            made = RadioField(choices=list(field.choices), **common)
        case Kind.CHOICE:
            made = forms.ChoiceField(choices=[("", "Not said yet"), *field.choices], **common)
        case Kind.MANY:
            made = CheckboxesField(choices=list(field.choices), **common)
        case Kind.DATE:
            made = DateInputField(**common)
        case Kind.ROWS:
            made = RowsField(columns=field.columns, **common)
        case Kind.NUMBER:
            made = forms.DecimalField(min_value=0, max_value=100_000, **common)
        case Kind.TEXT:
            made = forms.CharField(max_length=500, **common)
    return made


def _shown(field: Field, value: Any) -> Any:
    """A stored answer as the form's field takes it."""
    if field.kind is Kind.DATE and value:
        return date.fromisoformat(value)
    return value


def stored(value: Any) -> Any:
    """A cleaned value as it is stored: JSON has no dates and no decimals."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | list) else f"{value.normalize():f}"


class SectionForm(GovForm):
    """The questions of one section. Nothing is required while it is being written.

    `was` holds a digest of each answer as the page showed it: only what the writer changed is written, and what
    somebody else changed meanwhile is noticed. `labels` may put other words in place of the questions' own.
    """

    submit_label = "Save and go back to the plan"
    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def __init__(self, section: Section, answers: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        self.section, self.answers = section, answers
        labels: Mapping[str, str] = kwargs.pop("labels", {})
        initial = {f.key: _shown(f, answers.get(f.key)) for f in section.fields}
        marks = {f.key: mark_of(answers.get(f.key)) for f in section.fields}
        super().__init__(*args, initial={**initial, "was": json.dumps(marks)}, **kwargs)
        for field in section.fields:
            self.fields[field.key] = _made(field, labels.get(field.key, field.label))

    @property
    def helper(self) -> FormHelper:
        """With an id, so that a second button outside can send the form."""
        helper = super().helper
        helper.form_id = "section-form"
        return helper

    def get_layout(self) -> Layout:
        """The section's fields in their order, the hidden ones first."""
        return Layout("was", *(f.key for f in self.section.fields))

    def clean_was(self) -> dict[str, str]:
        """{field: digest}; an empty or spoilt one means that every answer counts as changed."""
        try:
            found = json.loads(self.cleaned_data["was"] or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def seen(self) -> dict[str, str]:
        """{field: digest} of what the page showed; call after is_valid()."""
        return self.cleaned_data.get("was") or {}

    def changes(self) -> dict[str, Any]:
        """{field: answer} of what the writer changed, valid answers only; call after is_valid()."""
        was = self.seen()
        found = {f.key: stored(self.cleaned_data[f.key]) for f in self.section.fields if f.key in self.cleaned_data}
        return {key: value for key, value in found.items() if was.get(key) != mark_of(value)}

    def faults(self) -> dict[str, str]:
        """{field: message} of what could not be read."""
        return {name: " ".join(str(e) for e in errors) for name, errors in self.errors.items()}

    def add_clashes(self, clashes: Sequence[Any]) -> None:
        """Say at each field what somebody else wrote meanwhile."""
        for clash in clashes:
            theirs = clash.theirs if isinstance(clash.theirs, str) else f"{len(clash.theirs)} rows"
            self.add_error(
                clash.field,
                ValidationError(
                    f"{clash.by} changed this meanwhile to: “{theirs}”. Yours is below and not saved yet: "
                    "put both together and save again"
                ),
            )

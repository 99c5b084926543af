"""The form of one line of the record of processing."""

from typing import Any

from django import forms

from core.classification import CLASS_LABELS, CLASS_MEANINGS, DataClass
from core.forms import CheckboxesField, GovModelForm
from rights.models import ProcessingActivity
from rights.processing.services import FIELDS

LONG = ("purpose", "whose", "data", "recipients", "transfers", "retention", "security")


class ActivityForm(GovModelForm):
    """Every column of the record."""

    classes = CheckboxesField(
        label="Classes of data",
        choices=[(c.value, CLASS_LABELS[c]) for c in DataClass],
        hints={c.value: CLASS_MEANINGS[c] for c in DataClass},
    )

    class Meta:
        model = ProcessingActivity
        fields = FIELDS
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in LONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.label:
                field.label = f"{str(field.label)[:1].upper()}{str(field.label)[1:]}"

    def validate_unique(self) -> None:
        """The service says it, whatever the case of the letters."""

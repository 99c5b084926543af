"""Forms of the exclusion pages."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from core.forms import DateInputField, GovForm, RadioField
from provision import rules


class ExclusionForm(GovForm):
    """What the school decided, from when, for how long. The choices of school are the child's."""

    submit_label = "Record the exclusion"

    def __init__(self, schools: QuerySet[Any], *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only = schools.first() if len(schools) == 1 else None
        self.fields["school"] = forms.ModelChoiceField(
            schools,
            label="School",
            initial=only,
            empty_label="Choose the school",
            error_messages={"required": "Select the school"},
        )
        self.fields["category"] = RadioField(
            label="What the school decided",
            choices=[(c.value, label) for c, label in rules.CATEGORY_LABELS.items()],
            hints={c.value: hint for c, hint in rules.CATEGORY_HINTS.items()},
            error_messages={"required": "Select what the school decided"},
        )
        self.fields["from_on"] = DateInputField(
            label="First day",
            help_text=f"The first school day the child is kept out, like {today.day} {today.month} {today.year}",
            error_messages={"required": "Enter the first day of the exclusion"},
        )
        self.fields["days"] = forms.DecimalField(
            label="Length in school days",
            help_text="Half days count: 0.5, 1, 2.5. Leave empty for a permanent exclusion.",
            required=False,
            min_value=Decimal("0.5"),
            max_value=Decimal(rules.YEAR_LIMIT_DAYS),
            max_digits=4,
            decimal_places=1,
            error_messages={
                "invalid": "Enter the length in school days, like 2 or 0.5",
                "min_value": "The shortest exclusion is half a day: 0.5",
                "max_value": f"A suspension is never longer than {rules.YEAR_LIMIT_DAYS} school days in a school year",
            },
        )

    def clean_days(self) -> Decimal | None:
        days: Decimal | None = self.cleaned_data.get("days")
        if days is not None and days % Decimal("0.5"):
            raise ValidationError("Enter whole or half days, like 2 or 2.5")
        return days

    def clean(self) -> dict[str, Any]:
        """A permanent exclusion has no length: whoever enters one meant something else, and is asked."""
        data = super().clean() or self.cleaned_data
        if data.get("category") == rules.Category.PERMANENT and data.get("days") is not None:
            self.add_error(
                "days", "A permanent exclusion has no length: leave this empty, or choose Suspension if it ends"
            )
        return data

    @property
    def sessions(self) -> int | None:
        """The length in half days."""
        days = self.cleaned_data.get("days")
        return None if days is None else int(days * rules.SESSIONS_A_DAY)

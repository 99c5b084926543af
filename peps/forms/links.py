"""Making a one-time link."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import GovForm, RadioField
from peps.rules.links import LINK_DAYS
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor


class LinkForm(GovForm):
    """For whom, and whether it is mailed. A child's link is handed over by an adult and never mailed."""

    submit_label = "Make the link"
    party = RadioField(
        label="Who is it for?",
        choices=[(p.value, f"{CONTRIBUTOR_LABELS[p]}, for {days} days") for p, days in LINK_DAYS.items()],
    )
    email = forms.EmailField(
        label="Carer’s email address",
        required=False,
        help_text="Only if you want us to send the link to the carer. Leave it empty to copy the link yourself",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("email") and data.get("party") == Contributor.CHILD:
            raise ValidationError(
                {"email": "A child’s link is handed over by an adult: leave the address empty, and copy the link"}
            )
        return data

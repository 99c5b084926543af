"""Which child and why; and what the review found."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import HTML, DateInputField, GovForm, Layout, RadioField
from pupils.emergencies import SHORTEST_REASON
from pupils.models import EmergencyAccess

LONGEST = 1000
WHO = "Enter the child id or UPN, or the surname and the date of birth"
NOBODY = (
    "No record was opened: there is no one child whom all that you typed fits exactly. Check it, or ring the Virtual "
    "School."
)
"""The same words whether there is no such child or more than one."""


class EmergencyForm(GovForm):
    """Everything is typed: there is no list to choose from and no suggestion."""

    submit_label = "Open the record"
    submit_style = "warning"

    number = forms.CharField(
        label="Child id or UPN", max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    surname = forms.CharField(
        label="Surname", max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    dob = DateInputField(label="Date of birth", required=False)
    ground = RadioField(
        label="What is the emergency?",
        choices=EmergencyAccess.Ground.choices,
        error_messages={"required": "Select what the emergency is"},
    )
    reason = forms.CharField(
        label="Why do you need this record now?",
        help_text=f"The Virtual School Head reads it. At least {SHORTEST_REASON} characters.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": "Enter why you need this record now"},
    )

    def get_layout(self) -> Layout:
        return Layout(
            HTML('<h2 class="govuk-heading-m">Which child?</h2><p class="govuk-body">Either the number:</p>'),
            "number",
            HTML('<p class="govuk-body">or both of these, exactly as recorded:</p>'),
            "surname",
            "dob",
            HTML('<h2 class="govuk-heading-m">Why?</h2>'),
            "ground",
            "reason",
        )

    def clean(self) -> dict[str, Any]:
        """Nobody is looked for until this has nothing to complain of."""
        found: dict[str, Any] = super().clean() or {}
        named = found.get("number") or (found.get("surname") and found.get("dob"))
        if not named and not {"number", "surname", "dob"} & set(self.errors):
            self.add_error("number", WHO)
        if "\x00" in "".join(str(value) for value in found.values()):
            raise ValidationError("Type the words without control characters")
        return found

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(" ".join(reason.split())) < SHORTEST_REASON:
            raise ValidationError(f"Write at least {SHORTEST_REASON} characters: what happened, and what you need")
        return reason


class ReviewForm(GovForm):
    """Was it justified?"""

    submit_label = "Record the review"

    outcome = RadioField(
        label="Was it justified?",
        choices=EmergencyAccess.Outcome.choices,
        hints={
            EmergencyAccess.Outcome.JUSTIFIED.value: "The reason and the pages that were read fit one another",
            EmergencyAccess.Outcome.FOLLOW_UP.value: "Somebody has to be asked, or something has to change",
        },
        error_messages={"required": "Select whether it was justified"},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST,
        help_text="What has to be followed up, and by whom. Needed where something is to follow.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )


class EmergencyFilterForm(GovForm):
    """Nothing is required."""

    WAITING = "waiting"
    state = forms.ChoiceField(
        label="Review",
        required=False,
        choices=[("", "All"), (WAITING, "Waits for review"), *EmergencyAccess.Outcome.choices],
    )

    def narrow(self, accesses: Any) -> Any:
        """The openings in that state; a value that is no choice narrows nothing."""
        if not self.is_bound or not self.is_valid():
            return accesses
        state = self.cleaned_data["state"]
        if state == self.WAITING:
            return accesses.filter(reviewed_at=None)
        return accesses.filter(outcome=state) if state else accesses

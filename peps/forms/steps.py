"""Reasons of the steps of a PEP."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.forms import GovForm
from peps.rules.form import Section

BEYOND_THE_FORM = (("J", "Targets"), ("R", "Meeting"))


class ReasonForm(GovForm):
    """Why a step is taken."""

    submit_label = "Confirm"
    reason = forms.CharField(
        label="Why?",
        help_text="The people who work on this PEP read it",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000,
    )


class ReturnForm(GovForm):
    """A reason for each section that goes back; those left empty stay closed."""

    submit_label = "Return these sections"

    def __init__(self, sections: Sequence[Section], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, title in [*((s.code, s.title) for s in sections), *BEYOND_THE_FORM]:
            self.fields[f"reason_{code}"] = forms.CharField(
                label=f"{code}. {title}",
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=2_000,
            )

    def reasons(self) -> dict[str, str]:
        """{section code: why}; call after is_valid()."""
        return {name.removeprefix("reason_"): value for name, value in self.cleaned_data.items() if value}

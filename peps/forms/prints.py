"""What is printed of many PEPs."""

from typing import Any

from django import forms

from core.forms import GovForm
from peps.models import PEPPrint


class PrintForm(GovForm):
    """Which edition."""

    submit_label = "Make the PDFs"
    edition = forms.ChoiceField(
        label="Which edition?", choices=PEPPrint.Edition.choices, widget=forms.RadioSelect, initial="adult"
    )

    @property
    def chosen(self) -> PEPPrint.Edition:
        """Call after is_valid()."""
        found: Any = PEPPrint.Edition(self.cleaned_data["edition"])
        return found

"""Phase and circumstances of a PEP."""

from django import forms

from core.forms import CheckboxesField, GovForm, RadioField
from peps.rules.form import CIRCUMSTANCE_LABELS, PHASE_LABELS, Circumstance, Phase


class CircumstancesForm(GovForm):
    """What decides which sections the plan has. `confirmed` holds the choice whose effects the person has seen."""

    submit_label = "Show what changes"
    phase = RadioField(label="Phase", choices=[(p.value, label) for p, label in PHASE_LABELS.items()])
    circumstances = CheckboxesField(
        label="Circumstances",
        required=False,
        choices=[(c.value, label) for c, label in CIRCUMSTANCE_LABELS.items()],
    )
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def chosen(self) -> tuple[Phase, frozenset[Circumstance]]:
        """Call after is_valid()."""
        given = frozenset(Circumstance(c) for c in self.cleaned_data["circumstances"])
        return Phase(self.cleaned_data["phase"]), given

    def choice_words(self) -> str:
        """The choice as one word, to know it again when it is confirmed."""
        phase, given = self.chosen()
        return " ".join([phase, *sorted(given)])


class ConfirmForm(CircumstancesForm):
    """The same, once the effects are on the page."""

    submit_label = "Save this choice"

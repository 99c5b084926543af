"""The Pledge of one child as a form: one question for each promise that applies."""

from typing import Any

from django import forms

from core.forms import GovForm
from pledge import rules
from pledge.indicators import Standing

CHOICES = [(a.value, label) for a, label in rules.ANSWER_LABELS.items()]


class PledgeForm(GovForm):
    """Nothing is chosen beforehand: an old answer is never confirmed by mistake."""

    def __init__(self, standing: Standing, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        for commitment in standing.applicable:
            self.fields[f"c{commitment.pk}"] = forms.ChoiceField(
                choices=CHOICES, required=False, label=commitment.text, widget=forms.RadioSelect
            )

    def answers(self) -> dict[int, str]:
        """{commitment pk: answer} of what was chosen."""
        return {int(name[1:]): value for name, value in self.cleaned_data.items() if value}

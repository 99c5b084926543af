"""Five short questions that make a target, and its review."""

from typing import Any

from django import forms

from core.forms import Fieldset, GovForm, Layout, RadioField
from peps.forms.sections import RowsField
from peps.models import Target
from peps.rules import targets as rules

HOW_COLUMNS = (("what", "What"), ("when", "When"), ("where", "Where"), ("who", "By whom"), ("often", "How often"))


class TargetForm(GovForm):
    """What is needed, what will be reached, how, how we will know, who sees to it and by when.

    The hints ask for what is neither required nor marked as optional (rules/targets.py).
    """

    submit_label = "Save the target"
    kind = forms.ChoiceField(
        label="What is it about?",
        choices=[("", "Choose"), *((k.value, label) for k, label in rules.KIND_LABELS.items())],
        error_messages={"required": "Select what the target is about"},
    )
    horizon = RadioField(label="For how long?", choices=Target.Horizon.choices, initial=Target.Horizon.SHORT)
    need = forms.CharField(
        label="What does the child need that is missing now?",
        help_text="The starting point: “Reads 32 words a minute and avoids reading aloud”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    outcome = forms.CharField(
        label="What will the child be able to do?",
        help_text="Begin with a verb: “read 60 words a minute from a book of choice”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    why = forms.CharField(label="What is it good for?", widget=forms.Textarea(attrs={"rows": 2}))
    how = RowsField(
        label="How: what is done?", columns=HOW_COLUMNS, help_text="One line for each thing", required=False
    )
    measure = forms.CharField(label="How will you know? What is measured", max_length=200, required=False)
    measure_from = forms.CharField(label="From", max_length=60, required=False)
    measure_to = forms.CharField(label="To", max_length=60, required=False)
    owner_name = forms.CharField(label="Who sees to it?", help_text="A person by name", max_length=120, required=False)
    due_on = forms.DateField(label="By when?", required=False)
    cost = forms.DecimalField(
        label="Cost in pounds, if it needs money (optional)",
        max_digits=8,
        decimal_places=2,
        min_value=0,
        required=False,
        error_messages={"invalid": "Cost in pounds must be a number, like 350"},
    )
    cost_words = forms.CharField(
        label="How the cost is made up (optional)", help_text="“10 sessions at £35”", max_length=200, required=False
    )
    child_view = forms.CharField(
        label="What does the child say to this target? (optional)",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    from_voice = forms.BooleanField(label="It was set or changed because of what the child said", required=False)

    def get_layout(self) -> Layout:
        """The questions in five groups."""
        return Layout(
            Fieldset("kind", "horizon", "need", legend="1. The need"),
            Fieldset("outcome", "why", "child_view", "from_voice", legend="2. What will be different"),
            Fieldset("how", legend="3. How"),
            Fieldset("measure", "measure_from", "measure_to", legend="4. How you will know"),
            Fieldset("owner_name", "due_on", "cost", "cost_words", legend="5. Who, by when, at what cost"),
        )


class ReviewForm(GovForm):
    """What came of a target."""

    submit_label = "Save the review"
    result = RadioField(
        label="What came of it?", choices=[(k.value, label) for k, label in rules.OUTCOME_LABELS.items()]
    )
    evidence = forms.CharField(
        label="What shows it?", widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000, required=False
    )
    money_impact = forms.CharField(
        label="What did the money bring about?",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=4_000,
        required=False,
    )

    def __init__(self, target: Target, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if target.cost is None:
            del self.fields["money_impact"]

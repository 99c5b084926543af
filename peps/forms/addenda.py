"""A note to a locked plan."""

from django import forms

from core.forms import GovForm


class AddendumForm(GovForm):
    """What is added; the plan itself stays as it was."""

    submit_label = "Add"
    text = forms.CharField(
        label="What is to be added?",
        help_text="A correction, or something that came up after the plan was locked. It is printed at the plan’s end",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4_000,
    )

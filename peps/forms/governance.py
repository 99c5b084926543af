"""Forms by which the Virtual School Head changes the PEP form: never JSON by hand."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import CheckboxesField, DateInputField, GovForm, RadioField
from peps.models import FormApproval, FormComment
from peps.rules.form import STATUTORY_ITEMS, Field
from peps.rules.form_changes import LONGEST_LABEL, SIMPLE_KINDS
from peps.rules.links import BAND_LABELS, wording

LARGEST_FILE = 512 * 1024


def _no_number(word: str) -> Any:
    """Python reads NaN and Infinity; JSON and the database do not."""
    raise ValueError(f"{word} is no number")


class AboutForm(GovForm):
    """The name of a version and what is new in it."""

    title = forms.CharField(label="Title", max_length=120)
    changes = forms.CharField(
        label="What is new, in your words",
        required=False,
        help_text="The computed list of changes stands beside it",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
    )


class QuestionForm(GovForm):
    """A question as it is. Where the child answers it, its words for each age can be changed too."""

    submit_label = "Save this question"
    label = forms.CharField(label="Question", max_length=LONGEST_LABEL)
    hint = forms.CharField(label="Help", required=False, max_length=300)
    required = forms.BooleanField(label="Required before the plan is submitted", required=False)
    law = CheckboxesField(
        label="What the regulations ask",
        required=False,
        help_text="Each item needs at least one required question in every variant",
        choices=[(item, f"{item}: {words}") for item, words in STATUTORY_ITEMS.items()],
    )

    def __init__(self, field: Field, *args: Any, by_child: bool, **kwargs: Any) -> None:
        initial = {"label": field.label, "hint": field.hint, "required": field.required, "law": list(field.law)}
        self.by_child = by_child
        for band in BAND_LABELS:
            initial[f"words_{band}"] = wording(field, band)
        super().__init__(*args, initial=initial, **kwargs)
        for band, words in BAND_LABELS.items() if by_child else ():
            self.fields[f"words_{band}"] = forms.CharField(
                label=f"Words for {words}", required=False, max_length=LONGEST_LABEL
            )

    def changes(self) -> dict[str, Any]:
        """{entry of the definition: value}; call after is_valid()."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("label", "hint", "required", "law")}
        if self.by_child:
            found["words"] = {band: data[f"words_{band}"] for band in BAND_LABELS if data[f"words_{band}"]}
        return found


class NewQuestionForm(GovForm):
    """A question of a simple kind."""

    submit_label = "Add this question"
    label = forms.CharField(label="Question", max_length=LONGEST_LABEL)
    kind = RadioField(label="How is it answered?", choices=[(k.value, words) for k, words in SIMPLE_KINDS.items()])
    hint = forms.CharField(label="Help", required=False, max_length=300)
    required = forms.BooleanField(label="Required before the plan is submitted", required=False)
    law = CheckboxesField(
        label="What the regulations ask",
        required=False,
        choices=[(item, f"{item}: {words}") for item, words in STATUTORY_ITEMS.items()],
    )


class ImportForm(GovForm):
    """A definition as it was downloaded here, changed elsewhere."""

    submit_label = "Bring in this file"
    file_sent = forms.FileField(label="Definition of the form (JSON)", help_text="At most 512 KB")

    def clean_file_sent(self) -> Any:
        """The document in the file."""
        sent = self.cleaned_data["file_sent"]
        if sent.size > LARGEST_FILE:
            raise ValidationError("The file is larger than 512 KB")
        try:
            return json.loads(sent.read().decode("utf-8-sig"), parse_constant=_no_number)
        except UnicodeDecodeError:
            raise ValidationError("The file is not text in UTF-8") from None
        except json.JSONDecodeError as fault:
            raise ValidationError(f"The file is not JSON: line {fault.lineno}, column {fault.colno}") from None
        except RecursionError:
            raise ValidationError("The file is nested too deeply") from None
        except ValueError as fault:
            raise ValidationError(f"The file is not JSON: {fault}") from None


class CommentForm(GovForm):
    """What a group said of the draft, and what was decided."""

    submit_label = "Save this comment"
    group = RadioField(label="Who said it?", choices=FormComment.Group.choices)
    on = DateInputField(label="When?")
    comment = forms.CharField(
        label="What they said",
        help_text="No names of children",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
    )
    outcome = forms.CharField(
        label="What was decided",
        required=False,
        help_text="Needed for each comment before the version is put in force",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5_000,
    )


class ApprovalForm(GovForm):
    """That a body agreed."""

    submit_label = "Record the approval"
    body = RadioField(label="Who approved it?", choices=FormApproval.Body.choices)
    on = DateInputField(label="When?")


class InForceForm(GovForm):
    """From when new PEPs have the version."""

    submit_label = "Put in force"
    from_on = DateInputField(label="In force from", help_text="PEPs that were opened before keep their form")

"""Grades of a PEP, and its sign-offs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.forms import Fieldset, GovForm, Layout, RadioField
from peps.models import SignOff
from peps.rules.quality import CRITERION_LABELS, GRADE_LABELS, Check, Grade
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor
from peps.services.quality import Given

GRADES = [(grade.value, label) for grade, label in GRADE_LABELS.items()]


class AssessForm(GovForm):
    """A grade for each criterion, chosen beforehand as the machine proposes, with its reason as the hint."""

    submit_label = "Save the grades"

    def __init__(self, checks: Sequence[Check], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = checks
        for check in checks:
            self.fields[f"grade_{check.criterion}"] = RadioField(
                label="Grade", choices=GRADES, initial=check.grade.value, help_text=f"The check found: {check.why}"
            )
            self.fields[f"comment_{check.criterion}"] = forms.CharField(
                label="Comment", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2_000
            )
        self.fields["to_teacher"] = forms.CharField(
            label="To the designated teacher",
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            max_length=4_000,
        )
        self.fields["to_social_worker"] = forms.CharField(
            label="To the social worker", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
        )
        self.fields["override"] = forms.ChoiceField(
            label="Overall grade", choices=[("", "As the rule makes it"), *GRADES], required=False
        )
        self.fields["because"] = forms.CharField(label="Why another than the rule’s?", required=False, max_length=300)

    def get_layout(self) -> Layout:
        """One group for each criterion."""
        groups = [
            Fieldset(f"grade_{c.criterion}", f"comment_{c.criterion}", legend=CRITERION_LABELS[c.criterion])
            for c in self.checks
        ]
        return Layout(*groups, Fieldset("to_teacher", "to_social_worker", "override", "because", legend="Together"))

    def given(self) -> Given:
        """What the assessor says; call after is_valid()."""
        data = self.cleaned_data
        criteria = [c.criterion for c in self.checks]
        return Given(
            grades={c: Grade(data[f"grade_{c}"]) for c in criteria},
            comments={c: data[f"comment_{c}"] for c in criteria},
            to_teacher=data["to_teacher"],
            to_social_worker=data["to_social_worker"],
            override=Grade(data["override"]) if data["override"] else None,
            because=data["because"],
        )


class SignOffForm(GovForm):
    """One sign-off."""

    submit_label = "Record the sign-off"
    party = RadioField(label="Who?", choices=[(p.value, CONTRIBUTOR_LABELS[p]) for p in Contributor])
    method = RadioField(label="How?", choices=SignOff.Method.choices)
    name = forms.CharField(
        label="Name of the person", help_text="Not needed where you sign yourself", max_length=120, required=False
    )
    on = forms.DateField(label="Day")
    note = forms.CharField(label="Note, or why they declined", max_length=300, required=False)

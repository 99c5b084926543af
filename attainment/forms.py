"""The form that says what a qualification is worth."""

from decimal import Decimal
from typing import Any

from django import forms

from attainment.models import STAGE_CHOICES, Qualification
from attainment.rules import GradeScheme, Stage
from attainment.services import Worth, worth_of
from core.forms import Field, Fieldset, GovForm, Layout, RadioField

SCHEME_CHOICES = [
    (GradeScheme.LETTER.value, "One letter (C)"),
    (GradeScheme.DOUBLE.value, "Two letters (CC), each for itself"),
    (GradeScheme.WORDS.value, "Pass, merit, distinction"),
    (GradeScheme.LEVEL.value, "Levels or codes of a test (4b, A, N)"),
]


class QualificationForm(GovForm):
    """Either "worth the same as" a known one, or a worth of its own."""

    submit_label = "Save what it is worth"

    same_as = forms.ModelChoiceField(
        Qualification.objects.none(),
        required=False,
        label="Worth the same as",
        empty_label="None of these: it has a worth of its own",
        help_text="The quickest way where a school writes a known qualification in its own words.",
    )
    name = forms.CharField(label="Name", max_length=100)
    stage = RadioField(label="Key stage", choices=STAGE_CHOICES, required=False)
    scheme = RadioField(label="How its grades are written", choices=SCHEME_CHOICES, required=False)
    size = forms.DecimalField(
        label="Size in GCSEs",
        min_value=Decimal(0),
        max_value=Decimal(20),
        decimal_places=2,
        required=False,
        help_text="1 is one full GCSE, 0.5 a short course, 4 a BTEC First Diploma. 0 counts nothing.",
    )
    level2_grades = forms.CharField(
        label="Grades that pass at level 2",
        required=False,
        max_length=200,
        help_text="With blanks between them, like A* A B C or P M D. Empty: none passes.",
    )
    is_gcse = forms.BooleanField(
        label="It is a GCSE: it may serve as the English or mathematics GCSE of NI 101", required=False
    )
    is_teacher_assessment = forms.BooleanField(
        label="It is a teacher assessment: kept, and not counted as a test", required=False
    )
    counts_from = forms.IntegerField(
        label="First summer in which it counts",
        min_value=1988,
        max_value=2100,
        required=False,
        help_text="Only where it did not always count: 2010 for iGCSEs.",
    )

    def __init__(self, *args: Any, qualification: Qualification, **kwargs: Any) -> None:
        worth = worth_of(qualification)
        initial = {
            "name": worth.name,
            "stage": worth.stage.value,
            "scheme": worth.scheme.value,
            "size": qualification.size.normalize() if qualification.size is not None else None,
            "level2_grades": qualification.level2_words if qualification.mapped else "A* A B C",
            "is_gcse": worth.is_gcse,
            "is_teacher_assessment": worth.is_teacher_assessment,
            "counts_from": worth.counts_from,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.qualification = qualification
        known = Qualification.objects.filter(mapped=True, stage=qualification.stage).exclude(pk=qualification.pk)
        self.fields["same_as"].queryset = known  # type: ignore[attr-defined]

    def get_layout(self) -> Layout:
        return Layout(
            "name",
            "same_as",
            Fieldset(
                "stage", "scheme", Field.text("size", field_width=5),
                "level2_grades", "is_gcse", "is_teacher_assessment", Field.text("counts_from", field_width=5),
                legend="A worth of its own",
            ),
        )  # fmt: skip

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Qualification.objects.filter(name__iexact=name).exclude(pk=self.qualification.pk).exists():
            raise forms.ValidationError("Another qualification has this name: choose it under “Worth the same as”")
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("same_as"):
            return data
        for field, message in (
            ("stage", "Select the key stage, or a qualification that it is worth the same as"),
            ("scheme", "Select how its grades are written"),
            ("size", "Enter the size in GCSEs, 0 if it counts nothing"),
        ):
            if data.get(field) in (None, "") and field not in self.errors:
                self.add_error(field, message)
        return data

    def worth(self) -> Worth:
        """What the valid form says."""
        data = self.cleaned_data
        if same := data["same_as"]:
            like = worth_of(same)
            return Worth(**{**_fields(like), "name": data["name"]})
        return Worth(
            name=data["name"],
            stage=Stage(data["stage"]),
            scheme=GradeScheme(data["scheme"]),
            size=data["size"],
            level2_grades=frozenset(data["level2_grades"].upper().split()),
            is_gcse=data["is_gcse"],
            is_teacher_assessment=data["is_teacher_assessment"],
            counts_from=data["counts_from"],
        )


def _fields(worth: Worth) -> dict[str, Any]:
    return {name: getattr(worth, name) for name in Worth.__dataclass_fields__}

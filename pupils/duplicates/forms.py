"""What a person says before two records become one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import GovForm, RadioField
from pupils.duplicates.handling import Stays
from pupils.duplicates.planning import Question
from pupils.duplicates.services import FACTS, Choices, default_choice
from pupils.duplicates.words import described, label_of, source_of, value_in_words
from pupils.models import Pupil

SURVIVES, GOES = "the record that stays", "the record that goes"


class CompareForm(GovForm):
    """Two child ids, for records that no rule proposes."""

    submit_label = "Look at both"
    first = forms.CharField(
        label="Child id of one record",
        max_length=20,
        error_messages={"required": "Enter the child id of one record"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    second = forms.CharField(
        label="Child id of the other record",
        max_length=20,
        error_messages={"required": "Enter the child id of the other record"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MergeForm(GovForm):
    """A choice for each fact and row that differs, the reason, and the child id typed as the last word."""

    submit_label = "Merge the two records"
    submit_style = "warning"

    def __init__(
        self, user: Any, kept: Pupil, other: Pupil, questions: Sequence[Question], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.other = kept, other
        self.unseen: list[str] = []
        """Kinds of rows that differ and that the person's role does not see: somebody else must decide."""
        self.row_names: dict[str, str] = {}
        for name in FACTS:
            if getattr(kept, name) != getattr(other, name):
                self.fields[name] = _fact_field(kept, other, name)
        for question in questions:
            self._ask(user, question)
        self.fields["reason"] = forms.CharField(
            label="Why are they one child?",
            help_text="Who or what confirmed it. Do not write what is protected.",
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": "Enter why the two records are one child's"},
        )
        self.fields["typed"] = forms.CharField(
            label=f"Type {other.child_id} to confirm",
            help_text="A merge cannot be undone by a button. This is the child id of the record that goes.",
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": f"Type {other.child_id} to confirm"},
        )

    def _ask(self, user: Any, question: Question) -> None:
        source, label = source_of(user, type(question.kept)), label_of(type(question.kept))
        if source is None:
            self.unseen.append(label)
            return
        name = f"row-{len(self.row_names) + 1}"
        self.row_names[name] = question.key
        choices = [
            (Stays.KEPT.value, f"{described(source, question.kept)} ({SURVIVES})"),
            (Stays.OTHER.value, f"{described(source, question.other)} ({GOES})"),
        ]
        self.fields[name] = RadioField(
            label=f"{label}: which of the two stays?",
            choices=choices,
            error_messages={"required": f"{label}: say which of the two stays"},
        )

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed.casefold() != self.other.child_id.casefold():
            raise ValidationError(f"This is not {self.other.child_id}: type the child id of the record that goes")
        return typed

    def choices(self) -> Choices:
        """What was said; call it on a valid form."""
        data = self.cleaned_data
        return Choices(
            facts={name: Stays(data[name]) for name in FACTS if name in data},
            rows={key: Stays(data[name]) for name, key in self.row_names.items()},
            reason=data["reason"].strip(),
        )


def _fact_field(kept: Pupil, other: Pupil, name: str) -> RadioField:
    label = str(Pupil._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    label = label[:1].upper() + label[1:]
    options = ((Stays.KEPT, kept, SURVIVES), (Stays.OTHER, other, GOES))
    return RadioField(
        label=label,
        choices=[(stays.value, f"{value_in_words(row, name) or 'Empty'} ({what})") for stays, row, what in options],
        initial=default_choice(kept, other, name).value,
    )

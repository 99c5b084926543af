"""The page of one child and term: a row for each subject asked, and some for what else the child studies."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from attainment.collection.services import Said
from attainment.models import TermAssessment
from attainment.rules import subject_key
from attainment.rules.collection import MOST_OTHERS, STANDING_LABELS, Standing, asked_of
from core.forms import Div, Field, Fieldset, GovForm, Layout
from core.rules import KeyStage

SPARE = 2
STANDINGS = [("", "Not said"), *((s.value, label) for s, label in STANDING_LABELS.items())]


class CollectionForm(GovForm):
    """Rows are named by number; the first ones are the subjects asked, whose names cannot be changed."""

    submit_label = "Save"

    def __init__(
        self,
        stage: KeyStage | None,
        rows: Sequence[TermAssessment],
        before: Mapping[str, TermAssessment],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked_of(stage))
        known = {row.subject_key: row for row in rows}
        keys = {subject_key(subject) for subject in self.asked}
        others = [row.subject for row in rows if row.subject_key not in keys]
        # What the child studied last term is likely to be studied still: its names come up by themselves.
        others += [row.subject for key, row in before.items() if key not in keys and key not in known]
        room = min(MOST_OTHERS, len(others) + SPARE)
        self.subjects = [*self.asked, *(others + [""] * room)[: max(room, len(others))]]
        for number, subject in enumerate(self.subjects):
            row = known.get(subject_key(subject)) if subject else None
            self._row(number, subject, row, before.get(subject_key(subject)) if subject else None)

    def _row(self, number: int, subject: str, row: TermAssessment | None, last: TermAssessment | None) -> None:
        if number >= len(self.asked):
            self.fields[f"subject_{number}"] = forms.CharField(
                label="Subject or course", max_length=100, required=False, initial=subject
            )
        self.fields[f"working_{number}"] = forms.CharField(
            label="Works at", max_length=40, required=False, initial=row.working_at if row else "",
            help_text=f"Last: {last.working_at}" if last and not row else "",
        )  # fmt: skip
        target = row.target if row else last.target if last else ""
        self.fields[f"target_{number}"] = forms.CharField(
            label="Target for the end of the stage", max_length=40, required=False, initial=target
        )
        self.fields[f"standing_{number}"] = forms.ChoiceField(
            label="How it stands", choices=STANDINGS, required=False, initial=row.standing if row else ""
        )

    def get_layout(self) -> Layout:
        blocks = []
        for number, subject in enumerate(self.subjects):
            names = [name for name in ("subject", "working", "target", "standing") if f"{name}_{number}" in self.fields]
            boxes = [Field(f"{name}_{number}") for name in names]
            legend = subject or "Another subject or course"
            blocks.append(Fieldset(Div(*boxes, css_class="app-columns"), legend=legend, legend_size="s"))
        return Layout(*blocks)

    def clean(self) -> dict[str, Any]:
        """A row that is begun is finished; one subject stands once."""
        data: dict[str, Any] = super().clean() or {}
        seen: set[str] = set()
        for number in range(len(self.subjects)):
            subject, working, standing = self._said(data, number)
            target = (data.get(f"target_{number}") or "").strip()
            begun = bool(working or standing or (target and target != self.fields[f"target_{number}"].initial))
            if begun and not subject:
                self.add_error(f"subject_{number}", "Enter the subject or course")
            if begun and not working:
                self.add_error(f"working_{number}", f"Enter what the child works at in {subject or 'this subject'}")
            if begun and not standing:
                self.add_error(f"standing_{number}", f"Select how {subject or 'this subject'} stands")
            if begun and subject and subject_key(subject) in seen:
                self.add_error(f"subject_{number}", f"{subject} stands above already: change it there")
            if begun:
                seen.add(subject_key(subject))
        return data

    def _said(self, data: Mapping[str, Any], number: int) -> tuple[str, str, str]:
        subject = self.asked[number] if number < len(self.asked) else (data.get(f"subject_{number}") or "").strip()
        return subject, (data.get(f"working_{number}") or "").strip(), data.get(f"standing_{number}") or ""

    def said(self) -> list[Said]:
        """What the valid form says; rows left empty say nothing."""
        found = []
        for number in range(len(self.subjects)):
            subject, working, standing = self._said(self.cleaned_data, number)
            if working:
                target = self.cleaned_data[f"target_{number}"].strip()
                found.append(Said(subject=subject, working_at=working, target=target, standing=Standing(standing)))
        return found

"""Which children, to whom, from which day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from core.forms import CheckboxesField, DateInputField, GovForm
from core.models import User
from pupils.caseloads import FURTHEST_DAYS
from pupils.models import Allocation


class MoveForm(GovForm):
    """The children are ticked one by one, or all by a button of the page; buttons are the page's own."""

    submit_label = ""
    form_tag = False

    def __init__(
        self, rows: Sequence[Allocation], person: User, kind: str, *args: Any, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {
            str(u.pk): u for u in User.objects.filter(role=kind, is_active=True).exclude(pk=person.pk).order_by("name")
        }
        self.fields["successor"] = forms.ChoiceField(
            label="Who takes them over?",
            choices=[
                ("", "Choose a person"), *((pk, f"{u.name} ({u.email})") for pk, u in self.people.items())
            ],
            error_messages={"required": "Select who takes the children over"},
        )  # fmt: skip
        self.fields["on"] = DateInputField(
            label="First day with the new person",
            help_text="Today, or up to three months ahead. Until then nothing changes.",
            initial=today,
            earliest=today,
            latest=today + timedelta(days=FURTHEST_DAYS),
            error_messages={
                "required": "Enter the first day with the new person",
                "earliest": "The first day must be today or later",
                "latest": "The first day must be within three months from now",
            },
        )
        self.fields["children"] = CheckboxesField(
            label="Which children?",
            choices=[(str(row.pupil_id), row.pupil.display_name) for row in rows],
            hints={str(row.pupil_id): f"Child id {row.pupil.child_id}" for row in rows},
            error_messages={"required": "Tick at least one child"},
        )

    @property
    def successor(self) -> User:
        return self.people[self.cleaned_data["successor"]]

    @property
    def pupil_ids(self) -> set[int]:
        return {int(pk) for pk in self.cleaned_data["children"]}

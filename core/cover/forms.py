"""Who is away, who stands in, from when to when, and why."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django import forms

from core.cover import COVERED_ROLES
from core.forms import DateInputField, GovForm
from core.models import Cover, User
from core.roles import ROLE_LABELS


class CoverForm(GovForm):
    """Both lists are grouped by role: the two people must have the same one."""

    submit_label = "Arrange cover"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(u.pk): u for u in User.objects.filter(role__in=COVERED_ROLES, is_active=True)}
        choices = _by_role(self.people)
        self.fields["absent"] = forms.ChoiceField(
            label="Who is away?",
            choices=choices,
            help_text="They keep their own access.",
            error_messages={"required": "Select who is away"},
        )
        self.fields["covering"] = forms.ChoiceField(
            label="Who covers?",
            choices=choices,
            help_text="Somebody of the same role. They see these children in addition to their own.",
            error_messages={"required": "Select who covers"},
        )
        self.fields["from_on"] = DateInputField(
            label="First day", initial=today, earliest=today, error_messages={"required": "Enter the first day"}
        )
        self.fields["last_on"] = DateInputField(
            label="Last day",
            help_text="Cover ends by itself after this day. At most a year.",
            error_messages={"required": "Enter the last day"},
        )
        self.fields["reason"] = forms.ChoiceField(
            label="Why",
            choices=[("", "Choose a reason"), *Cover.Reason.choices],
            error_messages={"required": "Select why"},
        )

    @property
    def arranged(self) -> dict[str, Any]:
        """The checked input as `services.arrange_cover` takes it."""
        data = self.cleaned_data
        return {
            "absent": self.people[data["absent"]],
            "covering": self.people[data["covering"]],
            "from_on": data["from_on"],
            "to_on": data["last_on"] + timedelta(days=1),
            "reason": data["reason"],
        }


def _by_role(people: dict[str, User]) -> list[Any]:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pk, person in sorted(people.items(), key=lambda pair: pair[1].name.casefold()):
        groups[person.role].append((pk, f"{person.name} ({person.email})"))
    return [("", "Choose a person"), *((ROLE_LABELS[r], groups[r]) for r in COVERED_ROLES if groups[r])]

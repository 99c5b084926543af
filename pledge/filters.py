"""The filter of the Pledge list."""

from typing import Any

from django import forms

from core.forms import GovForm
from core.models import User
from core.roles import Permission
from pledge import rules


class PledgeFilterForm(GovForm):
    """How a child stands; for those who see the whole roll also the reviewing officer."""

    state = forms.ChoiceField(
        label="How the child stands",
        required=False,
        choices=[("", "Any"), *((s.value, rules.STATE_LABELS[s]) for s in rules.State)],
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.can(Permission.SEE_ALL_PUPILS):
            officers = User.objects.filter(role="iro", is_active=True).order_by("name")
            self.fields["iro"] = forms.ModelChoiceField(
                officers, label="Reviewing officer", required=False, empty_label="Any officer"
            )

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound and self.is_valid() else None

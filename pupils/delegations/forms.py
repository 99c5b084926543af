"""To whom, which children, which parts of the record, and until when."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.email_domains import domain_of
from core.forms import CheckboxesField, DateInputField, GovForm
from core.models import User
from core.sections import CHOOSABLE, SECTION_HINTS, SECTION_LABELS, Section
from pupils.delegations.rules import latest_day
from pupils.models import Delegation, Pupil


class _WhatForm(GovForm):
    """The part that giving and changing have in common."""

    def add_what(self, today: date, sections: Iterable[str] = (), last_on: date | None = None) -> None:
        self.fields["sections"] = CheckboxesField(
            label="Which parts of the record?",
            help_text="Name, date of birth, year group and school always go with them. Care, placement and protected "
            "notes never do.",
            choices=[(section.value, SECTION_LABELS[section]) for section in CHOOSABLE],
            hints={section.value: hint for section, hint in SECTION_HINTS.items()},
            initial=list(sections),
            error_messages={"required": "Choose at least one part of the record"},
        )
        latest = latest_day(today)
        self.fields["last_on"] = DateInputField(
            label="Last day",
            help_text=f"At most {latest:%-d %B %Y}, the end of the school year. You can end it earlier at any time.",
            earliest=today,
            latest=latest,
            initial=last_on,
            error_messages={
                "required": "Enter the last day",
                "earliest": "The last day cannot lie before today",
                "latest": f"The last day cannot lie after {latest:%-d %B %Y}, the end of the school year",
            },
        )

    def clean_sections(self) -> set[Section]:
        return {Section(one) for one in self.cleaned_data["sections"]}


class DelegationForm(_WhatForm):
    """A new delegation; the name is asked only where the address has no account yet."""

    submit_label = "Delegate"

    def __init__(self, *args: Any, teacher: User, children: Iterable[Pupil], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = {str(pupil.pk): pupil for pupil in children}
        self.fields["email"] = forms.EmailField(
            label="Your colleague’s email address",
            max_length=254,
            help_text=f"The one of the school, which ends in @{domain_of(teacher.email)} as yours does.",
            widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={"required": "Enter your colleague’s email address"},
        )
        self.fields["name"] = forms.CharField(
            label="Your colleague’s name",
            max_length=120,
            required=False,
            help_text="Only for somebody to whom nobody has delegated yet: they get an invitation.",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["children"] = CheckboxesField(
            label="Which children?",
            choices=[(pk, pupil.display_name) for pk, pupil in self.children.items()],
            error_messages={"required": "Choose at least one child"},
        )
        self.add_what(today)

    def clean_children(self) -> list[Pupil]:
        return [self.children[pk] for pk in self.cleaned_data["children"]]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        email = found.get("email")
        if email and not found.get("name") and not User.objects.filter(email__iexact=email).exists():
            self.add_error("name", ValidationError("Enter the name: nobody with this address has an account yet"))
        return found


class ChangeForm(_WhatForm):
    """Other parts, or another last day."""

    submit_label = "Save"

    def __init__(self, *args: Any, delegation: Delegation, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_what(today, delegation.sections, delegation.last_on)

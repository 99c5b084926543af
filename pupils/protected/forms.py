"""The form of a protected note."""

from typing import Any

from django import forms

from core.forms import GovForm
from pupils.models import ProtectedNote

HINTS = {
    ProtectedNote.Kind.CONTACT: "Who must not have contact or learn something, since when, and by whose decision. "
    "Do not write where the child lives.",
    ProtectedNote.Kind.HEALTH: "Only what somebody who looks after or teaches the child must know to act.",
}
LABELS = {
    ProtectedNote.Kind.CONTACT: "What must nobody do or learn?",
    ProtectedNote.Kind.HEALTH: "What must be known of the child's health?",
}
LONGEST = 2000


class NoteForm(GovForm):
    """One note of one kind."""

    submit_label = "Record"

    def __init__(self, kind: ProtectedNote.Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = forms.CharField(
            label=LABELS[kind],
            help_text=HINTS[kind],
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
            error_messages={"required": "Enter what must be known"},
        )

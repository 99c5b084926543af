"""A file for a PEP."""

from django import forms

from core.forms import GovForm
from peps.models import PEPDocument
from peps.rules.uploads import MOST_BYTES, TYPES


class UploadForm(GovForm):
    """What it is, and the file."""

    submit_label = "Add the file"
    kind = forms.ChoiceField(label="What is it?", choices=PEPDocument.Kind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="Say in a few words what it is", help_text="Such as “Autumn report”", max_length=120)
    file = forms.FileField(
        label="The file",
        help_text=f"PDF, Word (.docx), JPEG or PNG, up to {MOST_BYTES // (1024 * 1024)} MB",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{t.ending}" for t in TYPES)}),
        allow_empty_file=True,
        max_length=300,
    )

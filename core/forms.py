"""The one place where forms get their look: every form of the project derives from here.

The template pack (crispy-forms with crispy-forms-gds) is imported in this module and in
`core/templatetags/gov_forms.py` only; its templates are overridden under `templates/gds/`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import HTML, Div, Field, Fieldset, Layout, Size
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import EmailValidator
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

__all__ = [
    "HTML",
    "CheckboxesField",
    "DateInputField",
    "DateInputWidget",
    "Div",
    "Field",
    "Fieldset",
    "FormHelper",
    "GovForm",
    "GovModelForm",
    "Layout",
    "MultipleFileField",
    "MultipleFileInput",
    "RadioField",
    "Size",
    "fields_without_message",
    "message_for",
    "prepare",
]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY, MONTH, YEAR = 0, 1, 2
WRONG_EMAIL = "Enter an email address in the correct format, like name@example.org"
ARTICLES = {"the", "a", "an", "your", "this", "these", "which"}


# Words ------------------------------------------------------------------------------------------------------


def subject_of(label: str) -> str:
    """A label as it reads in the middle of a sentence: "Date of birth" -> "date of birth", "UPN" stays."""
    text = str(label).strip().rstrip(":?")
    first_word = text.split(" ", 1)[0]
    if first_word == "I" or (len(first_word) > 1 and not first_word[1:].islower()):
        return text
    return text[:1].lower() + text[1:]


def message_for(field: forms.Field, label: str) -> str:
    """What a required field says when it was left empty: what to do, in the words of its label.

    "Surname" gives "Enter the surname", a choice "Select the school", a file "Choose a file: ...".
    A label that is a question is repeated as one.
    """
    if str(label).strip().endswith("?"):
        return f"Answer the question: {str(label).strip()}"
    subject = subject_of(label)
    first_word = subject.split(" ", 1)[0]
    named = subject if first_word in ARTICLES else f"the {subject}"
    if isinstance(field, forms.BooleanField):
        return f"Tick the box to go on: {str(label).strip()}"
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return f"Select at least one: {subject}"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Select {named}"
    if isinstance(field, forms.FileField):
        return "Choose a file" if subject in {"file", "files"} else f"Choose a file: {subject}"
    return f"Enter {named}"


def _has_default_message(field: forms.Field, code: str) -> bool:
    """True when nobody gave this field a message of its own for `code`."""
    defaults = {
        str(klass.__dict__["default_error_messages"][code])
        for klass in type(field).__mro__
        if code in klass.__dict__.get("default_error_messages", {})
    }
    return str(field.error_messages.get(code, "")) in defaults | {""}


def fields_without_message(form: forms.BaseForm) -> list[str]:
    """Names of the required fields that would still say "This field is required."; for tests."""
    return [name for name, field in form.fields.items() if field.required and _has_default_message(field, "required")]


def prepare(form: forms.BaseForm) -> None:
    """Give any form (also of a package) the project's date boxes, messages and no browser validation.

    Changes the form's own copies of its fields; a message given by its author is kept.
    """
    form.use_required_attribute = False
    for name in list(form.fields):
        field = form.fields[name] = _with_date_boxes(form.fields[name])
        label = str(form[name].label or name.replace("_", " "))
        if isinstance(field, DateInputField):
            field.subject = str(label).strip().rstrip(":?")
        if _has_default_message(field, "required"):
            field.error_messages["required"] = message_for(field, label)
        _prepare_invalid_message(field, label)


def _with_date_boxes(field: forms.Field) -> forms.Field:
    """A plain DateField (as model forms make them) becomes three boxes; any other field stays."""
    if type(field) is not forms.DateField or field.widget.is_hidden:
        return field
    return DateInputField(
        label=field.label,
        required=field.required,
        help_text=field.help_text,
        initial=field.initial,
        disabled=field.disabled,
    )


def _prepare_invalid_message(field: forms.Field, label: str) -> None:
    subject = str(label).strip().rstrip(":?")
    message = None
    if isinstance(field, forms.EmailField):
        # Its message belongs to a validator, which Django shares between all fields: put one of our own.
        others = [one for one in field.validators if not isinstance(one, EmailValidator)]
        field.validators = [*others, EmailValidator(message=WRONG_EMAIL)]
        return
    if isinstance(field, forms.FloatField | forms.DecimalField):
        message = f"{subject} must be a number, like 12.5"
    elif isinstance(field, forms.IntegerField):
        message = f"{subject} must be a whole number"
    elif isinstance(field, forms.ModelChoiceField | forms.ChoiceField):
        if _has_default_message(field, "invalid_choice"):
            field.error_messages["invalid_choice"] = f"{subject}: select one of the options shown"
        return
    if message and _has_default_message(field, "invalid"):
        field.error_messages["invalid"] = message


# Fields -----------------------------------------------------------------------------------------------------


class DateInputWidget(forms.MultiWidget):
    """Three text boxes: day, month, year. The boxes that are wrong alone get the red border."""

    template_name = "gds/widgets/date.html"
    labels = ("Day", "Month", "Year")

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes = [forms.TextInput(attrs={"inputmode": "numeric"}) for _ in self.labels]
        super().__init__(boxes, attrs)
        self.wrong: frozenset[int] = frozenset()

    def decompress(self, value: Any) -> list[Any]:
        """A date as the texts of its three boxes."""
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """The three boxes; a single ISO date under the plain name (a link with a filter) is read too."""
        values = super().value_from_datadict(data, files, name)
        if all(value is None for value in values) and data.get(name):
            try:
                return self.decompress(date.fromisoformat(data.get(name)))
            except ValueError:
                return [data.get(name), "", ""]
        return values

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # The default form renderer does not look into the project's own templates folder.
        return render_to_string(template_name, context)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's context with a label, a width and the error state for each box."""
        context = super().get_context(name, value, attrs)
        for index, box in enumerate(context["widget"]["subwidgets"]):
            width = 4 if index == YEAR else 2
            error = " govuk-input--error" if index in self.wrong else ""
            box["label"] = self.labels[index]
            box["attrs"]["class"] = f"govuk-input govuk-date-input__input govuk-input--width-{width}{error}"
            box["attrs"].pop("aria-describedby", None)
            if index not in self.wrong:
                box["attrs"].pop("aria-invalid", None)
        return context


EARLIEST_DAY, LATEST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""Beyond them a year is a slip of the keyboard, and the calendar's own ends are near."""


class DateInputField(forms.MultiValueField):
    """A date in three boxes. Months may be names. Each error says which part is missing or wrong.

    `earliest` and `latest` (dates, both included) bound it; else EARLIEST_DAY and LATEST_DAY do. `error_messages` may
    hold `required`, `earliest` and `latest`. Cleans to a `datetime.date` or None.
    """

    widget = DateInputWidget

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        parts = tuple(forms.CharField(required=False, max_length=12) for _ in range(3))
        super().__init__(fields=parts, require_all_fields=False, **kwargs)
        self.earliest, self.latest = earliest or EARLIEST_DAY, latest or LATEST_DAY
        self.subject = str(self.label or "Date")

    def _fail(self, message: Any, code: str, wrong: Sequence[int]) -> ValidationError:
        self.widget.wrong = frozenset(wrong)
        return ValidationError(message, code=code)

    def clean(self, value: Any) -> date | None:
        """The date of three texts; raises ValidationError and marks the boxes that are wrong."""
        self.widget.wrong = frozenset()
        if isinstance(value, date):
            return value
        texts = [str(part).strip() if part is not None else "" for part in (value or ["", "", ""])]
        texts += [""] * (3 - len(texts))
        if not any(texts):
            if self.required:
                raise self._fail(self.error_messages["required"], "required", [DAY, MONTH, YEAR])
            return None
        missing = [index for index, text in enumerate(texts) if not text]
        if missing:
            names = " and ".join(("a day", "a month", "a year")[index] for index in missing)
            raise self._fail(f"{self.subject} must include {names}", "incomplete", missing)
        result = self._date_of(texts)
        self._check_bounds(result)
        self.run_validators(result)
        return result

    def _date_of(self, texts: list[str]) -> date:
        day, month, year = texts
        name = month.lower()[:3]
        month_number = MONTHS.index(name) + 1 if month.isalpha() and name in MONTHS else None
        if month_number is None and month.isdecimal():
            month_number = int(month)
        if month_number is None or not 1 <= month_number <= 12:
            raise self._fail(f"{self.subject}: the month must be 1 to 12", "invalid", [MONTH])
        if not day.isdecimal() or not 1 <= int(day) <= 31:
            raise self._fail(f"{self.subject}: the day must be 1 to 31", "invalid", [DAY])
        if not year.isdecimal() or len(year) != 4:
            raise self._fail(f"{self.subject}: the year must have 4 numbers, like 2009", "invalid", [YEAR])
        try:
            return date(int(year), month_number, int(day))
        except ValueError:
            raise self._fail(f"{self.subject} must be a real date", "invalid", [DAY, MONTH, YEAR]) from None

    def _check_bounds(self, result: date) -> None:
        everything = [DAY, MONTH, YEAR]
        if result < self.earliest:
            text = f"{self.subject} must be on or after {self.earliest:%-d %B %Y}"
            raise self._fail(self.error_messages.get("earliest", text), "earliest", everything)
        if result > self.latest:
            text = f"{self.subject} must be on or before {self.latest:%-d %B %Y}"
            raise self._fail(self.error_messages.get("latest", text), "latest", everything)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares dates, not texts, so that 03 and 3 are the same day."""
        try:
            return bool(self.clean(data) != (initial if isinstance(initial, date) else None))
        except ValidationError:
            return True


class RadioField(forms.ChoiceField):
    """One of a few options, shown as radios; `hints` maps a value to its one-line hint."""

    widget = forms.RadioSelect

    def __init__(self, *, hints: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = hints or {}


class CheckboxesField(forms.MultipleChoiceField):
    """Any of a few options, shown as checkboxes; `hints` maps a value to its one-line hint."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, hints: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = hints or {}


class MultipleFileInput(forms.FileInput):
    """A file box that takes several files, also by dropping them on it."""

    allow_multiple_selected = True

    def value_from_datadict(
        self,
        data: Any,
        files: Any,
        name: str,
    ) -> list[UploadedFile]:
        """All files sent under the name, not only the last."""
        return files.getlist(name) if hasattr(files, "getlist") else [files[name]] if files.get(name) else []


class MultipleFileField(forms.FileField):
    """One or more uploaded files; cleans to a list.

    `extensions` (like [".csv", ".xlsx"]), `max_bytes` of one file and `max_files` refuse with a sentence
    that names the file.
    """

    widget = MultipleFileInput

    def __init__(
        self,
        *,
        extensions: Sequence[str] = (),
        max_bytes: int | None = None,
        max_files: int = 50,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.extensions = tuple(extension.lower() for extension in extensions)
        self.max_bytes, self.max_files = max_bytes, max_files
        if self.extensions:
            self.widget.attrs["accept"] = ",".join(self.extensions)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The list of files, each checked; raises one ValidationError with a message for each bad file."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if len(files) > self.max_files:
            raise ValidationError(f"Choose at most {self.max_files} files at once; you chose {len(files)}")
        errors = [message for file in files if (message := self._problem(file))]
        if errors:
            raise ValidationError(errors)
        return list(files)

    def _problem(self, file: UploadedFile) -> str | None:
        name = file.name or "The file"
        if not file.size:
            return f"{name} is empty: choose a file with content"
        if self.extensions and not name.lower().endswith(self.extensions):
            return f"{name} is of another kind: choose a file that ends in {' or '.join(self.extensions)}"
        if self.max_bytes and file.size > self.max_bytes:
            return f"{name} is larger than {self.max_bytes // (1024 * 1024)} MB: split it or ask for help"
        return None


# Forms ------------------------------------------------------------------------------------------------------


class Buttons(LayoutObject):
    """The row of buttons under a form: the one green (or red) button and a cancel link."""

    def __init__(self, *, label: str, style: str = "", cancel_url: str = "", name: str = "", value: str = ""):
        self.fields: list[Any] = []
        self.context = {
            "label": label,
            "style": style,
            "cancel_url": cancel_url,
            "name": name,
            "value": value,
        }

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """HTML of the row."""
        return render_to_string("gds/layout/buttons.html", self.context)


class GovFormMixin:
    """What GovForm and GovModelForm share.

    Class attributes a form may set: `submit_label`, `submit_style` ("", "warning", "secondary"),
    `cancel_url` (also a constructor keyword), `form_method`, `form_tag`, `label_size`, `legend_size`
    ("s", "m", "l"). `get_layout()` may be overridden to order or group fields; buttons are added.
    """

    submit_label: ClassVar[str] = "Save"
    submit_style: ClassVar[str] = ""
    form_method: ClassVar[str] = "post"
    form_tag: ClassVar[bool] = True
    label_size: ClassVar[str] = "s"
    legend_size: ClassVar[str] = "s"
    cancel_url: str = ""
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, cancel_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_url = cancel_url or self.cancel_url
        prepare(self)  # type: ignore[arg-type]

    def full_clean(self) -> None:
        """Fields that a form added after construction (a filter's) speak our words too."""
        prepare(self)  # type: ignore[arg-type]
        super().full_clean()  # type: ignore[misc]

    @property
    def helper(self) -> FormHelper:
        """Built on demand: views may still add or drop fields after construction."""
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.form_tag = self.form_tag
        helper.disable_csrf = self.form_method.lower() != "post"
        helper.attrs = {"novalidate": "novalidate"}
        helper.label_size = self.label_size
        helper.legend_size = self.legend_size
        helper.layout = self.get_layout()
        if self.form_tag and self.submit_label:
            helper.layout.append(Buttons(label=self.submit_label, style=self.submit_style, cancel_url=self.cancel_url))
        return helper

    def get_layout(self) -> Layout:
        """All fields in their declared order."""
        return Layout(*self.fields)


class GovForm(GovFormMixin, forms.Form):
    """Base of every plain form."""


class GovModelForm(GovFormMixin, forms.ModelForm):
    """Base of every model form; a model's DateField becomes three boxes by itself."""

"""Template tags that draw form fields the GOV.UK way; used by templates/gds/ and by pages without crispy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from core.forms import prepare

register = template.Library()


@dataclass(frozen=True)
class SummaryLine:
    """One line of the error summary: the message and the id of the element it leads to."""

    message: str
    target: str


def kind_of(field: BoundField) -> str:
    """Which drawing a field needs: date, radios, checkboxes, checkbox, file, select, textarea or input."""
    widget = field.field.widget
    for kind, classes in (
        ("date", forms.MultiWidget),
        ("checkboxes", forms.CheckboxSelectMultiple),  # a RadioSelect to Django, so asked first
        ("radios", forms.RadioSelect),
        ("checkbox", forms.CheckboxInput),
        ("file", forms.FileInput),
        ("select", forms.Select),
        ("textarea", forms.Textarea),
    ):
        if isinstance(widget, classes):
            return kind
    return "input"


CLASSES = {
    "file": "govuk-file-upload",
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "input": "govuk-input",
}


def first_target(field: BoundField) -> str:
    """The id of the element that takes the focus for this field: of a group, its first (wrong) box."""
    kind = kind_of(field)
    if kind in {"radios", "checkboxes"}:
        options = list(field.subwidgets)
        return str(options[0].id_for_label) if options else f"div_{field.auto_id}"
    if kind == "date":
        wrong = getattr(field.field.widget, "wrong", None)
        return f"{field.auto_id}_{min(wrong) if wrong else 0}"
    return str(field.id_for_label or field.auto_id)


def fields_in_order(form: forms.BaseForm) -> Iterator[BoundField]:
    """Visible fields as the page shows them: the layout's order first, then any that it leaves out."""
    seen: list[str] = []
    helper = getattr(form, "helper", None)
    layout = getattr(helper, "layout", None)
    if layout is not None:
        for pointer in layout.get_field_names():
            name = getattr(pointer, "name", None) or pointer[1]
            if name in form.fields and name not in seen:
                seen.append(name)
    seen.extend(name for name in form.fields if name not in seen)
    return (form[name] for name in seen if not form[name].is_hidden)


def summary_lines(form: forms.BaseForm) -> list[SummaryLine]:
    """Lines of the error summary of one form: general errors first, then each field's in page order."""
    visible = list(fields_in_order(form))
    first = first_target(visible[0]) if visible else ""
    lines = [SummaryLine(str(error), first) for error in form.non_field_errors()]
    for hidden in form.hidden_fields():
        lines += [SummaryLine(str(error), first) for error in hidden.errors]
    for field in visible:
        lines += [SummaryLine(str(error), first_target(field)) for error in field.errors]
    return lines


def _forms_of(parts: Iterable[Any]) -> Iterator[forms.BaseForm]:
    for part in parts:
        if isinstance(part, forms.BaseForm):
            yield part
        elif isinstance(part, forms.BaseFormSet):
            yield from part.forms


@register.filter
def summary_of(form: Any) -> list[SummaryLine]:
    """For templates/gds/layout/error_summary.html: lines of a form, or none."""
    return [line for one in _forms_of([form]) if one.is_bound and one.errors for line in summary_lines(one)]


@register.inclusion_tag("gds/layout/error_summary.html")
def error_summary(*parts: Any) -> dict[str, Any]:
    """`{% error_summary form %}` or `{% error_summary form formset %}`: links to every wrong field."""
    lines = [
        SummaryLine(str(error), "")
        for part in parts
        if isinstance(part, forms.BaseFormSet) and part.is_bound
        for error in part.non_form_errors()
    ]
    for part in parts:
        lines += summary_of(part)
    return {"lines": lines}


@register.filter
def field_kind(field: BoundField) -> str:
    """See kind_of."""
    return kind_of(field)


@register.filter
def described_by(field: BoundField, extra: str = "") -> str:
    """Ids of the hint and the error messages of a field, for aria-describedby."""
    ids = [f"{field.auto_id}_hint"] if field.help_text else []
    ids += [extra] if extra else []
    ids += [f"{field.auto_id}_{number}_error" for number, _ in enumerate(field.errors, start=1)]
    return " ".join(ids)


@register.simple_tag
def gov_widget(field: BoundField, *, counted: bool = False) -> SafeString:
    """The bare input of a field with its class, red border and description; never a placeholder."""
    kind = kind_of(field)
    base = CLASSES.get(kind, "govuk-checkboxes__input" if kind == "checkbox" else "")
    classes = [base] if base else []
    if field.errors and kind in CLASSES:
        classes.append(f"{base}--error")
    classes += [name for name in str(field.field.widget.attrs.get("class", "")).split() if name not in classes]
    if counted:
        classes.append("govuk-js-character-count")
    described = described_by(field, f"{field.auto_id}-info" if counted else "")
    attrs: dict[str, Any] = {"placeholder": False, "aria-describedby": described or False}
    if classes:
        attrs["class"] = " ".join(dict.fromkeys(classes))
    if kind == "textarea" and str(field.field.widget.attrs.get("rows", "10")) == "10":
        attrs["rows"] = "5"
    field.form.use_required_attribute = False
    return field.as_widget(attrs=attrs)


@register.filter
def options_of(field: BoundField) -> list[dict[str, Any]]:
    """Options of radios or checkboxes: value, label, id, checked, hint."""
    hints = getattr(field.field, "hints", {})
    options = []
    for option in field.subwidgets:
        data = option.data
        hint = hints.get(data["value"], hints.get(str(data["value"]), ""))
        options.append(
            {
                "value": data["value"],
                "label": data["label"],
                "id": option.id_for_label,
                "checked": data["selected"],
                "disabled": bool(data["attrs"].get("disabled")),
                "hint": hint,
            }
        )
    return options


@register.inclusion_tag("gds/fields.html")
def gov_fields(form: forms.BaseForm, *, label_size: str = "govuk-label--s", small: bool = False) -> dict[str, Any]:
    """All fields of any form (also a package's own), without the form tag, the summary and buttons.

    `small` draws small checkboxes and radios, for filters.
    """
    if not hasattr(form, "submit_label"):
        prepare(form)
    return {
        "form": form,
        "checkboxes_small": small,
        "radios_small": small,
        "label_size": label_size,
        "legend_size": label_size.replace("label", "fieldset__legend"),
        "form_show_errors": True,
        "form_show_labels": True,
    }


@register.inclusion_tag("gds/field.html")
def gov_field(field: BoundField, *, label_size: str = "govuk-label--s", **extra: Any) -> dict[str, Any]:
    """One field of a form with its label, hint and errors."""
    return {
        "field": field,
        "label_size": label_size,
        "legend_size": label_size.replace("label", "fieldset__legend"),
        "form_show_errors": True,
        "form_show_labels": True,
        **extra,
    }

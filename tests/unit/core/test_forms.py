"""The look of forms: the five defects of the template pack stay mended, and every message says what to do."""

import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.utils.datastructures import MultiValueDict

from core.forms import (
    CheckboxesField,
    DateInputField,
    Field,
    Fieldset,
    GovForm,
    Layout,
    MultipleFileField,
    RadioField,
    fields_without_message,
    message_for,
    prepare,
)

TEMPLATE = "{% load gov_forms crispy_forms_tags %}{% error_summary form %}{% crispy form %}"


def draw(form: Any, template: str = TEMPLATE) -> str:
    return engines["django"].from_string(template).render({"form": form})


def targets(html: str) -> list[str]:
    """Where the links of the error summary lead, in order."""
    summary = html.partition("</ul>")[0]
    return re.findall(r'href="#([^"]+)"', summary)


class EveryKind(GovForm):
    surname = forms.CharField()
    email = forms.EmailField()
    number = forms.IntegerField()
    password = forms.CharField(widget=forms.PasswordInput)
    status = RadioField(choices=[("a", "A"), ("b", "B")], hints={"a": "the first"})
    terms = CheckboxesField(choices=[("a", "A"), ("b", "B")])
    born_on = forms.DateField(label="Date of birth")
    school = forms.ChoiceField(choices=[("", "Choose"), ("1", "One")])
    note = forms.CharField(widget=forms.Textarea)
    uploads = MultipleFileField(label="Files")
    agreed = forms.BooleanField(label="I have checked it")


class TestErrorSummary:
    def test_every_link_leads_to_an_element_that_can_take_the_focus(self) -> None:
        html = draw(EveryKind({}))
        ids = re.findall(r'<(?:input|select|textarea)\b[^>]* id="([^"]+)"', html)
        assert len(targets(html)) == len(EveryKind.base_fields)
        assert set(targets(html)) <= set(ids)

    def test_links_for_radios_checkboxes_and_dates_go_to_the_first_box(self) -> None:
        found = targets(draw(EveryKind({})))
        assert {"id_status_0", "id_terms_0", "id_born_on_0"} <= set(found)

    def test_a_date_link_goes_to_the_box_that_is_wrong(self) -> None:
        form = EveryKind({"born_on_0": "4", "born_on_1": "", "born_on_2": "2012"})
        assert "id_born_on_1" in targets(draw(form))

    def test_lines_follow_the_order_of_the_page(self) -> None:
        class Turned(EveryKind):
            def get_layout(self) -> Layout:
                return Layout("status", Fieldset("school", "surname", legend="Who"), "email")

        found = targets(draw(Turned({})))
        assert found[:4] == ["id_status_0", "id_school", "id_surname", "id_email"]
        assert "id_number" in found  # left out of the layout, yet never silent

    def test_general_errors_come_first(self) -> None:
        form = EveryKind({})
        form.is_valid()
        form.add_error(None, "The two dates do not fit together")
        html = draw(form)
        assert html.index("do not fit") < html.index("Enter the surname")

    def test_forms_of_a_formset_are_included(self) -> None:
        formset = forms.formset_factory(EveryKind, extra=0)(
            {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-surname": "Moss"}
        )
        html = draw(formset, "{% load gov_forms %}{% error_summary form %}")
        assert "id_form-0-email" in targets(html)

    def test_nothing_is_drawn_without_errors(self) -> None:
        assert "govuk-error-summary" not in draw(EveryKind())


class TestLook:
    @pytest.mark.parametrize(
        ("name", "error_class"),
        [
            ("surname", "govuk-input--error"),
            ("email", "govuk-input--error"),
            ("number", "govuk-input--error"),
            ("password", "govuk-input--error"),
            ("school", "govuk-select--error"),
            ("note", "govuk-textarea--error"),
            ("uploads", "govuk-file-upload--error"),
        ],
    )
    def test_a_wrong_field_has_a_red_border_of_its_own_kind(self, name: str, error_class: str) -> None:
        html = draw(EveryKind({}))
        element = re.search(rf'<(?:input|select|textarea)\b[^>]* id="id_{name}"[^>]*>', html)
        assert element
        assert error_class in element.group(0)
        assert f'aria-describedby="id_{name}_1_error"' in element.group(0)

    def test_subclasses_of_widgets_have_it_too(self) -> None:
        class Own(forms.TextInput):
            pass

        class OwnForm(GovForm):
            name = forms.CharField(widget=Own)

        assert "govuk-input--error" in draw(OwnForm({}))

    def test_labels_hints_and_legends_are_escaped(self) -> None:
        class Sly(GovForm):
            one = forms.CharField(label="<script>1</script>", help_text="<b>2</b>")
            two = RadioField(label="<i>3</i>", choices=[("a", "<u>4</u>")])

            def get_layout(self) -> Layout:
                return Layout(Fieldset("one", "two", legend="<s>5</s>"))

        html = draw(Sly({}))
        for tag in ("<script>", "<b>", "<i>", "<u>", "<s>"):
            assert tag not in html

    @pytest.mark.parametrize("help_text", ["", "What happened"])
    def test_characters_are_counted_with_and_without_a_hint(self, help_text: str) -> None:
        class Counted(GovForm):
            note = forms.CharField(widget=forms.Textarea, help_text=help_text)

            def get_layout(self) -> Layout:
                return Layout(Field.textarea("note", max_characters=200))

        html = draw(Counted())
        assert 'data-maxlength="200"' in html
        assert "govuk-js-character-count" in html
        assert 'id="id_note-info"' in html
        assert "id_note-info" in (re.search(r'aria-describedby="([^"]+)"', html) or [""])[1]

    def test_a_choice_shows_its_hint_and_what_was_chosen(self) -> None:
        html = draw(EveryKind({"status": "b", "terms": ["a"]}))
        assert re.search(r'id="id_status_1" value="b" checked', html)
        assert re.search(r'id="id_terms_0" value="a" checked', html)
        assert 'aria-describedby="id_status_0_hint"' in html

    def test_the_browser_does_not_check_itself(self) -> None:
        html = draw(EveryKind())
        assert " required" not in html
        assert "novalidate" in html

    def test_a_file_form_can_carry_files(self) -> None:
        assert 'enctype="multipart/form-data"' in draw(EveryKind())

    def test_no_placeholder_stands_for_a_label(self) -> None:
        class Placed(GovForm):
            name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Name"}))

        assert "placeholder" not in draw(Placed())

    def test_buttons_say_what_happens(self) -> None:
        class Leaving(GovForm):
            submit_label = "Remove the target"
            submit_style = "warning"

        html = draw(Leaving(cancel_url="/back/"))
        assert "govuk-button--warning" in html
        assert "Remove the target</button>" in html
        assert 'href="/back/"' in html


class TestMessages:
    def test_no_required_field_says_only_that_it_is_required(self) -> None:
        assert fields_without_message(EveryKind()) == []
        assert "This field is required" not in draw(EveryKind({}))

    def test_a_plain_form_is_found_out(self) -> None:
        class Plain(forms.Form):
            name = forms.CharField()

        form = Plain()
        assert fields_without_message(form) == ["name"]
        prepare(form)
        assert fields_without_message(form) == []

    @pytest.mark.parametrize(
        ("field", "label", "message"),
        [
            (forms.CharField(), "Surname", "Enter the surname"),
            (forms.CharField(), "UPN", "Enter the UPN"),
            (forms.CharField(), "Your email", "Enter your email"),
            (forms.ChoiceField(), "School", "Select the school"),
            (forms.FileField(), "Files", "Choose a file"),
            (forms.FileField(), "Photo of the form", "Choose a file: photo of the form"),
            (forms.MultipleChoiceField(), "Terms", "Select at least one: terms"),
            (forms.BooleanField(), "I have checked it", "Tick the box to go on: I have checked it"),
            (forms.CharField(), "What is it?", "Answer the question: What is it?"),
        ],
    )
    def test_messages_are_made_of_the_label(self, field: forms.Field, label: str, message: str) -> None:
        assert message_for(field, label) == message

    def test_a_message_of_the_author_stays(self) -> None:
        class Own(GovForm):
            name = forms.CharField(error_messages={"required": "Say who"})
            born_on = DateInputField(error_messages={"required": "Give the day"})

        form = Own({})
        assert form.errors == {"name": ["Say who"], "born_on": ["Give the day"]}

    def test_wrong_values_are_told_apart(self) -> None:
        form = EveryKind({"email": "x", "number": "many", "status": "z"})
        assert form.errors["email"] == ["Enter an email address in the correct format, like name@example.org"]
        assert form.errors["number"] == ["Number must be a whole number"]
        assert form.errors["status"] == ["Status: select one of the options shown"]


class DateForm(GovForm):
    born_on = DateInputField(
        label="Date of birth", required=False, earliest=date(1990, 1, 1), latest=date(2026, 11, 23)
    )


def dated(day: str, month: str, year: str) -> DateForm:
    return DateForm({"born_on_0": day, "born_on_1": month, "born_on_2": year})


class TestDateInputField:
    @pytest.mark.parametrize("month", ["3", "03", "Mar", "march"])
    def test_reads_a_date(self, month: str) -> None:
        form = dated(" 4", month, "2012")
        assert form.is_valid()
        assert form.cleaned_data["born_on"] == date(2012, 3, 4)

    def test_empty_is_none(self) -> None:
        form = dated("", "", "")
        assert form.is_valid()
        assert form.cleaned_data["born_on"] is None

    @pytest.mark.parametrize(
        ("parts", "message", "wrong"),
        [
            (("", "3", "2012"), "Date of birth must include a day", {0}),
            (("4", "", ""), "Date of birth must include a month and a year", {1, 2}),
            (("31", "2", "2012"), "Date of birth must be a real date", {0, 1, 2}),
            (("4", "13", "2012"), "Date of birth: the month must be 1 to 12", {1}),
            (("x", "3", "2012"), "Date of birth: the day must be 1 to 31", {0}),
            (("4", "3", "12"), "Date of birth: the year must have 4 numbers, like 2009", {2}),
            (("4", "3", "1980"), "Date of birth must be on or after 1 January 1990", {0, 1, 2}),
            (("4", "3", "2030"), "Date of birth must be on or before 23 November 2026", {0, 1, 2}),
            (("٤", "3", "2012"), None, set()),
        ],
    )
    def test_says_which_part_is_wrong_and_marks_only_that(
        self, parts: tuple[str, str, str], message: str | None, wrong: set[int]
    ) -> None:
        form = dated(*parts)
        if message is None:
            assert form.is_valid()
            return
        assert form.errors["born_on"] == [message]
        html = draw(form)
        boxes = re.findall(r'<input type="text" name="born_on_(\d)"[^>]*>', html)
        red = {
            int(number)
            for number in boxes
            if "govuk-input--error" in (re.search(rf'<input[^>]* name="born_on_{number}"[^>]*>', html) or [""])[0]
        }
        assert red == wrong

    def test_own_bounds_messages(self) -> None:
        field = DateInputField(latest=date(2026, 1, 1), error_messages={"latest": "Not in the future"})
        with pytest.raises(forms.ValidationError, match="Not in the future"):
            field.clean(["1", "1", "2027"])

    def test_shows_what_is_stored(self) -> None:
        html = draw(DateForm(initial={"born_on": date(2012, 3, 4)}))
        assert re.findall(r'name="born_on_\d" value="(\d+)"', html) == ["4", "3", "2012"]

    def test_a_link_may_carry_an_iso_date(self) -> None:
        form = DateForm({"born_on": "2012-03-04"})
        assert form.is_valid()
        assert form.cleaned_data["born_on"] == date(2012, 3, 4)

    def test_knows_whether_it_changed(self) -> None:
        data = {"born_on_0": "04", "born_on_1": "3", "born_on_2": "2012"}
        assert not DateForm(data, initial={"born_on": date(2012, 3, 4)}).has_changed()
        assert DateForm(data, initial={"born_on": date(2012, 3, 5)}).has_changed()

    def test_two_forms_do_not_share_their_errors(self) -> None:
        dated("", "3", "2012").is_valid()
        assert "govuk-input--error" not in draw(dated("4", "3", "2012"))


class FilesForm(GovForm):
    uploads = MultipleFileField(label="Files", extensions=[".csv"], max_bytes=1024 * 1024, max_files=2)


def uploaded(*files: Any) -> FilesForm:
    return FilesForm({}, MultiValueDict({"uploads": list(files)}))


class TestMultipleFileField:
    def test_gives_all_files(self) -> None:
        form = uploaded(SimpleUploadedFile("a.csv", b"1"), SimpleUploadedFile("B.CSV", b"2"))
        assert form.is_valid()
        assert [file.name for file in form.cleaned_data["uploads"]] == ["a.csv", "B.CSV"]

    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (SimpleUploadedFile("a.csv", b""), "a.csv is empty"),
            (SimpleUploadedFile("a.exe", b"1"), "choose a file that ends in .csv"),
            (SimpleUploadedFile("a.csv", b"1" * (1024 * 1024 + 1)), "larger than 1 MB"),
        ],
    )
    def test_names_the_file_that_is_wrong(self, file: SimpleUploadedFile, words: str) -> None:
        assert words in uploaded(file).errors["uploads"][0]

    def test_counts_the_files(self) -> None:
        files = [SimpleUploadedFile(f"{number}.csv", b"1") for number in range(3)]
        assert "at most 2 files" in uploaded(*files).errors["uploads"][0]

    def test_takes_several_at_once(self) -> None:
        assert re.search(r"<input[^>]* multiple", draw(FilesForm()))


def test_fields_of_a_foreign_form_are_drawn_the_same_way() -> None:
    class Foreign(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "x"}))
        on = forms.DateField(label="Day")

    html = draw(Foreign(), "{% load gov_forms %}{% gov_fields form %}")
    assert "govuk-date-input" in html
    assert "placeholder" not in html
    assert " required" not in html

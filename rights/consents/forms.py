"""Forms of the consent log."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateInputField, GovForm, RadioField
from rights.consents.rules import ANSWER_LABELS, GIVER_LABELS, HOW_LABELS, Answer, Giver, How
from rights.consents.services import Given
from rights.models import ConsentPurpose, PrivacyNotice
from rights.notices.rules import GIVEN_HOW_LABELS, OF_A_CHILD, GivenHow

NONE_SHOWN = "none"


def _in_force(today: date) -> list[PrivacyNotice]:
    """Notices that speak of one child."""
    return [n for n in PrivacyNotice.objects.in_force(today) if n.audience in OF_A_CHILD]


class _GivenForm(GovForm):
    """Who answered, when, how, on which notice."""

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notices = {str(n.pk): n for n in _in_force(today)}
        self.fields["given_by"] = RadioField(
            label="Who answered?", choices=[(g.value, label) for g, label in GIVER_LABELS.items()]
        )
        self.fields["giver_name"] = forms.CharField(
            label="Their name",
            help_text="Where it is not the child: the parent, carer or manager.",
            required=False,
            max_length=80,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["on"] = DateInputField(label="On which day?", latest=today, initial=today)
        self.fields["how"] = RadioField(
            label="How was it given?", choices=[(h.value, label) for h, label in HOW_LABELS.items()]
        )
        self.fields["notice"] = RadioField(
            label="Which privacy notice were they shown?",
            choices=[*((key, str(notice)) for key, notice in self.notices.items()), (NONE_SHOWN, "None was shown")],
        )

    def given(self) -> Given:
        """What was filled in; call it on a valid form."""
        data = self.cleaned_data
        return Given(
            by=Giver(data["given_by"]),
            name=data["giver_name"],
            on=data["on"],
            how=How(data["how"]),
            notice=self.notices.get(data["notice"]),
        )


class ConsentForm(_GivenForm):
    """An answer to one question."""

    submit_label = "Record"

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(today, *args, **kwargs)
        self.purposes = {str(p.pk): p for p in ConsentPurpose.objects.filter(is_active=True)}
        self.fields["purpose"] = RadioField(
            label="What was asked?",
            choices=[(key, purpose.name) for key, purpose in self.purposes.items()],
            hints={key: purpose.about for key, purpose in self.purposes.items() if purpose.about},
        )
        self.fields["detail"] = forms.CharField(
            label="What exactly?",
            help_text="Which partner, trip or project, where the purpose asks for it.",
            required=False,
            max_length=120,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["answer"] = RadioField(
            label="What was the answer?",
            choices=[(a.value, ANSWER_LABELS[a]) for a in (Answer.GIVEN, Answer.REFUSED)],
        )
        self.fields["until"] = DateInputField(
            label="Last day on which it holds", help_text="Leave empty: until it is withdrawn.", required=False
        )
        self.order_fields(["purpose", "detail", "answer"])

    def purpose(self) -> ConsentPurpose:
        return self.purposes[self.cleaned_data["purpose"]]


class WithdrawForm(_GivenForm):
    """Who withdraws a consent."""

    submit_label = "Withdraw the consent"
    submit_style = "warning"


class NoticeGivenForm(GovForm):
    """Which version was given, when and how."""

    submit_label = "Record"

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notices = {str(n.pk): n for n in _in_force(today)}
        self.fields["notice"] = RadioField(
            label="Which notice?", choices=[(key, str(notice)) for key, notice in self.notices.items()]
        )
        self.fields["on"] = DateInputField(label="On which day?", latest=today, initial=today)
        self.fields["how"] = RadioField(
            label="How?", choices=[(h.value, label) for h, label in GIVEN_HOW_LABELS.items()]
        )

    def notice(self) -> PrivacyNotice:
        return self.notices[self.cleaned_data["notice"]]

    def how(self) -> GivenHow:
        return GivenHow(self.cleaned_data["how"])


class PurposeForm(GovForm):
    """One more thing that may be asked."""

    submit_label = "Add"
    name = forms.CharField(label="What is asked", max_length=80)
    about = forms.CharField(label="In one line", max_length=200, required=False)
    needs_detail = forms.BooleanField(label="Each answer names what exactly: which partner, which trip", required=False)

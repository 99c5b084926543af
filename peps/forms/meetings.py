"""Forms of PEP meetings: arrange, move, cancel, who is asked, and what is recorded."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from core.forms import DateInputField, Fieldset, GovForm, Layout, RadioField
from peps.models import Invitee, Meeting
from peps.rules.meetings import LONGEST, SHORTEST
from peps.services.meetings import Plan, Record

TIME_FORMATS = ["%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p", "%H"]


class MeetingForm(GovForm):
    """The day on which the meeting was held, who came, and when the next one is."""

    submit_label = "Record the meeting"

    def __init__(self, *args: Any, today: date, people: Sequence[tuple[str, Invitee]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["held_on"] = DateInputField(
            label="Day of the meeting",
            help_text=f"For example, {today.day} {today.month} {today.year}",
            error_messages={"required": "Enter the day of the meeting"},
        )
        self.fields["child_attended"] = RadioField(
            label="Was the child there?",
            required=False,
            choices=[("all", "All of it"), ("part", "Part of it"), ("no", "No")],
        )
        self.fields["child_absent_because"] = forms.CharField(
            label="If not, why?", required=False, max_length=300, help_text="Needed where the child was not there"
        )
        for key, one in people:
            self.fields[f"came_{key}"] = forms.ChoiceField(
                label=one.role if one.name in {"", one.role} else f"{one.role}: {one.name}",
                required=False,
                initial=one.attendance,
                choices=Invitee.Attendance.choices,
            )
        self.fields["next_on"] = DateInputField(
            label="Day of the next PEP meeting", required=False, help_text="Set it while everybody is together"
        )

    def get_layout(self) -> Layout:
        """The day first, then who came, then the next day."""
        came = [f"came_{key}" for key, _ in self.people]
        others = [Fieldset(*came, legend="Who came", legend_size="m")] if came else []
        return Layout("held_on", "child_attended", "child_absent_because", *others, "next_on")

    def record(self) -> Record:
        """What was said; call after is_valid()."""
        data = self.cleaned_data
        return Record(
            attendance={key: data.get(f"came_{key}", "") for key, _ in self.people},
            child_attended=data["child_attended"],
            child_absent_because=data["child_absent_because"],
            next_on=data["next_on"],
        )


class ArrangeForm(GovForm):
    """When, where and how a meeting is to be."""

    submit_label = "Set the meeting"
    on = DateInputField(label="Day of the meeting", error_messages={"required": "Enter the day of the meeting"})
    time = forms.TimeField(
        label="Time",
        input_formats=TIME_FORMATS,
        help_text="For example, 10:30 or 2:15pm",
        error_messages={"required": "Enter the time", "invalid": "Enter the time like 10:30 or 2:15pm"},
    )
    minutes = forms.IntegerField(
        label="How many minutes?",
        initial=60,
        min_value=SHORTEST,
        max_value=LONGEST,
        error_messages={
            "min_value": f"A meeting lasts at least {SHORTEST} minutes",
            "max_value": f"A meeting lasts {LONGEST} minutes at most",
        },
    )
    mode = RadioField(label="How do people meet?", choices=Meeting.Mode.choices, initial=Meeting.Mode.IN_PERSON)
    venue = forms.CharField(
        label="Where",
        required=False,
        max_length=200,
        help_text="The school or office and the room. Never the address of where the child lives: this goes by mail",
    )
    link = forms.URLField(
        label="Link to join online",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": "Enter the whole link, like https://meet.example.org/abc"},
    )
    chair = forms.CharField(label="Who chairs?", required=False, max_length=120)
    interpreter = forms.CharField(
        label="Interpreter needed: which language?", required=False, max_length=60, help_text="Leave empty if none"
    )
    combined = RadioField(
        label="Together with another review?", required=False, choices=Meeting.Combined.choices, initial=""
    )

    def plan(self) -> Plan:
        """The meeting as typed, in London time; call after is_valid()."""
        data = self.cleaned_data
        return Plan(
            starts_at=timezone.make_aware(datetime.combine(data["on"], data["time"])),
            **{name: data[name] for name in ("minutes", "venue", "link", "mode", "chair", "interpreter", "combined")},
        )


class MoveForm(ArrangeForm):
    """Another time or place, and why."""

    submit_label = "Move the meeting"
    reason = forms.CharField(
        label="Why is it moved?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the PEP; it does not go out by mail",
    )


class CancelForm(GovForm):
    """Why a meeting does not take place."""

    submit_label = "Cancel the meeting"
    submit_style = "warning"
    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the PEP; it does not go out by mail",
    )


class InviteeForm(GovForm):
    """Somebody who is asked, and what they answered."""

    role = forms.CharField(label="As what?", max_length=60, help_text="For example, carer, parent, SENCO, advocate")
    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(
        label="Email address", required=False, help_text="Without one, you tell them yourself: no invitation is sent"
    )
    response = RadioField(label="What did they answer?", required=False, choices=Invitee.Response.choices, initial="")

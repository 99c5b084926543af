"""The filter of the schools list: the register's own facts and what other apps registered."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from core.forms import GovForm
from core.panels import SchoolFilter, panels_for
from schools import rules
from schools.models import School, SchoolMembership

YES_NO = [("", "Any"), ("yes", "Yes"), ("no", "No")]


class SchoolFilterForm(GovForm):
    """Nothing is required; a choice that does not exist is shown as an error and narrows nothing."""

    name = forms.CharField(label="Name, URN or DfE number", required=False, max_length=100)
    status = forms.ChoiceField(
        label="Open or closed", required=False, choices=[("", "Any"), ("open", "Open"), ("closed", "Closed")]
    )
    county = forms.ChoiceField(
        label="Where",
        required=False,
        choices=[("", "Anywhere"), ("in", "In the county"), ("out", "Out of county")],
    )
    teacher = forms.ChoiceField(label="Designated teacher recorded", required=False, choices=YES_NO)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        phases = School.objects.visible_to(user).exclude(phase="").order_by("phase")
        self.fields["phase"] = forms.ChoiceField(
            label="Phase",
            required=False,
            choices=[
                ("", "Any phase"),
                *((p, rules.phase_choice(p)) for p in phases.values_list("phase", flat=True).distinct()),
            ],
        )
        self.panels = panels_for(SchoolFilter, user)
        for panel in self.panels:
            self.fields[panel.key] = panel.field(user)
            self.fields[panel.key].required = False

    def narrow(self, schools: QuerySet[Any], today: date) -> QuerySet[Any]:
        """The schools that satisfy every filter set."""
        if not self.is_bound:
            return schools
        self.is_valid()
        chosen = {key: value for key, value in self.cleaned_data.items() if value not in (None, "", [])}
        if "name" in chosen:
            schools = schools.matching(chosen["name"])  # type: ignore[attr-defined]
        if "status" in chosen:
            schools = schools.filter(is_open=chosen["status"] == "open")
        if "phase" in chosen:
            schools = schools.filter(phase=chosen["phase"])
        if "county" in chosen:
            home = chosen["county"] == "in"
            schools = (schools.filter if home else schools.exclude)(la_code=settings.HOME_LA)
        if "teacher" in chosen:
            held = SchoolMembership.objects.current(today).values("school_id")
            schools = (schools.filter if chosen["teacher"] == "yes" else schools.exclude)(pk__in=held)
        for panel in self.panels:
            if panel.key in chosen:
                schools = panel.apply(schools, chosen[panel.key], self.user, today)
        return schools

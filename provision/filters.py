"""The filter of the exclusions list."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Max, Min, QuerySet

from core import rules as time_rules
from core.forms import GovForm
from provision import rules
from provision.models import Exclusion

WEEK = "week"


class ExclusionFilterForm(GovForm):
    """When, what and where; nothing is required. Without a choice: the school year that runs."""

    category = forms.ChoiceField(
        label="What was decided",
        required=False,
        choices=[("", "Any"), *((c.value, label) for c, label in rules.CATEGORY_LABELS.items())],
    )

    def __init__(self, user: Any, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        visible = Exclusion.objects.visible_to(user)
        span = visible.aggregate(first=Min("from_on"), last=Max("from_on"))
        years = []
        if span["first"]:
            first, last = (time_rules.academic_year_of(span[key]) for key in ("first", "last"))
            years = [(str(y), time_rules.academic_year_label(y)) for y in range(last, first - 1, -1)]
        self.fields["when"] = forms.ChoiceField(
            label="When", required=False, choices=[("", "This school year"), (WEEK, "The last 7 days"), *years]
        )
        schools = visible.order_by("school__name").values_list("school_id", "school__name").distinct()
        self.fields["school"] = forms.ChoiceField(
            label="School", required=False, choices=[("", "Any school"), *((str(pk), name) for pk, name in schools)]
        )
        self.order_fields(["when", "category", "school"])

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound and self.is_valid() else None

    @property
    def span(self) -> tuple[date, date | None]:
        """First and last day asked for; the last 7 days have no end, so that announced ones are in."""
        when = self.chosen("when")
        if when == WEEK:
            return self.today - timedelta(days=7), None
        year = int(when) if when else time_rules.academic_year_of(self.today)
        return time_rules.academic_year_start(year), time_rules.academic_year_end(year)

    def narrow(self, exclusions: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self.span
        exclusions = exclusions.filter(from_on__gte=first)
        if last is not None:
            exclusions = exclusions.filter(from_on__lte=last)
        if category := self.chosen("category"):
            exclusions = exclusions.filter(category=category)
        if school := self.chosen("school"):
            exclusions = exclusions.filter(school_id=school)
        return exclusions

"""The filter of the PEP list and what it narrows."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import GovForm
from core.roles import Permission
from core.rules import Season, parse_term_code, term_code, term_label
from peps import cycle, rules
from peps.models import PEP
from peps.rules.workflow import STATE_LABELS, State
from pupils import roll
from pupils.models import Allocation

ALL_TERMS = "all"
SOON = "soon"
TO_DO = (State.SUBMITTED, State.RETURNED)
"""States in which somebody has to act whatever the term."""
WAITING = {rules.Status.OVERDUE.value, rules.Status.DUE.value, SOON, *(state.value for state in TO_DO)}


class PEPFilterForm(GovForm):
    """Status, term, and for those who see the whole roll the adviser. Nothing is required."""

    status = forms.ChoiceField(
        label="How it stands",
        required=False,
        choices=[
            ("", "Any"),
            *((s.value, rules.STATUS_LABELS[s]) for s in rules.Status),
            (SOON, f"Due within {rules.SOON_SCHOOL_DAYS} school days"),
            *((state.value, STATE_LABELS[state]) for state in TO_DO),
        ],
    )

    def __init__(self, user: Any, term: rules.Term, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.this_term = user, term
        self.fields["term"] = forms.ChoiceField(
            label="Term", required=False, choices=[("", "This term"), (ALL_TERMS, "All terms"), *self._terms(user)]
        )
        if user.can(Permission.SEE_ALL_PUPILS):
            self.fields["adviser"] = forms.ModelChoiceField(
                roll.allocated(Allocation.Kind.ADVISER, today),
                label="Adviser",
                required=False,
                empty_label="Any adviser",
            )

    def _terms(self, user: Any) -> list[tuple[str, str]]:
        known = PEP.objects.visible_to(user).order_by().values_list("academic_year", "season").distinct()
        order = ["autumn", "spring", "summer"]
        return [
            (term_code(year, Season(season)), term_label(year, Season(season)))
            for year, season in sorted(known, key=lambda t: (t[0], order.index(t[1])), reverse=True)
            if (year, season) != (self.this_term.academic_year, self.this_term.season)
        ]

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound and self.is_valid() else None

    def narrow(self, peps: QuerySet[Any], today: date) -> QuerySet[Any]:
        """A status without a term is looked for in all terms: what is overdue from last term is overdue still."""
        status, term = self.chosen("status"), self.chosen("term")
        peps = self._by_status(peps, status, today)
        if term and term != ALL_TERMS:
            year, season = parse_term_code(term)
            peps = peps.filter(academic_year=year, season=season)
        elif not term and status not in WAITING:
            peps = peps.of_term(self.this_term)  # type: ignore[attr-defined]
        if adviser := self.chosen("adviser"):
            allocations = Allocation.objects.visible_to(self.user).held_by(adviser, today)
            own = allocations.filter(kind=Allocation.Kind.ADVISER)
            peps = peps.filter(pupil__in=own.values("pupil_id"))
        return peps

    @staticmethod
    def _by_status(peps: Any, status: str | None, today: date) -> QuerySet[Any]:
        if not status:
            return peps.still_meant(today)
        if status == SOON:
            return peps.due_until(cycle.soon_until(today), today)
        if status in TO_DO:
            return peps.filter(state=status)
        return peps.with_status(rules.Status(status), today)

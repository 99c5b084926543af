"""The filter of the PEP list and what it narrows."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.forms import GovForm
from core.roles import Permission
from core.rules import Season, parse_term_code, term_code, term_label
from peps import cycle, rules
from peps.models import PEP, PEPStep
from peps.rules.workflow import STATE_LABELS, WAITS_FOR_MEETING, State
from pupils import roll
from pupils.models import Allocation, SchoolPlace
from schools.models import School

ALL_TERMS = "all"
SOON = "soon"
TO_DO = (State.SUBMITTED, State.RETURNED)
"""States in which somebody has to act whatever the term."""
WAITING = {rules.Status.OVERDUE.value, rules.Status.DUE.value, SOON, *(state.value for state in TO_DO)}
IN_STATE = "state-"
NOBODY = "0"
TIMINGS = {
    "in_time": "Meeting held in time",
    "late": "Meeting held late",
    "overdue": "Overdue, not held",
    "ahead": "Day still ahead",
    "handed_in": "Submitted at least once",
    "returned": "Returned at least once",
    "approved": "Approved",
}
"""What the timeliness board counts, for plans of one term."""


class PEPFilterForm(GovForm):
    """Status, term, and for those who see the whole roll what the board divides by. Nothing is required."""

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
            self._ask_as_the_board(today)

    def _ask_as_the_board(self, today: date) -> None:
        """What the timeliness board counts and by which groups, so that each of its numbers has its list."""
        states = [(f"{IN_STATE}{state}", f"Now: {label.lower()}") for state, label in STATE_LABELS.items()]
        self.fields["timing"] = forms.ChoiceField(
            label="In the term", required=False, choices=[("", "Any"), *TIMINGS.items(), *states]
        )
        used = SchoolPlace.objects.visible_to(self.user).current(today).filter(kind=SchoolPlace.Kind.MAIN)
        schools = list(
            School.objects.visible_to(self.user)
            .filter(pk__in=used.values("school_id"))
            .order_by("name")
            .values_list("pk", "name", "la_code", "la_name")
        )
        areas = {code: name or f"Authority {code}" for _, _, code, name in schools if code}
        self.fields["school"] = forms.ChoiceField(
            label="School",
            required=False,
            choices=[("", "Any school"), *((str(pk), name) for pk, name, _, _ in schools), (NOBODY, "No school place")],
        )
        self.fields["area"] = forms.ChoiceField(
            label="Area of the school",
            required=False,
            choices=[("", "Any area"), *sorted(areas.items(), key=lambda a: a[1]), (NOBODY, "Not known")],
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
        status, term, timing = self.chosen("status"), self.chosen("term"), self.chosen("timing")
        peps = self._by_status(peps, status, today)
        if timing:
            peps = _by_timing(peps, timing, today, self.user)
        if term and term != ALL_TERMS:
            year, season = parse_term_code(term)
            peps = peps.filter(academic_year=year, season=season)
        elif not term and (timing or status not in WAITING):
            peps = peps.of_term(self.this_term)  # type: ignore[attr-defined]
        if adviser := self.chosen("adviser"):
            allocations = Allocation.objects.visible_to(self.user).held_by(adviser, today)
            own = allocations.filter(kind=Allocation.Kind.ADVISER)
            peps = peps.filter(pupil__in=own.values("pupil_id"))
        return self._by_place(peps, today)

    def _by_place(self, peps: QuerySet[Any], today: date) -> QuerySet[Any]:
        """Of the children whose main school it is today, or lies in the area."""
        main = SchoolPlace.objects.visible_to(self.user).current(today).filter(kind=SchoolPlace.Kind.MAIN)
        if school := self.chosen("school"):
            placed = main if school == NOBODY else main.filter(school_id=int(school))
            here = Q(pupil__in=placed.values("pupil_id"))
            peps = peps.filter(~here if school == NOBODY else here)
        if area := self.chosen("area"):
            placed = main.exclude(school__la_code="") if area == NOBODY else main.filter(school__la_code=area)
            here = Q(pupil__in=placed.values("pupil_id"))
            peps = peps.filter(~here if area == NOBODY else here)
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


def _by_timing(peps: Any, timing: str, today: date, user: Any) -> QuerySet[Any]:
    """One of TIMINGS, or a state of the workflow."""
    if timing.startswith(IN_STATE):
        return peps.filter(state=timing.removeprefix(IN_STATE))
    held = peps.exclude(state__in=WAITS_FOR_MEETING)
    found: QuerySet[Any]
    match timing:
        case "in_time":
            found = held.filter(held_on__lte=F("due_on"))
        case "late":
            found = held.filter(held_on__gt=F("due_on"))
        case "overdue":
            found = peps.overdue(today)
        case "ahead":
            found = peps.wanted(today).filter(due_on__gte=today)
        case "handed_in":
            found = peps.filter(submitted_at__isnull=False)
        case "returned":
            found = peps.filter(Exists(PEPStep.objects.visible_to(user).filter(pep=OuterRef("pk"), name="return")))
        case _:
            found = held.filter(approved_at__isnull=False)
    return found

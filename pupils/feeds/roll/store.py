"""Writes a roll plan: new rows by COPY, changed rows by one UPDATE each kind."""

from datetime import date
from typing import Any

from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage
from core.followers import Changed, tell_changed
from pupils.caseloads.moves import confirm
from pupils.feeds.roll.plan import PUPIL_FIELDS, Plan, PupilFacts
from pupils.feeds.upns import free_upns
from pupils.models import FormerUPN, Pupil, SchoolPlace, YearGroup
from pupils.search import sort_name
from pupils.services import AllocationChange, change_allocations

_TYPES = {"id": "bigint", **{n: "date" if n == "dob" else "text" for n in PUPIL_FIELDS}, "sort_name": "text"}


def write(plan: Plan, *, run_id: int | None, today: date, actor: Any) -> None:
    """All of a plan, inside the engine's transaction."""
    free_upns({f.pk: f.upn for f in plan.changed if f.pk}, {f.upn for f in (*plan.changed, *plan.new)})
    copy_rows(
        Pupil,
        ["child_id", *PUPIL_FIELDS, "sort_name", "ethnicity"],
        ((f.child_id, *_values(f), "") for f in plan.new),
    )
    if plan.changed:
        stage("stage_pupil", _TYPES, ((f.pk, *_values(f)) for f in plan.changed))
        update_from_stage("pupils_pupil", "stage_pupil", [*PUPIL_FIELDS, "sort_name"])
    keys = _keys(plan)
    FormerUPN.objects.bulk_create(
        (FormerUPN(pupil_id=keys[child], upn=upn) for child, upn in plan.former_upns), ignore_conflicts=True
    )
    _write_years(plan, keys, run_id)
    _write_places(plan, keys, run_id)
    if plan.places_new or plan.places_changed:
        tell_changed(Changed.SCHOOL_PLACES)
    changes = [AllocationChange(keys[child], kind, user) for child, kind, user in plan.staff]
    if changes:
        change_allocations(changes=changes, on=today, actor=actor)
    if plan.moves_confirmed:
        confirm(plan.moves_confirmed)


def _values(facts: PupilFacts) -> tuple[Any, ...]:
    folded = sort_name(surname=facts.surname, forename=facts.forename, known_as=facts.known_as)
    return (*(getattr(facts, n) for n in PUPIL_FIELDS), folded)


def _keys(plan: Plan) -> dict[str, int]:
    names = {
        *(f.child_id for f in plan.new),
        *(child for child, _ in plan.former_upns),
        *(child for child, _ in plan.years),
        *(p.child_id for p in plan.places_new),
        *(child for child, _, _ in plan.staff),
    }
    return dict(Pupil.objects.filter(child_id__in=names).values_list("child_id", "pk"))


def _write_years(plan: Plan, keys: dict[str, int], run_id: int | None) -> None:
    YearGroup.objects.bulk_create(
        (
            YearGroup(pupil_id=keys[child], academic_year=year, nc_year=nc_year, run_id=run_id)
            for (child, year), nc_year in plan.years.items()
        ),
        update_conflicts=True,
        unique_fields=["pupil", "academic_year"],
        update_fields=["nc_year", "run"],
    )


def _write_places(plan: Plan, keys: dict[str, int], run_id: int | None) -> None:
    copy_rows(
        SchoolPlace,
        ["pupil_id", "school_id", "from_on", "to_on", "kind", "run_id"],
        ((keys[p.child_id], p.school_id, p.from_on, p.to_on, p.kind, run_id) for p in plan.places_new),
    )
    if plan.places_changed:
        stage(
            "stage_place",
            {"id": "bigint", "to_on": "date", "kind": "text", "run_id": "bigint"},
            ((p.pk, p.to_on, p.kind, run_id) for p in plan.places_changed),
        )
        update_from_stage("pupils_schoolplace", "stage_place", ["to_on", "kind", "run_id"])
